/**
 * The simulations as the package gives them: monte_carlo_pi, MonteCarloRun and WaveSimulation from both wasm builds, in
 * Chromium and Firefox; and the pool of workers. References are the published generators, the wave's formula in float64,
 * and statistics.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { alterations, launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { referenceCount } from '../../reference/monte-carlo.mjs';

const SEED = 20_260_801;
const TOTAL = 2 ** 21 + 12_345;

/** Loads the glue with one of the two builds in the page, as `globalThis.wasm`, and the module beside it. */
const load = (page, build) =>
  page.evaluate(async (file) => {
    const glue = await import('/pkg/audio_dsp_wasm.js');
    const module = await WebAssembly.compile(await (await fetch(`/pkg/${file}`)).arrayBuffer());
    await glue.default({ module_or_path: module });
    Object.assign(globalThis, { glue, module });
  }, build);

const SIMD = 'audio_dsp_wasm_bg.wasm';
const BASELINE = 'audio_dsp_wasm_baseline.wasm';

for (const name of ['chromium', 'firefox']) {
  describe(`the simulations in ${name}`, { skip: skipUnless(name) }, () => {
    let server, browser, page;

    before(async () => {
      server = await serveProject();
      browser = await launch(name);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    const onPage = (promise, build, body) =>
      it(promise, async () => {
        page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
        try {
          await load(page, build);
          await body();
          assert.deepEqual(page.errors, []);
        } finally {
          await page.close();
        }
      });

    for (const [title, build] of [
      ['the SIMD build', SIMD],
      ['the WebAssembly 1.0 build', BASELINE],
    ]) {
      onPage(`${title} counts the points of the published generators, in any slices`, build, async () => {
        const counts = await page.evaluate(
          (seed, total) =>
            [[total], [1000, 70_001], [2 ** 20, 3, 2 ** 19]].map((slices) => {
              const run = new globalThis.glue.MonteCarloRun(seed, total);
              for (let slice = 0; run.points < total; slice += 1) run.advance(slices[slice % slices.length]);
              return [run.points, run.total, run.inside];
            }),
          SEED,
          TOTAL,
        );
        const expected = [TOTAL, TOTAL, referenceCount(SEED, TOTAL)];
        assert.deepEqual(counts, [expected, expected, expected]);
      });

      onPage(`${title} steps the wave by its formula`, build, async () => {
        const { u, view, expected } = await page.evaluate(() => {
          const [points, c] = [200, 0.75];
          const wave = new globalThis.glue.WaveSimulation(points, c);
          let [now, before] = [new Float64Array(points), new Float64Array(points)];
          for (let step = 0; step < 1000; step += 1) {
            if (step % 100 === 0) {
              wave.add_impulse(10 + step / 10, 1);
              now[10 + step / 10] += 1;
            }
            const next = new Float64Array(points);
            for (let i = 1; i < points - 1; i += 1) {
              next[i] = 2 * now[i] - before[i] + c * c * (now[i + 1] - 2 * now[i] + now[i - 1]);
            }
            [before, now] = [now, next];
            wave.step();
          }
          return { u: [...wave.get_data()], view: [...wave.view()], expected: [...now] };
        });
        assert.ok(Math.max(...expected.map(Math.abs)) > 0.1);
        view.forEach((value, i) => {
          assert.ok(Math.abs(value - expected[i]) < 1e-10, `point ${i}: ${value} for ${expected[i]}`);
        });
        assert.deepEqual(u, view.map(Math.fround));
      });
    }

    onPage('monte_carlo_pi gives a sample of its own each time, within 6 standard errors of pi', SIMD, async () => {
      const estimates = await page.evaluate(() =>
        Array.from({ length: 20 }, () => globalThis.glue.monte_carlo_pi(1e6)),
      );
      const standardError = 4 * Math.sqrt(((Math.PI / 4) * (1 - Math.PI / 4)) / 1e6);
      for (const estimate of estimates) assert.ok(Math.abs(estimate - Math.PI) < 6 * standardError, String(estimate));
      assert.ok(new Set(estimates).size > 1);
    });

    onPage('what is out of range throws a RangeError with a sentence, and changes nothing', SIMD, async () => {
      const { errors, before, after } = await page.evaluate(() => {
        const { monte_carlo_pi, monte_carlo_points, MonteCarloRun, WaveSimulation } = globalThis.glue;
        const wave = new WaveSimulation(100, 0.5);
        wave.pluck(40, 10, 1);
        const run = new MonteCarloRun(1, 1000);
        run.advance(500);
        const state = () => [...wave.get_data(), wave.steps, wave.damping, run.points, run.inside];
        const start = state();
        const calls = [
          ...[0, -1, 1.5, 1e99, NaN, Infinity, 'letters', undefined].map((n) => () => monte_carlo_pi(n)),
          ...[0, -5, 0.5, 1e99, 'letters'].map((n) => () => new MonteCarloRun(1, n)),
          ...[-1, 0.5, 1e99].map((n) => () => new MonteCarloRun(n, 10)),
          () => new MonteCarloRun(1, 10, 0.5),
          () => new MonteCarloRun(1, 2 ** 53, 1),
          ...[0, -1, 0.5, NaN].map((n) => () => run.advance(n)),
          () => monte_carlo_points(1, 0, 1e9),
          ...[0, 1.5, -0.1, NaN, 'letters'].map((c) => () => new WaveSimulation(800, c)),
          ...[2, -800, 800.5, 1e99, NaN].map((points) => () => new WaveSimulation(points, 1)),
          ...[-1, 100, 1.5, NaN].map((position) => () => wave.add_impulse(position, 1)),
          () => wave.add_impulse(5, Infinity),
          () => wave.pluck(-1, 10, 1),
          () => wave.pluck(5, 0, 1),
          () => wave.pluck(5, 5, NaN),
          ...[-1, 0.5, NaN].map((n) => () => wave.step_many(n)),
          ...[-0.1, 1.1, NaN].map((n) => () => {
            wave.damping = n;
          }),
        ];
        const errors = calls.map((call) => {
          try {
            call();
            return `no error: ${call}`;
          } catch (error) {
            return `${error.name}: ${error.message}`;
          }
        });
        return { errors, before: start, after: state() };
      });
      for (const error of errors) assert.match(error, /^RangeError: The .*\.$/);
      assert.deepEqual(after, before);
    });

    onPage('any number of workers counts the same points', SIMD, async () => {
      const total = 20 * 2 ** 20 + 777;
      const counts = await page.evaluate(
        async (seed, points) => {
          const { MonteCarloPool } = await import('/monte-carlo/pool.js');
          const results = [];
          for (const size of [1, 2, 5]) {
            const pool = new MonteCarloPool(globalThis.module, globalThis.glue.monte_carlo_substream(), size);
            const shares = [];
            results.push(await pool.run({ seed, total: points, onShare: (share) => shares.push(share) }));
            const sum = (name) => shares.reduce((total, share) => total + share[name], 0);
            results.push({ points: sum('points'), inside: sum('inside') });
            pool.close();
          }
          const run = new globalThis.glue.MonteCarloRun(seed, points);
          run.advance(points);
          return [{ points: run.points, inside: run.inside }, ...results];
        },
        SEED,
        total,
      );
      for (const count of counts) assert.deepEqual(count, counts[0]);
      assert.equal(counts[0].points, total);
    });

    onPage('the three methods of the comparison count points alike', SIMD, async () => {
      const points = 2 ** 22;
      const counts = await page.evaluate(async (total) => {
        const { methods } = await import('/monte-carlo/methods.js');
        return Object.entries(methods).map(([method, count]) => [method, count(1, 0, total)]);
      }, points);
      assert.equal(counts.length, 3);
      const deviation = Math.sqrt(points * (Math.PI / 4) * (1 - Math.PI / 4));
      for (const [method, inside] of counts) {
        assert.ok(Math.abs(inside - (points * Math.PI) / 4) < 6 * deviation, `${method}: ${inside}`);
      }
    });
  });
}

describe('the pool of workers', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => {
    browser = await launch('chromium');
  });
  after(async () => {
    await browser?.close();
  });

  /** Runs a function in a page with the wasm and the pool's class loaded. */
  async function withPool(alter, body) {
    const server = await serveProject({ alter });
    const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
    try {
      await load(page, SIMD);
      await page.evaluate(async () => {
        const { MonteCarloPool } = await import('/monte-carlo/pool.js');
        const substream = globalThis.glue.monte_carlo_substream();
        globalThis.makePool = (size) => new MonteCarloPool(globalThis.module, substream, size);
        globalThis.countHere = (seed, total) => {
          const run = new globalThis.glue.MonteCarloRun(seed, total);
          run.advance(total);
          return run.inside;
        };
      });
      return await page.evaluate(body);
    } finally {
      await page.close();
      await server.close();
    }
  }

  it('replaces a worker that dies, and counts its shares again', async () => {
    const { expected, inside, replaced } = await withPool({}, async () => {
      const pool = globalThis.makePool(2);
      const total = 3e8;
      await pool.start();
      const [victim] = pool.workers;
      let shares = 0;
      const { inside: found } = await pool.run({
        seed: 4,
        total,
        onShare: () => {
          shares += 1;
          if (shares === 3) victim.terminate();
        },
      });
      const { workers } = pool;
      pool.close();
      const wasReplaced = workers.length === 2 && !workers.includes(victim);
      return { expected: globalThis.countHere(4, total), inside: found, replaced: wasReplaced };
    });
    assert.equal(inside, expected);
    assert.ok(replaced);
  });

  it('gives a run up that breaks every worker, says why, and runs the next', async () => {
    const breaking = alterations.body(`
      import { initSync, MonteCarloRun } from '../pkg/audio_dsp_wasm.js';
      addEventListener('message', ({ data: module }) => {
        initSync({ module });
        addEventListener('message', ({ data: { id, seed, firstSubstream, points } }) => {
          if (id === 1) throw new Error('a worker that breaks');
          const run = new MonteCarloRun(seed, points, firstSubstream);
          run.advance(points);
          postMessage({ id, inside: run.inside, milliseconds: 1 });
        });
        postMessage('ready');
      }, { once: true });`);
    const { same, failure } = await withPool({ '/monte-carlo/worker.js': breaking }, async () => {
      const pool = globalThis.makePool(2);
      const outcome = await pool.run({ seed: 4, total: 1e7 }).then(
        () => 'no error',
        (error) => error.message,
      );
      const next = await pool.run({ seed: 4, total: 1e7 });
      pool.close();
      return { same: globalThis.countHere(4, 1e7) === next.inside, failure: outcome };
    });
    assert.match(failure, /^The workers keep failing \(.*a worker that breaks.*\)\. .*\.$/);
    assert.ok(same);
  });

  it('says in a sentence that workers do not start', async () => {
    const message = await withPool({ '/monte-carlo/worker.js': alterations.missing }, () =>
      globalThis
        .makePool(2)
        .run({ seed: 1, total: 1e6 })
        .then(
          () => 'no error',
          (error) => error.message,
        ),
    );
    assert.match(message, /^The workers keep failing \(.+\)\. Reload the page, or count on this thread\.$/);
  });

  it('cancels at once, refuses a second run at a time, and runs again afterwards', async () => {
    const outcome = await withPool({}, async () => {
      const pool = globalThis.makePool(2);
      const abort = new AbortController();
      const run = pool.run({ seed: 1, total: 2 ** 53, signal: abort.signal, onShare: () => abort.abort() });
      const second = await pool.run({ seed: 1, total: 10 }).catch((error) => error.message);
      const first = await run.catch((error) => error.name);
      const before = await pool.run({ seed: 1, total: 10, signal: abort.signal }).catch((error) => error.name);
      const { inside } = await pool.run({ seed: 6, total: 5e6 });
      pool.close();
      return { first, second, before, same: inside === globalThis.countHere(6, 5e6), left: pool.workers.length };
    });
    assert.deepEqual(outcome, {
      first: 'AbortError',
      second: 'The pool is busy with another run. Wait for it, or cancel it.',
      before: 'AbortError',
      same: true,
      left: 0,
    });
  });
});
