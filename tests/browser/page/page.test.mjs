/**
 * The page in Chromium, used as a visitor uses it: with the keyboard, the mouse, a microphone that hears a recording
 * of speech, and files that are and are not audio. References are the formulas in float64, the Web Audio API's own
 * figures, and pixels.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { chain, errorInDecibels } from '../../../scripts/lib/reference.mjs';
import { buildNative, difference, renderNatively } from '../../support/native.mjs';
import {
  closeSite,
  dropFile,
  errorsOf,
  openSite,
  parameterOf,
  playBuiltIn,
  pressOn,
  showView,
  startRecording,
  takeRecording,
  textOf,
  typeInto,
  untilApplied,
  untilReady,
  untilText as untilTextOn,
} from '../../support/site.mjs';

/** Chromium with a microphone that it does not give. */
const REFUSED = ['--use-fake-device-for-media-stream', '--deny-permission-prompts'];
const SPEECH = fileURLToPath(new URL('../../data/speech.wav', import.meta.url));

describe('the page in Chromium', { skip: skipUnless('chromium') }, () => {
  let server, browser, page;

  before(async () => {
    server = await serveProject({ port: 0 });
    browser = await launch('chromium', { microphone: SPEECH });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /**
   * A test on a page of its own, which must end without a notice, and without an error in the
   * console: no exception, no failed load, no CSP violation.
   */
  const onPage = (promise, body, { path = '', launched } = {}) =>
    it(promise, async () => {
      const own = launched && (await launched());
      page = await openSite(own ?? browser, server.url + path);
      try {
        await body();
        assert.deepEqual(errorsOf(page), []);
        assert.deepEqual(await page.$$eval('.notice', (notices) => notices.map(({ textContent }) => textContent)), []);
      } finally {
        await closeSite(page);
        await own?.close();
      }
    });

  const text = (selector) => textOf(page, selector);
  const get = (id) => parameterOf(page, id);
  const untilText = (selector, part) => untilTextOn(page, selector, part);
  const press = (id, ...keys) => pressOn(page, id, ...keys);

  /** What the page says is missing, one line for each, with what would provide it. */
  const absentFeatures = () =>
    page.$$eval('.features .absent', (rows) => rows.map(({ textContent }) => textContent).join('\n'));

  /** How many pixels of a canvas have the colour of a token of the style sheet, within rounding. */
  const pixelsOf = (selector, token) =>
    page.$eval(
      selector,
      (canvas, name) => {
        const color = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        const wanted = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (wanted.every((channel, index) => Math.abs(data[i + index] - channel) < 12)) count++;
        }
        return count;
      },
      token,
    );

  describe('sources', () => {
    onPage('plays the microphone through the chain: native Rust’s bits, and the formulas at −100 dB', async () => {
      await page.click('#parameter-limiter_on');
      await startRecording(page);
      await page.click('#start-microphone');
      await untilText('#source-state', 'Playing:');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.01);
      await page.waitForFunction(() => globalThis.page.session.context.currentTime > 4);
      const { sampleRate, input, output } = await takeRecording(page);
      const params = await page.evaluate(() =>
        Object.fromEntries(globalThis.page.session.parameters.map(({ id }) => [id, globalThis.page.session.get(id)])),
      );
      assert.ok(
        input[0].some((sample) => Math.abs(sample) > 0.01),
        'speech was heard',
      );
      await buildNative();
      assert.equal(difference(output, await renderNatively(input, sampleRate, params)), null);
      for (const channel of [0, 1]) {
        const error = errorInDecibels(output[channel], chain(input[channel], sampleRate, params));
        assert.ok(error <= -100, `channel ${channel}: ${error.toFixed(1)} dB`);
      }
    });

    onPage('asks for the microphone without the browser’s own processing', async () => {
      await page.click('#start-microphone');
      await untilText('#source-state', 'Playing:');
      const settings = await page.evaluate(() => globalThis.page.session.source.track.getSettings());
      for (const name of ['echoCancellation', 'noiseSuppression', 'autoGainControl']) {
        assert.equal(settings[name], false, name);
      }
    });

    onPage('plays one source at a time, and stops', async () => {
      await page.click('#start-microphone');
      await untilText('#source-state', 'Playing:');
      const track = await page.evaluateHandle(() => globalThis.page.session.source.track);
      await page.click('#start-built-in');
      await untilText('#source-state', 'Built-in loop');
      await page.waitForFunction((old) => old.readyState === 'ended', {}, track);
      const pressed = await page.$$eval('.sources [aria-pressed=true]', (buttons) => buttons.map(({ id }) => id));
      assert.deepEqual(pressed, ['start-built-in']);
      await page.click('#stop');
      assert.equal(await text('#source-state'), 'Nothing plays.');
      assert.ok(await page.$eval('#stop', (button) => button.disabled));
    });

    onPage('lets the context rest once the delay has rung out', async () => {
      await press('delay_mix', 'Home');
      await playBuiltIn(page);
      await page.click('#stop');
      await page.waitForFunction(() => globalThis.page.session.context.state === 'suspended');
      await playBuiltIn(page);
      await page.waitForFunction(() => globalThis.page.session.context.state === 'running');
    });

    onPage('plays an audio file that is dropped on the page, and names it', async () => {
      await dropFile(page, 'speech.wav', readFileSync(SPEECH));
      await untilText('#source-state', 'speech.wav');
      assert.ok(await page.$eval('#drop', (frame) => frame.hidden));
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.01);
      // From just before its end it goes on at its start.
      await page.evaluate(() => {
        const { player } = globalThis.page.session.source;
        player.seek(player.buffer.duration - 0.1);
      });
      await page.waitForFunction(() => {
        const { player } = globalThis.page.session.source;
        return player.position() < player.buffer.duration / 2;
      });
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.01);
    });

    onPage('opens an audio file by its button', async () => {
      const [chooser] = await Promise.all([page.waitForFileChooser(), page.click('#open-file')]);
      await chooser.accept([SPEECH]);
      await untilText('#source-state', 'speech.wav');
    });

    onPage('says of a file that it is no audio, too big or empty, and plays on', async () => {
      await playBuiltIn(page);
      for (const [name, bytes, sentence] of [
        ['notes.txt', Buffer.from('no audio at all'), 'is not audio'],
        ['long.wav', 2 ** 30 + 1, 'too big'],
        ['nothing.wav', 0, 'is empty'],
      ]) {
        await dropFile(page, name, bytes);
        await untilText('#source-error', sentence);
        assert.match(await text('#source-error'), new RegExp(name.replace('.', '\\.')));
        await untilText('#source-state', 'Built-in loop');
      }
      await page.click('#start-built-in');
      await page.waitForFunction(() => document.querySelector('#source-error').hidden);
    });

    onPage('plays a WAV of more than 64 MB', async () => {
      const seconds = (65 * 2 ** 20) / 2 / 48000;
      await page.evaluate(
        (bytes) => {
          const header = new DataView(new ArrayBuffer(44));
          const write = (at, text) => {
            for (let i = 0; i < text.length; i++) header.setUint8(at + i, text.charCodeAt(i));
          };
          write(0, 'RIFF');
          header.setUint32(4, 36 + bytes, true);
          write(8, 'WAVEfmt ');
          header.setUint32(16, 16, true);
          header.setUint16(20, 1, true);
          header.setUint16(22, 1, true);
          header.setUint32(24, 48000, true);
          header.setUint32(28, 96000, true);
          header.setUint16(32, 2, true);
          header.setUint16(34, 16, true);
          write(36, 'data');
          header.setUint32(40, bytes, true);
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([header, new Uint8Array(bytes)], 'album.wav'));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        65 * 2 ** 20,
      );
      await untilText('#source-state', `album.wav (${seconds.toFixed(1)} s`);
    });

    onPage('goes on, and does not start anew, by the source’s own button and by Play after a pause', async () => {
      await playBuiltIn(page);
      const source = await page.evaluateHandle(() => globalThis.page.session.source);
      for (const goOn of ['#start-built-in', '#play']) {
        await page.click('#start-built-in');
        await page.click('#play');
        await untilText('#source-state', 'Paused: Built-in loop');
        await page.click(goOn);
        await untilText('#source-state', 'Playing: Built-in loop');
        await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.05);
      }
      assert.ok(await page.evaluate((before) => before === globalThis.page.session.source, source));
      await page.click('#stop');
      await page.click('#play');
      await untilText('#source-state', 'Built-in loop');
    });

    onPage(
      'says that there is no microphone, and everything else works',
      async () => {
        await page.click('#start-microphone');
        await untilText('#source-error', 'There is no microphone.');
        await playBuiltIn(page);
        assert.ok(await page.$eval('#source-error', (error) => error.hidden));
      },
      { launched: () => launch('chromium') },
    );

    onPage(
      'says that the microphone was refused, and everything else works',
      async () => {
        await page.click('#start-microphone');
        await untilText('#source-error', 'The microphone was refused.');
        await playBuiltIn(page);
      },
      { launched: () => launch('chromium', { args: REFUSED }) },
    );

    onPage('brings an ended microphone back with one click and all settings', async () => {
      await press('gain', 'PageDown');
      const gain = await get('gain');
      await page.click('#start-microphone');
      await untilText('#source-state', 'Playing:');
      // As the system does it when the device is unplugged: the track ends by itself.
      await page.evaluate(() => globalThis.page.session.source.track.dispatchEvent(new Event('ended')));
      await untilText('#notices', 'The microphone was unplugged');
      assert.equal(await text('#source-state'), 'Nothing plays.');
      await page.click('#notices button');
      await untilText('#source-state', 'Playing:');
      assert.equal(await page.$('#notices .notice'), null);
      assert.equal(await get('gain'), gain);
    });
  });

  describe('the sound taken away', () => {
    onPage('resumes a context that the browser suspends while it plays', async () => {
      await playBuiltIn(page);
      await page.evaluate(() => globalThis.page.session.context.suspend());
      await page.waitForFunction(() => globalThis.page.session.context.state === 'running');
    });

    onPage('brings a closed context back with one click, with source and settings', async () => {
      await playBuiltIn(page);
      await press('lpf_cutoff', 'PageDown', 'PageDown');
      const cutoff = await get('lpf_cutoff');
      await page.evaluate(() => globalThis.page.session.context.close());
      await untilText('#notices', 'The browser closed the sound.');
      await page.click('#notices button');
      await page.waitForFunction(() => globalThis.page.session.engine?.meters().outputPeak[0] > 0.001);
      assert.match(await text('#source-state'), /Built-in loop/);
      assert.equal(await get('lpf_cutoff'), cutoff);
      assert.equal(await page.$('#notices .notice'), null);
    });
  });

  describe('parameters', () => {
    onPage('plays on while every parameter jumps between its ends', async () => {
      await playBuiltIn(page);
      const sliders = '#parameters input[type=range]';
      const ids = await page.$$eval(sliders, (inputs) => inputs.map(({ dataset }) => dataset.id));
      for (const key of ['End', 'Home', 'Delete']) for (const id of ids) await press(id, key);
      await press('delay_time', 'End');
      const { currentTime } = await page.evaluate(() => ({ currentTime: globalThis.page.session.context.currentTime }));
      await page.waitForFunction((start) => globalThis.page.session.context.currentTime > start + 1.5, {}, currentTime);
      await untilApplied(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    });

    onPage('has a labelled control in the table’s range for every parameter', async () => {
      const { table, controls } = await page.evaluate(() => ({
        table: globalThis.page.session.parameters.map(({ id, curve }) => ({ id, curve })),
        controls: [...document.querySelectorAll('[data-id]')].map((input) => ({
          id: input.dataset.id,
          type: input.type,
          labelled: input.labels[0]?.textContent.trim().length > 0,
        })),
      }));
      for (const { id, curve } of table) {
        const [control, ...others] = controls.filter((each) => each.id === id);
        assert.deepEqual(control, { id, type: curve === 'switch' ? 'checkbox' : 'range', labelled: true });
        assert.deepEqual(others, []);
      }
      assert.equal(controls.length, table.length);
    });

    onPage('steps with the arrow and page keys, to the ends with Home and End, back with Delete', async () => {
      await press('lpf_cutoff', 'PageDown');
      assert.equal(Math.round(await get('lpf_cutoff')), 10240, 'octaves count up from 20 Hz');
      await press('lpf_cutoff', 'ArrowUp');
      assert.ok(Math.abs((await get('lpf_cutoff')) - 10240 * 2 ** (1 / 12)) < 1, 'a semitone');
      await press('delay_mix', 'ArrowRight', 'ArrowRight');
      assert.ok(Math.abs((await get('delay_mix')) - 0.32) < 1e-6);
      await press('gain', 'PageDown');
      assert.ok(Math.abs((await get('gain')) - 10 ** (-6 / 20)) < 1e-6, '6 dB');
      await press('gain', 'Home');
      assert.equal(await get('gain'), 0);
      assert.equal(await page.$eval('#parameter-gain', (slider) => slider.getAttribute('aria-valuetext')), '−∞ dB');
      await press('gain', 'End');
      assert.equal(await get('gain'), 4);
      await press('gain', 'Delete');
      assert.equal(await get('gain'), 1);
    });

    onPage('reaches the audio thread with every change, by mouse and by key', async () => {
      await playBuiltIn(page);
      const sequence = () => page.evaluate(() => globalThis.page.session.engine.meters().appliedSequence);
      const first = await sequence();
      await press('delay_time', 'ArrowUp');
      await untilApplied(page);
      assert.equal(await sequence(), first + 1);
      // The knob's 180 pixels are the whole range, −60 … 12 dB: 45 down from 0 dB are −18 dB.
      const knob = await page.$('.dial:has(#parameter-gain)');
      await knob.scrollIntoView();
      const { x, y, width, height } = await knob.boundingBox();
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      assert.equal(await get('gain'), 1, 'a press alone moves nothing');
      await page.mouse.move(x + width / 2, y + height / 2 + 45, { steps: 5 });
      await page.mouse.up();
      await untilApplied(page);
      assert.ok((await sequence()) > first + 1);
      assert.ok(Math.abs(20 * Math.log10(await get('gain')) + 18) < 0.3, String(await get('gain')));
    });

    onPage('is a slider on a phone, and two quick clicks on its track are two wishes', async () => {
      await page.setViewport({ width: 390, height: 844 });
      const slider = await page.$('#parameter-gain');
      await slider.evaluate((node) => node.scrollIntoView({ block: 'center' }));
      const { x, y, width, height } = await slider.boundingBox();
      await page.mouse.click(x + width / 4, y + height / 2, { count: 2 });
      const level = 20 * Math.log10(await get('gain'));
      assert.ok(level > -48 && level < -36, `a quarter of the way is about −42 dB: ${level}`);
    });

    onPage('goes back to the default by a double-click and by its button', async () => {
      await press('delay_feedback', 'End');
      const knob = await page.$('.dial:has(#parameter-delay_feedback)');
      await knob.click({ count: 2 });
      assert.equal(await get('delay_feedback'), 0.5);
      await press('delay_feedback', 'End');
      await page.click('[aria-label="Reset Delay feedback"]');
      assert.equal(await get('delay_feedback'), 0.5);
    });

    onPage('takes typed values with and without units, and says what it cannot take', async () => {
      await typeInto(page, 'Low-pass cutoff', '1.2k');
      assert.ok(Math.abs((await get('lpf_cutoff')) - 1200) < 1e-3);
      await typeInto(page, 'Delay time', '250 ms');
      assert.ok(Math.abs((await get('delay_time')) - 0.25) < 1e-6);
      await typeInto(page, 'Gain', '-6');
      assert.ok(Math.abs((await get('gain')) - 10 ** (-6 / 20)) < 1e-6);
      await typeInto(page, 'Delay mix', 'loud');
      assert.match(await text('.complaint:not(:empty)'), /Type a value from 0 % to 100 %/);
      await page.keyboard.press('Escape');
      assert.ok(Math.abs((await get('delay_mix')) - 0.3) < 1e-6);
      assert.equal(await page.$eval('[aria-label="Delay mix, value"]', (input) => input.value), '30 %');
    });

    onPage('passes the input through untouched when bypassed', async () => {
      await page.click('#parameter-bypass');
      await startRecording(page);
      await playBuiltIn(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.05);
      const { input, output } = await takeRecording(page);
      assert.deepEqual(output, input);
    });

    onPage('keeps the settings for the next visit, and resets them all', async () => {
      await press('delay_time', 'Home');
      await page.click('#parameter-delay_on');
      await page.reload();
      await untilReady(page);
      assert.equal(await get('delay_time'), 0);
      assert.equal(await get('delay_on'), 0);
      assert.equal(await page.$eval('#parameter-delay_on', (input) => input.checked), false);
      await page.click('#reset-all');
      assert.equal(await get('delay_time'), 0.5);
      assert.equal(await get('delay_on'), 1);
    });

    onPage('starts with the limiter on, for the sake of ears', async () => {
      assert.equal(await get('limiter_on'), 1);
    });
  });

  describe('displays', () => {
    onPage('draws input and output, sharp at the screen’s pixel density, also after a resize', async () => {
      await page.setViewport({ width: 1000, height: 800, deviceScaleFactor: 2 });
      const idle = await pixelsOf('#oscilloscope', '--accent');
      await playBuiltIn(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      const sharp = () =>
        page.waitForFunction(() => {
          const canvas = document.querySelector('#oscilloscope');
          const { width, height } = canvas.getBoundingClientRect();
          const border = 2 * parseFloat(getComputedStyle(canvas).borderLeftWidth);
          return (
            Math.abs(canvas.width - (width - border) * devicePixelRatio) <= 1 &&
            Math.abs(canvas.height - (height - border) * devicePixelRatio) <= 1
          );
        });
      await sharp();
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      assert.notEqual(await pixelsOf('#oscilloscope', '--accent'), idle, 'the flat line has become a wave');
      for (const canvas of ['#oscilloscope', '#spectrum']) {
        for (const token of ['--accent', '--accent-2']) {
          assert.ok((await pixelsOf(canvas, token)) > 200, `${canvas} ${token}`);
        }
      }
      await page.setViewport({ width: 700, height: 800, deviceScaleFactor: 3 });
      await sharp();
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      assert.ok((await pixelsOf('#oscilloscope', '--accent')) > 200);
    });

    onPage('draws four times a second where the visitor prefers reduced motion', async () => {
      await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
      await page.reload();
      await untilReady(page);
      await playBuiltIn(page);
      const drawn = () =>
        page.evaluate(async () => {
          const context = document.querySelector('#oscilloscope').getContext('2d');
          let frames = 0;
          /** The frames in which it was drawn, by their times. */
          const drawnAt = new Set();
          const drawImage = context.drawImage.bind(context);
          // Each drawing copies the grid.
          context.drawImage = (...args) => {
            drawnAt.add(document.timeline.currentTime);
            drawImage(...args);
          };
          const start = performance.now();
          while (performance.now() - start < 1500) {
            await new Promise(requestAnimationFrame);
            frames++;
          }
          delete context.drawImage;
          return { frames, drawings: drawnAt.size, most: Math.ceil((performance.now() - start) / 250) + 1 };
        });
      const calm = await drawn();
      assert.ok(calm.drawings >= 1 && calm.drawings <= calm.most, JSON.stringify(calm));
    });

    onPage('shows the levels that the audio thread reports', async () => {
      await playBuiltIn(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      await page.waitForFunction(() => {
        const reading = document.querySelector('#meter-output .readings b').textContent;
        return /^−?\d+\.\d$/.test(reading);
      });
      assert.ok((await pixelsOf('#meter-output canvas', '--accent')) > 500);
      assert.ok((await pixelsOf('#meter-input canvas', '--accent-2')) > 500);
    });

    onPage('counts clipped samples, and forgets them when clicked', async () => {
      await page.click('#parameter-limiter_on');
      await page.click('#parameter-distortion_on');
      await press('gain', 'End');
      await press('delay_feedback', 'End');
      await playBuiltIn(page);
      await page.waitForSelector('#meter-output .lamp.lit');
      await press('gain', 'Home');
      await press('delay_mix', 'Home');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak.every((peak) => peak < 1));
      await page.click('#meter-output .lamp');
      assert.equal(await text('#meter-output .lamp b'), '0');
      assert.equal(await page.$('#meter-output .lamp.lit'), null);
    });
  });

  describe('run modes', () => {
    onPage('changes the run mode while it plays, with all settings', async () => {
      await playBuiltIn(page);
      await press('lpf_cutoff', 'PageDown');
      const cutoff = await get('lpf_cutoff');
      assert.equal(await text('.run-mode'), 'AudioWorklet, shared memory');
      await showView(page, 'lab');
      await page.click('#running input[value=script-processor]');
      await untilText('.run-mode', 'ScriptProcessorNode');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
      assert.equal(await get('lpf_cutoff'), cutoff);
      assert.match(await text('#source-state'), /Built-in loop/);
      await page.click('#running input[value=auto]');
      await untilText('.run-mode', 'AudioWorklet, shared memory');
    });

    onPage('changes the script processor’s buffer while it plays, and keeps it for the next visit', async () => {
      await showView(page, 'lab');
      await page.click('#running input[value=script-processor]');
      await playBuiltIn(page);
      await untilText('.run-mode', 'ScriptProcessorNode');
      await page.select('#buffer-size', '4096');
      await page.waitForFunction(() => globalThis.page.session.engine.bufferSize === 4096);
      await page.waitForFunction(() => document.querySelector('.figures').textContent.includes('4096 frames'));
      await page.reload();
      await untilReady(page);
      assert.equal(await page.$eval('#buffer-size', ({ value }) => value), '4096');
      assert.equal(await page.$eval('#running input:checked', ({ value }) => value), 'script-processor');
    });

    for (const [query, runMode] of [
      ['mode=script-processor', 'ScriptProcessorNode'],
      ['transport=message', 'AudioWorklet, messages'],
      ['mode=worklet&transport=shared', 'AudioWorklet, shared memory'],
    ]) {
      onPage(
        `runs as the address says: ?${query}`,
        async () => {
          await playBuiltIn(page);
          await untilText('.run-mode', runMode);
          await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
        },
        { path: `?${query}` },
      );
    }

    onPage('shows what is there, and figures that are the context’s own', async () => {
      await playBuiltIn(page);
      const { present, isolated, secure } = await page.evaluate(() => ({
        present: Object.fromEntries(
          [...document.querySelectorAll('.features tr')].map((row) => [
            row.querySelector('th').textContent,
            row.querySelector('b').textContent,
          ]),
        ),
        isolated: crossOriginIsolated,
        secure: isSecureContext,
      }));
      assert.equal(present['Cross-origin isolation'], isolated ? 'yes' : 'no');
      assert.equal(present['Secure context'], secure ? 'yes' : 'no');
      assert.equal(present.AudioWorklet, 'yes');
      await page.waitForFunction(() => {
        const { context } = globalThis.page.session;
        const figures = Object.fromEntries(
          [...document.querySelectorAll('.figures tr')].map((row) => [
            row.querySelector('th').textContent,
            row.querySelector('td').textContent,
          ]),
        );
        return (
          figures['Audio context'] === context.state &&
          figures['Sample rate'] === `${context.sampleRate} Hz` &&
          figures['Latency: context'] === `${(1000 * context.baseLatency).toFixed(1)} ms`
        );
      });
    });

    onPage('runs by messages where the server does not isolate the page, and says what would help', async () => {
      const plain = await serveProject({ port: 0, isolated: false });
      try {
        await page.goto(plain.url);
        await untilReady(page);
        await playBuiltIn(page);
        await untilText('.run-mode', 'AudioWorklet, messages');
        await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
        assert.match(await absentFeatures(), /Cross-origin isolation.*Cross-Origin-Opener-Policy: same-origin/);
      } finally {
        await page.goto('about:blank');
        await plain.close();
      }
    });

    onPage('runs as a script processor where there is no AudioWorklet, and says what would help', async () => {
      await page.evaluateOnNewDocument(() => {
        delete globalThis.AudioWorkletNode;
        delete globalThis.AudioWorklet;
      });
      await page.reload();
      await untilReady(page);
      await playBuiltIn(page);
      await untilText('.run-mode', 'ScriptProcessorNode');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
      assert.match(await absentFeatures(), /AudioWorklet/);
    });

    onPage('proves that three run modes render the same sound, to the last bit', async () => {
      await showView(page, 'lab');
      await page.click('#prove');
      await page.waitForSelector('.verdict.good');
      const { renders, difference } = await page.$eval('.verdict', ({ dataset }) => ({ ...dataset }));
      assert.deepEqual({ renders, difference }, { renders: '3', difference: '0' });
      const peaks = await page.$$eval('.renders tbody td:nth-of-type(2)', (cells) =>
        cells.map((cell) => cell.textContent),
      );
      for (const peak of peaks) assert.match(peak, /^−\d+\.\d dBFS$/, 'it is no silence that is compared');
    });

    onPage('shows that a blocked page breaks the script processor’s tone and not the worklet’s', async () => {
      await showView(page, 'lab');
      await page.click('#lab-toggle');
      await page.waitForSelector('#lab-block:not(:disabled)');
      await page.waitForFunction(() => globalThis.page.session.context.currentTime > 1);
      await page.focus('#lab-length');
      await page.keyboard.press('End');
      await page.click('#lab-block');
      const inLastBlock = (engine) => text(`.counts tbody tr:nth-child(${engine}) td:nth-of-type(2)`);
      await page.waitForFunction(
        () => !document.querySelector('.counts tbody td:nth-of-type(2)').textContent.includes('–'),
      );
      assert.equal(await inLastBlock(1), '0 ms', 'AudioWorklet');
      assert.ok(parseInt(await inLastBlock(2), 10) > 0, 'script processor');
      assert.ok((await pixelsOf('#glitch-lab canvas', '--accent')) > 1000);
      assert.ok((await pixelsOf('#glitch-lab canvas', '--accent-2')) > 500);
      await page.click('#lab-toggle');
      await untilText('#lab-toggle', 'Play the tone');
    });
  });

  describe('layout', () => {
    onPage('fits every width from 360 to 1600 pixels without scrolling sideways', async () => {
      await playBuiltIn(page);
      await page.waitForFunction(() => document.querySelector('.figures td').textContent === 'running');
      for (let width = 360; width <= 1600; width += 20) {
        await page.setViewport({ width, height: 800 });
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(needed <= width, `${width} pixels: needs ${needed}`);
      }
    });

    onPage('does not move when numbers change', async () => {
      const places = () =>
        page.$$eval('[data-view=studio] section, .card, .meter, .control', (nodes) =>
          // What is hidden has no place.
          nodes
            .filter((node) => node.checkVisibility())
            .map((node) => {
              const { x, y, width, height } = node.getBoundingClientRect();
              return [x, y + scrollY, width, height].map(Math.round).join(' ');
            }),
        );
      await playBuiltIn(page);
      await page.waitForFunction(() => document.querySelector('.figures td').textContent === 'running');
      const before = await places();
      for (const id of ['gain', 'lpf_cutoff', 'delay_time', 'delay_mix']) {
        await press(id, 'Home', 'ArrowUp', 'End', 'ArrowDown');
      }
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      assert.deepEqual(await places(), before);
    });
  });
});
