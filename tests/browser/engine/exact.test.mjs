/** The engine against the formulas, and against itself in every way to run. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('The engine, offline', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  for (const sampleRate of [44100, 48000]) {
    for (const channels of [1, 2]) {
      const setting = `${channels === 1 ? 'mono' : 'stereo'} at ${sampleRate} Hz`;
      test(`answers with the formulas' output to −100 dB, ${setting}`, async () => {
        const errors = await browser.inPage(
          async ({ sampleRate, channels }) => {
            const t = await import('/tests/support/in-page.mjs');
            const input = [t.noise(1, 2 * sampleRate), t.noise(2, 2 * sampleRate)].slice(0, channels);
            const settings = [
              {},
              { gain: 2, distortion: 0.8, lpf_cutoff: 3000, hpf_cutoff: 200 },
              { delay_time: 0.1, delay_feedback: 0.9, delay_mix: 0.6 },
              { gain: 0.3, distortion: 0, lpf_cutoff: 20, delay_time: 0, delay_mix: 1 },
            ];
            const errors = [];
            for (const params of settings) {
              const { output } = await t.renderOffline({ mode: 'worklet', params }, { sampleRate, input });
              const error = (channel, i) => t.errorInDecibels(channel, t.chain(input[i], sampleRate, params));
              errors.push(...output.map(error));
            }
            return errors;
          },
          { args: { sampleRate, channels } },
        );
        assert.equal(errors.length, 4 * channels);
        for (const error of errors) assert.ok(error <= -100, `error ${error} dB`);
      });
    }
  }

  test('answers the first input sample with the first output sample', async () => {
    const { first, expected } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const input = [new Float32Array(256).fill(0.5)];
      const params = { delay_mix: 0.25 };
      const {
        output: [output],
      } = await t.renderOffline({ mode: 'worklet', params }, { sampleRate: 48000, input });
      return { first: output[0], expected: t.chain(input[0].subarray(0, 1), 48000, params)[0] };
    });
    assert.ok(Math.abs(expected) > 0.1);
    assert.ok(Math.abs(first - expected) < 1e-6, `${first} instead of ${expected}`);
  });

  test('gives the same bits by shared memory and by messages', async () => {
    const { differences, transports } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const input = [t.noise(3, 96000), t.noise(4, 96000)];
      const params = { delay_time: 0.05, lpf_cutoff: 5000, distortion: 0.5 };
      const renders = [];
      for (const way of [t.WAYS['worklet-shared'], t.WAYS['worklet-message']]) {
        renders.push(await t.renderOffline({ ...way, params }, { sampleRate: 48000, input }));
      }
      const [a, b] = renders.map(({ output }) => output);
      const differences = a.reduce((sum, channel, c) => sum + t.differences(channel, b[c]), 0);
      return { differences, transports: renders.map(({ engine }) => engine.transport) };
    });
    assert.deepEqual(transports, ['shared', 'message']);
    assert.equal(differences, 0);
  });

  for (const bufferSize of [256, 2048]) {
    test(`gives the same bits by a ScriptProcessorNode of ${bufferSize} frames, later by its latency`, async () => {
      const { differences, delay, latency } = await browser.inPage(
        async (bufferSize) => {
          const t = await import('/tests/support/in-page.mjs');
          const input = [t.noise(5, 48000), t.noise(6, 48000)];
          const params = { delay_time: 0.05, lpf_cutoff: 5000, distortion: 0.5 };
          const timing = { sampleRate: 48000, input };
          const worklet = await t.renderOffline({ mode: 'worklet', params }, timing);
          const options = { mode: 'script-processor', bufferSize, params };
          const script = await t.renderOffline(options, { ...timing, frames: 60000 });
          const delay = script.output[0].findIndex((x) => x !== 0);
          const late = script.output.map((channel) => channel.subarray(delay));
          return {
            differences: worklet.output.reduce((sum, channel, c) => sum + t.differences(channel, late[c]), 0),
            delay,
            latency: Math.round(script.engine.latency().buffer * 48000),
          };
        },
        { args: bufferSize },
      );
      assert.equal(differences, 0);
      assert.equal(delay, latency);
    });
  }

  test('cuts a big buffer into quanta that give the same bits as the worklet', async () => {
    const differences = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const { renderThroughScriptProcessor } = await import('/proof/fallback-render.js');
      const input = [t.noise(7, 96000), t.noise(8, 96000)];
      const params = { delay_time: 0.07, hpf_cutoff: 300, distortion: 0.9 };
      const worklet = await t.renderOffline({ mode: 'worklet', params }, { sampleRate: 48000, input });
      const output = await renderThroughScriptProcessor(input, { sampleRate: 48000, params, bufferSize: 1024 });
      return worklet.output.map((channel, c) => t.differences(channel, output[c]));
    });
    assert.deepEqual(differences, [0, 0]);
  });

  test('plays a mono source on both channels of a stereo engine', async () => {
    const { errors } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const input = [t.noise(9, 48000)];
      const { output } = await t.renderOffline({ mode: 'worklet' }, { sampleRate: 48000, input, channels: 2 });
      return { errors: output.map((channel) => t.errorInDecibels(channel, t.chain(input[0], 48000))) };
    });
    assert.equal(errors.length, 2);
    for (const error of errors) assert.ok(error <= -100, `error ${error} dB`);
  });

  test('lets the tail ring on when the source ends and is disconnected', async () => {
    const error = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const frames = 48000;
      const burst = t.noise(10, 1024);
      const params = { delay_time: 0.1, delay_feedback: 0.8, delay_mix: 0.5 };
      const context = new OfflineAudioContext(2, frames, 48000);
      const engine = await t.createEngine(context, { mode: 'worklet', params });
      const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, [burst]) });
      source.connect(engine.input);
      engine.output.connect(context.destination);
      source.start();
      context.suspend(4096 / 48000).then(() => {
        source.disconnect();
        context.resume();
      });
      const rendered = await context.startRendering();
      const input = new Float32Array(frames);
      input.set(burst);
      return t.errorInDecibels(rendered.getChannelData(0), t.chain(input, 48000, params));
    });
    assert.ok(error <= -100, `error ${error} dB`);
  });

  test('renders without any source: silence, counted', async () => {
    const { peak, quanta } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = new OfflineAudioContext(2, 12800, 48000);
      const engine = await t.createEngine(context, { mode: 'worklet' });
      engine.output.connect(context.destination);
      const rendered = await context.startRendering();
      return { peak: Math.max(...rendered.getChannelData(0).map(Math.abs)), quanta: engine.meters().quanta };
    });
    assert.equal(peak, 0);
    assert.equal(quanta, 100);
  });

  test('has the response that an impulse through it has, by the Fourier transform, in either mode', async () => {
    const found = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const [sampleRate, frames] = [48000, 48000];
      const impulse = new Float32Array(frames);
      impulse[0] = 1;
      const frequencies = [30, 100, 300, 440, 1000, 3000, 10000, 20000, 23000];
      const settings = {
        'low-pass and high-pass': { lpf_cutoff: 900, hpf_cutoff: 150 },
        'peaking alone': { lpf_on: false, hpf_on: false, peak_on: true, peak_gain: 12, peak_q: 4 },
        'all three': { lpf_cutoff: 5000, hpf_cutoff: 40, peak_on: true, peak_frequency: 300, peak_gain: -18 },
      };
      const results = [];
      for (const [name, filters] of Object.entries(settings)) {
        for (const mode of ['worklet', 'script-processor']) {
          const params = { distortion_on: false, delay_on: false, ...filters };
          const { output, engine } = await t.renderOffline({ mode, params }, { sampleRate, input: [impulse] });
          const heard = frequencies.map((frequency) => t.magnitude(output[0], frequency, sampleRate));
          results.push({ what: `${name}, ${mode}`, heard, drawn: Array.from(engine.response(frequencies)) });
        }
      }
      return results;
    });
    for (const { what, heard, drawn } of found) {
      assert.ok(Math.max(...heard) > 3 * Math.min(...heard), `${what}: the filters are heard`);
      for (const [i, want] of heard.entries()) {
        assert.ok(Math.abs(drawn[i] - want) <= 1e-5 * want + 1e-7, `${what}: ${drawn[i]} drawn, ${want} heard`);
      }
    }
  });

  test('reports the last meters of an offline render by message when it is closed', async () => {
    const frames = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const way = t.WAYS['worklet-message'];
      const { engine } = await t.renderOffline(way, { sampleRate: 48000, input: [t.noise(11, 48000)] });
      return engine.meters().frames;
    });
    assert.equal(frames, 48000);
  });
});

describe('A parameter', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium')));
  after(() => browser.close());

  test('is clamped to its range, rounded to float32, and the value in force is returned', async () => {
    const values = await browser.inPage(async () => {
      const { createEngine } = await import('/worklet/engine.js');
      const engine = await createEngine(new OfflineAudioContext(2, 128, 48000), { params: { gain: 9 } });
      const given = [
        engine.get('gain'),
        engine.set('gain', -1),
        engine.set('delay_feedback', 2),
        engine.set('lpf_cutoff', 1e30),
        engine.set('delay_mix', 0.1),
        engine.get('delay_mix'),
        engine.set('bypass', true),
        engine.set('bypass', 0.2),
      ];
      engine.set('gain', 3);
      engine.reset('gain');
      given.push(engine.get('gain'));
      engine.reset();
      const defaults = engine.parameters.every((row) => engine.get(row.id) === row.default);
      await engine.close();
      return { given, defaults };
    });
    const f32 = Math.fround;
    assert.deepEqual(values.given, [4, 0, f32(0.95), 20000, f32(0.1), f32(0.1), 1, 0, 1]);
    assert.ok(values.defaults);
  });

  test('that is unknown or not finite throws, and changes nothing', async () => {
    const { failures, gain, sequence } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000), { params: { gain: 2 } });
      const odd = [NaN, Infinity, -Infinity, '1', null, undefined, {}, true, 1n];
      const calls = [
        ...odd.map((value) => () => engine.set('gain', value)),
        () => engine.set('volume', 1),
        () => engine.get('volume'),
        () => engine.reset('volume'),
      ];
      const failures = [];
      for (const call of calls) failures.push((await t.failureOf((async () => call())())).code);
      await engine.close();
      failures.push((await t.failureOf((async () => engine.set('gain', 1))())).code);
      return { failures, gain: engine.get('gain'), sequence: engine.sequence };
    });
    assert.deepEqual(failures, [...Array(9).fill('bad-value'), ...Array(3).fill('unknown-parameter'), 'engine-closed']);
    assert.equal(gain, 2);
    assert.equal(sequence, 0);
  });
});
