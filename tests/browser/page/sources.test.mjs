/**
 * What brings sound to the studio, by what is heard of it: the microphone's device, channel and gain, files with pause
 * and loop points, test signals, the output device; what fails, and the tour. The microphone is a recording with 500 Hz
 * on the left and 1500 Hz on the right; files hold the number of each of their moments.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import {
  closeSite,
  dropFile,
  errorsOf,
  openSite,
  playBuiltIn,
  startRecording,
  takeRecording,
  testsOn,
  textOf,
  untilReady,
  untilText,
} from '../../support/site.mjs';

const RATE = 48000;
const LEFT = { hertz: 500, amplitude: 0.25 };
const RIGHT = { hertz: 1500, amplitude: 0.125 };
/** The file's samples rise from 0 to 1 over so many seconds: each tells the moment that it stands for. */
const RAMP_SECONDS = 10;

/** A WAV file of float samples. @param {((n: number) => number)[]} channels @param {number} frames */
function wav(channels, frames) {
  const bytes = 4 * channels.length * frames;
  const file = Buffer.alloc(44 + bytes);
  file.write('RIFF');
  file.writeUInt32LE(36 + bytes, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(3, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(4 * channels.length * RATE, 28);
  file.writeUInt16LE(4 * channels.length, 32);
  file.writeUInt16LE(32, 34);
  file.write('data', 36);
  file.writeUInt32LE(bytes, 40);
  for (let n = 0, at = 44; n < frames; n++) for (const of of channels) at = file.writeFloatLE(of(n), at);
  return file;
}

const ramp = wav([(n) => n / (RAMP_SECONDS * RATE)], RAMP_SECONDS * RATE);
const sine =
  ({ hertz, amplitude }) =>
  (n) =>
    amplitude * Math.sin((2 * Math.PI * hertz * n) / RATE);

/** The amplitude of a sine in samples: their Fourier sum at its frequency. */
function amplitudeOf(samples, hertz, rate) {
  let [re, im] = [0, 0];
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * hertz * n) / rate);
    im += sample * Math.sin((2 * Math.PI * hertz * n) / rate);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

/** Waits until the engine hears these amplitudes of the two sines: [left: 500, 1500 Hz], [right: 500, 1500 Hz]. */
const untilHeard = (page, wanted) =>
  page.waitForFunction(
    (sides) => {
      const { context, input } = globalThis.page.session;
      const rate = context.sampleRate;
      if (globalThis.listened !== input) {
        const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
        globalThis.analysers = [0, 1].map((side) => {
          const analyser = new AnalyserNode(context, { fftSize: 8192 });
          splitter.connect(analyser, side);
          return analyser;
        });
        input.connect(splitter);
        globalThis.listened = input;
      }
      return sides.every((amplitudes, side) => {
        const samples = new Float32Array(8192);
        globalThis.analysers[side].getFloatTimeDomainData(samples);
        return amplitudes.every((amplitude, index) => {
          let [re, im] = [0, 0];
          for (let n = 0; n < rate / 10; n++) {
            const angle = (2 * Math.PI * (index === 0 ? 500 : 1500) * n) / rate;
            re += samples[n] * Math.cos(angle);
            im += samples[n] * Math.sin(angle);
          }
          return Math.abs((20 * Math.hypot(re, im)) / rate - amplitude) < 0.003;
        });
      });
    },
    { timeout: 15_000 },
    wanted,
  );

/** Frames go by in the page's sound. */
const untilPlayed = (page, seconds) =>
  page.evaluate(async (wanted) => {
    const { context } = globalThis.page.session;
    const end = context.currentTime + wanted;
    while (context.currentTime < end) await new Promise(requestAnimationFrame);
  }, seconds);

const setSlider = (page, selector, value) =>
  page.$eval(
    selector,
    (input, wanted) => {
      input.value = wanted;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    },
    String(value),
  );

const player = (page) =>
  page.evaluate(() => {
    const { player: each } = globalThis.page.session.source;
    return { position: each.position(), loop: each.loop };
  });

describe('sources', { skip: skipUnless('chromium') }, () => {
  let server, browser, folder;

  before(async () => {
    server = await serveProject();
    folder = await mkdtemp(join(tmpdir(), 'sources-'));
    const microphone = join(folder, 'microphone.wav');
    await writeFile(microphone, wav([sine(LEFT), sine(RIGHT)], RATE));
    browser = await launch('chromium', { microphone });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  describe('the microphone', () => {
    const L = LEFT.amplitude;
    const R = RIGHT.amplitude;
    const choose = (page, value) => page.$eval(`#microphone-menu input[value=${value}]`, (input) => input.click());
    const play = async (page) => {
      await page.click('#start-microphone');
      await untilText(page, '#source-state', 'Playing:');
    };

    onPage('is heard by the channel that is chosen, on both sides, and the choice is kept', async (page) => {
      await play(page);
      const source = await page.evaluateHandle(() => globalThis.page.session.source);
      for (const [channel, left, right] of [
        ['both', [L, 0], [0, R]],
        ['right', [0, R], [0, R]],
        ['mixed', [L / 2, R / 2], [L / 2, R / 2]],
        ['left', [L, 0], [L, 0]],
        ['right', [0, R], [0, R]],
      ]) {
        await choose(page, channel);
        await untilHeard(page, [left, right]);
      }
      assert.ok(await page.evaluate((first) => first === globalThis.page.session.source, source), 'without a restart');
      await page.reload();
      await untilReady(page);
      await play(page);
      await untilHeard(page, [
        [0, R],
        [0, R],
      ]);
    });

    onPage('is as much louder as its gain says, and its lamp tells of clipping', async (page) => {
      await play(page);
      await page.click('#microphone-menu > summary');
      await setSlider(page, '#microphone-gain', -6);
      const quieter = 10 ** (-6 / 20);
      await untilHeard(page, [
        [L * quieter, 0],
        [0, R * quieter],
      ]);
      assert.match(await textOf(page, '#microphone-menu .slider-row output'), /−6\.0 dB/);
      assert.equal(await page.$('#microphone-menu .lamp.lit'), null);
      await setSlider(page, '#microphone-gain', 24);
      await page.waitForSelector('#microphone-menu .lamp.lit');
      assert.match(await page.$eval('#microphone-menu > summary', ({ ariaLabel }) => ariaLabel), /clips/);
      await setSlider(page, '#microphone-gain', 0);
      await untilHeard(page, [
        [L, 0],
        [0, R],
      ]);
      await page.waitForFunction(() => Math.max(...globalThis.page.session.engine.meters().inputPeak) < 0.9);
      await page.click('#microphone-menu .lamp');
      assert.equal(await page.$('#microphone-menu .lamp.lit'), null);
    });

    const settingsOf = (page) =>
      page.evaluate(() => {
        const { session } = globalThis.page;
        return Object.fromEntries(session.parameters.map(({ id }) => [id, session.get(id)]));
      });
    const untilMicrophone = (page) => page.waitForFunction(() => globalThis.page.session.source?.kind === 'microphone');

    onPage('starts with settings for a voice where the demo’s are untouched; undo brings those back', async (page) => {
      const demo = await settingsOf(page);
      assert.deepEqual([demo.distortion_on, demo.delay_on], [1, 1]);
      await playBuiltIn(page);
      assert.deepEqual(await settingsOf(page), demo);
      await page.click('#start-microphone');
      await untilText(page, '.said', 'The microphone starts with “Voice: singer”');
      const { distortion_on, delay_on } = await settingsOf(page);
      assert.deepEqual([distortion_on, delay_on], [0, 0]);
      assert.equal(await page.$eval('#preset', ({ value }) => value), 'Voice: singer');
      await page.click('#undo');
      assert.deepEqual(await settingsOf(page), demo);
      // That was a choice, now and at the next visit.
      await page.click('#stop');
      await page.click('#start-microphone');
      await untilMicrophone(page);
      assert.deepEqual(await settingsOf(page), demo);
      await page.reload();
      await untilReady(page);
      await page.click('#start-microphone');
      await untilMicrophone(page);
      assert.deepEqual(await settingsOf(page), demo);
    });

    onPage('leaves settings alone that somebody changed or chose, be they the demo’s again', async (page) => {
      for (const act of [
        () => page.click('#reset-all'),
        () => page.select('#preset', 'Lo-fi: tape'),
        () => page.click('#parameter-tremolo_on'),
      ]) {
        await act();
        const mine = await settingsOf(page);
        await page.click('#start-microphone');
        await untilMicrophone(page);
        assert.deepEqual(await settingsOf(page), mine, `${act}`);
        await page.click('#stop');
      }
    });

    onPage('comes when the output is down, which rises over some 300 ms', async (page) => {
      await page.evaluate(async () => {
        const { context, engine, output } = await globalThis.page.session.prepare();
        await context.audioWorklet.addModule('/tests/support/recorder.js');
        const recorder = new AudioWorkletNode(context, 'recorder', {
          numberOfInputs: 2,
          numberOfOutputs: 0,
          channelCount: 2,
          channelCountMode: 'explicit',
          processorOptions: { seconds: 30, channels: 2 },
        });
        engine.output.connect(recorder, 0, 0);
        output.connect(recorder, 0, 1);
        globalThis.recorder = recorder;
      });
      await play(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.1);
      await untilPlayed(page, 0.5);
      const { sampleRate, input: engine, output } = await takeRecording(page);
      const start = engine[0].findIndex((sample) => Math.abs(sample) > 1e-4);
      assert.ok(start >= 0);
      /** The output's level, some milliseconds after the microphone's first sample. */
      const level = (milliseconds) => {
        const from = start + Math.round((milliseconds / 1000) * sampleRate);
        let [product, power] = [0, 0];
        for (let n = from; n < from + sampleRate / 200; n++) {
          product += engine[0][n] * output[0][n];
          power += engine[0][n] ** 2;
        }
        return product / power;
      };
      assert.ok(level(0) < 0.1, `down at first: ${level(0)}`);
      assert.ok(level(50) > level(0) && level(50) < 0.7, `on its way at 50 ms: ${level(50)}`);
      assert.ok(level(300) > 0.95 && level(300) <= 1, `up at 300 ms: ${level(300)}`);
    });

    onPage('is the device that is chosen; one that is not there is a sentence with the way out', async (page) => {
      const listed = () => page.$$eval('#microphone-device option', (options) => options.map(({ text }) => text));
      await play(page);
      await page.waitForFunction(() => document.querySelector('#microphone-device').options.length > 2);
      await page.click('#microphone-menu > summary');
      const names = await listed();
      const [id, name] = await page.$eval('#microphone-device', ({ options }) => [options[2].value, options[2].text]);
      assert.ok(names.includes(name) && id !== '');
      await page.select('#microphone-device', id);
      await page.waitForFunction(
        (wanted) => globalThis.page.session.source?.track.getSettings().deviceId === wanted,
        {},
        id,
      );
      assert.match(await textOf(page, '#source-state'), new RegExp(name));
      await page.click('#microphone-echoCancellation');
      await page.waitForFunction(() => globalThis.page.session.source?.track.getSettings().echoCancellation === true);
      await page.reload();
      await untilReady(page);
      await play(page);
      assert.deepEqual(
        await page.evaluate(() => {
          const { deviceId, echoCancellation } = globalThis.page.session.source.track.getSettings();
          return [deviceId, echoCancellation];
        }),
        [id, true],
      );
      // The same browser without the device, as when it is unplugged.
      await page.evaluate(() => {
        const key = 'audio-dsp-wasm.microphone';
        const kept = JSON.parse(localStorage.getItem(key));
        localStorage.setItem(key, JSON.stringify({ ...kept, deviceId: 'gone', deviceName: 'USB microphone' }));
      });
      await page.reload();
      await untilReady(page);
      await page.click('#start-microphone');
      await untilText(page, '#source-error', '“USB microphone” is not there. Plug it in, or choose another device');
      await page.click('#microphone-menu > summary');
      assert.match(await textOf(page, '#microphone-device'), /USB microphone \(not there\)/);
      await page.select('#microphone-device', '');
      await play(page);
      assert.ok(await page.$eval('#source-error', ({ hidden }) => hidden));
    });

    onPage('pauses silently and goes on', async (page) => {
      await play(page);
      await untilHeard(page, [
        [L, 0],
        [0, R],
      ]);
      await page.click('#play');
      await untilText(page, '#source-state', 'Paused:');
      await untilHeard(page, [
        [0, 0],
        [0, 0],
      ]);
      await page.click('#play');
      await untilHeard(page, [
        [L, 0],
        [0, R],
      ]);
    });
  });

  describe('a file', () => {
    const dropRamp = async (page) => {
      await startRecording(page);
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '#source-state', 'Playing: ramp.wav');
    };
    /** The moments of the file that were heard, in seconds. */
    const heard = async (page) => {
      const { sampleRate, input } = await takeRecording(page);
      return { sampleRate, moments: input[0].map((sample) => sample * RAMP_SECONDS) };
    };

    onPage('starts as it is where the demo’s settings are untouched; undo brings its effects back', async (page) => {
      const distortion = () => page.evaluate(() => globalThis.page.session.get('distortion_on'));
      assert.equal(await distortion(), 1);
      // There is nothing to undo, so the settings are as untouched as before.
      await page.keyboard.down('Control');
      await page.keyboard.press('z');
      await page.keyboard.up('Control');
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '.said', 'The file starts with “Clean”');
      assert.equal(await distortion(), 0);
      await page.click('#undo');
      assert.equal(await distortion(), 1);
    });

    onPage('pauses, keeps the place, and goes on from there', async (page) => {
      await dropRamp(page);
      await page.waitForFunction(() => globalThis.page.session.source.player.position() > 0.5);
      await page.click('#play');
      assert.equal(await page.$eval('#play', ({ ariaLabel }) => ariaLabel), 'Play');
      await untilText(page, '#source-state', 'Paused: ramp.wav');
      const { position } = await player(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] < 1e-5);
      assert.equal((await player(page)).position, position);
      await page.click('#play');
      await page.waitForFunction(
        (place) => globalThis.page.session.source.player.position() > place + 0.3,
        {},
        position,
      );
      const { sampleRate, moments } = await heard(page);
      // Silence between two stretches of sound; the fades of 10 ms are no moments of the file.
      const fade = Math.round(0.02 * sampleRate);
      const soundStart = moments.findIndex((moment) => moment > 0.25);
      const isPause = (moment, n) => n > soundStart && moment === 0 && moments[n + fade] === 0;
      const pauseStart = moments.findIndex(isPause);
      const pauseEnd = moments.findIndex((moment, n) => n > pauseStart && moment > 0);
      assert.ok(soundStart > 0 && pauseStart > soundStart && pauseEnd > pauseStart);
      const [last, next] = [moments[pauseStart - fade], moments[pauseEnd + fade]];
      assert.ok(next > last && next - last < 0.06, `it paused at ${last} s and went on at ${next} s`);
    });

    onPage('repeats what is dragged along its waveform, without a click, until that is cleared', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      await dropRamp(page);
      const { x, y, width, height } = await (await page.$('#position')).boundingBox();
      await page.mouse.move(x + 0.6 * width, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + 0.62 * width, y + height / 2);
      await page.mouse.move(x + 0.64 * width, y + height / 2);
      await page.mouse.up();
      const { loop } = await player(page);
      assert.ok(Math.abs(loop.start - 6) < 0.02 && Math.abs(loop.end - 6.4) < 0.02, JSON.stringify(loop));
      await untilPlayed(page, 1.1);
      const { sampleRate, moments } = await heard(page);
      const from = moments.findIndex((moment) => moment > 5.99);
      const rounds = moments.subarray(from + Math.round(0.02 * sampleRate));
      assert.ok(rounds.length > 0.9 * sampleRate, `${rounds.length} frames`);
      let wraps = 0;
      for (let n = 1; n < rounds.length; n++) {
        assert.ok(rounds[n] > loop.start - 0.02 && rounds[n] < loop.end + 0.01, `${rounds[n]} s`);
        // The jump back by 0.4 s is spread over 10 ms; at once it would be 0.4.
        assert.ok(Math.abs(rounds[n] - rounds[n - 1]) < 0.4 / 400, `a step of ${rounds[n] - rounds[n - 1]} s`);
        const middle = (loop.start + loop.end) / 2;
        if (rounds[n] < middle && rounds[n - 1] >= middle) wraps++;
      }
      assert.ok(wraps >= 2, `it repeated ${wraps} times`);

      await page.click('[aria-label="Clear the loop"]');
      assert.equal((await player(page)).loop, null);
      await page.waitForFunction(() => globalThis.page.session.source.player.position() > 6.6);
    });

    onPage('has loop points that are set by keys, and where the sound is', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '#source-state', 'Playing: ramp.wav');
      const loop = async () => (await player(page)).loop;
      const near = (found, start, end) =>
        assert.ok(Math.abs(found.start - start) < 1e-3 && Math.abs(found.end - end) < 1e-3, JSON.stringify(found));
      await page.focus('[aria-label="Loop from"]');
      await page.keyboard.press('PageUp');
      await page.keyboard.press('ArrowRight');
      near(await loop(), 1.1, 10);
      await page.focus('[aria-label="Loop to"]');
      await page.keyboard.press('PageDown');
      await page.keyboard.down('Shift');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.up('Shift');
      near(await loop(), 1.1, 8.99);
      const said = await page.$eval('[aria-label="Loop to"]', (node) => node.getAttribute('aria-valuetext'));
      assert.equal(said, '8.99 seconds');
      await page.keyboard.press('Home');
      const { start, end } = await loop();
      assert.ok(end > start && end - start <= 0.0501, 'the end stays behind the start');
      await page.keyboard.press('End');
      await page.focus('[aria-label="Loop from"]');
      await page.keyboard.press('Home');
      assert.equal(await loop(), null, 'the whole is no loop');

      await page.focus('[aria-label=Position]');
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
      await page.click('#play');
      await page.click('[aria-label="In: loop from here"]');
      const { position } = await player(page);
      assert.ok(position >= 3);
      near(await loop(), position, 10);
      await page.click('[aria-label="Clear the loop"]');
      await page.click('[aria-label="Out: loop to here"]');
      near(await loop(), 0, position);
    });

    /** Lets a file be read, and never be decoded. */
    const neverDecode = (page) =>
      page.evaluate(() => {
        globalThis.said = [];
        const state = document.querySelector('#source-state');
        new MutationObserver(() => globalThis.said.push(state.textContent)).observe(state, { childList: true });
        BaseAudioContext.prototype.decodeAudioData = () => new Promise(() => {});
      });

    onPage('says what is being opened and how far it is, in place of the welcome, until Escape', async (page) => {
      await neverDecode(page);
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '#source-state', 'Decoding ramp.wav…');
      const said = await page.evaluate(() => globalThis.said);
      assert.ok(said.includes('Reading ramp.wav, 2 MB… 100 %'), said.join('; '));
      const shown = (selector) => page.$eval(selector, (node) => node.checkVisibility());
      assert.equal(await shown('#welcome'), false);
      assert.equal(await shown('#cancel-opening'), true);
      await page.keyboard.press('Escape');
      await untilText(page, '#source-state', 'Nothing plays.');
      assert.equal(await shown('#welcome'), true);
      assert.equal(await shown('#cancel-opening'), false);
      assert.equal(await shown('#source-error'), false);
    });

    onPage('that is cancelled leaves what plays, and another can be opened', async (page) => {
      await dropFile(page, 'first.wav', ramp);
      await untilText(page, '#source-state', 'Playing: first.wav');
      const decode = await page.evaluateHandle(() => BaseAudioContext.prototype.decodeAudioData);
      await neverDecode(page);
      await dropFile(page, 'second.wav', ramp);
      await untilText(page, '#source-state', 'Decoding second.wav…');
      await page.click('#cancel-opening');
      assert.match(await textOf(page, '#source-state'), /^Playing: first\.wav/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'open-file');
      await dropFile(page, 'third.wav', ramp);
      await untilText(page, '#source-state', 'Decoding third.wav…');
      await page.evaluate((real) => {
        BaseAudioContext.prototype.decodeAudioData = real;
      }, decode);
      await dropFile(page, 'fourth.wav', ramp);
      await untilText(page, '#source-state', 'Playing: fourth.wav');
      assert.equal(await page.$eval('#source-state', ({ title }) => title), 'Playing: fourth.wav (10.0 s, looped)');
    });

    onPage('is rendered by a button beside its name, with the file in the list', async (page) => {
      assert.equal(await page.$eval('#render-this', ({ hidden }) => hidden), true);
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '#source-state', 'Playing: ramp.wav');
      for (let times = 0; times < 2; times++) {
        await page.click('#render-this');
        await page.waitForSelector('#render-dialog[open]');
        assert.deepEqual(await page.$$eval('.jobs li b', (names) => names.map((name) => name.textContent)), [
          'ramp.wav',
        ]);
        assert.equal(await page.evaluate(() => document.activeElement.id), 'render-start');
        await page.keyboard.press('Escape');
      }
    });

    onPage('has a waveform that the wheel and the keys zoom, where the place stays', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      await dropFile(page, 'ramp.wav', ramp);
      await untilText(page, '#source-state', 'Playing: ramp.wav');
      await page.click('#play');
      const { x, y, width, height } = await (await page.$('#position')).boundingBox();
      const seek = async (share) => {
        await page.mouse.click(x + share * width, y + height / 2);
        return (await player(page)).position;
      };
      // A wheel that zooms in, at 60 % of the width: what is there is there still, and its neighbours are nearer.
      assert.ok(Math.abs((await seek(0.6)) - 6) < 0.02);
      for (let notch = 0; notch < 7; notch++) await page.mouse.wheel({ deltaY: -100 });
      await page.waitForFunction(() => /zoomed 4 times/.test(document.querySelector('#position input').ariaValueText));
      assert.ok(Math.abs((await seek(0.6)) - 6) < 0.02);
      const visible = 10 / 1.002 ** 700;
      assert.ok(Math.abs((await seek(0.9)) - (6 + 0.3 * visible)) < 0.02);
      assert.ok(Math.abs((await seek(0.1)) - (6 - 0.5 * visible)) < 0.02);
      await page.focus('[aria-label=Position]');
      await page.keyboard.press('0');
      assert.ok(Math.abs((await seek(0.25)) - 2.5) < 0.02, 'the whole again');
      await page.focus('[aria-label=Position]');
      await page.keyboard.press('+');
      assert.ok(Math.abs((await seek(0.25)) - 2.5) < 0.02, 'where the sound is, stays');
      assert.ok(Math.abs((await seek(0.75)) - 5) < 0.02, 'half of it fills the width');
      await page.focus('[aria-label=Position]');
      await page.keyboard.press('-');
      assert.ok(Math.abs((await seek(0.9)) - 9) < 0.02);
    });
  });

  describe('a test signal', () => {
    const choose = async (page, signal) => {
      await page.click('#test-menu > summary');
      await page.waitForFunction(() => document.querySelector('#test-menu').open);
      await page.$eval(`#test-menu input[value=${signal}]`, (input) => input.click());
    };
    /** The last frames that the engine heard. */
    const lastHeard = async (page, frames) => {
      const { sampleRate, input } = await takeRecording(page);
      return { sampleRate, channels: input.map((channel) => channel.subarray(channel.length - frames)) };
    };

    onPage('tone: has the frequency and the level that are set, −18 dBFS at first', async (page) => {
      await startRecording(page);
      await choose(page, 'tone');
      await page.click('#play-test-signal');
      await untilText(page, '#source-state', 'Playing: Test tone');
      await page.$eval('#test-hertz', (input) => {
        input.value = '1000';
        input.dispatchEvent(new Event('change'));
      });
      await untilPlayed(page, 0.5);
      const { sampleRate, channels } = await lastHeard(page, 9600);
      for (const channel of channels) {
        const level = 20 * Math.log10(amplitudeOf(channel, 1000, sampleRate));
        assert.ok(Math.abs(level + 18) < 0.05, `${level} dBFS`);
        assert.ok(amplitudeOf(channel, 440, sampleRate) < 1e-3, 'nothing is left of the frequency before');
      }
    });

    onPage('tone: follows its level at once, and both are kept', async (page) => {
      await choose(page, 'tone');
      await page.click('#play-test-signal');
      await untilText(page, '#source-state', 'Playing: Test tone');
      await setSlider(page, '#test-level', -40);
      await page.waitForFunction(() => {
        const { inputPeak } = globalThis.page.session.engine.meters();
        return Math.abs(20 * Math.log10(inputPeak[0]) + 40) < 0.3;
      });
      await page.reload();
      await untilReady(page);
      assert.equal(await page.$eval('#test-level', ({ value }) => value), '-40');
    });

    onPage('impulse: one sample a second, and nothing else', async (page) => {
      await startRecording(page);
      await choose(page, 'impulse');
      await page.click('#play-test-signal');
      await untilText(page, '#source-state', 'Playing: An impulse a second');
      await untilPlayed(page, 2.3);
      const { sampleRate, input } = await takeRecording(page);
      const found = [...input[0].entries()].filter(([, sample]) => sample !== 0);
      assert.ok(found.length >= 2, `${found.length} impulses`);
      for (const [, height] of found) assert.ok(Math.abs(20 * Math.log10(height) + 18) < 1e-3);
      assert.equal(found[1][0] - found[0][0], sampleRate);
    });

    onPage(
      'pink noise: has the power of a sine of its level, and changes live to a sweep of its length',
      async (page) => {
        await startRecording(page);
        await choose(page, 'noise');
        await page.click('#play-test-signal');
        await untilText(page, '#source-state', 'Playing: Pink noise');
        await untilPlayed(page, 1.2);
        const { channels } = await lastHeard(page, RATE);
        const power = channels[0].reduce((sum, sample) => sum + sample ** 2, 0) / RATE;
        const level = 10 * Math.log10(2 * power);
        assert.ok(Math.abs(level + 18) < 1.5, `${level} dBFS`);
        await page.$eval('#test-menu input[value=sweep]', (input) => input.click());
        await untilText(page, '#source-state', 'Sweep, 20 Hz to 20 kHz (10.0 s');
        await setSlider(page, '#test-seconds', 3);
        await untilText(page, '#source-state', '(3.0 s');
        await page.click('#play-test-signal');
        await untilText(page, '#source-state', 'Nothing plays.');
      },
    );
  });

  describe('the output device', () => {
    const chosen = (page, id) =>
      page.waitForFunction((wanted) => globalThis.page.session.context?.sinkId === wanted, {}, id);

    onPage('is the one that is chosen, now and at the next visit', async (page) => {
      await playBuiltIn(page);
      await page.click('#output-menu > summary');
      await page.waitForFunction(() => document.querySelector('#output-menu').open);
      const ask = await page.$('#output-menu .names:not([hidden]) button');
      await ask?.click();
      await page.waitForFunction(() => document.querySelector('#output-device').options.length > 1);
      const id = await page.$eval('#output-device', ({ options }) => options[1].value);
      assert.notEqual(id, '');
      await page.select('#output-device', id);
      await chosen(page, id);
      await page.waitForFunction(() => localStorage.getItem('audio-dsp-wasm.settings')?.includes('"sink"'));
      await page.reload();
      await untilReady(page);
      await playBuiltIn(page);
      await chosen(page, id);
    });

    onPage('that is gone is a sentence, and the sound goes to the system’s own', async (page) => {
      await page.evaluate(() =>
        localStorage.setItem('audio-dsp-wasm.settings', JSON.stringify({ params: {}, sink: 'gone' })),
      );
      await page.reload();
      await untilReady(page);
      await playBuiltIn(page);
      await untilText(page, '#notices', 'The output device is gone.');
      await chosen(page, '');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    });
  });

  describe('what fails says what to do, and the rest works', () => {
    /** A page whose browser lacks something; its console may say so. */
    const without = (promise, change, body, options = {}) =>
      it(promise, async () => {
        const own = options.server && (await serveProject(options.server));
        const context = await browser.createBrowserContext();
        const page = await openPage(context, 'about:blank');
        try {
          await page.evaluateOnNewDocument(change);
          await page.goto((own ?? server).url);
          await body(page);
          if (!options.hasErrors) assert.deepEqual(errorsOf(page), []);
        } finally {
          await closeSite(page);
          await own?.close();
        }
      });
    const limits = (page) => textOf(page, '#limits');

    for (const [name, sentence] of [
      ['NotFoundError', /There is no microphone\. Plug one in/],
      ['NotAllowedError', /The microphone was refused\. Allow it/],
      ['NotReadableError', /The microphone does not answer\. Close other programs/],
    ]) {
      without(
        `no microphone: ${name}`,
        `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${name}'); }`,
        async (page) => {
          await untilReady(page);
          await page.click('#start-microphone');
          await page.waitForSelector('#source-error:not([hidden])');
          assert.match(await textOf(page, '#source-error'), sentence);
          await playBuiltIn(page);
          assert.ok(await page.$eval('#source-error', ({ hidden }) => hidden));
        },
      );
    }

    without(
      'a page that is not secure has no microphone',
      'Object.defineProperty(navigator, "mediaDevices", { value: undefined })',
      async (page) => {
        await untilReady(page);
        await page.click('#start-microphone');
        await untilText(page, '#source-error', 'open this one by https:// or on localhost');
        assert.equal(await page.$('#output-menu'), null);
        await playBuiltIn(page);
      },
    );

    without(
      'no AudioWorklet: it plays in another way, with a sentence that can be dismissed for good',
      () => {
        delete globalThis.AudioWorkletNode;
        delete globalThis.AudioWorklet;
      },
      async (page) => {
        await untilReady(page);
        await playBuiltIn(page);
        await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
        assert.match(await limits(page), /There is no AudioWorklet here.*Open the page by https:\/\//);
        await page.click('#limits button');
        assert.equal(await limits(page), '');
        await page.reload();
        await untilReady(page);
        await playBuiltIn(page);
        assert.equal(await limits(page), '');
      },
    );

    without(
      'no isolation: it plays by messages, with a sentence',
      () => {},
      async (page) => {
        await untilReady(page);
        await playBuiltIn(page);
        assert.match(await limits(page), /does not isolate the page.*the Lab says how/);
      },
      { server: { isolated: false } },
    );

    without(
      'no WebAssembly: a sentence',
      () => {
        delete globalThis.WebAssembly;
      },
      async (page) => {
        await untilText(page, '#notices', 'The engine cannot load.');
      },
      { hasErrors: true },
    );

    onPage('nothing is said where nothing is missing', async (page) => {
      await playBuiltIn(page);
      assert.equal(await limits(page), '');
    });
  });

  describe('the tour', () => {
    const card = (page) =>
      page.$eval('.tour', (node) => {
        const { left, top, right, bottom } = node.getBoundingClientRect();
        return {
          shown: node.checkVisibility(),
          title: node.querySelector('h2').textContent,
          count: node.querySelector('.tour-count').textContent,
          fits: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
          framed: document.querySelectorAll('.toured').length,
        };
      });
    const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());

    for (const [width, height] of [
      [360, 740],
      [1280, 800],
    ]) {
      onPage(`has five steps by keyboard, each in sight: ${width} × ${height}`, async (page) => {
        await page.setViewport({ width, height });
        await page.focus('#start-tour');
        await page.keyboard.press('Enter');
        await page.waitForSelector('.tour:not([hidden])');
        const titles = new Set();
        for (let step = 1; step <= 5; step++) {
          const { shown, title, count, fits, framed } = await card(page);
          assert.deepEqual(
            { shown, count, fits, framed },
            { shown: true, count: `${step} of 5`, fits: true, framed: 1 },
          );
          titles.add(title);
          assert.equal(await focused(page), step === 5 ? 'Done' : 'Next');
          await page.keyboard.press('Enter');
        }
        assert.equal(titles.size, 5);
        const end = await card(page);
        assert.deepEqual([end.shown, end.framed], [false, 0]);
        assert.equal(await page.evaluate(() => document.activeElement.id), 'start-tour');
      });
    }

    onPage('steps back by the arrow keys, ends by Escape, and is not offered again', async (page) => {
      await page.evaluate(() => {
        [...document.querySelectorAll('#welcome button')]
          .find(({ textContent }) => textContent === 'Take the tour')
          .click();
      });
      await page.waitForSelector('.tour:not([hidden])');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
      assert.equal((await card(page)).count, '2 of 5');
      await page.keyboard.press('Escape');
      assert.equal((await card(page)).shown, false);
      await page.reload();
      await untilReady(page);
      assert.doesNotMatch(await textOf(page, '#welcome'), /tour/);
    });

    onPage('leaves the page in use, and goes to the studio from any view', async (page) => {
      await page.goto(`${server.url}#/pi`);
      await page.click('#start-tour');
      await page.waitForSelector('.tour:not([hidden])');
      assert.equal(await page.$eval('[data-view]:not([hidden])', ({ dataset }) => dataset.view), 'studio');
      await playBuiltIn(page);
      assert.equal((await card(page)).shown, true);
    });
  });
});
