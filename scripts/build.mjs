/**
 * `npm run build`: makes pkg/, types/ and dist/ from a fresh clone, or in no time when nothing has changed.
 *
 *   pkg/audio_dsp_wasm.js, .d.ts             the main thread's glue, one for both wasm files
 *   pkg/audio_dsp_wasm_bg.wasm               with SIMD
 *   pkg/audio_dsp_wasm_baseline.wasm         WebAssembly 1.0 and nothing later, for the browsers without SIMD
 *   pkg/processor.js                         the AudioWorklet script, one self-contained file
 *   pkg/render-worker.js                     the worker script of render(), another
 *   pkg/single.js                            the engine with the wasm and both scripts inside
 *   types/                                   the engine's TypeScript declarations
 *   dist/                                    the page, ready for any static host (scripts/dist/)
 *
 * Each product's inputs and outputs are hashed into target/build-stamps.json; it is made again only when they differ.
 * Node.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { makeDist } from './dist/dist.mjs';
import { declareDisposable, makeDeclarations } from './lib/declarations.mjs';
import { diskFailure, Failure, filesBelow, hashFiles, main, messageOf, root, run, step } from './lib/project.mjs';
import {
  downloadFailure,
  needPackages,
  needRust,
  needWasmBindgen,
  needWasmTarget,
  WASM_TARGET,
} from './lib/toolchain.mjs';

const NAME = 'audio_dsp_wasm';
const GLUE = [`${NAME}.js`, `${NAME}.d.ts`, `${NAME}_bg.wasm.d.ts`];
const STAMPS = join(root, 'target', 'build-stamps.json');
const SELF = ['scripts/build.mjs', 'package-lock.json'];
const PROCESSOR = 'pkg/processor.js';
const WORKER = 'pkg/render-worker.js';

// What rustc's standard library for this target is compiled with, so what wasm-opt must be able to read.
const STANDARD_FEATURES = [
  'sign-ext',
  'mutable-globals',
  'nontrapping-float-to-int',
  'bulk-memory',
  'reference-types',
  'multivalue',
].map((feature) => `--enable-${feature}`);

/**
 * @typedef {object} WasmBuild one way to compile the crate
 * @property {string[]} rustflags
 * @property {string[]} [features] of the crate, beside what exports the doors
 * @property {string[]} optimize wasm-opt's arguments
 * @property {string[]} validate wasm-opt's arguments that allow what the result may hold, and nothing else
 */

/** The two builds of the wasm. They share a target folder of cargo's, which keeps code of other flags apart. */
const BUILDS = {
  simd: {
    title: 'with SIMD',
    output: `${NAME}_bg.wasm`,
    rustflags: ['-C', 'target-feature=+simd128,-reference-types'],
    optimize: ['--enable-simd', ...STANDARD_FEATURES, '-O3'],
    validate: ['--enable-simd', ...STANDARD_FEATURES],
  },
  baseline: {
    title: 'WebAssembly 1.0',
    output: `${NAME}_baseline.wasm`,
    rustflags: ['-C', 'target-cpu=mvp'],
    // The standard library comes compiled with later features; these passes write them in terms of WebAssembly 1.0.
    optimize: [
      ...STANDARD_FEATURES,
      '--signext-lowering',
      '--llvm-nontrapping-fptoint-lowering',
      '--llvm-memory-copy-fill-lowering',
      '-O3',
    ],
    validate: ['--mvp-features'],
  },
};

/**
 * @typedef {object} Product
 * @property {string} name
 * @property {string[]} inputs files and folders
 * @property {string[] | (() => string[])} outputs files; those that are there, where their names are not known before
 * @property {() => Promise<void>} make
 *
 * @typedef {{ inputs: string, outputs: string }} Stamp the hashes with which a product was made
 */

/**
 * What the package and the page from its sources are made of.
 * @type {Product[]}
 */
const PRODUCTS = [
  {
    name: 'wasm',
    inputs: ['Cargo.toml', 'Cargo.lock', '.cargo', 'rust-toolchain.toml', 'src', ...SELF],
    outputs: [...GLUE, ...Object.values(BUILDS).map((build) => build.output)].map((file) => `pkg/${file}`),
    make: makeWasm,
  },
  { name: 'processor', inputs: ['worklet', ...SELF], outputs: [PROCESSOR], make: makeProcessor },
  { name: 'render-worker', inputs: ['worklet', ...SELF], outputs: [WORKER], make: makeRenderWorker },
  {
    name: 'single',
    inputs: ['worklet', `pkg/${NAME}.js`, `pkg/${BUILDS.simd.output}`, PROCESSOR, WORKER, ...SELF],
    outputs: ['pkg/single.js'],
    make: makeSingle,
  },
  {
    name: 'types',
    inputs: ['src', 'worklet', 'scripts/lib/declarations.mjs', ...SELF],
    outputs: ['types/engine.d.ts', 'types/tables.d.ts', 'types/script.d.ts'],
    make: () => step('Declaring types', () => makeDeclarations()),
  },
];

