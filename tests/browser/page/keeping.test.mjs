/**
 * What the page keeps: undo and redo, presets, two settings to compare, links and files. References are the values that
 * were set, and the samples of the engine.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import {
  closeSite,
  openSite,
  parameterOf,
  pressOn,
  sharedLink,
  testsOn,
  textOf,
  typeInto,
  untilReady,
  untilText,
} from '../../support/site.mjs';

describe('what the page keeps', { skip: skipUnless('chromium') }, () => {
  let server, browser, folder;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
    folder = await mkdtemp(join(tmpdir(), 'keeping-'));
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  /** All settings: bypass is a way to listen, and none of them. */
  const all = (page) =>
    page.evaluate(() => {
      const { session } = globalThis.page;
      const settings = session.parameters.filter(({ id }) => id !== 'bypass');
      return Object.fromEntries(settings.map(({ id }) => [id, session.get(id)]));
    });
  /** What the box says of the settings in force: `name`, or `• name` where they were edited. */
  const shownPreset = (page) => page.$eval('#preset', ({ selectedOptions }) => selectedOptions[0].text);
  const presetNames = (page) => page.$$eval('#preset optgroup option', (options) => options.map(({ value }) => value));
  const reload = async (page) => {
    await page.reload();
    await untilReady(page);
  };
  /** Keeps the settings in force under a name. */
  const keepAs = async (page, name) => {
    await page.click('#keep-menu summary');
    await page.click('#preset-name');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await untilText(page, '.said', name);
  };
  const key = async (page, letter, ...modifiers) => {
    for (const each of modifiers) await page.keyboard.down(each);
    await page.keyboard.press(letter);
    for (const each of modifiers.reverse()) await page.keyboard.up(each);
  };

  describe('undo', () => {
    onPage('takes back each change, one by one, and redo brings it again, by keys and by buttons', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      const first = await all(page);
      await pressOn(page, 'delay_mix', 'ArrowUp');
      const second = await all(page);
      await page.click('#parameter-tremolo_on');
      const third = await all(page);
      await key(page, 'z', 'Control');
      assert.deepEqual(await all(page), second);
      await untilText(page, '.said', 'Undone: Tremolo.');
      await page.click('#undo');
      assert.deepEqual(await all(page), first);
      await key(page, 'Z', 'Control', 'Shift');
      assert.deepEqual(await all(page), second);
      await page.click('#redo');
      assert.deepEqual(await all(page), third);
    });

    onPage('takes a whole drag back at once', async (page) => {
      const knob = await page.$('.dial:has(#parameter-gain)');
      await knob.scrollIntoView();
      const { x, y, width, height } = await knob.boundingBox();
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width / 2, y + height / 2 + 60, { steps: 12 });
      await page.mouse.up();
      assert.ok((await parameterOf(page, 'gain')) < 0.5);
      await page.click('#undo');
      assert.equal(await parameterOf(page, 'gain'), 1);
    });

    onPage('takes back “Reset”, also after a reload', async (page) => {
      await typeInto(page, 'Low-pass cutoff', '700');
      await page.click('#parameter-delay_on');
      const mine = await all(page);
      assert.match(await page.$eval('#reset-all', ({ title }) => title), /demo.*undo/);
      await page.click('#reset-all');
      assert.equal(await parameterOf(page, 'lpf_cutoff'), 20000);
      await reload(page);
      await page.click('#undo');
      assert.deepEqual(await all(page), mine);
    });

    onPage('leaves the keys to the text while a value is typed', async (page) => {
      await pressOn(page, 'delay_mix', 'ArrowUp');
      const mine = await all(page);
      await page.click('[aria-label="Delay time, value"]');
      await key(page, 'z', 'Control');
      assert.deepEqual(await all(page), mine);
    });
  });

  describe('presets', () => {
    onPage('there are a dozen and more; each changes the sound, and going on reaches the next', async (page) => {
      const names = await presetNames(page);
      assert.ok(names.length >= 12, names.join());
      const seen = new Set();
      for (const name of names) {
        await page.select('#preset', name);
        seen.add(JSON.stringify(await all(page)));
        assert.equal(await page.$eval('#preset', ({ value }) => value), name);
      }
      assert.equal(seen.size, names.length);
      await page.click('[aria-label="Preset after"]');
      assert.equal(await page.$eval('#preset', ({ value }) => value), names[0]);
    });

    onPage('each is about as loud as the loop that goes in, and none goes past full scale', async (page) => {
      const levels = await page.evaluate(async () => {
        const { createEngine } = await import('/worklet/engine.js');
        const { builtInLoop } = await import('/sources/built-in.js');
        const { session } = globalThis.page;
        const rate = 44100;
        const channels = builtInLoop(rate);
        const { length } = channels[0];
        const buffer = new AudioBuffer({ length, numberOfChannels: 2, sampleRate: rate });
        for (const [channel, data] of channels.entries()) buffer.copyToChannel(data, channel);
        const rms = (data) => 10 * Math.log10(data.reduce((sum, x) => sum + x * x, 0) / data.length);
        const found = [];
        const select = document.querySelector('#preset');
        const names = [...select.querySelectorAll('optgroup option')].map(({ value }) => value);
        for (const name of names) {
          select.value = name;
          select.dispatchEvent(new Event('change'));
          const context = new OfflineAudioContext(2, length, rate);
          const params = Object.fromEntries(session.parameters.map(({ id }) => [id, session.get(id)]));
          const engine = await createEngine(context, { params });
          const source = new AudioBufferSourceNode(context, { buffer });
          source.connect(engine.input);
          engine.output.connect(context.destination);
          source.start();
          const out = (await context.startRendering()).getChannelData(0);
          await engine.close();
          found.push({
            name,
            louder: rms(out) - rms(channels[0]),
            peak: out.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
          });
        }
        return found;
      });
      for (const { name, louder, peak } of levels) {
        assert.ok(peak <= 1, `${name}: peak ${peak}`);
        assert.ok(Math.abs(louder) <= 3, `${name}: ${louder.toFixed(1)} dB louder than what goes in`);
      }
    });

    onPage('one’s own is kept over a reload, and deleted', async (page) => {
      await typeInto(page, 'Delay time', '123 ms');
      const mine = await all(page);
      await page.click('#keep-menu summary');
      await page.type('#preset-name', 'My echo');
      await page.click('#preset-save');
      await reload(page);
      await page.select('#preset', 'Clean');
      assert.notDeepEqual(await all(page), mine);
      await page.select('#preset', 'My echo');
      assert.deepEqual(await all(page), mine);
      await page.click('#keep-menu summary');
      await page.click('#preset-delete');
      const names = await presetNames(page);
      assert.ok(!names.includes('My echo'));
      assert.deepEqual(await all(page), mine);
    });

    onPage('says that a preset was edited', async (page) => {
      await page.select('#preset', 'Space: dub echo');
      await pressOn(page, 'delay_time', 'ArrowUp');
      assert.equal(await shownPreset(page), '• Space: dub echo');
      assert.equal(await page.$eval('#preset', ({ ariaLabel }) => ariaLabel), 'Preset: Space: dub echo, edited');
      await page.click('#undo');
      assert.equal(await shownPreset(page), 'Space: dub echo');
      assert.equal(await page.$eval('#preset', ({ ariaLabel }) => ariaLabel), 'Preset');
    });

    onPage(
      'the name goes with its settings: to A and B, through undo, over a reload; Reset takes it away',
      async (page) => {
        await page.select('#preset', 'Voice: singer');
        await page.click('#compare');
        await page.select('#preset', 'Lo-fi: tape');
        await page.click('#compare');
        assert.equal(await shownPreset(page), 'Voice: singer');
        await page.click('#compare');
        assert.equal(await shownPreset(page), 'Lo-fi: tape');
        await pressOn(page, 'gain', 'ArrowUp');
        await page.select('#preset', 'Clean');
        await page.click('#undo');
        assert.equal(await shownPreset(page), '• Lo-fi: tape');
        await reload(page);
        assert.equal(await shownPreset(page), '• Lo-fi: tape');
        await page.click('#compare');
        assert.equal(await shownPreset(page), 'Voice: singer');
        await page.click('#reset-all');
        assert.equal(await shownPreset(page), 'Presets');
        await pressOn(page, 'gain', 'ArrowUp');
        assert.equal(await shownPreset(page), 'Presets');
        await page.click('#undo');
        await page.click('#undo');
        assert.equal(await shownPreset(page), 'Voice: singer');
        await page.click('#redo');
        assert.equal(await shownPreset(page), 'Presets');
      },
    );

    onPage('one that is replaced or deleted comes back by one key, by mouse or by keyboard', async (page) => {
      const mix = () => parameterOf(page, 'delay_mix');
      const first = await mix();
      await keepAs(page, 'My echo');
      await pressOn(page, 'delay_mix', 'ArrowUp');
      const second = await mix();
      await keepAs(page, 'My echo');
      await untilText(page, '.said', '“My echo” is replaced.');
      await page.click('.said button');
      await untilText(page, '.said', '“My echo” is as it was.');
      assert.equal(await mix(), second, 'the settings stay');
      assert.equal(await shownPreset(page), '• My echo');
      await page.select('#preset', 'My echo');
      assert.equal(await mix(), first);

      const deleteIt = async () => {
        await page.click('#keep-menu summary');
        await page.click('#preset-delete');
        await untilText(page, '.said', '“My echo” is deleted.');
        assert.ok(!(await presetNames(page)).includes('My echo'));
      };
      // Where the focus is, the way back is the next stop.
      await deleteIt();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await untilText(page, '.said', '“My echo” is back.');
      assert.equal(await page.evaluate(() => document.activeElement.localName), 'summary');
      assert.equal(await shownPreset(page), 'My echo');
      // Undo is for what was done last: the deletion, and no setting.
      await deleteIt();
      await key(page, 'z', 'Control');
      await untilText(page, '.said', '“My echo” is back.');
      assert.equal(await mix(), first);
      assert.equal(await page.$eval('.said', ({ role }) => role), 'status');
      // A setting that was changed since goes first; the button still brings the preset back.
      await deleteIt();
      await pressOn(page, 'gain', 'ArrowDown');
      await page.click('.said button');
      await reload(page);
      assert.ok((await presetNames(page)).includes('My echo'));
      await key(page, 'z', 'Control');
      assert.equal(await parameterOf(page, 'gain'), 1);
    });

    onPage('one’s own cannot hide one of the page’s', async (page) => {
      await pressOn(page, 'delay_mix', 'ArrowUp');
      await keepAs(page, 'Clean');
      await untilText(page, '.said', 'Choose another name');
      assert.equal((await presetNames(page)).filter((name) => name === 'Clean').length, 1);
    });

    onPage('the name that is in the field gives way to what is typed', async (page) => {
      await keepAs(page, 'My voice');
      await page.click('#keep-menu summary');
      await page.click('#preset-name');
      await page.keyboard.type('My choir');
      assert.equal(await page.$eval('#preset-name', ({ value }) => value), 'My choir');
    });

    onPage('what was done is said where it covers neither the menu nor the bar, at any width', async (page) => {
      for (const [width, height] of [
        [360, 740],
        [768, 1024],
        [1280, 800],
      ]) {
        await page.setViewport({ width, height });
        await page.click('#reset-all');
        await page.click('#keep-menu summary');
        const covered = await page.evaluate(() => {
          const said = document.querySelector('.said').getBoundingClientRect();
          return ['.app-bar', '#keep-menu .menu-body']
            .map((selector) => document.querySelector(selector).getBoundingClientRect())
            .some((box) => box.top < said.bottom && said.top < box.bottom);
        });
        assert.ok(!covered, `${width} pixels wide`);
        await page.keyboard.press('Escape');
      }
    });
  });

  onPage('A|B turns between two settings, which outlast a reload', async (page) => {
    await page.click('#compare');
    await typeInto(page, 'Gain', '-12');
    const b = await all(page);
    await page.click('#compare');
    assert.equal(await parameterOf(page, 'gain'), 1);
    await reload(page);
    await page.click('#compare');
    assert.deepEqual(await all(page), b);
  });

  onPage('bypass is a way to listen, and no setting: nothing keeps it, and nothing changes it', async (page) => {
    const bypassed = () => parameterOf(page, 'bypass');
    await page.select('#preset', 'Lo-fi: tape');
    await page.keyboard.press('b');
    assert.equal(await bypassed(), 1);
    assert.equal(await shownPreset(page), 'Lo-fi: tape');
    assert.doesNotMatch(await sharedLink(page), /bypass/);
    for (const act of [
      () => page.select('#preset', 'Clean'),
      () => page.click('#undo'),
      () => page.click('#compare'),
      () => page.click('#reset-all'),
    ]) {
      await act();
      assert.equal(await bypassed(), 1, `${act}`);
    }
    // One step back is that of Reset, and no step was the bypass's own.
    await page.click('#undo');
    assert.equal(await shownPreset(page), 'Lo-fi: tape');
    await reload(page);
    assert.equal(await bypassed(), 0);
    assert.equal(await shownPreset(page), 'Lo-fi: tape');
    await page.evaluate(() => {
      location.hash = '#/studio?v=1&gain=2&bypass=1';
    });
    await page.waitForFunction(() => globalThis.page.session.get('gain') === 2);
    assert.equal(await bypassed(), 0);
  });

  describe('a link', () => {
    onPage('gives the very same values elsewhere, and undo brings one’s own back', async (page) => {
      for (const [label, value] of [
        ['Low-pass cutoff', '1234.5'],
        ['Delay time', '0.1'],
        ['Gain', '-7.3'],
      ]) {
        await typeInto(page, label, value);
      }
      await page.click('#parameter-compressor_on');
      const mine = await all(page);
      const url = await sharedLink(page);
      assert.ok(url.includes('gain='), url);
      const other = await openPage(await browser.createBrowserContext(), url);
      try {
        await untilReady(other);
        assert.deepEqual(await all(other), mine);
        assert.ok(!other.url().includes('gain='), 'the address is plain again, so that a reload keeps what follows');
        await reload(other);
        assert.deepEqual(await all(other), mine, 'a reload changes nothing');
        await other.click('#undo');
        assert.equal(await parameterOf(other, 'gain'), 1);
      } finally {
        await closeSite(other);
      }
    });

    onPage('that was shared brings nothing back over what was changed since', async (page) => {
      await typeInto(page, 'Gain', '-7.3');
      await sharedLink(page);
      await typeInto(page, 'Gain', '-3.1');
      await page.click('#parameter-chorus_on');
      const mine = await all(page);
      await reload(page);
      assert.deepEqual(await all(page), mine);
    });

    onPage('stands in a field where the browser does not copy', async (page) => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
      });
      await pressOn(page, 'delay_mix', 'ArrowUp');
      await page.click('#share');
      await page.waitForSelector('#link:not([hidden])');
      const { value, selected } = await page.$eval('#link', (link) => ({
        value: link.value,
        selected: link.selectionEnd - link.selectionStart,
      }));
      assert.match(value, /#\/studio\?v=1&delay_mix=/);
      assert.equal(selected, value.length);
    });

    for (const [hash, sentence] of [
      ['#/studio?v=1&gain=loud', 'The value of “Gain” is no number'],
      ['#/studio?v=9&gain=2', 'another version'],
    ]) {
      onPage(`that is wrong is told in a sentence, and changes nothing: ${hash}`, async (page) => {
        const mine = await all(page);
        await page.evaluate((wrong) => {
          location.hash = wrong;
        }, hash);
        await untilText(page, '.said', sentence);
        assert.deepEqual(await all(page), mine);
      });
    }

    onPage('with a value out of range gives the end of the range', async (page) => {
      await page.evaluate(() => {
        location.hash = '#/studio?v=1&gain=99&unheard=1';
      });
      await page.waitForFunction(() => globalThis.page.session.get('gain') === 4);
    });
  });

  describe('a file', () => {
    onPage('exported and imported gives the same values', async (page) => {
      await typeInto(page, 'Peak frequency', '3333');
      const mine = await all(page);
      const client = await page.createCDPSession();
      await client.send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: folder,
        eventsEnabled: true,
        browserContextId: page.browserContext().id,
      });
      const done = new Promise((resolve) => {
        client.on('Browser.downloadProgress', ({ state }) => state === 'completed' && resolve());
      });
      await page.click('#keep-menu summary');
      await page.click('#export');
      await done;
      const path = join(folder, 'settings.json');
      const { version, params, order } = JSON.parse(await readFile(path, 'utf8'));
      assert.equal(version, 1);
      assert.deepEqual(params, mine);
      assert.deepEqual(order, await page.evaluate(() => [...globalThis.page.session.order]));
      await page.click('#reset-all');
      await (await page.$('#import-file')).uploadFile(path);
      await untilText(page, '.said', 'in force');
      assert.deepEqual(await all(page), mine);
    });

    onPage('that holds no settings is told in a sentence', async (page) => {
      const mine = await all(page);
      for (const [name, content, sentence] of [
        ['a.json', 'no json', 'is no JSON'],
        ['b.json', '[1, 2]', 'holds no settings'],
        ['c.json', '{"version":1,"params":{"gain":"2"}}', 'is no number'],
        ['d.json', '{"version":1,"params":{},"order":7}', 'no list of names'],
      ]) {
        const path = join(folder, name);
        await writeFile(path, content);
        await (await page.$('#import-file')).uploadFile(path);
        await untilText(page, '.said', sentence);
      }
      assert.deepEqual(await all(page), mine);
      assert.equal(await textOf(page, '#notices'), '');
    });
  });
});
