/** render(): the worklet's bits without a context, in every browser; how it ends, waits, streams and fails. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { alterations, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

const WORKER = '/pkg/render-worker.js';
const PAGE = '/scripts/lib/blank.html';

/** What each browser has: WebKitGTK has no SharedArrayBuffer. */
const TRANSPORTS = { chromium: ['shared', 'message'], firefox: ['shared', 'message'], webkit: ['message'] };

for (const [name, transports] of Object.entries(TRANSPORTS)) {
  describe(`render() in ${name}`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test('gives the bits of the worklet, with the tail, from every kind of input', async () => {
      const cases = await browser.inPage(
        async (transports) => {
          const t = await import('/tests/support/in-page.mjs');
          const { chunked, gathered } = await import('/tests/support/streams.mjs');
          const settings = [
            {},
            { gain: 2, distortion: 0.8, lpf_cutoff: 3000, hpf_cutoff: 200, delay_time: 0.03, delay_feedback: 0.7 },
            { compressor_on: true, tremolo_on: true, limiter_on: true, peak_on: true, peak_gain: 9, gain: 3 },
          ];
          const cases = [];
          for (const sampleRate of [8000, 44100, 192000]) {
            for (const [index, params] of settings.entries()) {
              const channels = (index % 2) + 1;
              const length = Math.round(0.4 * sampleRate) + 37;
              const frames = length + Math.round(0.7 * sampleRate);
              const input = [t.noise(1, length), t.noise(2, length)].slice(0, channels);
              const options = { state: { version: 1, params }, tail: 0.7 };
              const buffer = await t.render(t.bufferOf({ sampleRate }, input), options);
              const { stream } = await t.render({ stream: chunked(input, 1000), sampleRate, channels }, options);
              const auto = (await t.render({ channels: input, sampleRate }, { ...options, tail: 'auto' })).channels;
              const outputs = {
                buffer: input.map((_, c) => buffer.getChannelData(c)),
                planar: (await t.render({ channels: input, sampleRate }, options)).channels,
                stream: await gathered(stream),
                auto: auto.map((samples) => samples.subarray(0, frames)),
              };
              for (const transport of transports) {
                const way = { mode: 'worklet', transport, params };
                const { output } = await t.renderOffline(way, { sampleRate, input, frames });
                for (const [kind, rendered] of Object.entries(outputs)) {
                  // An automatic tail may be shorter: what is behind it is silence.
                  const length = kind === 'auto' ? Math.min(frames, auto[0].length) : frames;
                  const fits =
                    rendered.length === channels &&
                    rendered.every((x) => x.length === length) &&
                    output.every((x) => x.subarray(length).every((y) => Math.abs(y) < 1e-6));
                  const differences = Math.max(...rendered.map((x, c) => t.differences(x, output[c])));
                  cases.push({ setting: `${kind}, ${transport}, ${sampleRate} Hz, ${index}`, fits, differences });
                }
              }
            }
          }
          return cases;
        },
        { args: transports },
      );
      assert.equal(cases.length, 3 * 3 * 4 * transports.length);
      const wrong = cases.filter(({ fits, differences }) => !fits || differences !== 0);
      assert.deepEqual(wrong, []);
    });

    test('works without isolation', async () => {
      const { isolated, frames } = await browser.inPage(
        async () => {
          const { render } = await import('/worklet/engine.js');
          const { channels } = await render({ channels: [new Float32Array(1000)], sampleRate: 48000 });
          return { isolated: crossOriginIsolated, frames: channels[0].length };
        },
        { server: { isolated: false } },
      );
      assert.deepEqual({ isolated, frames }, { isolated: false, frames: 1000 });
    });
  });
}

