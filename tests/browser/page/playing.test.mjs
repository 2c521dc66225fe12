/**
 * Playing the studio by keys, by a tapped tempo and by MIDI, in Chromium: a device is a MIDIAccess of the test's own.
 * References are the note values' and the curves' formulas.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import {
  closeSite,
  errorsOf,
  openSite,
  parameterOf,
  playBuiltIn,
  pressOn,
  untilReady,
  untilText,
} from '../../support/site.mjs';

const near = (value, wanted) => assert.ok(Math.abs(value / wanted - 1) < 1e-5, `${value} is not ${wanted}`);
const source = (page) => page.evaluate(() => globalThis.page.session.source?.kind ?? null);
const isOpen = (page, id) => page.$eval(id, (node) => node.open);

describe('playing', { skip: skipUnless('chromium') }, () => {
  let server, browser, page;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
    page = await openSite(browser, server.url);
    await page.setViewport({ width: 1280, height: 800 });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  describe('by single keys', () => {
    it('plays, pauses and stops, after a click too; a button that Tab came to keeps its space bar', async () => {
      await playBuiltIn(page);
      const isPaused = () => page.evaluate(() => globalThis.page.session.paused);
      await page.keyboard.press('Space');
      assert.equal(await isPaused(), true);
      await page.keyboard.press('Space');
      assert.equal(await isPaused(), false);
      await page.focus('#compare');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'undo');
      await page.keyboard.press('Space');
      assert.equal(await isPaused(), false);
      await page.keyboard.press('s');
      assert.equal(await source(page), null);
    });

    it('runs the looper, and shows it first', async () => {
      await page.keyboard.press('l');
      await page.waitForSelector('#looper:not([hidden])[data-state=recording]');
      await page.keyboard.press('l');
      await page.waitForSelector('#looper:not([hidden])[data-state=playing]');
      await page.keyboard.press('p');
      await page.waitForSelector('#looper:not([hidden])[data-state=stopped]');
      await page.click('#looper-clear');
      await page.click('#looper-toggle');
    });

    it('bypasses, compares and records', async () => {
      await page.focus('input[data-id=gain]');
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 1);
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 0);
      await page.keyboard.press('x');
      assert.match(await page.$eval('#compare', (node) => node.getAttribute('aria-label')), /B is heard/);
      await page.keyboard.press('x');
      await page.keyboard.press('r');
      await page.waitForSelector('#record[aria-pressed=true]');
      assert.equal(await page.evaluate(() => document.activeElement.dataset.id), 'gain', 'the focus stays');
      await page.keyboard.press('r');
      await page.waitForSelector('#record-discard:not([hidden])');
      await page.click('#record-discard');
    });

    it('does nothing while somebody types, with Ctrl, or while a dialog is open', async () => {
      await page.click('[aria-label="Gain, value"]');
      await page.keyboard.type('b');
      await page.keyboard.press('Escape');
      await page.focus('#preset');
      await page.keyboard.press('b');
      await page.focus('input[data-id=gain]');
      await page.keyboard.down('Control');
      await page.keyboard.press('b');
      await page.keyboard.up('Control');
      await page.keyboard.press('?');
      assert.equal(await isOpen(page, '#keys-help'), true);
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 0);
      const listed = await page.$$eval('#keys-help kbd', (nodes) => nodes.map(({ textContent }) => textContent));
      for (const key of ['Space', 'S', 'B', 'X', 'R', 'T', 'L', '?']) assert.ok(listed.includes(key), key);
      await page.keyboard.press('Escape');
    });

    it('leaves the letters to an instrument that claims them; with Shift they are commands', async () => {
      await page.evaluate(() => {
        globalThis.claimed = '';
        globalThis.release = globalThis.page.commands.claim(({ key }) => {
          if (!/^[a-z]$/.test(key)) return false;
          globalThis.claimed += key;
          return true;
        });
      });
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 0);
      await page.keyboard.down('Shift');
      await page.keyboard.press('B');
      await page.keyboard.up('Shift');
      assert.equal(await parameterOf(page, 'bypass'), 1);
      assert.equal(await page.evaluate(() => globalThis.claimed), 'b');
      await page.evaluate(() => globalThis.release());
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 0);
    });

    it('can be turned off, for good', async () => {
      await page.click('#keys-open');
      await page.click('#single-keys');
      await page.keyboard.press('Escape');
      await page.keyboard.press('b');
      await page.reload();
      await untilReady(page);
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 0);
      await page.click('#keys-open');
      await page.click('#single-keys');
      await page.keyboard.press('Escape');
      await page.keyboard.press('b');
      assert.equal(await parameterOf(page, 'bypass'), 1);
      await page.keyboard.press('b');
    });
  });

  describe('by the tempo', () => {
    /** Taps by the key, at these times of the page's clock. */
    async function tapAt(...times) {
      await page.focus('#play');
      for (const time of times) {
        await page.evaluate((now) => {
          performance.now = () => now;
        }, time);
        await page.keyboard.press('t');
      }
      await page.evaluate(() => delete performance.now);
    }

    it('taps move what follows it, and a series of taps is one step back', async () => {
      await page.select('#note-delay_time', '1/8.');
      await page.select('#note-tremolo_rate', '1/4T');
      near(await parameterOf(page, 'delay_time'), 0.375);
      near(await parameterOf(page, 'tremolo_rate'), 3);
      await tapAt(1e6, 1e6 + 400, 1e6 + 790, 1e6 + 1200);
      await untilText(page, '#tap', '150');
      near(await parameterOf(page, 'delay_time'), 0.3);
      near(await parameterOf(page, 'tremolo_rate'), 3.75);
      await page.click('#undo');
      near(await parameterOf(page, 'delay_time'), 0.375);
      near(await parameterOf(page, 'tremolo_rate'), 3);
    });

    it('a note too long for the delay is halved; what is turned by hand follows no more', async () => {
      await page.select('#note-delay_time', '1/2');
      near(await parameterOf(page, 'delay_time'), 0.8);
      await page.focus('#tap');
      for (let steps = 0; steps < 5; steps++) await page.keyboard.press('PageDown');
      await untilText(page, '#tap', '100');
      near(await parameterOf(page, 'delay_time'), 0.6);
      assert.equal(await page.$eval('#note-delay_time', ({ value }) => value), '1/4');
      await pressOn(page, 'delay_time', 'ArrowUp');
      assert.equal(await page.$eval('#note-delay_time', ({ value }) => value), '');
      const byHand = await parameterOf(page, 'delay_time');
      await page.focus('#tap');
      await page.keyboard.press('ArrowUp');
      assert.equal(await parameterOf(page, 'delay_time'), byHand);
    });

    it('a loop ends on a bar, where that is asked for', async () => {
      await page.evaluate(() => {
        // A bar lasts a second.
        globalThis.page.tempo.bpm = 240;
      });
      await page.focus('#play');
      await page.keyboard.press('l');
      await page.waitForSelector('#looper[data-state=recording]');
      await page.click('#looper-bars');
      await page.keyboard.press('l');
      await page.waitForSelector('#looper[data-state=playing]');
      assert.match(await page.$eval('.loop-state', (node) => node.textContent), /^Playing: \d+\.0 s/);
      await page.click('#looper-clear');
      await page.click('#looper-bars');
      await page.click('#looper-toggle');
      await page.evaluate(() => {
        globalThis.page.tempo.bpm = 101;
      });
    });

    it('tempo and notes outlast a reload', async () => {
      await page.select('#note-chorus_rate', '1/2');
      near(await parameterOf(page, 'chorus_rate'), 101 / 120);
      await page.reload();
      await untilReady(page);
      await untilText(page, '#tap', '101');
      assert.equal(await page.$eval('#note-chorus_rate', ({ value }) => value), '1/2');
      await page.focus('#tap');
      await page.keyboard.press('ArrowUp');
      near(await parameterOf(page, 'chorus_rate'), 102 / 120);
    });
  });

  describe('by MIDI', () => {
    /** Plugs a device in: what requestMIDIAccess() gives from now on. */
    const plugIn = () =>
      page.evaluate(() => {
        const device = { name: 'Eight knobs', state: 'connected', onmidimessage: null };
        const access = Object.assign(new EventTarget(), { inputs: new Map([['1', device]]) });
        navigator.requestMIDIAccess = async () => access;
        let now = 1e6;
        globalThis.send = (bytes, later = 1000) => {
          now += later;
          device.onmidimessage({ data: Uint8Array.from(bytes), timeStamp: now });
        };
      });
    const send = (bytes, later) => page.evaluate((...args) => globalThis.send(...args), bytes, later ?? 1000);
    const connect = async () => {
      await page.click('#midi-menu summary');
      await page.click('#midi-connect');
    };
    const learn = async (selector, bytes) => {
      await page.click('#midi-learn');
      await page.click(selector);
      await send(bytes);
      await untilText(page, '#midi-said', 'follows');
      await page.click('#midi-learn');
    };

    it('says why there is none, and what to do', async () => {
      for (const [name, says] of [
        [null, /no Web MIDI/],
        ['NotAllowedError', /refused/],
        ['InvalidStateError', /does not answer/],
      ]) {
        await page.evaluate((wrong) => {
          navigator.requestMIDIAccess = wrong
            ? () => Promise.reject(new DOMException('', wrong))
            : /** @type {any} */ (undefined);
        }, name);
        await connect();
        await page.waitForSelector('#midi-error:not([hidden])');
        assert.match(await page.$eval('#midi-error', (node) => node.textContent), says);
        await page.click('#midi-menu summary');
      }
    });

    it('learns a knob by one turn, without moving what was chosen; a turn is one step back', async () => {
      await plugIn();
      await connect();
      await untilText(page, '#midi-devices', 'Eight knobs');
      const before = await parameterOf(page, 'lpf_cutoff');
      await page.click('#midi-learn');
      await page.click('.control:has([data-id=lpf_cutoff]) .dial');
      await untilText(page, '#midi-said', 'now move a knob');
      await send([0xb0, 74, 64]);
      assert.equal(await parameterOf(page, 'lpf_cutoff'), before);
      await page.keyboard.press('Escape');
      for (const value of [0, 32, 64]) await send([0xb0, 74, value], 10);
      near(await parameterOf(page, 'lpf_cutoff'), 20 * 1000 ** (64 / 127));
      await send([0xb0, 74, 127]);
      near(await parameterOf(page, 'lpf_cutoff'), 20000);
      await page.click('#undo');
      near(await parameterOf(page, 'lpf_cutoff'), 20 * 1000 ** (64 / 127));
      await page.click('#undo');
      assert.equal(await parameterOf(page, 'lpf_cutoff'), before);
      await send([0xb1, 74, 1]);
      assert.equal(await parameterOf(page, 'lpf_cutoff'), before, 'another channel is another knob');
    });

    it('takes 14 bits where the knob sends them', async () => {
      await page.click('#midi-menu summary');
      await page.click('#midi-learn');
      await page.click('.control:has([data-id=delay_mix]) .dial');
      for (let times = 0; times < 2; times++) {
        await send([0xb0, 3, 64], 100);
        await send([0xb0, 35, 9], 1);
      }
      await page.keyboard.press('Escape');
      await untilText(page, '.mappings', 'CC 3 (14-bit)');
      await send([0xb0, 3, 32]);
      await send([0xb0, 35, 77], 1);
      near(await parameterOf(page, 'delay_mix'), (32 * 128 + 77) / 16383);
    });

    it('switches by a pedal from 64 up and by each stroke of a pad, and presses buttons', async () => {
      await learn('#parameter-reverb_on', [0xb0, 80, 127]);
      await send([0xb0, 80, 64]);
      assert.equal(await parameterOf(page, 'reverb_on'), 1);
      await send([0xb0, 80, 63]);
      assert.equal(await parameterOf(page, 'reverb_on'), 0);
      await learn('#parameter-chorus_on', [0x99, 36, 100]);
      for (const on of [1, 0]) {
        await send([0x99, 36, 100]);
        await send([0x89, 36, 0]);
        assert.equal(await parameterOf(page, 'chorus_on'), on);
      }
      await learn('#play', [0x99, 37, 100]);
      assert.equal(await source(page), null, 'to choose it is not to press it');
      await send([0x99, 37, 100]);
      await page.waitForFunction(() => globalThis.page.session.source !== null);
      await page.click('#stop');
      await page.click('#midi-menu summary');
      await learn('#output-volume', [0xb0, 7, 0]);
      await send([0xb0, 7, 0]);
      assert.equal(await page.evaluate(() => globalThis.page.session.volume), 0);
      await send([0xb0, 7, 127]);
      assert.equal(await page.evaluate(() => globalThis.page.session.volume), 1);
    });

    it('gives the notes that control nothing to an instrument', async () => {
      await page.evaluate(() => {
        globalThis.notes = [];
        globalThis.page.midi.addEventListener('note', ({ detail }) => globalThis.notes.push(detail));
      });
      await send([0x90, 60, 127]);
      await send([0x80, 60, 0]);
      await send([0x99, 36, 100]);
      const notes = await page.evaluate(() =>
        globalThis.notes.map(({ number, velocity, isOn }) => [number, velocity, isOn]),
      );
      assert.deepEqual(notes, [
        [60, 1, true],
        [60, 0, false],
      ]);
    });

    it('plays the string, where that is the source', async () => {
      await page.click('#midi-menu summary');
      await page.click('#start-string');
      await page.waitForFunction(() => globalThis.page.session.source?.string !== undefined);
      await send([0x90, 57, 127]);
      await page.waitForFunction(() => globalThis.page.session.source.string.view().some((place) => place > 0.01));
      await page.click('#stop');
    });

    it('keeps what was learnt over a reload, and forgets what is removed', async () => {
      await page.reload();
      await untilReady(page);
      await plugIn();
      await connect();
      await send([0xb0, 74, 0]);
      near(await parameterOf(page, 'lpf_cutoff'), 20);
      await page.click('[aria-label="Remove Low-pass cutoff"]');
      await send([0xb0, 74, 127]);
      near(await parameterOf(page, 'lpf_cutoff'), 20);
      await send([0xb0, 3, 127]);
      near(await parameterOf(page, 'delay_mix'), (127 * 128) / 16383);
    });
  });

  it('ends without an error in the console', async () => {
    assert.deepEqual(errorsOf(page), []);
    await closeSite(page);
  });
});
