/**
 * The build: what pkg/ holds, that it is not made twice, what a machine without its tools or its disk is told. Node.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build, readStamps } from '../../scripts/build.mjs';
import { diskFailure, filesBelow, root, run } from '../../scripts/lib/project.mjs';

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

  test('loses what wasm-pack has left in its folder', async () => {
    const [files, stray] = [filesBelow('pkg'), join(root, 'pkg', '.gitignore')];
    writeFileSync(stray, '*');
    await build();
    assert.deepEqual(filesBelow('pkg'), files);
  });
});

test('the wasm that ships is built without what the feature web brings', async () => {
  const tree = ['tree', '--target', 'wasm32-unknown-unknown', '--edges', 'normal', '--prefix', 'none'];
  const crates = async (features) => {
    const { code, output } = await run('cargo', [...tree, '--no-default-features', '--features', features]);
    assert.equal(code, 0, output);
    return output.match(/^[\w-]+(?= v\d)/gm);
  };
  assert.ok((await crates('web')).includes('web-sys'));
  assert.ok(!(await crates('exports')).includes('web-sys'));
});

test('what a damaged record of the last build says is as if there were none, so that all is made again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-'));
  const file = join(folder, 'build-stamps.json');
  assert.deepEqual(readStamps(file), {});
  for (const damaged of ['', '{"wasm":{"inp', 'null', '7', '\0\0\0']) {
    writeFileSync(file, damaged);
    assert.deepEqual(readStamps(file), {}, damaged);
  }
  writeFileSync(file, '{"wasm":{"inputs":"a","outputs":"b"}}');
  assert.deepEqual(readStamps(file), { wasm: { inputs: 'a', outputs: 'b' } });
  rmSync(folder, { recursive: true });
});

describe('where the disk takes no more, the build says so in one sentence', () => {
  /** What a script of these lines says at its end, the bundler's own words before it. */
  async function lastLineOf(...lines) {
    const script = ["import { main } from './scripts/lib/project.mjs';", ...lines].join('\n');
    const { code, output } = await run(process.execPath, ['--input-type=module', '-e', script], { quiet: true });
    assert.equal(code, 1, output);
    assert.doesNotMatch(output, /^\s+at /m, 'no stack');
    return output.trim().split('\n').at(-1);
  }

  // A Linux device that is a full disk.
  const skip = existsSync('/dev/full') ? false : 'no /dev/full here';

  test('a full one, which a script writes to', { skip }, async () => {
    const line = await lastLineOf(
      "import { writeFileSync } from 'node:fs';",
      "await main(async () => writeFileSync('/dev/full', 'text'));",
    );
    assert.match(line, /^The disk is full: free some space, then run this command again \(.*ENOSPC.*\)\.$/);
  });

  test('a full one, which the bundler writes to', { skip }, async () => {
    const line = await lastLineOf(
      "import { bundleProcessor } from './scripts/build.mjs';",
      "await main(() => bundleProcessor('/dev/full'));",
    );
    assert.match(line, /^The disk is full: free some space, then run this command again \(.*\)\.$/);
  });

  test('whichever tool it is that meets it', () => {
    const said = {
      full: [
        'Error: ENOSPC: no space left on device, write',
        'error: failed to write `/x/target/a`\n\nCaused by:\n  No space left on device (os error 28)',
        'npm error code ENOSPC',
        'error: There is not enough space on the disk. (os error 112)',
      ],
      'read-only': [
        "Error: EROFS: read-only file system, open '/x/target/build-stamps.json'",
        'error: failed to create directory `/x/target`\n\nCaused by:\n  Read-only file system (os error 30)',
        '✘ [ERROR] Failed to write to output file: open /x/pkg/processor.js: read-only file system',
        "error TS5033: Could not write file '/x/types/engine.d.ts': EROFS: read-only file system.",
      ],
      'may not be written': [
        "Error: EACCES: permission denied, mkdir '/x/target'",
        'error: failed to open: /x/target/.cargo-lock\n\nCaused by:\n  Permission denied (os error 13)',
      ],
    };
    for (const [trouble, texts] of Object.entries(said)) {
      for (const text of texts) assert.match(diskFailure(text)?.message ?? 'nothing', new RegExp(trouble), text);
    }
    assert.equal(diskFailure('error[E0425]: cannot find value `space` in this scope'), undefined);
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
