/** The build's promises: what pkg/ holds, that it is not made twice, and what a machine without its tools is told. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build } from '../../scripts/build.mjs';
import { filesBelow, root, run } from '../../scripts/lib/project.mjs';

const SIMD = 'pkg/audio_dsp_wasm_bg.wasm';
const BASELINE = 'pkg/audio_dsp_wasm_baseline.wasm';

describe('the package', () => {
  before(build);

  const module = (path) => new WebAssembly.Module(readFileSync(join(root, path)));
  const opensAsWebAssembly1 = async (path) => {
    const wasmOpt = join(root, 'node_modules', 'binaryen', 'bin', 'wasm-opt');
    return (await run(process.execPath, [wasmOpt, join(root, path), '--mvp-features'], { quiet: true })).code === 0;
  };

  test('has a baseline that is WebAssembly 1.0 and nothing later, and a build that is more', async () => {
    assert.equal(await opensAsWebAssembly1(BASELINE), true);
    assert.equal(await opensAsWebAssembly1(SIMD), false);
  });

  test('has two wasm files with the same doors, so that one glue serves both', () => {
    const doors = (path) => [WebAssembly.Module.imports(module(path)), WebAssembly.Module.exports(module(path))];
    assert.deepEqual(doors(BASELINE), doors(SIMD));
  });

  test('has an AudioWorklet script that is one self-contained file and evaluates no text', () => {
    const script = readFileSync(join(root, 'pkg/processor.js'), 'utf8');
    assert.match(script, /registerProcessor\(/);
    assert.doesNotMatch(script, /^\s*import\b|\bimport\s*\(|\beval\s*\(|\bFunction\s*\(/m);
  });

  test('is not made again when nothing has changed', async () => {
    const times = () => filesBelow('pkg').map((file) => statSync(join(root, file)).mtimeMs);
    const before = times();
    await build();
    assert.deepEqual(times(), before);
  });
});

describe('without its tools, the build says in one sentence what to do', { skip: process.platform === 'win32' }, () => {
  /** What needRust says where these are the only commands, each a shell script. */
  async function needRustWith(commands) {
    const folder = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'));
    mkdirSync(join(folder, 'bin'));
    for (const [name, script] of Object.entries(commands)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    const script = `import { main } from './scripts/lib/project.mjs';
      import { needRust } from './scripts/lib/toolchain.mjs';
      await main(needRust);`;
    const env = { PATH: join(folder, 'bin') };
    const result = await run(process.execPath, ['--input-type=module', '-e', script], { env, quiet: true });
    rmSync(folder, { recursive: true, force: true });
    return result;
  }

  const refuses = async (commands, sentence) => {
    const { code, output } = await needRustWith(commands);
    assert.equal(code, 1);
    assert.match(output.trim(), sentence);
    assert.equal(output.trim().split('\n').length, 1);
  };

  test('no Rust', () => refuses({}, /^Rust is not there .*https:\/\/rustup\.rs.*\.$/));

  test('a rustup without a toolchain', () =>
    refuses(
      { cargo: 'echo "error: no default toolchain" >&2; exit 1' },
      /^cargo does not run .*`rustup default stable`.*\.$/,
    ));

  test('a Rust that is too old', () =>
    refuses(
      { cargo: 'echo cargo 1.70.0', rustc: 'echo "rustc 1.70.0 (90c541806 2023-05-31)"' },
      /^Rust 1\.70\.0 is too old, [\d.]+ or later is needed: run `rustup update stable`\.$/,
    ));

  test('and takes a Rust that is new enough', async () => {
    const rust2 = { cargo: 'echo cargo 2.0.0', rustc: 'echo "rustc 2.0.0 (0 2030-01-01)"' };
    const { code, output } = await needRustWith(rust2);
    assert.equal(code, 0, output);
  });
});
