/**
 * What is taken away, in Chromium: the recordings of a visit, heard, discarded and brought back; a take with its moves,
 * replayed, rendered again, exported and opened elsewhere; files rendered through the rack. References are what the
 * engine gave live, the same engine in Node, and the samples that went in.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { openDoors, SHIPPED } from '../../../scripts/lib/doors.mjs';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { wavHeader, wavSamples } from '../../../site/recording/wav.js';
import { renderInNode } from '../../support/render.mjs';
import {
  openSite,
  parameterOf,
  playBuiltIn,
  pressOn,
  takeRecording,
  testsOn,
  textOf,
  untilApplied,
  untilReady,
  untilText,
} from '../../support/site.mjs';

const HEADER_BYTES = 44;

describe('taking away', { skip: skipUnless('chromium') }, () => {
  let server, browser, folder;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
    folder = await mkdtemp(join(tmpdir(), 'taking-'));
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The page, with WAVs in float, which hold every bit; and with the files that it gives kept in it. */
  const open = async () => {
    const page = await openSite(browser, server.url);
    await page.select('#record-format', 'float');
    await page.evaluate(() => {
      const blobs = new Map();
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        const url = create.call(URL, blob);
        blobs.set(url, blob);
        return url;
      };
      globalThis.given = [];
      HTMLAnchorElement.prototype.click = function () {
        globalThis.given.push({ name: this.download, blob: blobs.get(this.href) });
      };
    });
    return page;
  };
  const onPage = testsOn(open);

  /** Does something that gives a file, and takes it: `{ name, bytes }`. */
  async function given(page, act) {
    const count = await page.evaluate(() => globalThis.given.length);
    await act();
    await page.waitForFunction((before) => globalThis.given.length > before, {}, count);
    const { name, encoded } = await page.evaluate(async () => {
      const { name, blob } = globalThis.given.at(-1);
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return { name, encoded: btoa(text) };
    });
    return { name, bytes: Buffer.from(encoded, 'base64') };
  }

  /** Records half a second of the loop with moves that are made by the page's own controls. */
  async function takeWithMoves(page) {
    await page.click('#takes-menu summary');
    await page.click('#takes-menu input[value=moves] + span');
    await page.click('#record');
    await page.waitForSelector('#record[aria-pressed=true]');
    await playBuiltIn(page);
    await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
    await pressOn(page, 'lpf_cutoff', 'PageDown', 'PageDown', 'PageDown');
    await untilApplied(page);
    await page.click('#parameter-tremolo_on');
    await untilApplied(page);
    await page.focus('[aria-label="Move Delay"]');
    await page.keyboard.press('ArrowLeft');
    await untilApplied(page);
    const changedAt = await page.evaluate(() => globalThis.page.session.context.currentTime);
    await page.waitForFunction((then) => globalThis.page.session.context.currentTime > then + 0.5, {}, changedAt);
    await page.click('#record');
    await page.waitForSelector('#record-save:not([hidden])');
  }

  /** Waits until a recording of the loop has some sound, and ends it. */
  async function recordLoop(page) {
    await page.click('#record');
    await page.waitForSelector('#record[aria-pressed=true]:not(:disabled)');
    await playBuiltIn(page);
    const from = await page.evaluate(() => globalThis.page.session.context.currentTime);
    await page.waitForFunction((then) => globalThis.page.session.context.currentTime > then + 0.5, {}, from);
    await endRecording(page);
  }

  async function endRecording(page) {
    const count = await countOf(page);
    await page.keyboard.press('r');
    await page.waitForFunction((before) => document.querySelectorAll('#recordings li').length > before, {}, count);
    await page.waitForSelector('#record[aria-pressed=false]:not(:disabled)');
  }

  /** Whether the browser asks before the page is left. */
  const asksToLeave = (page) => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));

  describe('the recordings of a visit', () => {
    onPage('are all kept, also for more than a day, under the time of the visitor’s own clock', async (page) => {
      const timeZone = 'Pacific/Chatham';
      await page.emulateTimezone(timeZone);
      const local = () => new Date().toLocaleString('sv-SE', { timeZone });
      const from = local();
      await recordLoop(page);
      const first = await given(page, () => page.click('#record-save'));
      const [, day, time] = first.name.match(/^Take (\d{4}-\d\d-\d\d) ([\d.]{8})\.wav$/);
      const moment = `${day} ${time.replaceAll('.', ':')}`;
      assert.ok(from <= moment && moment <= local(), `${from}, ${moment}`);
      assert.equal(await asksToLeave(page), false);
      await page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 25 * 3600 * 1000;
      });
      await recordLoop(page);
      assert.equal(await countOf(page), 2);
      const again = await given(page, () => page.click('#recordings li:last-child [aria-label^="Save WAV"]'));
      assert.equal(again.name, first.name);
      assert.ok(again.bytes.equals(first.bytes));
      assert.equal(await asksToLeave(page), true);
      const second = await given(page, () => page.click('#record-save'));
      assert.ok(firstSound(floatsOf(second.bytes)) >= 0);
      assert.ok(!second.bytes.equals(first.bytes));
      assert.equal(await asksToLeave(page), false);
    });

    onPage('can be discarded, and come back by Undo or Ctrl+Z, which turns no knob meanwhile', async (page) => {
      await pressOn(page, 'gain', 'ArrowUp');
      const gain = await parameterOf(page, 'gain');
      await recordLoop(page);
      await recordLoop(page);
      const titles = () => page.$$eval('#recordings b', (nodes) => nodes.map(({ textContent }) => textContent));
      const before = await titles();
      const samples = floatsOf((await given(page, () => page.click('#record-save'))).bytes);
      await page.click('#record-discard');
      assert.equal(await countOf(page), 1);
      assert.match(await page.$eval('#record-said[role=status]', (node) => node.textContent), /Discarded.*Undo/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'record-undo');
      await page.click('#record-discard');
      assert.equal(await countOf(page), 0);
      assert.equal(await asksToLeave(page), false);
      await page.keyboard.down('Control');
      await page.keyboard.press('z');
      await page.keyboard.up('Control');
      assert.equal(await parameterOf(page, 'gain'), gain);
      assert.equal(await countOf(page), 1);
      assert.equal(await asksToLeave(page), true, 'it is unsaved again');
      await page.click('#record-undo');
      assert.deepEqual(await titles(), before, 'each is where it was');
      assert.equal(await page.$eval('#record-undo', (node) => node.checkVisibility()), false);
      const back = floatsOf((await given(page, () => page.click('#record-save'))).bytes);
      assert.equal(differences(back, samples), 0);
    });

    onPage('are heard in the page past the effects, at its volume', async (page) => {
      await recordLoop(page);
      const recorded = floatsOf((await given(page, () => page.click('#record-save'))).bytes);
      assert.match(await page.$eval('.kept > .hint', (node) => node.textContent), /past the effects.*volume/);
      // A rack that would be heard, and half the volume. What rang on is over before anything is compared.
      await page.evaluate(() => {
        const { session } = globalThis.page;
        session.pause();
        session.change({ gain: 4, distortion: 1, delay_on: 0 });
        session.volume = 0.5;
      });
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak.every((peak) => peak < 1e-5));
      await page.evaluate(async () => {
        const { session } = globalThis.page;
        const { context, output, input } = session;
        await context.audioWorklet.addModule('/tests/support/recorder.js');
        globalThis.recorder = new AudioWorkletNode(context, 'recorder', {
          numberOfInputs: 2,
          numberOfOutputs: 0,
          channelCount: 2,
          channelCountMode: 'explicit',
          processorOptions: { seconds: 20, channels: 2 },
        });
        input.connect(globalThis.recorder, 0, 0);
        output.connect(globalThis.recorder, 0, 1);
      });
      await page.click('#recordings .listen');
      await page.waitForSelector('#recordings .listen[aria-label^=Stop]');
      await page.waitForSelector('#recordings .listen[aria-label^=Play]');
      const { input: rack, output: heard } = await takeRecording(page);
      assert.ok(rack[0].every((x) => x === 0));
      const left = recorded.filter((_, n) => n % 2 === 0);
      // What still rings on in the rack is below a hundred-thousandth.
      const [mine, theirs] = [
        left.findIndex((x) => Math.abs(x / 2) > 1e-3),
        heard[0].findIndex((x) => Math.abs(x) > 1e-3),
      ];
      const length = Math.min(left.length - mine, heard[0].length - theirs) - 4800;
      assert.ok(length > 10_000, `${length} frames were heard`);
      let most = 0;
      for (let n = 0; n < length; n++) most = Math.max(most, Math.abs(heard[0][theirs + n] - left[mine + n] / 2));
      assert.ok(most < 1e-4, `${most}`);
    });

    onPage('give way to what is played by the transport, and what plays gives way to them', async (page) => {
      await recordLoop(page);
      await page.waitForFunction(() => !globalThis.page.session.paused);
      await page.click('#recordings .listen');
      await page.waitForSelector('#recordings .listen[aria-label^=Stop]');
      assert.equal(await page.evaluate(() => globalThis.page.session.paused), true);
      await page.click('#play');
      await page.waitForSelector('#recordings .listen[aria-label^=Play]');
      // While a recording runs both sound: somebody sings to it.
      await page.keyboard.press('r');
      await page.waitForSelector('#record[aria-pressed=true]:not(:disabled)');
      await page.click('#takes-menu summary');
      await page.click('#recordings .listen');
      await page.waitForSelector('#recordings .listen[aria-label^=Stop]');
      assert.equal(await page.evaluate(() => globalThis.page.session.paused), false);
      await endRecording(page);
    });

    onPage('move nothing beside their key, on a desk, a tablet or a phone', async (page) => {
      const places = () =>
        page.$$eval('#transport > *, .transport-keys > *, .recording > *, .outputs > *', (nodes) =>
          nodes
            .filter((node) => node.checkVisibility() && !node.matches('#limits, .error'))
            .map((node) => {
              const { left, top, width, height } = node.getBoundingClientRect();
              return [node.id || node.className, left, top, width, height].join();
            }),
        );
      await playBuiltIn(page);
      await page.waitForSelector('#run-status b');
      for (const [width, height] of [
        [1280, 800],
        [768, 1024],
        [360, 740],
      ]) {
        await page.setViewport({ width, height });
        const before = await places();
        await page.click('#record');
        await page.waitForFunction(() => /^0:0[1-9]$/.test(document.querySelector('.take time').textContent));
        assert.deepEqual(await places(), before);
        await endRecording(page);
        assert.deepEqual(await places(), before);
        const [key, body] = await page.$$eval('#record, #takes-menu > .menu-body', (nodes) =>
          nodes.map((node) => node.getBoundingClientRect().toJSON()),
        );
        assert.ok(body.left >= 0 && body.right <= width && body.top >= 0 && body.bottom <= height);
        assert.ok(body.bottom <= key.top || body.top >= key.bottom, 'what opens does not lie over the key');
      }
    });

    onPage('hear the source also where another one is heard when they begin', async (page) => {
      await recordLoop(page);
      await page.click('#recordings .listen');
      await page.waitForSelector('#recordings .listen[aria-label^=Stop]');
      assert.ok(await page.evaluate(() => globalThis.page.session.paused));
      await page.click('#record');
      await page.waitForSelector('#record[aria-pressed=true]:not(:disabled)');
      assert.equal(await page.evaluate(() => globalThis.page.session.paused), false);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().inputPeak[0] > 0.01);
      await endRecording(page);
    });

    onPage('do not begin any more where what plays is stopped meanwhile', async (page) => {
      await playBuiltIn(page);
      await page.evaluate(() => {
        document.querySelector('#record').click();
        document.querySelector('#stop').click();
      });
      await page.waitForSelector('#record:not(:disabled)');
      assert.equal(await page.$eval('#record', ({ ariaPressed }) => ariaPressed), 'false');
      assert.equal(await countOf(page), 0);
      assert.equal(await textOf(page, '#record-error'), '');
      await recordLoop(page);
    });

    onPage('end, and are kept, when what plays is stopped', async (page) => {
      await playBuiltIn(page);
      await page.keyboard.press('r');
      await page.waitForSelector('#record[aria-pressed=true]:not(:disabled)');
      await page.waitForFunction(() => /^0:0[1-9]$/.test(document.querySelector('.take time').textContent));
      // Another source is no end.
      await page.click('#start-string');
      await page.waitForFunction(() => globalThis.page.session.source?.kind === 'string');
      assert.equal(await page.$eval('#record', ({ ariaPressed }) => ariaPressed), 'true');
      await page.click('#stop');
      await page.waitForSelector('#record[aria-pressed=false]:not(:disabled)');
      assert.equal(await countOf(page), 1);
      const { bytes } = await given(page, () => page.click('#record-save'));
      assert.ok(floatsOf(bytes).length > 2 * 40_000);
    });
  });

  describe('a take with its moves', () => {
    onPage('is rendered again, here or on another page, with the samples that were heard', async (page) => {
      await takeWithMoves(page);
      const heard = floatsOf((await given(page, () => page.click('#record-save'))).bytes);
      await untilText(page, '#take-about', '5 moves');
      const rendered = await given(page, () => page.click('#take-render'));
      const again = floatsOf(rendered.bytes);
      assert.match(rendered.name, /as it was played\.wav$/);
      // Each begins at a moment of its own: the first sound is the same.
      const [mine, theirs] = [firstSound(heard), firstSound(again)];
      const length = Math.min(heard.length - mine, again.length - theirs);
      assert.ok(length > 2 * 20_000, `${length} samples were heard and rendered`);
      assert.equal(differences(heard.subarray(mine, mine + length), again.subarray(theirs, theirs + length)), 0);

      const exported = await given(page, () => page.click('#take-export'));
      const path = join(folder, 'take.json');
      await writeFile(path, exported.bytes);
      const other = await open();
      await (await other.$('#take-file')).uploadFile(path);
      await untilText(other, '#take-about', '5 moves');
      await other.click('#takes-menu summary');
      const elsewhere = await given(other, () => other.click('#take-render'));
      assert.ok(elsewhere.bytes.equals(rendered.bytes));
      await other.browserContext().close();
    });

    onPage('is rendered with other settings: bypassed, it is what went in', async (page) => {
      await takeWithMoves(page);
      await page.evaluate(() => globalThis.page.session.set('bypass', 1));
      await page.select('#take-way', 'now-alone');
      const { bytes } = await given(page, () => page.click('#take-render'));
      const dry = floatsOf(bytes).filter((_, n) => n % 2 === 0);
      const rate = bytes.readUInt32LE(24);
      const loop = await page.evaluate(async (sampleRate) => {
        const { builtInLoop } = await import('/sources/built-in.js');
        return [...builtInLoop(sampleRate)[0].subarray(0, sampleRate)];
      }, rate);
      // After the fade with which it begins. It can begin between two frames: then no sample is the very same.
      const [from, count] = [2400, 4800];
      const start = firstSound(dry);
      const errorAt = (offset) => {
        let most = 0;
        for (let n = from; n < from + count; n++) most = Math.max(most, Math.abs(dry[offset + n] - loop[n]));
        return most;
      };
      const errors = Array.from({ length: 1000 }, (_, back) => errorAt(Math.max(0, start - back)));
      assert.ok(Math.min(...errors) < 1e-6, `${Math.min(...errors)}`);
    });

    onPage('is replayed: the controls follow its moves, and all of it is one step back', async (page) => {
      await takeWithMoves(page);
      await page.click('#reset-all');
      await pressOn(page, 'gain', 'ArrowUp');
      const gain = await parameterOf(page, 'gain');
      await page.evaluate(() => {
        globalThis.moves = [];
        globalThis.page.session.addEventListener('change', ({ detail: { after } }) => globalThis.moves.push(after));
      });
      await page.click('#takes-menu summary');
      await page.click('#take-replay');
      await page.waitForFunction(() => globalThis.page.session.source?.kind === 'take');
      await untilText(page, '#take-replay', 'Stop');
      assert.deepEqual(await playKeyOf(page), { label: 'Pause', sign: 'when-playing' });
      await page.waitForFunction(() => globalThis.moves.some(({ order }) => order));
      const { moves, values, order } = await page.evaluate(() => {
        const { session } = globalThis.page;
        session.pause();
        return {
          moves: [...globalThis.moves],
          values: ['gain', 'lpf_cutoff', 'tremolo_on'].map((id) => session.get(id)),
          order: session.order.indexOf('delay'),
        };
      });
      // Where it began, then move after move.
      const [beginning, ...others] = moves;
      assert.deepEqual(Object.keys(beginning.params), ['gain']);
      assert.deepEqual(
        others.map(({ params, order: moved }) => [...Object.keys(params), ...(moved ? ['order'] : [])].join()),
        ['lpf_cutoff', 'lpf_cutoff', 'lpf_cutoff', 'tremolo_on', 'order'],
      );
      const octaves = others.slice(0, 3).map(({ params }) => Math.log2(params.lpf_cutoff));
      assert.ok(octaves[0] - octaves[2] > 1.9);
      assert.deepEqual([values[0], values[2]], [1, 1]);
      // Back at its start all is as it was there, and what is paused does not move on.
      await page.evaluate(() => globalThis.page.session.source.player.seek(0));
      await page.waitForFunction(() => globalThis.page.session.get('tremolo_on') === 0);
      assert.equal(await parameterOf(page, 'lpf_cutoff'), 20000);
      await page.click('#take-replay');
      await untilText(page, '#take-replay', 'Replay');
      assert.equal(await page.evaluate(() => globalThis.page.session.source), null);
      await page.click('#undo');
      assert.equal(await parameterOf(page, 'gain'), gain);
      assert.equal(await parameterOf(page, 'lpf_cutoff'), 20000);
      assert.equal(await parameterOf(page, 'tremolo_on'), 0);
      assert.equal(await page.evaluate(() => globalThis.page.session.order.indexOf('delay')), order + 1);
      // Played again by the transport, it brings its moves along.
      await page.click('#play');
      await page.waitForFunction(() => globalThis.page.session.source?.kind === 'take');
      await page.waitForFunction(() => globalThis.page.session.get('tremolo_on') === 1);
      await page.click('#stop');
    });

    onPage(
      'is replayed with other settings too: what its moves leave alone stays as it is, or all of it',
      async (page) => {
        await takeWithMoves(page);
        await page.click('#reset-all');
        await pressOn(page, 'gain', 'ArrowUp');
        const gain = await parameterOf(page, 'gain');
        assert.notEqual(gain, 1);
        const next = () => page.evaluate(() => globalThis.page.session.source.player.seek(0));
        const untilTremolo = (value) =>
          page.waitForFunction((wanted) => globalThis.page.session.get('tremolo_on') === wanted, {}, value);
        await page.click('#takes-menu summary');
        await page.select('#take-way', 'moves-over-now');
        await page.click('#take-replay');
        await untilTremolo(1);
        assert.equal(await parameterOf(page, 'gain'), gain);
        // Also on the next round, and what is turned meanwhile.
        await page.evaluate(() => globalThis.page.session.set('delay_mix', 0.75));
        await next();
        await untilTremolo(0);
        await untilTremolo(1);
        assert.deepEqual([await parameterOf(page, 'gain'), await parameterOf(page, 'delay_mix')], [gain, 0.75]);

        // As it was played, and back to what was in force before.
        await page.select('#take-way', 'as-played');
        await page.waitForFunction(() => globalThis.page.session.get('gain') === 1);
        await page.select('#take-way', 'now-alone');
        await page.waitForFunction((value) => globalThis.page.session.get('gain') === value, {}, gain);
        assert.equal(await parameterOf(page, 'delay_mix'), 0.75);
        await page.waitForFunction(() => globalThis.page.session.source?.kind === 'take');
        await page.evaluate(() => {
          globalThis.changes = 0;
          globalThis.page.session.addEventListener('parameter', () => {
            globalThis.changes += 1;
          });
        });
        for (let round = 0; round < 2; round++) {
          await next();
          const { duration, from } = await page.evaluate(() => {
            const { source, context } = globalThis.page.session;
            return { duration: source.player.buffer.duration, from: context.currentTime };
          });
          await page.waitForFunction((end) => globalThis.page.session.context.currentTime > end, {}, from + duration);
        }
        assert.equal(await page.evaluate(() => globalThis.changes), 0);
        await page.click('#take-replay');
        await page.waitForFunction(() => globalThis.page.session.source === null);
      },
    );

    onPage('is discarded with its sound, and comes back with it', async (page) => {
      await takeWithMoves(page);
      const rendered = await given(page, () => page.click('#take-render'));
      await page.click('#record-discard');
      assert.equal(await page.$eval('.of-take', (node) => node.checkVisibility()), false);
      await page.click('#record-undo');
      await page.click('#recordings .moves[aria-expanded=false]');
      const again = await given(page, () => page.click('#take-render'));
      assert.ok(again.bytes.equals(rendered.bytes));
    });

    onPage('is one of the sound alone where the engine runs on the main thread, and says so', async (page) => {
      await page.goto(`${server.url}?mode=script-processor`);
      await untilReady(page);
      await page.click('#takes-menu summary');
      await page.click('#takes-menu input[value=moves] + span');
      await page.click('#record');
      await page.waitForSelector('#take-error:not([hidden])');
      assert.match(await page.$eval('#take-error', (node) => node.textContent), /the sound alone/);
      await page.waitForSelector('#record[aria-pressed=true]:not(:disabled)');
      await page.click('#record');
      await page.waitForSelector('#record-save:not([hidden])');
      assert.equal(await page.$eval('.of-take', (node) => node.hidden), true);
      await page.click('#record-discard');
    });

    onPage('that is opened from a file is checked, and what is wrong is a sentence', async (page) => {
      const log = {
        version: 1,
        sampleRate: 48000,
        start: 0,
        frames: 2,
        state: { version: 1, params: { gain: 1 } },
        changes: [],
      };
      const whole = { format: 'audio-dsp-wasm take', version: 1, name: 'x', log, channels: 2 };
      const input = Buffer.alloc(16).toString('base64');
      const path = join(folder, 'wrong.json');
      for (const [content, says] of [
        ['no JSON', /no take/],
        ['{"version":1,"params":{}}', /no take/],
        [JSON.stringify({ ...whole, version: 2, input }), /another version/],
        [JSON.stringify({ ...whole, log: { ...log, sampleRate: 'x' }, input }), /sample rate/],
        [JSON.stringify({ ...whole, log: { ...log, changes: [{ frame: 0, set: { volume: 1 } }] }, input }), /volume/],
        [JSON.stringify({ ...whole, input: '***' }), /damaged/],
        [JSON.stringify({ ...whole, input: input.slice(0, 8) }), /not whole/],
      ]) {
        await page.$eval('#take-error', (node) => {
          node.textContent = '';
        });
        await writeFile(path, content);
        await (await page.$('#take-file')).uploadFile(path);
        await page.waitForFunction(() => document.querySelector('#take-error').textContent !== '');
        assert.match(await page.$eval('#take-error', (node) => node.textContent), says);
        assert.equal(await page.$eval('.of-take', (node) => node.hidden), true);
      }
    });
  });

  describe('files', () => {
    const openDialog = async (page, ...paths) => {
      await page.click('#takes-menu summary');
      await page.click('#render-open');
      await page.waitForSelector('#render-dialog[open]');
      await (await page.$('#render-files')).uploadFile(...paths);
    };

    onPage('go through the rack, several at once, with the samples that the engine gives in Node', async (page) => {
      const doors = await openDoors(SHIPPED.SIMD);
      const sounds = [
        { sampleRate: 44100, channels: [tone(44100, 330)] },
        { sampleRate: 48000, channels: [tone(48000, 220), tone(48000, 550)] },
      ];
      const paths = sounds.map((_, index) => join(folder, `tone ${index}.wav`));
      for (const [index, sound] of sounds.entries()) await writeFile(paths[index], wavOf(sound));
      const nonsense = join(folder, 'notes.txt');
      await writeFile(nonsense, 'No sound.');
      await pressOn(page, 'lpf_cutoff', 'PageDown', 'PageDown');
      const params = await page.evaluate(() => {
        const { session } = globalThis.page;
        return Object.fromEntries(session.parameters.map(({ id }) => [id, session.get(id)]));
      });
      await openDialog(page, ...paths, nonsense);
      await page.click('#render-start');
      await untilText(page, '#render-dialog [role=status]', '2 of 3 done.');
      await untilText(page, '.jobs li:last-child', 'is not audio');
      for (const [index, { sampleRate, channels }] of sounds.entries()) {
        const { name, bytes } = await given(page, () => page.click(`[aria-label="Save tone ${index}.wav"]`));
        assert.equal(name, `tone ${index} (rendered).wav`);
        assert.equal(bytes.readUInt16LE(22), channels.length);
        assert.equal(bytes.readUInt32LE(24), sampleRate, 'at its own sample rate');
        const expected = renderInNode(doors, channels, sampleRate, params);
        const rendered = floatsOf(bytes);
        for (const [channel, samples] of expected.entries()) {
          const mine = samples.map((_, frame) => rendered[frame * channels.length + channel]);
          assert.equal(differences(mine, samples), 0);
        }
        assert.ok(rendered.length > 1.5 * expected[0].length * channels.length, 'the delay rings on behind it');
      }
    });

    onPage('can be dropped on the dialog, cancelled, and taken off the list', async (page) => {
      await openDialog(page);
      await page.evaluate(() => {
        // A minute of noise, as a WAV of 24 bits.
        const bytes = new Uint8Array(44 + 3 * 48000 * 60);
        for (let at = 44; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
        return import('/recording/wav.js').then(({ wavHeader }) => {
          bytes.set(wavHeader('24-bit', { channels: 1, sampleRate: 48000, dataBytes: bytes.length - 44 }));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], 'noise.wav'));
          const drop = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
          document.querySelector('.drop-zone').dispatchEvent(drop);
          // As soon as it renders.
          const row = document.querySelector('.jobs li');
          new MutationObserver(() => {
            if (/\d %/.test(row.textContent)) row.querySelector('[aria-label="Cancel noise.wav"]').click();
          }).observe(row, { subtree: true, childList: true, characterData: true });
        });
      });
      assert.equal(await page.evaluate(() => globalThis.page.session.source), null, 'it is not played');
      await page.click('#render-start');
      await untilText(page, '.jobs', 'Cancelled.');
      await page.click('[aria-label="Remove noise.wav"]');
      assert.equal(await page.$('.jobs li'), null);
      assert.equal(await page.$eval('#render-start', (button) => button.disabled), true);
    });
  });
});

