/**
 * `npm run allocators`: what each allocator costs, by which the shipped one was chosen: the size of the wasm, and what
 * 3,000 lifetimes of processors, simulations and engines make of its memory.
 */
import { statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { table } from './bench/table.mjs';
import { buildVariant } from './build.mjs';
import { openDoors, passLifetimes } from './lib/lifetimes.mjs';
import { main } from './lib/project.mjs';

const LIFETIMES = 3000;
const SETTLED = 50;

/** The allocators, by the crate's features that choose them. */
const ALLOCATORS = {
  'talc, as shipped': [],
  'dlmalloc, with the standard library': ['std'],
  'wee_alloc (RUSTSEC-2022-0054)': ['wee_alloc'],
};

async function measure(features) {
  const paths = await buildVariant(features);
  const doors = await openDoors(paths);
  const start = performance.now();
  let settled;
  passLifetimes(doors, LIFETIMES, (passed) => {
    if (passed === SETTLED) settled = doors.bytes();
  });
  const kibibytes = (bytes) => (bytes / 1024).toLocaleString('en');
  const { size } = statSync(paths.wasm);
  return [size.toLocaleString('en'), kibibytes(settled), kibibytes(doors.bytes() - settled),
    ((performance.now() - start) / 1000).toFixed(1)];
}

await main(async () => {
  const rows = [];
  for (const [name, features] of Object.entries(ALLOCATORS)) rows.push([name, ...await measure(features)]);
  console.log(table(['allocator', 'wasm, bytes', `memory after ${SETTLED} lifetimes, KiB`,
    `growth up to ${LIFETIMES.toLocaleString('en')}, KiB`, 'seconds'], rows));
});