describe('render()', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  test('mixes as Web Audio does: mono into both channels, the mean of stereo into one', async () => {
    const differences = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sampleRate = 48000;
      const stereo = [t.noise(1, 5000), t.noise(2, 5000)];
      const differences = [];
      for (const [input, channels] of [
        [stereo, 1],
        [stereo.slice(0, 1), 2],
      ]) {
        const { output } = await t.renderOffline({ mode: 'worklet' }, { sampleRate, input, channels });
        for (const sound of [{ channels: input, sampleRate }, t.bufferOf({ sampleRate }, input)]) {
          const out = await t.render(sound, { channels, tail: 0 });
          const rendered = out.channels ?? output.map((_, c) => out.getChannelData(c));
          differences.push(...output.map((samples, c) => t.differences(rendered[c], samples)));
        }
      }
      return differences;
    });
    assert.deepEqual(differences, [0, 0, 0, 0, 0, 0]);
  });

  test('renders the tail to the last sample above −120 dB, and none where nothing rings', async () => {
    const { ringing, dry, feedback } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sampleRate = 48000;
      const off = { distortion_on: false, lpf_on: false, hpf_on: false };
      const lengths = async (params) => {
        const state = { version: 1, params: { ...off, ...params } };
        const channels = [t.noise(1, 70_001)];
        const { channels: out } = await t.render({ channels, sampleRate }, { state });
        const buffer = await t.render(t.bufferOf({ sampleRate }, channels), { state });
        return [out[0].length, buffer.length, Math.abs(out[0].at(-1)) >= 1e-6 || out[0].length === 70_001];
      };
      return {
        ringing: await lengths({ delay_time: 0.25, delay_feedback: 0, delay_mix: 0.5 }),
        dry: await lengths({ delay_on: false }),
        feedback: await lengths({ delay_time: 1, delay_feedback: 0.5 }),
      };
    });
    // One echo, a quarter of a second behind the sound.
    assert.deepEqual(ringing, [82_001, 82_001, true]);
    assert.deepEqual(dry, [70_001, 70_001, true]);
    // A second each, every echo is half the one before: 0.3 of the sound's 0.5 is below 1e-6 after 18 of them.
    assert.equal(feedback[0], feedback[1]);
    assert.ok(Math.abs(feedback[0] - 70_001 - 18 * 48_000) < 2 * 48_000, `${feedback[0]} frames`);
    assert.ok(feedback[2]);
  });

  test("leaves the caller's arrays alone, or takes them over with transfer", async () => {
    const { kept, detached, same } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sound = () => ({ channels: [t.noise(1, 5000), t.noise(2, 5000)], sampleRate: 48000 });
      const [given, taken] = [sound(), sound()];
      const first = await t.render(given, { tail: 0 });
      const second = await t.render(taken, { tail: 0, transfer: true });
      return {
        kept: given.channels.map((samples, c) => t.differences(samples, sound().channels[c])),
        detached: taken.channels.map(({ length }) => length),
        same: first.channels.map((samples, c) => t.differences(samples, second.channels[c])),
      };
    });
    assert.deepEqual({ kept, detached, same }, { kept: [0, 0], detached: [0, 0], same: [0, 0] });
  });

  test('an abort rejects with its reason at every point, and the next call is rendered', async () => {
    const reasons = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const { chunked } = await import('/tests/support/streams.mjs');
      const sampleRate = 48000;
      // Ten minutes: some 0.2 s of work.
      const long = [new Float32Array(600 * sampleRate)];
      const endOf = (promise) => promise.then(() => 'rendered').catch((reason) => reason);
      const reasons = [];
      const early = AbortSignal.abort('early');
      reasons.push(await endOf(t.render({ channels: long, sampleRate }, { signal: early })));
      for (const sound of [{ channels: long, sampleRate }, t.bufferOf({ sampleRate }, long)]) {
        const controller = new AbortController();
        const onProgress = () => controller.abort('under way');
        reasons.push(await endOf(t.render(sound, { signal: controller.signal, onProgress })));
      }
      // All workers are busy: the last call waits for its turn.
      const controller = new AbortController();
      const calls = Array.from({ length: navigator.hardwareConcurrency + 1 }, () =>
        endOf(t.render({ channels: long, sampleRate }, { signal: controller.signal, tail: 0 })),
      );
      await t.wait(0);
      controller.abort('waiting');
      reasons.push(...new Set(await Promise.all(calls)));
      const stopped = new AbortController();
      const source = chunked(long, 1000);
      const { stream } = await t.render({ stream: source, sampleRate, channels: 1 }, { signal: stopped.signal });
      const reader = stream.getReader();
      await reader.read();
      stopped.abort('streaming');
      reasons.push(await endOf(reader.read()));
      while (!source.ended) await t.wait(0.01);
      reasons.push((await t.render({ channels: [new Float32Array(10)], sampleRate })).channels[0].length);
      return reasons;
    });
    assert.deepEqual(reasons, ['early', 'under way', 'under way', 'waiting', 'streaming', 10]);
  });

  test('tells how far it is, at most 20 times a second, and at the end', async () => {
    const told = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sampleRate = 48000;
      const long = [new Float32Array(900 * sampleRate), new Float32Array(900 * sampleRate)];
      const told = [];
      for (const sound of [{ channels: long, sampleRate }, t.bufferOf({ sampleRate }, long)]) {
        const progress = [];
        const start = performance.now();
        await t.render(sound, { tail: 1, onProgress: (now) => progress.push(now) });
        told.push({ progress, seconds: (performance.now() - start) / 1000 });
      }
      return told;
    });
    for (const { progress, seconds } of told) {
      const total = 901 * 48000;
      assert.ok(progress.length > 1 && progress.length <= 20 * seconds + 1, `${progress.length} in ${seconds} s`);
      assert.deepEqual(progress.at(-1), { frames: total, total });
      for (const [i, { frames }] of progress.entries()) assert.ok(i === 0 || frames >= progress[i - 1].frames);
    }
  });

  test('uses as many workers as there are processors, each for call after call, and ends them when idle', async () => {
    const { most, made, ended } = await browser.inPage(async () => {
      let [running, most, made, ended] = [0, 0, 0, 0];
      const Real = Worker;
      const allEnded = new Promise((resolve) => {
        globalThis.Worker = class extends Real {
          constructor(...args) {
            super(...args);
            made++;
            most = Math.max(most, ++running);
          }
          terminate() {
            super.terminate();
            ended++;
            if (--running === 0) resolve();
          }
        };
      });
      const { render } = await import('/worklet/engine.js');
      const sound = { channels: [new Float32Array(48000)], sampleRate: 48000 };
      await Promise.all(Array.from({ length: 20 }, () => render(sound)));
      await render(sound);
      await allEnded;
      return { most: most / navigator.hardwareConcurrency, made: made / navigator.hardwareConcurrency, ended };
    });
    assert.equal(most, 1);
    assert.equal(made, 1);
    assert.ok(ended > 0);
  });

  test('reads a stream no faster than its output is read, and cancels it with the output', async () => {
    const { before, held, ended, interleaved } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const { chunked } = await import('/tests/support/streams.mjs');
      const [sampleRate, channels] = [48000, 1];
      const frames = 1000;
      const source = chunked([new Float32Array(10_000 * frames)], frames);
      const { stream } = await t.render({ stream: source, sampleRate, channels });
      await t.wait(0.05);
      const before = source.given;
      const reader = stream.getReader();
      let read = 0;
      for (let i = 0; i < 10; i++) read += (await reader.read()).value[0].length;
      await t.wait(0.05);
      // In chunks of the output: what was taken in and is not given out yet.
      const held = (frames * source.given - read) / (read / 10);
      await reader.cancel();
      while (!source.ended) await t.wait(0.01);
      // More streams than processors, read in turn: none waits for another.
      const readers = [];
      for (let i = 0; i < navigator.hardwareConcurrency + 3; i++) {
        const sound = { stream: chunked([new Float32Array(1000)], 100), sampleRate, channels };
        readers.push((await t.render(sound, { tail: 0 })).stream.getReader());
      }
      const interleaved = await Promise.all(readers.map(async (reader) => (await reader.read()).value[0].length));
      return { before, held, ended: source.ended, interleaved: [...new Set(interleaved)] };
    });
    assert.equal(before, 0);
    assert.ok(held >= 0 && held < 4, `${held} chunks are held`);
    assert.ok(ended);
    assert.deepEqual(interleaved, [1000]);
  });

  test('fails the reader of a stream whose chunks are no sound', async () => {
    const codes = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const codes = [];
      for (const chunk of [null, [], [new Float32Array(1)], [new Float32Array(1), new Float32Array(2)], [[0], [0]]]) {
        const stream = new ReadableStream({ start: (controller) => controller.enqueue(chunk) });
        const out = await t.render({ stream, sampleRate: 48000, channels: 2 });
        codes.push((await t.failureOf(out.stream.getReader().read())).code);
      }
      return codes;
    });
    assert.deepEqual(codes, Array(5).fill('bad-input'));
  });

  test('refuses what is no sound, no state, or no option, by a code and a sentence', async () => {
    const failures = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const sound = { channels: [new Float32Array(10)], sampleRate: 48000 };
      const state = (state) => [sound, { state }];
      const calls = {
        'bad-input': [
          [],
          [null],
          [7],
          [{}],
          [{ ...sound, sampleRate: 0 }],
          [{ ...sound, channels: [] }],
          [{ ...sound, channels: [[0]] }],
          [{ ...sound, channels: Array(3).fill(sound.channels[0]) }],
          [{ ...sound, channels: [new Float32Array(1), new Float32Array(2)] }],
          [{ stream: 5, channels: 1, sampleRate: 48000 }],
          [{ stream: new ReadableStream(), channels: 3, sampleRate: 48000 }],
        ],
        'bad-state': [
          state(null),
          state([]),
          state({}),
          state({ version: 2, params: {} }),
          state({ version: 1 }),
          state({ version: 1, params: [] }),
          state({ version: 1, params: {}, colour: 'red' }),
        ],
        'bad-order': [state({ version: 1, params: {}, order: ['limiter', 'gain'] })],
        'bad-take': [
          [sound, { log: null }],
          [sound, { log: { version: 2, sampleRate: 48000, changes: [] } }],
          [sound, { log: { version: 1, sampleRate: 44100, changes: [] } }],
          [sound, { log: { version: 1, sampleRate: 48000, changes: [{ frame: -1 }] } }],
          [sound, { log: { version: 1, sampleRate: 48000, changes: [{ frame: 9 }, { frame: 8 }] } }],
        ],
        'unknown-parameter': [state({ version: 1, params: { volume: 1 } })],
        'bad-value': [state({ version: 1, params: { gain: NaN } })],
        'bad-option': [
          [sound, null],
          ...[
            ['tail', -1],
            ['tail', Infinity],
            ['channels', 3],
            ['signal', {}],
            ['onProgress', 1],
            ['workerUrl', 'http://'],
          ].map(([name, value]) => [sound, { [name]: value }]),
        ],
        'unknown-option': [[sound, { tails: 1 }]],
      };
      const failures = [];
      for (const [expected, list] of Object.entries(calls)) {
        for (const args of list) failures.push({ expected, ...(await t.failureOf(t.render(...args))) });
      }
      return failures;
    });
    for (const { expected, name, code, message } of failures) {
      assert.equal(code, expected, message);
      assert.equal(name, 'EngineError');
      assert.match(message, /^[A-Z].*\.$|^render\(\) .*\.$/);
    }
  });

  /** In the page: renders a little, and says how that went. */
  async function attempt(options) {
    const t = await import('/tests/support/in-page.mjs');
    const sound = { channels: [new Float32Array(10)], sampleRate: 48000 };
    return t.failureOf(t.render(sound, options ?? {}));
  }

  const withScript = (alteration) => ({ server: { alter: { [WORKER]: alteration } } });
  const failures = [
    ['a browser without workers', 'worker-unsupported', /OfflineAudioContext/, { first: () => delete self.Worker }],
    ['a missing worker script', 'worker-missing', /HTTP 404.*workerUrl/, withScript(alterations.missing)],
    ['a page in its place', 'worker-missing', /served as text\/html/, withScript(alterations.type('text/html'))],
    [
      'a script that throws',
      'worker-failed',
      /broken.*one build/,
      withScript(alterations.body('throw Error("broken")')),
    ],
    [
      'a policy that blocks it',
      'worker-blocked',
      /allow 'self' in worker-src/,
      {
        server: {
          alter: { [PAGE]: alterations.policy("script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'") },
        },
      },
    ],
    [
      'another origin',
      'worker-missing',
      /on the page's own origin/,
      { args: { workerUrl: 'http://another.invalid/render-worker.js' } },
    ],
  ];
  for (const [what, code, sentence, settings] of failures) {
    test(`says ${code} for ${what}`, async () => {
      const failure = await browser.inPage(attempt, settings);
      assert.equal(failure.code, code, failure.message);
      assert.match(failure.message, sentence);
    });
  }

  test('runs under a policy that allows workers of its own origin alone', async () => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";
    const alter = { [PAGE]: alterations.policy(policy), [WORKER]: alterations.policy(policy) };
    assert.deepEqual(await browser.inPage(attempt, { server: { alter } }), { code: null });
  });

  test('renders where modules cannot be posted: its workers compile the file themselves', async () => {
    const first = () => {
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message.module) throw new DOMException('no modules here', 'DataCloneError');
        return postMessage.call(this, message, ...rest);
      };
    };
    assert.deepEqual(await browser.inPage(attempt, { first }), { code: null });
  });

  test('says render-failed where a worker crashes, and the next call gets another one', async () => {
    const crash = "addEventListener('message', ({ data }) => { if (data.part?.[0].length === 13) setTimeout(crash) });";
    const alteration = (answer) => ({ ...answer, body: Buffer.concat([Buffer.from(crash), answer.body]) });
    const { failure, next } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const render = (frames) => t.render({ channels: [new Float32Array(frames)], sampleRate: 48000 });
      // The second part keeps the worker's answer from coming before the crash.
      const failure = await t.failureOf(Promise.all([render(13), render(13)]).then(() => render(13)));
      return { failure, next: (await render(14)).channels[0].length };
    }, withScript(alteration));
    assert.equal(failure.code, 'render-failed', failure.message);
    assert.equal(next, 14);
  });
});
