/**
 * The command line ends as programs do when it is interrupted. (What it says and renders: tests/native/render.rs; its
 * bits: identity.test.mjs.) Node.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildNative, PROGRAM } from '../support/native.mjs';

const INTERRUPTED = 130;
const SPEECH = readFileSync(new URL('../data/speech.wav', import.meta.url));

/** Resolves once there is a file in the folder that `isIt` knows. */
async function appears(folder, isIt) {
  const watcher = watch(folder);
  try {
    while (!readdirSync(folder).some(isIt)) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

describe('the command line', () => {
  let folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'));
    await buildNative();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  // Windows has no signals to send: a program is ended there without being asked.
  const skip = process.platform === 'win32' && 'no signals';
  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`interrupted by ${signal} leaves nothing behind, and what was there as it was`, { skip }, async () => {
      writeFileSync(join(folder, 'out.wav'), 'mine');
      // Standard input stays open, so it waits for more sound.
      const child = spawn(PROGRAM, ['-', join(folder, 'out.wav'), '--force'], { stdio: ['pipe', 'ignore', 'inherit'] });
      child.stdin.write(SPEECH.subarray(0, 100_000));
      await appears(folder, (name) => name.endsWith('.partial'));
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [INTERRUPTED, null]);
      assert.deepEqual(readdirSync(folder), ['out.wav']);
      assert.equal(readFileSync(join(folder, 'out.wav'), 'utf8'), 'mine');
    });
  }
});
