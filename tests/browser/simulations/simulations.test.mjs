/**
 * The simulations as the package gives them: monte_carlo_pi, MonteCarloRun and WaveSimulation from both wasm builds, in
 * Chromium and Firefox. References are the published generators, the wave's formula in float64, and statistics.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { referenceCount } from '../../reference/monte-carlo.mjs';
import { loadSimulations } from '../../support/simulations.mjs';

const SEED = 20_260_801;
const TOTAL = 2 ** 21 + 12_345;

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
          await loadSimulations(page, build);
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