/** How many recordings the page has. */
const countOf = (page) => page.$$eval('#recordings li', ({ length }) => length);

/** What the play key says, and which of its signs is in sight. */
const playKeyOf = (page) =>
  page.$eval('#play', (key) => ({
    label: key.ariaLabel,
    sign: [...key.children]
      .filter((sign) => sign.checkVisibility())
      .map((sign) => sign.getAttribute('class'))
      .join(),
  }));

/** A second of a sine that sounds for half of it. */
const tone = (sampleRate, hertz) =>
  Float32Array.from({ length: sampleRate / 2 }, (_, n) => 0.4 * Math.sin((2 * Math.PI * hertz * n) / sampleRate));

function wavOf({ sampleRate, channels }) {
  const samples = wavSamples('float', channels);
  const header = wavHeader('float', { channels: channels.length, sampleRate, dataBytes: samples.length });
  return Buffer.concat([header, samples]);
}

/** The interleaved samples of a WAV of floats. */
function floatsOf(wav) {
  assert.equal(wav.readUInt16LE(34), 32);
  assert.equal(wav.readUInt32LE(40), wav.length - HEADER_BYTES);
  const bytes = Uint8Array.from(wav.subarray(HEADER_BYTES));
  return new Float32Array(bytes.buffer);
}

const firstSound = (samples) => samples.findIndex((x) => x !== 0);

/** How many samples are not the very same. */
const differences = (samples, others) => samples.reduce((count, x, n) => count + !Object.is(x, others[n]), 0);
