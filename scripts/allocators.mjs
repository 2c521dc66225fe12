/**
 * `npm run allocators`: what each allocator costs, by which the shipped one was chosen: the size of the wasm, and what
 * 3,000 lifetimes of processors, simulations and engines make of its memory. Node.
 */
import { statSync } from 'node:fs';
import { table } from './bench/table.mjs';
import { buildVariant } from './build.mjs';
import { openDoors } from './lib/doors.mjs';
import { passLifetimes } from './lib/lifetimes.mjs';
import { main } from './lib/project.mjs';

const LIFETIMES = 3000;

/** After so many lifetimes the memory has what it needs, the largest having come first. */
const SETTLED = 50;

/**
 * The allocators, by the crate's features that choose them.
 * @type {Record<string, string[]>}
 */
const ALLOCATORS = {
  'talc, as shipped': [],
  'dlmalloc, with the standard library': ['std'],
  'wee_alloc (RUSTSEC-2022-0054)': ['wee_alloc'],
};

/** @param {string[]} features of the crate */
async function measure(features) {
  const paths = await buildVariant(features);
  const { size } = statSync(paths.wasm);
  return [size.toLocaleString('en'), ...(await memory(paths, false)), ...(await memory(paths, true))];
}

/**
 * What the lifetimes make of a fresh instance's memory, in KiB: how large it is at first, and how much it grows.
 * @param {import('./lib/doors.mjs').Paths} paths
 * @param {boolean} overlapping
 */
async function memory(paths, overlapping) {
  const doors = await openDoors(paths);
  let settled = 0;
  passLifetimes(doors, LIFETIMES, {
    overlapping,
    look: (passed) => {
      if (passed === SETTLED) settled = doors.bytes();
    },
  });
  return [settled, doors.bytes() - settled].map((bytes) => (bytes / 1024).toLocaleString('en'));
}

await main(async () => {
  const rows = [];
  for (const [name, features] of Object.entries(ALLOCATORS)) rows.push([name, ...(await measure(features))]);
  console.log(table(['allocator', 'wasm, bytes', 'one at a time, KiB', 'growth', 'overlapping, KiB', 'growth'], rows));
  console.log(`\nMemory after ${SETTLED} lifetimes, and its growth from there to ${LIFETIMES.toLocaleString('en')}.`);
});
