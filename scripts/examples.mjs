/**
 * `npm run examples`: packs the package, and tries every example that has a page with it in headless Chromium.
 * `npm run examples -- --only vite` tries those whose names have this in them. Needs the npm registry, and crates.io's
 * for those in Rust. Node.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { table } from './bench/table.mjs';
import { build } from './build.mjs';
import { EXAMPLES, tryExample } from './examples/examples.mjs';
import { launch } from './lib/harness.mjs';
import { Failure, main, messageOf, readOptions } from './lib/project.mjs';
import { npm } from './lib/toolchain.mjs';

await main(async () => {
  const { only } = readOptions({ only: '' }, 'choose with `npm run examples -- --only NAME`');
  const names = Object.keys(EXAMPLES).filter((name) => name.includes(only));
  if (names.length === 0) throw new Failure(`There is no example ${only}; there are ${Object.keys(EXAMPLES)}.`);
  await build();
  const scratch = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-examples-'));
  const browser = await launch('chromium');
  const rows = [];
  try {
    const { code, output } = await npm('pack', '--ignore-scripts', '--pack-destination', scratch);
    const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'));
    if (code !== 0 || tarball === undefined) throw new Failure(`npm pack failed:\n${output}`);
    for (const name of names) {
      const start = performance.now();
      const place = { scratch, tarball: join(scratch, tarball), browser };
      const result = await tryExample(name, place).then(
        ({ says, level }) => `sounds: ${says}, peak ${level.toFixed(2)}`,
        (error) => {
          process.exitCode = 1;
          console.error(`${name}: ${messageOf(error)}`);
          return 'FAILED';
        },
      );
      rows.push([name, ((performance.now() - start) / 1000).toFixed(1), result]);
    }
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(table(['example', 'seconds', 'result'], rows));
});
