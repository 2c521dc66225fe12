/**
 * The command line ends as programs do. (What it says and renders: tests/native/render.rs; its bits:
 * identity.test.mjs.) Node.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run } from '../../scripts/lib/project.mjs';

const SPEECH = 'tests/data/speech.wav';

describe('the command line', () => {
  let folder;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  // The test profile's, which `cargo test` has built already.
  const render = (...args) =>
    run('cargo', ['run', '--quiet', '--profile', 'test', '--example', 'render', '--', ...args]);

  test('says what it did and ends with 0', async () => {
    const { code, output } = await render(SPEECH, join(folder, 'out.wav'), '--tail', '0.5');
    assert.equal(code, 0, output);
    assert.match(output, /out\.wav: \d\.\d{3} s rendered\.\s*$/);
    assert.equal((await render('--help')).code, 0);
  });

  test('says what is wrong with a file and ends with 1', async () => {
    const { code, output } = await render(join(folder, 'absent.wav'), join(folder, 'out.wav'));
    assert.equal(code, 1);
    assert.match(output, /absent\.wav is not there: check the path\.\s*$/);
  });

  test('says what is wrong with a flag and ends with 2', async () => {
    const { code, output } = await render(SPEECH, join(folder, 'out.wav'), '--gain', '5');
    assert.equal(code, 2);
    assert.match(output, /'5' for '--gain <VALUE>': it takes a number from 0 to 4 ×/);
  });
});
