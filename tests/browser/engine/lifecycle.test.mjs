/** What the browser and the system do to a context while an engine plays in it. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipUnless } from '../../../scripts/lib/harness.mjs';
import { openBrowser } from '../../support/open-browser.mjs';

describe('An engine', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => (browser = await openBrowser('chromium', { args: ['--js-flags=--expose-gc'] })));
  after(() => browser.close());

  test('pauses with a suspended context, says so, and resumes without a quantum missed', async () => {
    const { whileSuspended, afterwards, missed, events } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context, { mode: 'worklet' });
      const events = [];
      engine.addEventListener('statechange', ({ detail }) => events.push(`${detail.reason}: ${detail.state}`));
      engine.output.connect(context.destination);
      await t.wait(0.2);
      await context.suspend();
      await t.wait(0.05);
      const { quanta } = engine.meters();
      engine.set('gain', 0.5);
      await t.wait(0.2);
      const whileSuspended = engine.meters().quanta - quanta;
      await engine.resume();
      while (engine.meters().quanta - quanta < 50) await t.wait(0.01);
      const { missed, appliedSequence } = engine.meters();
      await engine.close();
      await context.close();
      return { whileSuspended, afterwards: appliedSequence, missed, events };
    });
    assert.equal(whileSuspended, 0);
    assert.equal(afterwards, 1, 'what was set meanwhile is in force');
    assert.equal(missed, 0);
    assert.deepEqual(events, ['context: suspended', 'context: running']);
  });

  test('says what happened to the page and the devices, until it is closed', async () => {
    const events = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context);
      const events = [];
      engine.addEventListener('statechange', ({ detail }) => events.push(detail.reason));
      const happen = () => {
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
        context.dispatchEvent(new Event('sinkchange'));
        context.dispatchEvent(new Event('error'));
        document.dispatchEvent(new Event('visibilitychange'));
      };
      happen();
      await engine.close();
      happen();
      await context.close();
      return events;
    });
    assert.deepEqual(events, ['devices', 'output-device', 'context-error', 'visible']);
  });

  test('builds its host again, with its parameters, where the sample rate has become another', async () => {
    const { processors, running, gain, reasons } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const spy = await t.spyOn(context);
      const engine = await t.createEngine(context, { params: { delay_mix: 0 } });
      engine.set('gain', 2);
      const reasons = [];
      engine.addEventListener('statechange', ({ detail }) => reasons.push(detail.reason));
      const again = new Promise((resolve) => engine.addEventListener('modechange', resolve));
      // No browser here changes it; some on telephones do, with the device.
      Object.defineProperty(context, 'sampleRate', { value: 44100 });
      context.dispatchEvent(new Event('statechange'));
      await again;
      await t.wait(0.1);
      const { processors } = await spy.report();
      const gain = engine.get('gain');
      await engine.close();
      await context.close();
      return { processors: processors.length, running: processors.filter(({ ended }) => !ended).length, gain, reasons };
    });
    assert.deepEqual(reasons, ['context', 'sample-rate']);
    assert.equal(processors, 2);
    assert.equal(running, 1);
    assert.equal(gain, 2);
  });

  test('says resume-refused where the browser does not let the sound on', async () => {
    const failures = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const engine = await t.createEngine(context);
      await context.suspend();
      // Chromium and Firefox never answer before a gesture; Safari rejects.
      const failures = [];
      for (const resume of [() => new Promise(() => {}), () => Promise.reject(new Error('not allowed'))]) {
        context.resume = resume;
        failures.push(await t.failureOf(engine.resume()));
      }
      await engine.close();
      await context.close();
      return failures;
    });
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['resume-refused', 'resume-refused'],
    );
    assert.match(failures[0].message, /waits for a click.*engine\.resume\(\)/);
    assert.match(failures[1].message, /not allowed/);
  });

  test('adds up its latency: context, device, effects, buffer', async () => {
    const { worklet, fallback, base } = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext({ sampleRate: 48000 });
      const engine = await t.createEngine(context, { params: { delay_mix: 0 } });
      const worklet = engine.latency();
      await engine.setMode('script-processor', { bufferSize: 1024 });
      const fallback = engine.latency();
      const { baseLatency } = context;
      await engine.close();
      await context.close();
      return { worklet, fallback, base: baseLatency };
    });
    assert.equal(worklet.base, base);
    assert.equal(worklet.engine, 0);
    assert.equal(worklet.buffer, 0);
    assert.ok(Math.abs(fallback.buffer - 2048 / 48000) < 1e-3, `${fallback.buffer} s`);
    for (const { base, output, engine, buffer, total } of [worklet, fallback]) {
      assert.ok(Math.abs(total - (base + output + engine + buffer)) < 1e-9);
    }
  });
});
