/**
 * The studio as people meet it: its views and screens, its first visit, what plays and is recorded, the level of its
 * bypass. References are the engine's own samples and meters, and the rules for what people can read.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { launch, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import {
  openSite,
  parameterOf,
  playBuiltIn,
  pressOn,
  sharedLink,
  showView,
  startRecording,
  takeRecording,
  testsOn,
  textOf,
  untilReady,
  untilText,
} from '../../support/site.mjs';

const VIEWS = ['studio', 'lab', 'pi', 'wave'];

describe('the studio', { skip: skipUnless('chromium') }, () => {
  let server, browser, folder;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
    folder = await mkdtemp(join(tmpdir(), 'studio-'));
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const onPage = testsOn(() => openSite(browser, server.url));

  describe('screens', () => {
    onPage('at 1280 × 800 all that one plays with is in sight without scrolling', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      await playBuiltIn(page);
      const out = await page.$$eval(
        '.transport button:not([hidden]), .transport select, [data-id], .dial, .reading, .picture, ' +
          '#spectrum, #oscilloscope, .meter, #keeping > :not([hidden])',
        (nodes) =>
          nodes
            .filter((node) => node.checkVisibility({ opacityProperty: false }))
            .filter((node) => {
              const { top, bottom, left, right } = node.getBoundingClientRect();
              return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth;
            })
            .map((node) => node.id || node.className),
      );
      assert.deepEqual(out, []);
    });

    onPage('on a phone a finger that begins on a slider scrolls the page, and leaves the sound alone', async (page) => {
      await page.setViewport({ width: 360, height: 740, hasTouch: true, isMobile: true });
      await page.reload();
      await untilReady(page);
      const slider = '.card.chosen .dial input';
      await page.$eval(slider, (input) => input.scrollIntoView({ block: 'center' }));
      const place = () =>
        page.$eval(slider, (input) => {
          const { left, top, width, height } = input.getBoundingClientRect();
          return { x: left + 0.3 * width, y: top + height / 2, value: input.value, scrolled: scrollY };
        });
      const { x, y, value, scrolled } = await place();
      const client = await page.createCDPSession();
      const pull = async (dx, dy) => {
        await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
        for (let step = 1; step <= 10; step++)
          await client.send('Input.dispatchTouchEvent', {
            type: 'touchMove',
            touchPoints: [{ x: x + dx * step, y: y + dy * step }],
          });
        await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      };
      await pull(10, 0);
      await page.waitForFunction((query, old) => document.querySelector(query).value !== old, {}, slider, value);
      const moved = (await place()).value;
      await pull(0, -15);
      await page.waitForFunction((before) => scrollY > before + 50, {}, scrolled);
      assert.equal((await place()).value, moved);
    });

    onPage('the transport is in sight however far one scrolls, on a phone as on a desk', async (page) => {
      for (const [width, height] of [
        [360, 640],
        [900, 500],
      ]) {
        await page.setViewport({ width, height });
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        const { top, bottom } = await page.$eval('#stop', (node) => node.getBoundingClientRect().toJSON());
        assert.ok(top >= 0 && bottom <= height, `${width}: ${top} … ${bottom}`);
      }
    });

    onPage('on a phone one effect is in sight at a time, and its chip chooses it', async (page) => {
      await page.setViewport({ width: 360, height: 740 });
      const shown = () =>
        page.$$eval('.card', (cards) =>
          cards.filter((card) => card.checkVisibility()).map(({ dataset }) => dataset.unit),
        );
      assert.deepEqual(await shown(), ['gain']);
      await page.evaluate(() => {
        [...document.querySelectorAll('#chips button')].find(({ textContent }) => textContent === 'Delay').click();
      });
      assert.deepEqual(await shown(), ['delay']);
    });

    onPage('at 2560 pixels the width is used', async (page) => {
      await page.setViewport({ width: 2560, height: 1440 });
      const { left, right } = await page.evaluate(() => ({
        left: document.querySelector('.monitor').getBoundingClientRect().left,
        right: document.querySelector('.monitor').getBoundingClientRect().right,
      }));
      assert.ok(left < 40 && right > 2520, `${left} … ${right}`);
    });

    onPage('no text of a control is cut off', async (page) => {
      for (const width of [360, 1280]) {
        await page.setViewport({ width, height: 800 });
        for (const id of ['compressor_threshold', 'lpf_cutoff', 'delay_time']) await pressOn(page, id, 'End');
        await pressOn(page, 'compressor_threshold', 'Home');
        const cut = await page.$$eval('.reading, .control-name, .card h3, .readings, .volume output', (nodes) =>
          nodes
            .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0)
            .map((node) => `${node.className} ${node.value ?? node.textContent}`),
        );
        assert.deepEqual(cut, [], `${width} px`);
      }
    });
  });

  describe('views', () => {
    onPage('change by address without stopping the sound, and say where one is', async (page) => {
      await playBuiltIn(page);
      const source = await page.evaluateHandle(() => globalThis.page.session.source);
      for (const view of ['lab', 'pi', 'wave', 'studio']) {
        await showView(page, view);
        assert.equal(await page.$$eval('[data-view]:not([hidden])', (nodes) => nodes.length), 1);
        assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
        assert.equal(await page.$eval('.tabs [aria-current]', ({ hash }) => hash), `#/${view}`);
        assert.ok(await page.evaluate((before) => before === globalThis.page.session.source, source));
      }
      await page.goBack();
      await page.waitForSelector('[data-view=wave]:not([hidden])');
    });

    onPage('nothing is drawn that is out of sight', async (page) => {
      await playBuiltIn(page);
      await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.05);
      await showView(page, 'lab');
      const drawn = await page.evaluate(async () => {
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        let calls = 0;
        for (const canvas of document.querySelectorAll('#studio canvas')) {
          const context = canvas.getContext('2d');
          for (const name of ['fillRect', 'stroke', 'clearRect', 'fill', 'drawImage']) {
            const method = context[name].bind(context);
            context[name] = (...args) => {
              calls++;
              return method(...args);
            };
          }
        }
        for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
        return calls;
      });
      assert.equal(drawn, 0);
    });
  });

  describe('for everybody', () => {
    for (const scheme of ['light', 'dark']) {
      onPage(`every text has contrast enough, in every view: ${scheme}`, async (page) => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await page.setViewport({ width: 1280, height: 800 });
        await playBuiltIn(page);
        for (const view of VIEWS) {
          await showView(page, view);
          assert.deepEqual(await page.evaluate(lowContrast), [], view);
        }
      });
    }

    onPage('every control has a name, which holds the text on it; ids are unique', async (page) => {
      for (const view of VIEWS) {
        await showView(page, view);
        assert.deepEqual(await page.evaluate(wrongNames), [], view);
      }
    });

    onPage('the first stops of the Tab key lead past the bar', async (page) => {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the effects');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement.closest('#rack') !== null));
    });

    onPage('texts grow with the reader’s font size', async (page) => {
      const size = () => page.$eval('.card h3', (node) => parseFloat(getComputedStyle(node).fontSize));
      const usual = await size();
      const client = await page.createCDPSession();
      await client.send('Page.setFontSizes', { fontSizes: { standard: 24, fixed: 20 } });
      await page.waitForFunction(
        (before) => parseFloat(getComputedStyle(document.querySelector('.card h3')).fontSize) > 1.25 * before,
        {},
        usual,
      );
    });

    onPage('in forced colours a switch and a pressed button still say what they are', async (page) => {
      const client = await page.createCDPSession();
      await client.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
      const looks = await page.evaluate(() => {
        const colour = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
        return {
          native: getComputedStyle(document.querySelector('#parameter-delay_on')).appearance,
          pressed: colour('#chips [aria-pressed=true]'),
          other: colour('#chips [aria-pressed=false]'),
        };
      });
      assert.equal(looks.native, 'auto');
      assert.notEqual(looks.pressed, looks.other);
    });
  });

  onPage('a first visit has one big button that makes sound, once', async (page) => {
    await page.click('#welcome .primary');
    await page.waitForFunction(() => globalThis.page.session.engine?.meters().outputPeak[0] > 0.01);
    assert.equal(await page.$('#welcome'), null);
    await page.reload();
    await untilReady(page);
    assert.ok(await page.$eval('#welcome', ({ hidden }) => hidden));
  });

  onPage('a click into the waveform plays on from there', async (page) => {
    await playBuiltIn(page);
    const { x, y, width, height } = await (await page.$('#position')).boundingBox();
    await page.mouse.click(x + 0.75 * width, y + height / 2);
    const share = await page.evaluate(() => {
      const { player } = globalThis.page.session.source;
      return player.position() / player.buffer.duration;
    });
    assert.ok(share > 0.7 && share < 0.85, String(share));
  });

  onPage('a handle on the spectrum moves its filter, turns it on, and is one step back', async (page) => {
    await page.setViewport({ width: 1280, height: 800 });
    await playBuiltIn(page);
    const { x, y, width, height } = await (await page.$('.handle:nth-child(2)')).boundingBox();
    const plot = await (await page.$('#handles')).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width / 2, plot.y + 0.25 * plot.height, { steps: 6 });
    await page.mouse.up();
    assert.equal(await parameterOf(page, 'peak_on'), 1);
    const hertz = await parameterOf(page, 'peak_frequency');
    const middle = Math.sqrt(20 * 20000);
    assert.ok(Math.abs(Math.log2(hertz / middle)) < 0.1, `the middle of the axis is ${middle} Hz: ${hertz}`);
    assert.ok((await parameterOf(page, 'peak_gain')) > 3);
    await page.click('#undo');
    assert.equal(await parameterOf(page, 'peak_on'), 0);
    assert.equal(await parameterOf(page, 'peak_frequency'), 1000);
  });

  onPage('the bypassed sound is as loud as the processed one, and the button says by how much', async (page) => {
    await pressOn(page, 'gain', 'PageDown', 'PageDown');
    await page.click('#parameter-delay_on');
    await page.click('#parameter-distortion_on');
    await playBuiltIn(page);
    await page.waitForFunction(() => /matched −1[12]\.\d dB/.test(document.querySelector('#master').textContent));
    await page.click('#parameter-bypass');
    const gain = await page.waitForFunction(() => {
      const { matched, match } = globalThis.page.session;
      return Math.abs(matched.gain.value / match - 1) < 0.01 && 20 * Math.log10(matched.gain.value);
    });
    assert.ok(Math.abs((await gain.jsonValue()) + 12) < 0.5, 'the gain alone acts, −12 dB');
    await page.click('#parameter-bypass');
    await page.waitForFunction(() => Math.abs(globalThis.page.session.matched.gain.value - 1) < 0.01);
  });

  describe('the order of the effects', () => {
    const orders = (page) =>
      page.evaluate(() => ({
        cards: [...document.querySelectorAll('.card')].map(({ dataset }) => dataset.unit),
        kept: [...globalThis.page.session.order],
        heard: globalThis.page.session.engine && [...globalThis.page.session.engine.order],
      }));

    onPage('is that of the cards: dragged, moved by keys, undone, and kept over a reload', async (page) => {
      await page.setViewport({ width: 1280, height: 800 });
      await playBuiltIn(page);
      const first = (await orders(page)).cards;
      assert.deepEqual(first, (await orders(page)).heard);
      const middle = async (selector, share = 0.5) => {
        const { x, y, width, height } = await (await page.$(selector)).boundingBox();
        return [x + share * width, y + height / 2];
      };
      await page.mouse.move(...(await middle('[data-unit=delay] .grip')));
      await page.mouse.down();
      await page.mouse.move(...(await middle('[data-unit=distortion]', 0.2)), { steps: 8 });
      await page.mouse.up();
      const others = first.filter((id) => id !== 'delay');
      const dragged = others.flatMap((id) => (id === 'distortion' ? ['delay', id] : [id]));
      assert.deepEqual(await orders(page), { cards: dragged, kept: dragged, heard: dragged });

      await page.focus('[data-unit=delay] .grip');
      await page.keyboard.press('ArrowLeft');
      const moved = others.flatMap((id) => (id === 'gain' ? ['delay', id] : [id]));
      assert.deepEqual(await orders(page), { cards: moved, kept: moved, heard: moved });
      assert.ok(
        await page.evaluate(() => document.activeElement.matches('[data-unit=delay] .grip')),
        'keeps the focus',
      );

      await page.click('#undo');
      assert.deepEqual((await orders(page)).heard, dragged);
      await page.reload();
      await untilReady(page);
      assert.deepEqual((await orders(page)).cards, dragged);
      await playBuiltIn(page);
      assert.deepEqual((await orders(page)).heard, dragged, 'a new engine has it too');
      await page.click('#reset-all');
      assert.deepEqual((await orders(page)).heard, first);
    });

    onPage('goes with the link, and the last effect stays last', async (page) => {
      await page.evaluate(() => {
        location.hash = '#/studio?v=1&order=limiter.delay.gain';
      });
      await page.waitForFunction(() => {
        const { order } = globalThis.page.session;
        return order.indexOf('delay') < order.indexOf('gain');
      });
      const { cards } = await orders(page);
      assert.equal(cards.at(-1), 'limiter');
      assert.match(await sharedLink(page), /delay\.(reverb\.)?gain/);
    });
  });

  describe('a recording', () => {
    /** Lets a page's downloads into the folder, and resolves to the path of the next one. */
    async function nextDownload(page) {
      const client = await page.createCDPSession();
      await client.send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: folder,
        eventsEnabled: true,
        browserContextId: page.browserContext().id,
      });
      return new Promise((resolve) => {
        client.on('Browser.downloadProgress', async ({ state }) => {
          if (state !== 'completed') return;
          const [name] = (await readdir(folder)).filter((each) => each.endsWith('.wav'));
          resolve(join(folder, name));
        });
      });
    }

    for (const [format, bits] of [
      ['24-bit', 24],
      ['float', 32],
    ]) {
      onPage(`holds the samples that the engine gave: ${format}`, async (page) => {
        await startRecording(page);
        await page.$eval(
          '#record-format',
          (select, wanted) => {
            select.value = wanted;
            select.dispatchEvent(new Event('change'));
          },
          format,
        );
        await page.click('#record');
        await page.waitForSelector('#record[aria-pressed=true]');
        await playBuiltIn(page);
        await page.waitForFunction(() => globalThis.page.session.engine.meters().outputPeak[0] > 0.01);
        await page.evaluate(() => {
          globalThis.heardAt = globalThis.page.session.context.currentTime;
        });
        await page.waitForFunction(() => globalThis.page.session.context.currentTime > globalThis.heardAt + 1);
        await page.waitForFunction(() => /^0:0[1-9]$/.test(document.querySelector('.take time').textContent));
        assert.match(await textOf(page, '.take .size'), /^\d\.\d MB$/);
        await page.click('#record');
        await page.waitForSelector('#record-save:not([hidden])');
        const { output } = await takeRecording(page);
        const download = nextDownload(page);
        await page.click('#record-save');
        const path = await download;
        const wav = await readFile(path);
        await rm(path);
        assert.equal(wav.readUInt16LE(34), bits);
        assert.equal(wav.readUInt32LE(40), wav.length - 44);
        const frames = (wav.length - 44) / 2 / (bits / 8);
        const read = (frame, channel) => {
          const at = 44 + (2 * frame + channel) * (bits / 8);
          return bits === 32 ? wav.readFloatLE(at) : wav.readIntLE(at, 3) / 2 ** 23;
        };
        // Both begin at moments of their own: the first sound is the same one.
        const start = (get, length) => Array.from({ length }).findIndex((_, frame) => Math.abs(get(frame)) > 1e-3);
        const [mine, theirs] = [start((frame) => read(frame, 0), frames), start((n) => output[0][n], output[0].length)];
        const most = bits === 32 ? 0 : 0.5 / 2 ** 23;
        const length = Math.min(frames - mine, output[0].length - theirs);
        assert.ok(length > 20_000, `${length} frames were recorded by both`);
        for (const channel of [0, 1]) {
          for (let n = 0; n < length; n++) {
            const error = Math.abs(read(mine + n, channel) - output[channel][theirs + n]);
            assert.ok(error <= most, `channel ${channel}, frame ${n}: ${error}`);
          }
        }
      });
    }

    onPage('that is not saved is not lost by leaving the page: the browser asks', async (page) => {
      await playBuiltIn(page);
      await page.click('#record');
      await page.waitForFunction(() => /^0:0[1-9]$/.test(document.querySelector('.take time').textContent));
      await page.click('#record');
      await page.waitForSelector('#record-save:not([hidden])');
      const asked = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
      assert.equal(await asked(), true);
      await page.click('#record-discard');
      assert.equal(await asked(), false);
    });
  });

  onPage('the glitch lab’s tone plays alone: what plays is silent meanwhile, and comes back', async (page) => {
    await playBuiltIn(page);
    await showView(page, 'lab');
    await page.click('#lab-toggle');
    await untilText(page, '#lab-toggle', 'Stop the tone');
    await page.waitForFunction(() => globalThis.page.session.output.gain.value < 0.01);
    await page.click('#lab-toggle');
    await page.waitForFunction(() => globalThis.page.session.output.gain.value > 0.99);
  });
});

