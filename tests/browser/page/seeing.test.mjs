/**
 * What the page shows of the sound: levels and pitches of known tones where they belong, tuner and loudness only when
 * they are asked for, and cards that fill their rows. Chromium, one page for all.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { closeSite, errorsOf, openSite, showView, untilReady, untilText } from '../../support/site.mjs';

const LOW_HERTZ = 20;
const HIGH_HERTZ = 20000;
const FFT_SIZE = 4096;
/** Where a frequency stands on the axis, 0 … 1: octaves are of one length. */
const placeOf = (hertz) => Math.log2(hertz / LOW_HERTZ) / Math.log2(HIGH_HERTZ / LOW_HERTZ);

describe('seeing', { skip: skipUnless('chromium') }, () => {
  let server, browser, page;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
    page = await openSite(browser, server.url);
    await page.setViewport({ width: 1280, height: 800 });
    await page.click('#parameter-bypass');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Plays a sine in both channels, by hertz or by the bin of the displays' transform, and waits until it is heard. */
  async function playSine({ hertz, bin, decibels, sweep = 0 }) {
    return page.evaluate(
      async ({ hertz, bin, decibels, sweep }, size) => {
        const { session } = globalThis.page;
        const { sampleRate } = (await session.prepare()).context;
        const frequency = hertz ?? (bin * sampleRate) / size;
        const level = 10 ** (decibels / 20);
        await session.play(async (context) => {
          const oscillator = new OscillatorNode(context, { frequency });
          if (sweep) {
            const slow = new OscillatorNode(context, { frequency: 0.5 });
            slow.connect(new GainNode(context, { gain: sweep })).connect(oscillator.detune);
            slow.start();
          }
          const node = new GainNode(context, { gain: level });
          oscillator.connect(node);
          oscillator.start();
          return { kind: 'built-in', name: 'sine', node, release: () => oscillator.stop() };
        });
        const near = (value) => Math.abs(value / level - 1) < 0.02;
        const isHeard = () => near(session.engine.meters().inputPeak[0]);
        while (!isHeard()) await new Promise(requestAnimationFrame);
        return frequency;
      },
      { hertz, bin, decibels, sweep },
      FFT_SIZE,
    );
  }

  const chooseDisplay = (name) => page.$eval(`input[value=${name}-display]`, (input) => input.click());

  // The colours by which the tests know a trace are those of the light page.
  const inLight = () => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);

  it('a sine stands on the spectrum at its frequency and its level: −20 dBFS is at −20 dB', async () => {
    await inLight();
    const hertz = await playSine({ bin: 128, decibels: -20 });
    await page.waitForFunction(
      (share) => {
        const canvas = document.querySelector('#spectrum');
        const { width, height } = canvas;
        const column = Math.round(share * width);
        const { data } = canvas.getContext('2d').getImageData(column - 2, 0, 5, height);
        // Bypassed, the output is drawn over the input, in the one colour that has much more green than red.
        const rows = Array.from({ length: height }, (_, row) => row);
        const top = rows.find((row) =>
          [0, 1, 2, 3, 4].some((x) => data[4 * (5 * row + x) + 1] > data[4 * (5 * row + x)] + 40),
        );
        return Math.abs((-100 * top) / height - -20) < 1.5;
      },
      { polling: 'raf' },
      placeOf(hertz),
    );
  });

  for (const scheme of ['light', 'dark']) {
    it(`a sine is a line at its frequency on the spectrogram, far from the page’s colour: ${scheme}`, async () => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await chooseDisplay('spectrogram');
      const hertz = await playSine({ bin: 400, decibels: -12 });
      await page.waitForFunction(
        (share) => {
          const canvas = document.querySelector('#spectrogram');
          // Until the frame after it was chosen it has no size.
          if (canvas.width === 0) return false;
          const scale = canvas.width / canvas.getBoundingClientRect().width;
          const height = canvas.height - Math.round(16 * scale);
          const right = canvas.width - Math.round(50 * scale);
          const { data } = canvas.getContext('2d').getImageData(right - 3, 0, 1, height);
          const lightness = Array.from({ length: height }, (_, y) => data[4 * y] + data[4 * y + 1] + data[4 * y + 2]);
          const probe = document.createElement('canvas').getContext('2d');
          probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--inset').trim();
          probe.fillRect(0, 0, 1, 1);
          const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
          const distance = lightness.map((each) => Math.abs(each - (r + g + b)));
          const most = Math.max(...distance);
          const rows = distance.flatMap((each, y) => (each > most - 8 ? [y] : []));
          const middle = rows.reduce((sum, y) => sum + y, 0) / rows.length;
          return most > 350 && Math.abs(middle - (1 - share) * height) < 3 * scale;
        },
        { polling: 'raf' },
        placeOf(hertz),
      );
      await chooseDisplay('spectrum');
    });
  }

  it('triggered, the wave rises through the level at the left edge in every frame; else it moves', async () => {
    await inLight();
    await playSine({ hertz: 333, decibels: -6.4 });
    /** Of so many frames, how far the input's wave is from a level at the left edge, as shares of the height. */
    const startsOf = (frames) =>
      page.evaluate(async (count) => {
        const canvas = document.querySelector('#oscilloscope');
        const context = canvas.getContext('2d', { willReadFrequently: true });
        const starts = [];
        for (let frame = 0; frame < count; frame++) {
          await new Promise(requestAnimationFrame);
          const { data } = context.getImageData(0, 0, 1, canvas.height);
          // The output's colour, as above.
          const rows = Array.from({ length: canvas.height }, (_, y) => y).filter(
            (y) => data[4 * y + 1] > data[4 * y] + 40,
          );
          starts.push(rows.reduce((sum, y) => sum + y, 0) / rows.length / canvas.height);
        }
        return starts;
      }, frames);
    for (const level of [0, 0.4]) {
      await page.$eval(
        '.trigger-level',
        (slider, value) => {
          slider.value = value;
          slider.dispatchEvent(new Event('input'));
        },
        level,
      );
      for (const start of await startsOf(12)) {
        assert.ok(Math.abs(start - (1 - level) / 2) < 0.04, `${level}: ${start}`);
      }
    }
    await page.select('#trigger', 'off');
    const starts = await startsOf(24);
    assert.ok(Math.max(...starts) - Math.min(...starts) > 0.1, starts.join());
    await page.select('#trigger', 'auto');
  });

  describe('the tuner', () => {
    it('listens only while it is looked at, and names the note, its octave and its cents', async () => {
      await page.evaluate(() => {
        const { engine } = globalThis.page.session;
        const pitch = engine.pitch.bind(engine);
        globalThis.looks = 0;
        engine.pitch = () => {
          globalThis.looks++;
          return pitch();
        };
      });
      const looksAfterFrames = () =>
        page.evaluate(async () => {
          const before = globalThis.looks;
          for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
          return globalThis.looks - before;
        });
      assert.equal(await looksAfterFrames(), 0);
      // Seven cents above the A below middle C.
      await playSine({ hertz: 220 * 2 ** (7 / 1200), decibels: -12 });
      await chooseDisplay('tuner');
      await untilText(page, '#tuner .reading-list', '+7 cents');
      await untilText(page, '#tuner .note', 'A3');
      await untilText(page, '#tuner .reading-list', '220.9 Hz');
      await untilText(page, '#tuner [role=status]', 'A 3, +7 cents, sharp');
      assert.ok((await looksAfterFrames()) > 0);
      await showView(page, 'lab');
      await page.waitForFunction(() => !document.querySelector('#tuner').checkVisibility());
      await page.evaluate(() => new Promise(requestAnimationFrame));
      assert.equal(await looksAfterFrames(), 0, 'in another view');
      await showView(page, 'studio');
    });

    it('tells screen readers of a moving pitch no more than every other second', async () => {
      await page.evaluate(() => {
        globalThis.spoken = [];
        const status = document.querySelector('#tuner [role=status]');
        // By the clock of the frames, which knows no delay.
        new MutationObserver(() => globalThis.spoken.push(document.timeline.currentTime)).observe(status, {
          childList: true,
        });
      });
      await playSine({ hertz: 220, decibels: -12, sweep: 40 });
      await page.waitForFunction(() => globalThis.spoken.length >= 3);
      const times = await page.evaluate(() => globalThis.spoken);
      times.slice(1).forEach((time, i) => {
        assert.ok(time - times[i] >= 1999, `${time - times[i]} ms between two`);
      });
    });
  });

  describe('the loudness', () => {
    const reading = (name) =>
      page.$$eval(
        '#loudness .reading-list > div',
        (figures, wanted) =>
          figures.find((figure) => figure.querySelector('dt').textContent === wanted).querySelector('dd span')
            .textContent,
        name,
      );
    const untilReading = (name, lufs) =>
      page.waitForFunction(
        (wanted, value) => {
          const figures = [...document.querySelectorAll('#loudness .reading-list > div')];
          const figure = figures.find((each) => each.querySelector('dt').textContent === wanted);
          const text = figure.querySelector('dd span').textContent.replace('−', '-');
          return Math.abs(Number.parseFloat(text) - value) <= 0.1;
        },
        {},
        name,
        lufs,
      );
    const momentary = () => page.evaluate(() => String(globalThis.page.session.engine.meters().momentaryLufs));

    it('is not measured before it is asked for, and is then that of the tone: BS.1770’s −23 LUFS', async () => {
      // By BS.1770 a sine of 1 kHz in both channels has as many LUFS as it has dBFS.
      await playSine({ hertz: 1000, decibels: -23 });
      await chooseDisplay('loudness');
      assert.equal(await momentary(), '-Infinity');
      assert.equal(await reading('Integrated'), '–');
      await page.click('#loudness button');
      for (const name of ['Momentary', 'Integrated']) await untilReading(name, -23);
      // The measurement begins in the middle of a wave: a step, which overshoots between its samples.
      const peak = Number((await reading('True peak')).replace('−', '-'));
      assert.ok(peak > -23.1 && peak < -21.5, `${peak} dBTP`);
      await page.select('#loudness select', '-23');
      await untilText(page, '#loudness .advice', 'On the target.');
      await page.select('#loudness select', '-16');
      await untilText(page, '#loudness .advice', '7.0 LU quieter than the target.');
    });

    it('starts over: what was louder before is forgotten; and goes on with a new engine', async () => {
      await playSine({ hertz: 1000, decibels: -33 });
      await untilReading('Momentary', -33);
      assert.notEqual(await reading('Integrated'), '−33.0', 'the louder part counts');
      await page.$$eval('#loudness button', ([, again]) => again.click());
      await untilReading('Integrated', -33);
      await page.evaluate(() => globalThis.page.session.restore());
      await untilReading('Integrated', -33);
    });

    it('is off again when it is not wanted any more', async () => {
      await page.click('#loudness button');
      await page.waitForFunction(() => globalThis.page.session.engine.meters().momentaryLufs === -Infinity);
      assert.equal(await reading('Momentary'), '–');
    });
  });

  it('the level that comes into the gate stands on its curve: −20 dB, of 90', async () => {
    await inLight();
    await page.evaluate(() => globalThis.page.session.change({ bypass: 0, gate_on: 1 }));
    await playSine({ hertz: 500, decibels: -20 });
    await page.waitForFunction(
      (share) => {
        const canvas = document.querySelector('[data-unit=gate] canvas');
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        const points = [];
        // The input's colour has much more red than blue.
        for (let i = 0; i < width * height; i++) if (data[4 * i] > data[4 * i + 2] + 60) points.push(i);
        const mean = (of) => points.reduce((sum, i) => sum + of(i), 0) / points.length;
        const [x, y] = [mean((i) => i % width), mean((i) => Math.floor(i / width))];
        return points.length > 10 && Math.abs(x - share * width) < 3 && Math.abs(y - (1 - share) * height) < 3;
      },
      { polling: 'raf' },
      70 / 90,
    );
    await page.evaluate(() => globalThis.page.session.change({ bypass: 1, gate_on: 0 }));
  });

  it('the cards fill every row, and none is stretched much more than the others, at any width', async () => {
    for (const width of [720, 1024, 1280, 1600, 1920, 2560]) {
      await page.setViewport({ width, height: 900 });
      const { rows, right } = await page.evaluate(async () => {
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        const box = document.querySelector('#parameters');
        const cards = [...box.querySelectorAll('.card')];
        const boxes = cards.map((card) => card.getBoundingClientRect());
        box.classList.add('measured');
        const needed = cards.map((card) => card.getBoundingClientRect().width);
        box.classList.remove('measured');
        const rows = new Map();
        boxes.forEach(({ top, right, width }, i) => {
          const row = rows.get(top) ?? { right: 0, width: 0, needed: 0 };
          rows.set(top, { right, width: row.width + width, needed: row.needed + needed[i] });
        });
        return { rows: [...rows.values()], right: box.getBoundingClientRect().right };
      });
      const stretches = rows.map((row) => row.width / row.needed);
      for (const row of rows) assert.ok(Math.abs(row.right - right) < 1, `${width}: a row ends at ${row.right}`);
      const ratio = Math.max(...stretches) / Math.min(...stretches);
      assert.ok(ratio < 2, `${width}: rows are stretched by ${stretches.map((each) => each.toFixed(2))}`);
    }
  });

  it('what a pane shows is kept for the next visit', async () => {
    await chooseDisplay('spectrogram');
    await chooseDisplay('tuner');
    await page.reload();
    await untilReady(page);
    const shown = await page.$$eval('.pane .display', (displays) =>
      displays.filter((display) => !display.hidden).map(({ id }) => id),
    );
    assert.deepEqual(shown, ['spectrogram-display', 'tuner-display']);
  });

  it('ends without an error in the console', async () => {
    assert.deepEqual(errorsOf(page), []);
    await closeSite(page);
  });
});
