/** The string in Chromium: in tune, to the sample, the same by every way, seen, and ended. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('The string', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  for (const sampleRate of [44100, 48000]) {
    test(`is in tune within 2 cents from E1 to E6 at ${sampleRate} Hz`, async () => {
      const found = await browser.inPage(
        async (sampleRate) => {
          const s = await import('/tests/browser/string/in-page.js');
          const found = [];
          for (const note of [28, 40, 45, 52.5, 64, 77, 88]) {
            const play = (string) => string.note(note);
            const { sound } = await s.renderString({ mode: 'worklet' }, { sampleRate, frames: 40_000 }, play);
            const expected = s.hertzOf(note);
            const heard = s.frequencyNear(sound.subarray(2000), expected, sampleRate);
            found.push({ note, cents: 1200 * Math.log2(heard / expected) });
          }
          return found;
        },
        { args: sampleRate },
      );
      for (const { note, cents } of found) assert.ok(Math.abs(cents) < 2, `note ${note} is off by ${cents} cents`);
    });
  }

  test('sounds from frame round(T·sampleRate) on, offline by shared memory and by messages', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const found = [];
      for (const way of ['worklet-shared', 'worklet-message']) {
        for (const time of [0, 1 / 48000, 0.00999, 0.1, 0.123456, 0.2000051]) {
          for (const kind of ['pluck', 'note']) {
            const play = (string) => (kind === 'pluck' ? string.pluck(0.3, 1, 0.1, time) : string.note(45, 1, time));
            const timing = { sampleRate: 48000, frames: 12_000 };
            const { sound, mode, transport } = await s.renderString(s.WAYS[way], timing, play);
            found.push({ way: `${mode}-${transport}`, asked: way, kind, time, first: sound.findIndex((x) => x !== 0) });
          }
        }
      }
      return found;
    });
    assert.equal(found.length, 24);
    for (const { way, asked, kind, time, first } of found) {
      assert.equal(way, asked);
      assert.equal(first, Math.round(time * 48000), `${kind} at ${time} s, ${way}`);
    }
  });

  test('gives the same bits by shared memory, by messages and through a ScriptProcessorNode of any size', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const renders = [];
      const ways = [s.WAYS['worklet-shared'], s.WAYS['worklet-message']];
      for (const bufferSize of [256, 2048]) ways.push({ mode: 'script-processor', bufferSize });
      for (const way of ways) {
        // From when the fallback can answer in time: its two buffers.
        const play = (string) => s.playPhrase(string, 0.1);
        renders.push(await s.renderString({ ...way, damping: 1 }, { sampleRate: 48000, frames: 48_000 }, play));
      }
      const peak = Math.max(...renders[0].sound.map(Math.abs));
      const differences = renders.map(({ sound }) => s.differences(sound, renders[0].sound));
      return { peak, differences, ways: renders.map(({ transport }) => transport) };
    });
    assert.ok(found.peak > 0.1);
    assert.deepEqual(found.ways, ['shared', 'message', 'direct', 'direct']);
    assert.deepEqual(found.differences, [0, 0, 0, 0]);
  });

  for (const way of ['worklet-shared', 'worklet-message']) {
    test(`plays in real time, at the frame that was asked for, the bits of the offline render (${way})`, async () => {
      const found = await browser.inPage(
        async (way) => {
          const s = await import('/tests/browser/string/in-page.js');
          const { createString } = await import('/worklet/engine.js');
          const options = { ...s.WAYS[way], damping: 0.5 };
          const frames = 24_000;
          const timing = { sampleRate: 48000, frames };
          const { sound } = await s.renderString(options, timing, (string) => string.note(45, 1, 0));
          let result;
          // A busy machine's recorder can miss a quantum; then it is tried again.
          for (let tries = 1; tries <= 5; tries++) {
            const context = await s.runningContext({ sampleRate: 48000 });
            const string = await createString(context, options);
            const recorder = await s.record(string.output, { seconds: 3, channels: 1 });
            const frame = Math.round(context.currentTime * 48000) + 9_601;
            const started = new Promise((resolve) => {
              const source = new ConstantSourceNode(context);
              source.onended = resolve;
              source.start();
              source.stop((frame + frames + 4_800) / 48000);
            });
            string.note(45, 1, frame / 48000);
            await started;
            const { channels, gaps, firstFrame } = await recorder.take();
            await string.close();
            await context.close();
            const at = channels[0].findIndex((x) => x !== 0);
            const differences = s.differences(sound, channels[0].subarray(at, at + frames));
            result = { late: firstFrame + at - frame, differences, gaps, tries };
            if (gaps === 0 && differences === 0) break;
          }
          return result;
        },
        { args: way },
      );
      assert.deepEqual({ late: found.late, differences: found.differences }, { late: 0, differences: 0 });
    });
  }

  test('shows the string by shared memory without a post, and posts nothing while it plays', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString } = await import('/worklet/engine.js');
      const context = await s.runningContext();
      const spy = await s.spyOn(context);
      const string = await createString(context, { transport: 'shared', damping: 20 });
      string.connect(context.destination);
      const still = [...string.view()];
      string.pluck(0.5, 1, 0.3);
      const isBent = () => string.view().some((u) => Math.abs(u) > 0.1);
      while (!isBent()) await s.wait(0.005);
      const before = await spy.report();
      const pictures = [];
      for (let i = 0; i < 30; i++) {
        await s.wait(0.017);
        pictures.push(string.view().join());
      }
      const view = [...string.view()];
      const after = await spy.report();
      await string.close();
      await context.close();
      return { still, view, distinct: new Set(pictures).size, posts: after.posts - before.posts };
    });
    assert.equal(found.still.length, 257);
    assert.ok(found.still.every((u) => u === 0));
    assert.equal(found.view[0], 0);
    assert.ok(found.view.every((u) => Math.abs(u) <= 1));
    assert.ok(found.distinct > 10, `${found.distinct} pictures in 30 looks`);
    assert.equal(found.posts, 0);
  });

  test('shows it by messages at most 30 times a second, and at rest posts nothing', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString } = await import('/worklet/engine.js');
      const context = await s.runningContext();
      const spy = await s.spyOn(context);
      const string = await createString(context, { transport: 'message', damping: 0.3 });
      string.connect(context.destination);
      string.note(45, 1);
      const isBent = () => string.view().some((u) => u !== 0);
      while (!isBent()) await s.wait(0.005);
      const before = { ...(await spy.report()), time: context.currentTime };
      while (isBent()) await s.wait(0.02);
      const after = { ...(await spy.report()), time: context.currentTime };
      await s.wait(0.2);
      const last = await spy.report();
      await string.close();
      await context.close();
      const posts = after.posts - before.posts;
      return { posts, seconds: after.time - before.time, later: last.posts - after.posts };
    });
    assert.ok(found.posts > 5 && found.posts <= 30 * found.seconds + 3, `${found.posts} in ${found.seconds} s`);
    assert.equal(found.later, 0);
  });

  test('shares the one wasm instance with the engines of its context, and goes through them', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString } = await import('/worklet/engine.js');
      const context = new OfflineAudioContext(1, 9600, 48000);
      const spy = await s.spyOn(context);
      const engine = await s.createEngine(context, {
        mode: 'worklet',
        channels: 1,
        fixed: true,
        params: { bypass: 1 },
      });
      const strings = await Promise.all([createString(context), createString(context)]);
      const instances = (await spy.report()).memories.length;
      for (const string of strings) string.connect(engine.input);
      engine.connect(context.destination);
      strings[0].note(45, 1);
      strings[1].note(57, 1, 0.1);
      const both = (await context.startRendering()).getChannelData(0);
      await strings[0].close();
      await engine.close();
      await strings[1].close();
      const timing = { sampleRate: 48000, frames: 9600 };
      const one = await s.renderString({}, timing, (string) => string.note(45, 1));
      const other = await s.renderString({}, timing, (string) => string.note(57, 1, 0.1));
      const off = both.map((x, n) => Math.abs(x - one.sound[n] - other.sound[n]));
      return { instances, off: Math.max(...off), peak: Math.max(...both) };
    });
    assert.equal(found.instances, 1);
    assert.ok(found.peak > 0.1);
    assert.ok(found.off < 1e-6, `${found.off}`);
  });

  test('says by name what it is not given right, and changes nothing', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString, ERROR_CODES } = await import('/worklet/engine.js');
      const context = new OfflineAudioContext(1, 128, 48000);
      const codes = {};
      const note = async (name, promise) => {
        const { code, name: kind, message } = await s.failureOf(promise);
        codes[name] = kind === 'EngineError' && ERROR_CODES.includes(code) ? code : `${kind}: ${message}`;
      };
      await note('no context', createString());
      await note('an element', createString(document.body));
      await note('a wrapper', createString({ sampleRate: 48000 }));
      await note('an option', createString(context, { channels: 1 }));
      await note('a mode', createString(context, { mode: 'thread' }));
      await note('a timeout', createString(context, { timeout: 0 }));
      await note('a note', createString(context, { note: 27.9 }));
      await note('a damping', createString(context, { damping: 0 }));
      await note('a brightness', createString(context, { brightness: '1' }));
      await note('a sample rate', createString(new OfflineAudioContext(1, 128, 3000)));
      const aborted = AbortSignal.abort(new Error('no more'));
      await note('an abort', createString(context, { signal: aborted }));
      const string = await createString(context, { damping: 2 });
      const calls = {
        'pluck where': () => string.pluck(1.1),
        'pluck how high': () => string.pluck(0.5, NaN),
        'pluck how wide': () => string.pluck(0.5, 1, 0.6),
        'pluck when': () => string.pluck(0.5, 1, 0.1, -1),
        'note which': () => string.note(89),
        'note none': () => string.note(),
        'note null': () => string.note(null),
        'note how hard': () => string.note(45, 2),
        'note when': () => string.note(45, 1, Infinity),
        'off': () => string.off('45'),
        'set what': () => string.set({ gain: 1 }),
        'set to what': () => string.set({ pickup: -0.1, damping: 5 }),
      };
      for (const [name, call] of Object.entries(calls)) await note(name, (async () => call())());
      const { damping } = string.sound;
      string.connect(context.destination);
      const rendered = await context.startRendering();
      const silent = rendered.getChannelData(0).every((x) => x === 0);
      await string.close();
      await string.close();
      await note('closed', (async () => string.note(45))());
      return { codes, damping, silent, closed: string.closed };
    });
    assert.deepEqual(found.codes, {
      'no context': 'bad-context',
      'an element': 'bad-context',
      'a wrapper': 'wrapped-context',
      'an option': 'unknown-option',
      'a mode': 'bad-option',
      'a timeout': 'bad-option',
      'a note': 'bad-string-value',
      'a damping': 'bad-string-value',
      'a brightness': 'bad-string-value',
      'a sample rate': 'string-sample-rate',
      'an abort': 'Error: no more',
      'pluck where': 'bad-string-value',
      'pluck how high': 'bad-string-value',
      'pluck how wide': 'bad-string-value',
      'pluck when': 'bad-string-time',
      'note which': 'bad-string-value',
      'note none': 'bad-string-value',
      'note null': 'bad-string-value',
      'note how hard': 'bad-string-value',
      'note when': 'bad-string-time',
      'off': 'bad-string-value',
      'set what': 'unknown-option',
      'set to what': 'bad-string-value',
      'closed': 'string-closed',
    });
    assert.equal(found.damping, 2);
    assert.ok(found.silent);
    assert.ok(found.closed);
  });

  test('plays in script-processor mode where there is no AudioWorklet, and says why', async () => {
    const found = await browser.inPage(
      async () => {
        const s = await import('/tests/browser/string/in-page.js');
        const { createString } = await import('/worklet/engine.js');
        const context = await s.runningContext();
        const string = await createString(context);
        const analyser = new AnalyserNode(context);
        string.connect(analyser).connect(context.destination);
        string.note(45, 1);
        const samples = new Float32Array(analyser.fftSize);
        const peak = () => {
          analyser.getFloatTimeDomainData(samples);
          return Math.max(...samples);
        };
        while (peak() < 0.05) await s.wait(0.01);
        const bent = string.view().some((u) => u !== 0);
        const { mode, transport, fallbackReason } = string;
        await string.close();
        await context.close();
        return { mode, transport, reason: fallbackReason?.code, bent };
      },
      { first: () => delete globalThis.AudioWorkletNode },
    );
    assert.deepEqual(found, {
      mode: 'script-processor',
      transport: 'direct',
      reason: 'worklet-unsupported',
      bent: true,
    });
  });

  test('ends with its context, by its signal, at the end of a block, and when it is forgotten and silent', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString } = await import('/worklet/engine.js');
      const context = await s.runningContext();
      const spy = await s.spyOn(context);
      const ended = async () => {
        for (let look = 0; look < 100; look++) {
          globalThis.gc();
          const { memories } = await spy.report();
          if (memories.length > 0 && memories.every((bytes) => bytes === 0)) return true;
          await s.wait(0.05);
        }
        return false;
      };
      const aborter = new AbortController();
      const string = await createString(context, { signal: aborter.signal });
      aborter.abort();
      const byAbort = string.closed && (await ended());
      const disposed = await createString(context);
      disposed[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
      const byBlock = disposed.closed && (await ended());
      const analyser = new AnalyserNode(context);
      const samples = new Float32Array(analyser.fftSize);
      analyser.connect(context.destination);
      await (async () => {
        const dropped = await createString(context, { damping: 0.1 });
        dropped.connect(analyser);
        dropped.note(45, 1, context.currentTime + 0.3);
      })();
      // What it was told before is played.
      const isHeard = () => {
        globalThis.gc();
        analyser.getFloatTimeDomainData(samples);
        return samples.some((x) => x > 0.02);
      };
      while (!isHeard()) await s.wait(0.01);
      const byForgetting = await ended();
      const last = await createString(context);
      await context.close();
      while (!last.closed) await s.wait(0.01);
      return { byAbort, byBlock, byForgetting, byContext: last.closed };
    });
    assert.deepEqual(found, { byAbort: true, byBlock: true, byForgetting: true, byContext: true });
  });

  test('tells its listeners when it fails while it plays, and the engines of its instance', async () => {
    const found = await browser.inPage(async () => {
      const s = await import('/tests/browser/string/in-page.js');
      const { createString } = await import('/worklet/engine.js');
      const context = await s.runningContext();
      const spy = await s.spyOn(context);
      const [string, engine] = [await createString(context), await s.createEngine(context)];
      const failed = (target) =>
        new Promise((resolve) => target.addEventListener('error', ({ detail }) => resolve(detail.code)));
      const failures = Promise.all([failed(string), failed(engine)]);
      string.connect(engine.input);
      engine.connect(context.destination);
      await spy.sabotage('strings');
      string.note(45);
      const codes = await failures;
      await string.close();
      await engine.close();
      await context.close();
      return codes;
    });
    assert.deepEqual(found, ['processor-died', 'processor-died']);
  });
});