/** In the page: the texts whose contrast against what is behind them is below the rule of WCAG 2.2, AA. */
function lowContrast() {
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  /** A colour over another, as numbers. */
  const over = (colors) => {
    probe.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      probe.fillStyle = color;
      probe.fillRect(0, 0, 1, 1);
    }
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const x = value / 255;
      return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (text.textContent.trim() === '' || !node.checkVisibility() || node.closest('.hidden-text, .skip, option'))
      continue;
    // What cannot be acted on is exempt, as the rule says.
    if (node.closest(':disabled, [aria-disabled=true]')) continue;
    const behind = [];
    for (let each = node; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const style = getComputedStyle(node);
    const background = over(['white', ...behind]);
    const [light, dark] = [luminance(background), luminance(over(['white', ...behind, style.color]))].sort(
      (a, b) => b - a,
    );
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(`${text.textContent.trim()} (${node.className}): ${ratio.toFixed(2)}`);
  }
  return found;
}

/** In the page: controls without a name, or whose name does not hold the text on them, and ids that come twice. */
function wrongNames() {
  const found = [];
  const nameOf = (node) => {
    const byId = node.getAttribute('aria-labelledby');
    if (byId)
      return byId
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ');
    const labels = node.labels ? [...node.labels].map(({ textContent }) => textContent).join(' ') : '';
    return node.getAttribute('aria-label') ?? (labels || node.textContent || node.title);
  };
  const plain = (text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}|]+/gu, ' ')
      .trim();
  const controls = 'button, a, input:not([type=file]), select, summary, canvas, [role=group], fieldset, section, nav';
  for (const node of document.querySelectorAll(controls)) {
    if (!node.checkVisibility() || node.getAttribute('aria-hidden') === 'true') continue;
    const name = plain(nameOf(node) ?? '');
    const says = `${node.tagName} ${node.id || node.className}`;
    if (name === '' && !/[^\s\w]/.test(node.textContent)) found.push(`${says} has no name`);
    const onIt = node.matches('button, a, summary') ? plain(node.innerText) : '';
    if (onIt && !name.includes(onIt)) found.push(`${says}: “${onIt}” is not in “${name}”`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  return [...found, ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} comes twice`)];
}