/** @type {Product} */
const DIST = {
  name: 'dist',
  inputs: ['site', 'worklet', 'pkg', 'scripts/dist', 'scripts/server/headers.mjs', ...SELF],
  outputs: () => filesBelow('dist'),
  make: async () => void (await step('Making the page for any host', makeDist)),
};

/** Makes what is not up to date of pkg/ and types/. */
export const build = () => make(PRODUCTS);

/** Makes what is not up to date, dist/ too. */
export const buildAll = () => make([...PRODUCTS, DIST]);

/** @param {Product[]} products in their order: each can be made of those before it */
async function make(products) {
  removeStrays();
  const stamps = readStamps(STAMPS);
  if (products.every((product) => isFresh(product, stamps[product.name]))) return;
  await needPackages();
  mkdirSync(join(root, 'pkg'), { recursive: true });
  mkdirSync(join(root, 'target'), { recursive: true });
  for (const product of products) {
    // What is made of other products can only be told once those are made.
    if (isFresh(product, stamps[product.name])) continue;
    const inputs = hashFiles(filesBelow(...product.inputs));
    await product.make();
    stamps[product.name] = { inputs, outputs: hashFiles(outputsOf(product)) };
    // In one stroke, so that a build that is stopped leaves no half of it.
    writeFileSync(`${STAMPS}.new`, JSON.stringify(stamps));
    renameSync(`${STAMPS}.new`, STAMPS);
  }
}

/**
 * Empties pkg/ of what is not of this build. wasm-pack writes there too, and its .gitignore would keep npm from packing
 * anything of the folder.
 */
function removeStrays() {
  const own = PRODUCTS.flatMap(outputsOf);
  for (const file of filesBelow('pkg').filter((found) => !own.includes(found))) rmSync(join(root, file));
}

/**
 * The stamps by product; none where the file is missing or damaged, so that all is made again.
 * @param {string} file
 * @returns {Record<string, Partial<Stamp>>}
 */
