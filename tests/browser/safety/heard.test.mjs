/**
 * What leaves the page, with a loop in it, in Chromium: recorded, metered and limited as it is heard. References are
 * the samples before the loudspeakers.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { openSite, playBuiltIn, pressOn, testsOn, textOf, untilText } from '../../support/site.mjs';

describe('what is heard', { skip: skipUnless('chromium') }, () => {
  let server, browser;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** The page, with WAVs in float, which hold every bit; and with the last file that it gave kept in it. */
  const onPage = testsOn(async () => {
    const page = await openSite(browser, server.url);
    await page.select('#record-format', 'float');
    await page.evaluate(() => {
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        globalThis.given = blob;
        return create.call(URL, blob);
      };
      HTMLAnchorElement.prototype.click = function () {
        globalThis.givenName = this.download;
      };
    });
    return page;
  });

  /** The samples of the last file that the page gave: of its two channels. */
  const given = (page) =>
    page.evaluate(async () => {
      const HEADER_BYTES = 44;
      const samples = new Float32Array((await globalThis.given.arrayBuffer()).slice(HEADER_BYTES));
      return [0, 1].map((side) => Array.from(samples.filter((_, at) => at % 2 === side)));
    });

  /** Lets the context's clock pass so many seconds. */
  const pass = (page, seconds) =>
    page.evaluate(async (length) => {
      const { context } = globalThis.page.session;
      const end = context.currentTime + length;
      while (context.currentTime < end) await new Promise((resolve) => setTimeout(resolve, 20));
    }, seconds);

  /** Records nodes of the session's, all from the same frame on: the one before the loudspeakers, or those named. */
  const startHearing = (page, seconds, ...names) =>
    page.evaluate(
      async (length, wanted) => {
        const { session } = globalThis.page;
        const { context } = session;
        await context.audioWorklet.addModule('/tests/support/recorder.js');
        const nodes = { speakers: session.speakers, room: session.room, mix: session.mix?.output };
        globalThis.hearing = new AudioWorkletNode(context, 'recorder', {
          numberOfInputs: wanted.length,
          numberOfOutputs: 0,
          channelCount: 2,
          channelCountMode: 'explicit',
          processorOptions: { seconds: length, channels: 2 },
        });
        for (const [index, name] of wanted.entries()) {
          const node = name === 'engine' ? session.engine.output : nodes[name];
          node.connect(globalThis.hearing, 0, index);
        }
      },
      seconds,
      names.length > 0 ? names : ['speakers'],
    );

  /** What was recorded of each: its two channels. */
  const heard = (page) =>
    page.evaluate(async () => {
      const { inputs } = await new Promise((resolve) => {
        globalThis.hearing.port.onmessage = ({ data }) => resolve(data);
        globalThis.hearing.port.postMessage('take');
      });
      return inputs.map((channels) => channels.map((samples) => Array.from(samples)));
    });

  /** Plays the built-in sound, without the delay, which rings on for long. */
  async function playAlone(page) {
    await page.click('#parameter-delay_on');
    await playBuiltIn(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
  }

  /** A loop of half a second of the built-in sound, with overdubs of it, plays alone. */
  async function playLoop(page, overdubs = 0) {
    await page.click('#looper-toggle');
    await playAlone(page);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Recording');
    await pass(page, 0.5);
    await page.click('#looper-go');
    await untilText(page, '.loop-state', 'Playing:');
    for (let count = 1; count <= overdubs; count++) {
      await page.click('#looper-go');
      await untilText(page, '#looper-go', 'End overdub');
      await pass(page, 0.6);
      await page.click('#looper-go');
      await untilText(page, '#looper-go', 'Overdub');
    }
    await page.click('#stop');
    // The source has faded out by then.
    await pass(page, 0.2);
  }

  onPage('is what is recorded, to the sample: a loop alone too', async (page) => {
    await playLoop(page);
    await startHearing(page, 10);
    await page.click('#record');
    await page.waitForSelector('#record[aria-pressed=true]');
    await pass(page, 0.4);
    // The loop plays on when the source is stopped, and so does its recording.
    await playBuiltIn(page);
    await page.click('#stop');
    await pass(page, 0.4);
    assert.equal(await page.$eval('#record', ({ ariaPressed }) => ariaPressed), 'true');
    await page.click('#record');
    await page.waitForSelector('#record-save:not([hidden])');
    const [channels] = await heard(page);
    await page.click('#record-save');
    const recorded = await given(page);
    assert.ok(peakOf(recorded[0]) > 0.05, `${peakOf(recorded[0])}`);
    assert.ok(recorded[0].length > 20_000);
    const at = placeOf(recorded[0], channels[0]);
    assert.ok(at >= 0, 'a piece of what was heard');
    for (const side of [0, 1]) {
      assert.deepEqual(recorded[side], channels[side].slice(at, at + recorded[side].length));
    }
  });

  onPage('is what the output meter and the loudness show: a loop alone too', async (page) => {
    await page.click('#parameter-delay_on');
    await page.evaluate(() =>
      document.querySelector('[name=choice-waveform-and-readings][value=loudness-display]').click(),
    );
    await page.evaluate(() => document.querySelector('#loudness button').click());
    await playLoop(page);
    await page.evaluate(() => document.querySelectorAll('#loudness button')[1].click());
    await startHearing(page, 2);
    await pass(page, 1.8);
    // The loop's level is the same in each round, so it does not matter which one each has seen.
    const peak = 20 * Math.log10(peakOf((await heard(page))[0][0]));
    const shown = async () => decibelsOf(await textOf(page, '#meter-output .readings b'));
    const most = await page.evaluate(async () => {
      let most = -Infinity;
      const { context, mix } = globalThis.page.session;
      const end = context.currentTime + 0.6;
      while (context.currentTime < end) {
        most = Math.max(most, ...(mix?.meters().outputPeak ?? []));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return most;
    });
    assert.ok((await shown()) > peak - 20, `${await shown()} dB, of ${peak}`);
    assert.ok(20 * Math.log10(most) <= peak + 0.1, 'never more than what is heard');
    await page.waitForFunction(() =>
      /^−\d/.test(document.querySelector('#loudness .reading-list > div:nth-child(3) dd').textContent),
    );
  });

  onPage(
    'never passes full scale by a loop where the limiter is on; where it is off, the lamp says so',
    async (page) => {
      await pressOn(page, 'gain', 'End');
      await playLoop(page, 2);
      await startHearing(page, 2);
      await pass(page, 1.5);
      const limited = peakOf((await heard(page))[0][0]);
      assert.ok(limited > 0.8, `${limited}`);
      assert.ok(limited <= 1, `${limited}`);
      assert.equal(await textOf(page, '#meter-output .lamp b'), '0');
      await page.click('#parameter-limiter_on');
      await page.waitForSelector('#meter-output .lamp.lit');
    },
  );

  onPage('is the engine’s own sound, bit for bit, where there is no loop: loud and limited as well', async (page) => {
    await pressOn(page, 'gain', 'End');
    await page.click('#looper-toggle');
    await playAlone(page);
    await startHearing(page, 1, 'engine', 'mix', 'speakers');
    await pass(page, 0.9);
    const [engine, mix, speakers] = await heard(page);
    assert.ok(peakOf(engine[0]) > 0.9, 'the limiter has to do');
    assert.deepEqual(mix, engine);
    assert.deepEqual(speakers, engine);
  });

  onPage('has a loop that a new render of the moves does without, and the page says so', async (page) => {
    await playLoop(page);
    await page.click('#takes-menu summary');
    await page.click('#takes-menu input[value=moves] + span');
    const record = async () => {
      await page.click('#record');
      await page.waitForSelector('#record[aria-pressed=true]');
      await pass(page, 0.3);
      await page.click('#record');
      await page.waitForSelector('#record[aria-pressed=false]:not([disabled])');
      await untilText(page, '#take-about', '0 moves');
      return textOf(page, '#take-about');
    };
    assert.match(await record(), /without the looper/);
    await page.keyboard.press('p');
    await untilText(page, '.loop-state', 'Stopped:');
    await pass(page, 0.1);
    await page.click('#takes-menu summary');
    assert.doesNotMatch(await record(), /looper/);
  });

  describe('with a count-in', () => {
    /** At 240 BPM, so that a bar lasts a second. */
    async function prepare(page, click) {
      await page.evaluate(() => {
        globalThis.page.tempo.bpm = 240;
      });
      await page.click('#looper-toggle');
      await page.select('#looper-click', click);
      await page.click('#looper-bars');
    }

    onPage('has a click on each beat of the bar before, and while it records; no recording has them', async (page) => {
      await page.click('#parameter-limiter_on');
      await prepare(page, 'metronome');
      await playAlone(page);
      await startHearing(page, 5, 'mix', 'room');
      await page.keyboard.press('l');
      await page.waitForSelector('#looper[data-state=counting]');
      await untilText(page, '.loop-state', 'Counting in at 240 BPM');
      await page.waitForSelector('#looper[data-state=recording]');
      await page.keyboard.press('l');
      await untilText(page, '.loop-state', 'Playing: 1.0 s');
      await page.click('#looper-save');
      await page.waitForFunction(() => globalThis.given !== undefined);
      const nodes = await heard(page);
      const rate = await page.evaluate(() => globalThis.page.session.context.sampleRate);
      const [loop] = await given(page);
      assert.equal(loop.length, rate);
      assert.equal(await page.evaluate(() => globalThis.givenName), 'Loop 1.0 s, 240 BPM.wav');
      const beats = clicksIn(nodes);
      assert.equal(beats.length, 8);
      for (const [index, beat] of beats.entries()) assert.ok(Math.abs(beat - beats[0] - (index * rate) / 4) <= 2);
      // What is recorded begins with the second bar: the sound alone, as it is in the mix. The edge is faded.
      const fade = Math.round(0.005 * rate);
      const at = placeOf(loop.slice(fade), nodes[0][0]) - fade;
      assert.ok(Math.abs(at - beats[4]) <= 2, `${at} frames, the bar begins at ${beats[4]}`);
    });

    onPage('stays below full scale with a loud sound, and ends when it is cancelled', async (page) => {
      await pressOn(page, 'gain', 'End');
      await prepare(page, 'count-in');
      await playAlone(page);
      await startHearing(page, 3, 'mix', 'room', 'speakers');
      await page.click('#looper-go');
      await untilText(page, '#looper-go', 'Cancel');
      await page.waitForFunction(() => Number(document.querySelector('.loop-time').textContent) === 2);
      await page.keyboard.press('l');
      await untilText(page, '#looper-go', 'Record');
      await pass(page, 1);
      const nodes = await heard(page);
      const beats = clicksIn(nodes);
      assert.ok(beats.length === 2 || beats.length === 3, `${beats.length} clicks`);
      assert.ok(peakOf(nodes[0][0]) > 0.9);
      assert.ok(peakOf(nodes[2][0]) <= 1 && peakOf(nodes[2][1]) <= 1);
      assert.equal(await page.$eval('#looper', ({ dataset }) => dataset.state), 'empty');
    });
  });
});

/** @param {number[]} samples */
const peakOf = (samples) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

/** @param {string} text as the page writes a level */
const decibelsOf = (text) => (text.includes('∞') ? -Infinity : Number(text.replace('−', '-')));

/** Where a piece is in a signal, to the sample: −1 where it is not. */
function placeOf(piece, signal) {
  for (let at = 0; at + piece.length <= signal.length; at++) {
    let n = 0;
    while (n < piece.length && piece[n] === signal[at + n]) n++;
    if (n === piece.length) return at;
  }
  return -1;
}

/**
 * Where clicks begin: where they make room in the sound before them.
 * @param {number[][][]} nodes what comes out of the mix, and what is left of it
 */
function clicksIn([[mix], [room]]) {
  const LEAST_BETWEEN = 2000;
  const beats = [];
  let last = -Infinity;
  for (let n = 0; n < mix.length; n++) {
    if (mix[n] === room[n]) continue;
    if (n - last > LEAST_BETWEEN) beats.push(n);
    last = n;
  }
  return beats;
}
