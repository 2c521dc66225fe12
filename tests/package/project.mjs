/** Another project, with the packed package installed in it without a network; and its application. Node. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { build } from '../../scripts/build.mjs';
import { root, run } from '../../scripts/lib/project.mjs';
import { npm } from '../../scripts/lib/toolchain.mjs';

const PAGE = '<!doctype html><link rel="icon" href="data:,"><title>Another project</title>';

/**
 * Packs, and installs the tarball; this folder's files and a blank page are beside it.
 * @returns {Promise<{ project: string, installed: string, tarball: string, remove: () => void }>} folders, and a file
 */
export async function packedProject() {
  await build();
  const project = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-package-'));
  await succeed(npm('pack', '--ignore-scripts', '--pack-destination', project));
  const tarball = join(
    project,
    readdirSync(project).find((name) => name.endsWith('.tgz')),
  );
  cpSync(join(root, 'tests', 'package'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'index.html'), PAGE);
  await succeed(npm('install', '--prefix', project, '--offline', '--no-audit', '--no-fund', tarball));
  const installed = join(project, 'node_modules', 'audio-dsp-wasm');
  return { project, installed, tarball, remove: () => rmSync(project, { recursive: true, force: true }) };
}

/**
 * The application as one file, app.js.
 * @param {string} project
 * @param {string} outdir
 * @param {import('esbuild').BuildOptions} [more]
 */
export const bundle = (project, outdir, more = {}) =>
  esbuild.build({
    entryPoints: [join(project, 'app.js')],
    outdir,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    ...more,
  });

/** Its output, if the command fails, is the test's failure. */
export async function succeed(command) {
  const { code, output } = await command;
  assert.equal(code, 0, output);
  return output;
}

/** In a quiet process of its own. */
export const runQuietly = (command, args, cwd) => run(command, args, { cwd, quiet: true });

/** All files below a folder, relative to it, sorted. */
export const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
