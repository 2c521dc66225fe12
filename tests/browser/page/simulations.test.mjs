/**
 * The two simulations' panels in Chromium, used as a visitor uses them, and read back from the canvases' pixels.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';

describe('the panels of the simulations', { skip: skipUnless('chromium') }, () => {
  let server, browser, page;

  before(async () => {
    server = await serveProject();
    browser = await launch('chromium');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A test on a page of its own, which must end without an error in the console. */
  const onPage = (promise, body, { view = 'pi', density = 1, features = [] } = {}) =>
    it(promise, async () => {
      page = await openPage(browser, 'about:blank');
      try {
        await page.setViewport({ width: 1100, height: 900, deviceScaleFactor: density });
        await page.emulateMediaFeatures(features);
        await page.goto(`${server.url}#/${view}`);
        await page.waitForSelector(`[data-view=${view}]:not([aria-busy])`);
        await body();
        assert.deepEqual(page.errors, []);
      } finally {
        await page.close();
      }
    });

  const text = (selector) => page.$eval(selector, (node) => node.textContent);
  const setValue = (selector, value) =>
    page.$eval(
      selector,
      (node, wanted) => {
        node.value = wanted;
        for (const type of ['input', 'change']) node.dispatchEvent(new Event(type, { bubbles: true }));
      },
      value,
    );
  const click = (selector) => page.$eval(selector, (node) => node.click());
  const untilText = (selector, pattern) =>
    page.waitForFunction(
      (where, source) => new RegExp(source).test(document.querySelector(where)?.textContent),
      { timeout: 120_000 },
      selector,
      pattern.source,
    );

  /** The definition list's value beside a name. */
  const figure = (section, name) =>
    page.$eval(
      `${section} dl`,
      (list, wanted) =>
        [...list.querySelectorAll('dt')].find((term) => term.textContent === wanted).nextElementSibling.textContent,
      name,
    );

  const STATUS = '#monte-carlo .status';

  async function run(points, { seed = '', by = 'workers' } = {}) {
    await click(`#monte-carlo input[value=${by}]`);
    await setValue('#monte-carlo-points', points);
    await setValue('#monte-carlo-seed', seed);
    await click('#monte-carlo-run');
  }

  /** Which share of a canvas's pixels, within a rectangle given in shares of its size, has each token's colour. */
  const colorsWithin = (selector, rectangle, tokens) =>
    page.$eval(
      selector,
      (canvas, [x, y, w, h], names) => {
        const parse = (color) => {
          const probe = new OffscreenCanvas(1, 1).getContext('2d');
          probe.fillStyle = color;
          probe.fillRect(0, 0, 1, 1);
          return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const style = getComputedStyle(document.documentElement);
        const wanted = names.map((name) => parse(style.getPropertyValue(`--${name}`)));
        const { width, height } = canvas;
        const { data } = canvas
          .getContext('2d')
          .getImageData(Math.round(x * width), Math.round(y * height), Math.round(w * width), Math.round(h * height));
        const counts = names.map(() => 0);
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] < 250) continue;
          wanted.forEach((color, index) => {
            if (color.every((channel, c) => Math.abs(channel - data[i + c]) < 3)) counts[index] += 1;
          });
        }
        return counts.map((count) => count / (data.length / 4));
      },
      rectangle,
      tokens,
    );

  onPage('a run shows an estimate within 6 standard errors of pi, its error and its time', async () => {
    await run('1,000,000');
    await untilText(STATUS, /^Done: 1,000,000 of 1,000,000 points\.$/);
    const estimate = Number(await text('#monte-carlo-estimate'));
    const standardError = 4 * Math.sqrt(((Math.PI / 4) * (1 - Math.PI / 4)) / 1e6);
    assert.ok(Math.abs(estimate - Math.PI) < 6 * standardError, String(estimate));
    const shown = Number((await figure('#monte-carlo', 'Standard error')).slice(1));
    assert.ok(Math.abs(shown / standardError - 1) < 0.02, String(shown));
    const error = (await figure('#monte-carlo', 'Error')).replace('\u2212', '-');
    assert.ok(Math.abs(parseFloat(error) - (estimate - Math.PI)) < 1e-5, error);
    const label = await page.$eval('#monte-carlo-plot', (node) => node.ariaLabel);
    assert.match(label, /after 1,000,000 points, estimate 3\.\d+/);
  });

  onPage('the same seed gives the same estimate by workers and on this thread in slices', async () => {
    const estimates = [];
    for (const by of ['workers', 'page']) {
      // A run may be over before anybody looks: that it is done must not be read off the run before.
      await page.$eval(STATUS, (node) => {
        node.textContent = '';
      });
      await run('2e7', { seed: '12345', by });
      await untilText(STATUS, /^Done: 20,000,000/);
      estimates.push(await text('#monte-carlo-estimate'));
      assert.equal(await figure('#monte-carlo', 'Seed'), '12345');
    }
    assert.equal(estimates[0], estimates[1]);
  });

  onPage('the picture has points of one colour inside the circle and of the other outside', async () => {
    await run('10^6');
    await untilText(STATUS, /^Done/);
    const inside = await colorsWithin('#monte-carlo-picture', [0.3, 0.3, 0.4, 0.4], ['accent', 'accent-2']);
    assert.ok(inside[0] > 0.05 && inside[1] === 0, `centre: ${inside}`);
    for (const corner of [
      [0.03, 0.03],
      [0.91, 0.03],
      [0.03, 0.91],
      [0.91, 0.91],
    ]) {
      const outside = await colorsWithin('#monte-carlo-picture', [...corner, 0.05, 0.05], ['accent', 'accent-2']);
      assert.ok(outside[0] === 0 && outside[1] > 0.05, `corner ${corner}: ${outside}`);
    }
    assert.ok((await colorsWithin('#monte-carlo-plot', [0, 0, 1, 1], ['accent-2']))[0] > 0.001);
  });

  onPage('10¹⁰ points run with progress, the page answers meanwhile, and Cancel ends them', async () => {
    await page.click('#monte-carlo .presets button:last-child');
    await click('#monte-carlo-run');
    await untilText(STATUS, /^Counting: [1-9][\d,]* of 10,000,000,000 points\.$/);
    const done = () => page.$eval('#monte-carlo progress', (node) => node.value);
    const early = await done();
    await page.evaluate(() => {
      location.hash = '#/wave';
    });
    await page.focus('#wave-speed');
    const speed = await page.$eval('#wave-speed', (node) => Number(node.value));
    await page.keyboard.press('ArrowRight');
    assert.ok((await page.$eval('#wave-speed', (node) => Number(node.value))) > speed);
    await page.waitForFunction((before) => document.querySelector('#monte-carlo progress').value > before, {}, early);
    assert.ok((await done()) < 1);
    await click('#monte-carlo-run');
    await untilText(STATUS, /^Cancelled: [\d,]+ of 10,000,000,000 points\.$/);
    assert.equal(await text('#monte-carlo-run'), 'Run');
    assert.match(await text('#monte-carlo-estimate'), /^3\.14\d+$/);
  });

  onPage('a wrong number of points is told in a sentence, and a run in progress goes on', async () => {
    await run('1e10', { by: 'page' });
    await untilText(STATUS, /^Counting/);
    for (const wrong of ['-5', '0.5', '1e99', 'letters', '', '0']) {
      await setValue('#monte-carlo-points', wrong);
      const sentence = 'The number of points must be a whole number from 1 to 2^53.';
      assert.equal(await text('#monte-carlo-error'), sentence, wrong);
      assert.equal(await page.$eval('#monte-carlo-points', (node) => node.ariaInvalid), 'true');
    }
    const before = await page.$eval('#monte-carlo progress', (node) => node.value);
    await page.waitForFunction(
      (earlier) => document.querySelector('#monte-carlo progress').value > earlier,
      {},
      before,
    );
    await click('#monte-carlo-run');
    await untilText(STATUS, /^Cancelled/);
    await click('#monte-carlo-run');
    assert.match(await text(STATUS), /^Cancelled/, 'a wrong number does not start a run');
    await setValue('#monte-carlo-points', '1e4');
    await setValue('#monte-carlo-seed', '1.5');
    assert.equal(await text('#monte-carlo-error'), 'The seed must be a whole number from 0 to 2^53.');
    assert.equal(await page.$eval('#monte-carlo-seed', (node) => node.ariaInvalid), 'true');
    await setValue('#monte-carlo-seed', '');
    assert.equal(await page.$eval('#monte-carlo-error', (node) => node.hidden), true);
  });

  onPage(
    'the comparison shows every method of counting, with its ratio, its spread and a bar',
    async () => {
      await click('#comparison [type=radio][value="1000000"]');
      await click('#monte-carlo-compare');
      await page.waitForSelector('.comparison:not([hidden])', { timeout: 120_000 });
      const rows = await page.$$eval('.comparison tbody tr', (nodes) =>
        nodes.map((row) => ({
          id: row.dataset.contestant,
          cells: [...row.querySelectorAll('td.number')].map((cell) => cell.textContent),
          bar: row.querySelector('.bar i').getBoundingClientRect().width,
          room: row.querySelector('.bar').getBoundingClientRect().width,
        })),
      );
      assert.deepEqual(
        rows.map(({ id }) => id),
        ['math-random', 'xoshiro', 'wasm', 'pool'],
      );
      assert.equal(rows[0].cells[0], '1.0×');
      for (const {
        id,
        cells: [ratio, spread],
        bar,
        room,
      } of rows) {
        const [least, most] = spread.split(' – ').map(Number);
        assert.ok(least <= parseFloat(ratio) && parseFloat(ratio) <= most, `${id}: ${ratio} in ${spread}`);
        const longest = Math.max(...rows.map(({ cells }) => Number(cells[1].split(' – ')[1])));
        const expected = Math.max(2, (parseFloat(ratio) / longest) * room);
        assert.ok(Math.abs(bar - expected) < 0.05 * room, `${id}: a bar of ${bar} for ${expected} pixels`);
      }
    },
    { view: 'lab' },
  );

  /** Where the string is on the canvas: the line's height in each column, 1 at the top and −1 at the bottom. */
  const heights = () =>
    page.$eval('#wave-canvas', (canvas) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      const probe = new OffscreenCanvas(1, 1).getContext('2d');
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
      probe.fillRect(0, 0, 1, 1);
      const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
      return Array.from({ length: width }, (_, x) => {
        const rows = [];
        for (let y = 0; y < height; y += 1) {
          const i = 4 * (y * width + x);
          const distance = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b);
          if (data[i + 3] > 250 && distance < 9) rows.push(y);
        }
        return rows.length === 0 ? null : 1 - (2 * ((rows[0] + rows.at(-1)) / 2)) / height;
      });
    });

  /** A pointer's place on the canvas from shares of its size, scrolled into view. */
  async function place(x, y) {
    const box = await page.$eval('#wave-canvas', (canvas) => {
      canvas.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return { left, top, width, height };
    });
    return [box.left + x * box.width, box.top + y * box.height];
  }

  const steps = async () => Number((await figure('#wave', 'Steps')).replaceAll(',', ''));
  const untilSteps = (least) =>
    page.waitForFunction(
      (count) => Number(document.querySelector('#wave dd').textContent.replaceAll(',', '')) >= count,
      {},
      least,
    );
  const still = [{ name: 'prefers-reduced-motion', value: 'reduce' }];

  onPage(
    'a click plucks the string where and as high as it was clicked, and nowhere else',
    async () => {
      await click('#wave-reset');
      await page.mouse.click(...(await place(0.75, 0.25)));
      const line = await heights();
      const at = (share) => line[Math.round(share * (line.length - 1))];
      assert.ok(Math.abs(at(0.75) - 0.5) < 0.03, `${at(0.75)} at the pluck`);
      for (const share of [0.1, 0.3, 0.5, 0.65, 0.85, 0.95]) {
        assert.ok(Math.abs(at(share)) < 0.02, `${at(share)} at ${share}`);
      }
    },
    { view: 'wave', features: still },
  );

  onPage(
    'a pluck travels both ways, a point a step',
    async () => {
      await click('#wave-reset');
      await setValue('#wave-damping', 0);
      await page.mouse.click(...(await place(0.5, 0.2))); // and off it goes
      await untilSteps(100);
      await click('#wave-play');
      await page.evaluate(
        () =>
          new Promise((done) => {
            requestAnimationFrame(() => requestAnimationFrame(done));
          }),
      );
      await setValue('#wave-width', 40); // the figures of a string that stands still are up to date
      const taken = await steps();
      assert.ok(taken < 700, `${taken} steps: too late to look`);
      const line = await heights();
      const peaks = line
        .map((height, x) => ({ height: Math.abs(height ?? 0), x }))
        .filter(({ height }) => height > 0.25);
      const middle = line.length / 2;
      const travelled = (taken % 800) * (line.length / 800);
      // It is reflected, upside down, from an end 399.5 points away.
      const expected = travelled <= middle ? travelled : 2 * middle - travelled;
      for (const side of [-1, 1]) {
        const there = peaks.filter(({ x }) => Math.sign(x - middle) === side);
        const found = side * (there.reduce((a, b) => (b.height > a.height ? b : a)).x - middle);
        assert.ok(Math.abs(found - expected) < 0.02 * line.length, `${found} for ${expected} pixels, ${taken} steps`);
      }
    },
    { view: 'wave' },
  );

  onPage(
    'a drag plucks along its path',
    async () => {
      await click('#wave-reset');
      await page.mouse.move(...(await place(0.2, 0.3)));
      await page.mouse.down();
      await page.mouse.move(...(await place(0.8, 0.3)), { steps: 20 });
      await page.mouse.up();
      const line = await heights();
      for (const share of [0.2, 0.4, 0.6, 0.78]) {
        const there = line[Math.round(share * line.length)];
        assert.ok(there > 0.2, `${there} at ${share}`);
      }
      assert.ok(Math.abs(line[Math.round(0.95 * line.length)]) < 0.02);
    },
    { view: 'wave', features: still },
  );

  onPage(
    'the keyboard moves the caret and plucks there',
    async () => {
      await click('#wave-reset');
      await page.focus('#wave-canvas');
      const keys = ['Home', 'PageUp', 'PageUp', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowDown', 'Enter'];
      for (const key of keys) await page.keyboard.press(key);
      assert.equal(await page.$eval('#wave-canvas', (node) => node.ariaValueNow), '200');
      const value = await page.$eval('#wave-canvas', (node) => node.ariaValueText);
      assert.match(value, /point 200, where the string is at 0\.80/);
      await page.$eval('#wave-canvas', (node) => node.blur());
      const line = await heights();
      const at = (point) => line[Math.round((point / 799) * (line.length - 1))];
      assert.ok(Math.abs(at(200) - 0.8 / 1.25) < 0.03, `${at(200)}`);
      assert.ok(Math.abs(at(400)) < 0.02);
    },
    { view: 'wave', features: still },
  );

  onPage(
    'a Courant number out of range is told in a sentence, and the string swings on',
    async () => {
      await click('#wave-play');
      await untilSteps(1);
      for (const wrong of ['0', '1.5', '-1', 'letters', '']) {
        await setValue('#wave-courant', wrong);
        assert.match(await text('#wave-error'), /the Courant number c be above 0 and at most 1\.$/, wrong);
      }
      const before = await steps();
      assert.ok(before > 0);
      await untilSteps(before + 1);
      await setValue('#wave-courant', '0.5');
      assert.equal(await page.$eval('#wave-error', (node) => node.hidden), true);
    },
    { view: 'wave' },
  );

  onPage(
    'another Courant number makes a new string, plucked at a quarter of its length as high as 1',
    async () => {
      await setValue('#wave-courant', '0.5');
      const line = await heights();
      const at = (share) => line[Math.round(share * (line.length - 1))];
      assert.ok(Math.abs(at(0.25) - 1 / 1.25) < 0.03, `${at(0.25)}: the picture reaches to 1.25`);
      for (const share of [0.1, 0.4, 0.75]) assert.ok(Math.abs(at(share)) < 0.02, `${at(share)} at ${share}`);
    },
    { view: 'wave', features: still },
  );

  onPage(
    'with reduced motion a pluck does not start the string; Start does',
    async () => {
      assert.equal(await text('#wave-play'), 'Start');
      await page.mouse.click(...(await place(0.5, 0.2)));
      assert.equal(await text('#wave-play'), 'Start');
      assert.equal(await steps(), 0);
      await click('#wave-play');
      await untilSteps(1);
    },
    { view: 'wave', features: still },
  );

  onPage(
    'a hidden tab stops the string, and coming back does not jump',
    async () => {
      await setValue('#wave-speed', 1);
      await click('#wave-play');
      await untilSteps(1);
      const { hidden, later, back, shownMs } = await page.evaluate(async () => {
        const wait = (ms) =>
          new Promise((resolve) => {
            setTimeout(resolve, ms);
          });
        const figureNow = () => Number(document.querySelector('#wave dd').textContent.replaceAll(',', ''));
        const hide = (value) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
          document.dispatchEvent(new Event('visibilitychange'));
        };
        hide(true);
        await wait(600);
        const hidden = figureNow();
        await wait(2000);
        const later = figureNow();
        const start = performance.now();
        hide(false);
        while (figureNow() === later) await wait(10);
        return { hidden, later, back: figureNow(), shownMs: performance.now() - start };
      });
      assert.equal(later, hidden);
      // At 30,000 steps a second: what was shown since, and what the last frame before hiding may not have shown yet.
      assert.ok(back - later <= 30 * (shownMs + 300), `${back - later} steps in ${shownMs} ms`);
    },
    { view: 'wave' },
  );

  for (const density of [1, 2, 1.5]) {
    onPage(
      `the canvases are sharp at ${density} device pixels per pixel, also after a resize`,
      async () => {
        for (const [view, ids] of [
          ['pi', ['monte-carlo-picture', 'monte-carlo-plot']],
          ['wave', ['wave-canvas']],
        ]) {
          await page.evaluate((hash) => {
            location.hash = hash;
          }, `#/${view}`);
          for (const width of [420, 1100]) {
            await page.setViewport({ width, height: 900, deviceScaleFactor: density });
            await page.waitForFunction(
              (scale, names) =>
                names.every((id) => {
                  const { width: w, height: h, clientWidth, clientHeight } = document.getElementById(id);
                  const isShown = clientWidth > 0;
                  return isShown && Math.abs(w - clientWidth * scale) <= 1 && Math.abs(h - clientHeight * scale) <= 1;
                }),
              {},
              density,
              ids,
            );
            const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
            assert.ok(!overflows, `nothing overflows at ${width} px`);
          }
        }
        assert.ok(
          (await heights()).every((height) => height !== null),
          'the line reaches from end to end',
        );
      },
      { density },
    );
  }
});
