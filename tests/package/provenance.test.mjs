/**
 * What is in the tarball is what the repository builds: its own files as they are, and products that come out the same,
 * byte for byte, when they are made again. (The wasm is not compiled again here, for that takes minutes: build() knows
 * by the hashes of all its inputs and outputs that it is theirs.)
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, bundleProcessor, bundleRenderWorker, bundleSingle } from '../../scripts/build.mjs';
import { makeDeclarations } from '../../scripts/lib/declarations.mjs';
import { root } from '../../scripts/lib/project.mjs';
import { npm } from '../../scripts/lib/toolchain.mjs';
import { filesIn, packedProject, succeed } from './project.mjs';

/** What is written by hand; all else in the tarball is built. */
const WRITTEN = /^(worklet\/|README\.md$|LICENSE$|package\.json$)/;

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('The tarball', () => {
  let installed, tarball, remove, scratch;
  before(async () => {
    ({ installed, tarball, remove } = await packedProject());
    scratch = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-provenance-'));
  });
  after(() => {
    remove();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('has the repository’s files as they are, and nothing that is neither theirs nor built', () => {
    const files = filesIn(installed);
    assert.ok(files.filter((file) => WRITTEN.test(file)).length > 20);
    const known = (file) => WRITTEN.test(file) || /^(pkg|types)\//.test(file);
    assert.deepEqual(
      files.filter((file) => !known(file)),
      [],
    );
    for (const file of files) assert.equal(hashOf(join(installed, file)), hashOf(join(root, file)), file);
  });

  test('has scripts that are the same when they are bundled again', async () => {
    for (const [name, make] of Object.entries({
      'processor.js': bundleProcessor,
      'render-worker.js': bundleRenderWorker,
      'single.js': bundleSingle,
    })) {
      await make(join(scratch, name));
      assert.equal(hashOf(join(scratch, name)), hashOf(join(installed, 'pkg', name)), name);
    }
  });

  test('has declarations that are the same when they are made again', async () => {
    const again = join(scratch, 'types');
    await makeDeclarations(again);
    const types = join(installed, 'types');
    assert.deepEqual(filesIn(again), filesIn(types));
    for (const file of filesIn(types)) assert.equal(hashOf(join(again, file)), hashOf(join(types, file)), file);
  });

  test('has the wasm of the sources that are here: there is nothing to build', async () => {
    const before = hashOf(join(root, 'target', 'build-stamps.json'));
    await build();
    assert.equal(hashOf(join(root, 'target', 'build-stamps.json')), before);
  });

  test('is the same, byte for byte, when it is packed again', async () => {
    await succeed(npm('pack', '--ignore-scripts', '--pack-destination', scratch));
    const again = readdirSync(scratch).find((name) => name.endsWith('.tgz'));
    assert.equal(hashOf(join(scratch, again)), hashOf(tarball));
  });
});