export function readStamps(file) {
  try {
    return { ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return {};
  }
}

/**
 * @param {Product} product
 * @param {Partial<Stamp>} [stamp]
 */
function isFresh(product, stamp) {
  const outputs = outputsOf(product);
  return (
    outputs.every((file) => existsSync(join(root, file))) &&
    hashFiles(filesBelow(...product.inputs)) === stamp?.inputs &&
    hashFiles(outputs) === stamp?.outputs
  );
}

/** @param {Product} product */
const outputsOf = ({ outputs }) => (typeof outputs === 'function' ? outputs() : outputs);

async function makeWasm() {
  await needRust();
  await needWasmTarget();
  const { bindgen } = await needWasmBindgen();
  for (const [id, build] of Object.entries(BUILDS)) {
    await step(`Compiling Rust to WebAssembly, ${build.title}`, () => compile(id, build, bindgen));
  }
  const [simd, baseline] = Object.keys(BUILDS).map(workFolder);
  for (const file of GLUE) {
    if (!readFileSync(join(simd, file)).equals(readFileSync(join(baseline, file)))) {
      throw new Failure(
        `The two builds' ${file} differ, though one must serve both: look for code under ` +
          'cfg(target_feature) that changes what the crate imports or exports.',
      );
    }
    copyFileSync(join(simd, file), join(root, 'pkg', file));
  }
  const declarations = join(root, 'pkg', `${NAME}.d.ts`);
  writeFileSync(declarations, declareDisposable(readFileSync(declarations, 'utf8')));
  for (const [id, { output }] of Object.entries(BUILDS)) {
    copyFileSync(join(workFolder(id), 'optimized.wasm'), join(root, 'pkg', output));
  }
}

/** The messages of panics name source files. What ships is not to say where they lie on the machine that built it. */
const CARGO_HOME = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const SILENT_PATHS = [`--remap-path-prefix=${CARGO_HOME}=cargo`, `--remap-path-prefix=${root}=.`];

const CARGO_TARGET = join(root, 'target', 'wasm');

/** @param {string} id of the build */
const workFolder = (id) => join(CARGO_TARGET, id);

/**
 * The SIMD build with other features of the crate than what ships (none): for comparisons, not for pkg/.
 * @param {string[]} features
 * @returns {Promise<{ wasm: string, glue: string }>} paths
 */
export async function buildVariant(features) {
  await needRust();
  await needPackages();
  await needWasmTarget();
  const { bindgen } = await needWasmBindgen();
  const id = ['simd', ...features].join('-');
  await step(`Compiling Rust to WebAssembly, ${['with SIMD', ...features].join(', ')}`, () =>
    compile(id, { ...BUILDS.simd, features }, bindgen),
  );
  return { wasm: join(workFolder(id), 'optimized.wasm'), glue: join(workFolder(id), `${NAME}.js`) };
}

/**
 * @param {string} id
 * @param {WasmBuild} build
 * @param {string} bindgen wasm-bindgen's path
 */
async function compile(id, { rustflags, features = [], optimize, validate }, bindgen) {
  const work = workFolder(id);
  const cargo = await run(
    'cargo',
    [
      'build',
      '--release',
      '--lib',
      '--no-default-features',
      '--features',
      ['exports', ...features].join(),
      '--target',
      WASM_TARGET,
      '--target-dir',
      CARGO_TARGET,
    ],
    { env: { CARGO_ENCODED_RUSTFLAGS: [...rustflags, ...SILENT_PATHS].join('\x1f') } },
  );
  if (cargo.code !== 0) throw cargoFailure(cargo.output);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const stripped = join(work, `${NAME}.wasm`);
  // Without the section of target features wasm-bindgen leaves reference types alone: one glue serves both builds, and
  // the baseline stays WebAssembly 1.0.
  await wasmOpt([
    join(CARGO_TARGET, WASM_TARGET, 'release', `${NAME}.wasm`),
    '--enable-simd',
    ...STANDARD_FEATURES,
    '--strip-target-features',
    '-o',
    stripped,
  ]);
  await must(bindgen, ['--target', 'web', '--out-dir', work, stripped]);
  const optimized = join(work, 'optimized.wasm');
  await wasmOpt([join(work, `${NAME}_bg.wasm`), ...optimize, '-o', optimized]);
  await wasmOpt([optimized, ...validate]);
}

/** @param {string} output what cargo said */
function cargoFailure(output) {
  const fetching = !/^error: could not compile/m.test(output);
  if (fetching) return downloadFailure('A crate of Cargo.lock', output, 'cargo build');
  console.error(output);
  return diskFailure(output) ?? new Failure('The Rust code does not compile: mend the first error above.');
}

/** @param {string[]} args */
const wasmOpt = (args) => must(process.execPath, [join(root, 'node_modules', 'binaryen', 'bin', 'wasm-opt'), ...args]);

/**
 * Runs a build tool that has no reason to fail.
 * @param {string} command
 * @param {string[]} args
 */
async function must(command, args) {
  const { code, output } = await run(command, args);
  if (code === 0) return;
  console.error(output);
  throw diskFailure(output) ?? new Failure(`The build stopped: ${command} ${args.join(' ')} failed as said above.`);
}

async function makeProcessor() {
  await step('Bundling the AudioWorklet script', () => bundleProcessor(join(root, PROCESSOR)));
}

async function makeRenderWorker() {
  await step("Bundling render()'s worker", () => bundleRenderWorker(join(root, WORKER)));
}

async function makeSingle() {
  await step('Bundling the single file', () => bundleSingle(join(root, 'pkg', 'single.js')));
}

/**
 * Bundles the AudioWorklet script into one file.
 * @param {string} outfile
 */
export const bundleProcessor = (outfile) => bundle('processor.js', outfile, 'esm', 'The AudioWorklet script');

/**
 * Bundles the worker script of render() into one file: a plain script, which every kind of worker can run.
 * @param {string} outfile
 */
export const bundleRenderWorker = (outfile) => bundle('render-worker.js', outfile, 'iife', "render()'s worker script");

/**
 * Bundles the engine into one file that has the wasm with SIMD, the worklet script and the worker script inside, as
 * `data:` URLs: for places without a bundler or a folder.
 * @param {string} outfile
 */
export function bundleSingle(outfile) {
  /** Compressed, for Base64 makes it a third longer. @param {string} file */
  const compressed = (file) => {
    const bytes = deflateSync(readFileSync(join(root, file)), { level: 9 });
    return `data:application/zlib;base64,${bytes.toString('base64')}`;
  };
  /** @param {string} file */
  const script = (file) => `data:text/javascript,${encodeURIComponent(readFileSync(join(root, file), 'utf8'))}`;
  const module = `
    export const WASM_BUILDS = ['simd'];
    export const wasmFile = () => ${JSON.stringify(compressed(`pkg/${BUILDS.simd.output}`))};
    export const processorFile = () => ${JSON.stringify(script(PROCESSOR))};
    export const workerFile = () => ${JSON.stringify(script(WORKER))};
  `;
  /** @type {import('esbuild').Plugin} */
  const files = {
    name: 'package files',
    setup: ({ onLoad }) => onLoad({ filter: /[\\/]package-files\.js$/ }, () => ({ contents: module })),
  };
  // The glue names its wasm by import.meta.url; bundlers would look for that file, though nothing asks for it here.
  const define = { 'import.meta.url': '""' };
  return bundle('engine.js', outfile, 'esm', 'The single file', { plugins: [files], define, minify: true });
}

/**
 * Bundles a script with all that it imports.
 * @param {string} entry in worklet/
 * @param {string} outfile
 * @param {'esm' | 'iife'} format
 * @param {string} what it is, for people
 * @param {import('esbuild').BuildOptions} [more]
 */
async function bundle(entry, outfile, format, what, more) {
  const esbuild = await import('esbuild');
  try {
    await esbuild.build({
      entryPoints: [join(root, 'worklet', entry)],
      outfile,
      bundle: true,
      format,
      // Private fields must stay what they are: lowered, each access is a look-up in a WeakMap, on the audio thread.
      target: 'es2022',
      // Comments are for the source; a browser's tools show the names all the same.
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'error',
      ...more,
    });
  } catch (error) {
    throw diskFailure(messageOf(error)) ?? new Failure(`${what} does not bundle: mend the first error above.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await buildAll();
    console.log('pkg/, types/ and dist/ are up to date.');
  });
}
