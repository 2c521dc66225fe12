/**
 * The engine in each browser: every way to run that it offers, in real time and offline, with the same bits; and the
 * best way chosen by itself.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

/** What each browser has: WebKitGTK is isolated, but without SharedArrayBuffer. */
const BROWSERS = {
  chromium: ['worklet-shared', 'worklet-message', 'script-processor'],
  firefox: ['worklet-shared', 'worklet-message', 'script-processor'],
  webkit: ['worklet-message', 'script-processor'],
};

for (const [name, ways] of Object.entries(BROWSERS)) {
  describe(`The engine in ${name}`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test(`chooses ${ways[0]} by itself, and says what is missing`, async () => {
      const { mode, transport, fallback, isolated, missing } = await browser.inPage(async () => {
        const t = await import('/tests/support/in-page.mjs');
        const context = new OfflineAudioContext(2, 128, 48000);
        const engine = await t.createEngine(context);
        const { mode, transport, fallbackReason } = engine;
        await engine.close();
        const missing = t.detect().filter(({ present }) => !present);
        if (missing.some(({ remedy }) => remedy === '')) throw new Error('A missing feature has no remedy.');
        const isolated = crossOriginIsolated;
        return { mode, transport, fallback: fallbackReason, isolated, missing: missing.map(({ id }) => id) };
      });
      assert.equal(`${mode}-${transport}`, ways[0]);
      assert.equal(fallback, null);
      assert.equal(isolated, true);
      assert.equal(missing.includes('sharedMemory'), !ways.includes('worklet-shared'));
    });

    test('gives the same bits offline by every way, fixed or not, to −100 dB those of the formulas', async () => {
      const { differences, error } = await browser.inPage(
        async (ways) => {
          const t = await import('/tests/support/in-page.mjs');
          const { renderThroughScriptProcessor } = await import('/proof/fallback-render.js');
          const sampleRate = 48000;
          const input = [t.noise(21, 2 * sampleRate), t.noise(22, 2 * sampleRate)];
          const params = { distortion: 0.6, lpf_cutoff: 4000, hpf_cutoff: 120, delay_time: 0.09, delay_mix: 0.4 };
          const path = await renderThroughScriptProcessor(input, { sampleRate, params });
          const differences = {};
          for (const way of ways.filter((way) => way.startsWith('worklet'))) {
            for (const fixed of [false, true]) {
              const { output } = await t.renderOffline({ ...t.WAYS[way], params, fixed }, { sampleRate, input });
              const counts = output.map((channel, c) => t.differences(channel, path[c]));
              differences[fixed ? `${way}, fixed` : way] = Math.max(...counts);
            }
          }
          const errorOf = (channel, c) => t.errorInDecibels(channel, t.chain(input[c], sampleRate, params));
          const error = Math.max(...path.map(errorOf));
          return { differences, error };
        },
        { args: ways },
      );
      assert.ok(Object.keys(differences).length > 0);
      for (const [way, count] of Object.entries(differences)) assert.equal(count, 0, `${way}: ${count} samples differ`);
      assert.ok(error <= -100, `error ${error} dB`);
    });

    for (const way of ways) {
      test(`plays by ${way} in real time with the bits of the offline render`, async () => {
        const { differences, frames, tries, mode } = await browser.inPage(
          async (way) => {
            const t = await import('/tests/support/in-page.mjs');
            const sampleRate = 48000;
            const frames = sampleRate / 4;
            const input = [t.noise(31, frames)];
            const params = { distortion: 0.6, lpf_cutoff: 4000, delay_time: 0.05, delay_mix: 0.4 };
            const options = { ...t.WAYS[way], channels: 1, bufferSize: 16384, params };
            const expected = await t.renderOffline({ mode: 'worklet', channels: 1, params }, { sampleRate, input });
            const [render] = expected.output;
            const context = await t.runningContext({ sampleRate });
            // A busy machine may break the fallback's sound, and the recorder's; then it is played again.
            let tries = 0;
            let differences = Infinity;
            let mode;
            while (differences > 0 && tries < 8) {
              tries++;
              const engine = await t.createEngine(context, options);
              mode = t.describeWay(engine);
              const constant = new ConstantSourceNode(context, { offset: 0 });
              constant.connect(engine.input);
              constant.start();
              engine.output.connect(context.destination);
              const recorder = await t.record(engine.output, { seconds: 4, channels: 1 });
              await t.wait(0.1);
              const source = new AudioBufferSourceNode(context, { buffer: t.bufferOf(context, input) });
              source.connect(engine.input);
              // On a quantum's edge, as the offline render begins.
              const quantum = Math.ceil((context.currentTime * sampleRate) / 128) + 40;
              source.start((quantum * 128) / sampleRate);
              // The fallback's two buffers of 16384 frames are late by 0.7 s.
              await t.wait(frames / sampleRate + (way === 'script-processor' ? 1.2 : 0.3));
              const {
                channels: [recorded],
              } = await recorder.take();
              await engine.close();
              constant.stop();
              const start = recorded.findIndex((x) => x !== 0);
              if (start >= 0) differences = t.differences(render, recorded.subarray(start, start + frames));
            }
            await context.close();
            return { differences, frames: render.length, tries, mode };
          },
          { args: way },
        );
        assert.equal(frames, 12000);
        assert.equal(differences, 0, `${differences} samples differ, after ${tries} tries`);
        assert.equal(mode, way);
      });
    }

    test('tells the latency of the device, but does not ask Firefox, which can hang by that', async () => {
      const { asked, told, known } = await browser.inPage(async () => {
        const t = await import('/tests/support/in-page.mjs');
        const context = await t.runningContext();
        const engine = await t.createEngine(context);
        const { get } = Object.getOwnPropertyDescriptor(AudioContext.prototype, 'outputLatency') ?? {};
        let asked = 0;
        const known = 0.0625;
        const answer = () => {
          asked++;
          return known;
        };
        if (get) Object.defineProperty(context, 'outputLatency', { get: answer });
        const told = engine.latency().output;
        await engine.close();
        await context.close();
        return { asked, told, known: get ? known : 0 };
      });
      if (name === 'firefox') assert.deepEqual({ asked, told }, { asked: 0, told: 0 });
      else assert.equal(told, known);
    });

    test('plays through a script processor offline too, or says that this browser does not wait for it', async () => {
      const result = await browser.inPage(async () => {
        const t = await import('/tests/support/in-page.mjs');
        const input = [t.noise(41, 48000)];
        const options = { mode: 'script-processor', bufferSize: 256 };
        try {
          const { output } = await t.renderOffline(options, { sampleRate: 48000, input });
          return { peak: Math.max(...output[0].map(Math.abs)) };
        } catch ({ code }) {
          return { code };
        }
      });
      if (name === 'firefox') assert.deepEqual(result, { code: 'script-processor-offline' });
      else assert.ok(result.peak > 0.1);
    });

    test('changes between all its ways while it plays, and ends', async () => {
      const { modes, missing, closed } = await browser.inPage(
        async (ways) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const engine = await t.createEngine(context, { ...t.WAYS[ways[0]], params: { delay_mix: 0 } });
          const sine = new OscillatorNode(context);
          sine.connect(engine.input);
          engine.output.connect(context.destination);
          sine.start();
          const modes = [];
          for (const way of [...ways, ...ways].slice(1)) {
            const { mode, transport } = t.WAYS[way];
            await engine.setMode(mode, { transport });
            modes.push(t.describeWay(engine));
            const { quanta } = engine.meters();
            while (engine.meters().quanta === quanta) await t.wait(0.01);
          }
          const [peak] = engine.meters().outputPeak;
          await engine.close();
          await context.close();
          return { modes, missing: peak === 0, closed: engine.closed };
        },
        { args: ways },
      );
      assert.deepEqual(modes, [...ways, ...ways].slice(1));
      assert.equal(missing, false, 'the sine is heard');
      assert.ok(closed);
    });
  });
}
