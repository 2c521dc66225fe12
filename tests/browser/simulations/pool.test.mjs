/**
 * The Monte Carlo panel's pool of workers: that its count is the same whatever happens to the workers and to the page's
 * thread. The reference is the same run, counted in one go.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { alterations, launch, openPage, serveProject, skipUnless } from '../../../scripts/lib/harness.mjs';
import { loadSimulations } from '../../support/simulations.mjs';

/** Runs a function in a page with the wasm and the pool's class loaded. */
async function withPool(browser, alter, body, args) {
  const server = await serveProject({ alter });
  const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
  try {
    await loadSimulations(page);
    await page.evaluate(async () => {
      const { MonteCarloPool } = await import('/monte-carlo/pool.js');
      const substream = globalThis.glue.monte_carlo_substream();
      globalThis.makePool = (size) => new MonteCarloPool(globalThis.module, substream, size);
      globalThis.countHere = (seed, total) => {
        const run = new globalThis.glue.MonteCarloRun(seed, total);
        run.advance(total);
        return run.inside;
      };
      globalThis.blockThread = (milliseconds) => {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
      };
    });
    return await page.evaluate(body, args);
  } finally {
    await page.close();
    await server.close();
  }
}

describe('the pool of workers', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => {
    browser = await launch('chromium');
  });
  after(async () => {
    await browser?.close();
  });

  it('replaces a worker that dies, and counts its shares again', async () => {
    const { expected, inside, replaced } = await withPool(browser, {}, async () => {
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
    const { same, failure } = await withPool(browser, { '/monte-carlo/worker.js': breaking }, async () => {
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
    const message = await withPool(browser, { '/monte-carlo/worker.js': alterations.missing }, () =>
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
    const outcome = await withPool(browser, {}, async () => {
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

for (const name of ['chromium', 'firefox']) {
  describe(`the pool of workers in ${name}, many of them`, { skip: skipUnless(name) }, () => {
    let browser;
    before(async () => {
      browser = await launch(name);
    });
    after(async () => {
      await browser?.close();
    });

    for (const seconds of [4, 8]) {
      it(`keeps its eight workers while the page is blocked for ${seconds} s in a run`, async () => {
        const { expected, inside, kept } = await withPool(
          browser,
          {},
          async (milliseconds) => {
            const pool = globalThis.makePool(8);
            const total = 1e9;
            await pool.start();
            const started = pool.workers;
            let blocked = false;
            const onShare = () => {
              if (!blocked) setTimeout(() => globalThis.blockThread(milliseconds));
              blocked = true;
            };
            const { inside: found } = await pool.run({ seed: 4, total, onShare });
            const all = started.every((worker) => pool.workers.includes(worker));
            pool.close();
            return { expected: globalThis.countHere(4, total), inside: found, kept: all };
          },
          1000 * seconds,
        );
        assert.equal(inside, expected);
        assert.ok(kept, 'no worker was replaced');
      });
    }

    it('keeps its workers when the page is blocked for 5 s right after run()', async () => {
      const { expected, inside, kept } = await withPool(browser, {}, async () => {
        const pool = globalThis.makePool(8);
        const total = 1e9;
        const run = pool.run({ seed: 4, total });
        const started = pool.workers;
        globalThis.blockThread(5000);
        const { inside: found } = await run;
        const all = started.every((worker) => pool.workers.includes(worker));
        pool.close();
        return { expected: globalThis.countHere(4, total), inside: found, kept: all };
      });
      assert.equal(inside, expected);
      assert.ok(kept, 'no worker was replaced');
    });

    it('counts on when eight workers die at once', async () => {
      const { expected, inside, replaced } = await withPool(browser, {}, async () => {
        const pool = globalThis.makePool(8);
        const total = 1e9;
        await pool.start();
        const started = pool.workers;
        let killed = false;
        const onShare = () => {
          if (!killed) for (const worker of started) worker.terminate();
          killed = true;
        };
        const { inside: found } = await pool.run({ seed: 4, total, onShare });
        const all = started.every((worker) => !pool.workers.includes(worker));
        pool.close();
        return { expected: globalThis.countHere(4, total), inside: found, replaced: all };
      });
      assert.equal(inside, expected);
      assert.ok(replaced);
    });
  });
}
