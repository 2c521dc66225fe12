/**
 * The TypeScript declarations of the engine's public API, in types/: TypeScript reads them from the JSDoc of worklet/;
 * what Rust has in tables (parameters, meters) is read from the wasm. Node.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { openDoors, SHIPPED } from './doors.mjs';
import { diskFailure, Failure, root, run } from './project.mjs';

const TYPES = join(root, 'types');

/**
 * What each meter tells.
 * @type {Record<string, string>}
 */
const METERS = {
  appliedSequence: 'The last change that the audio thread has taken in; engine.sequence counts them.',
  quanta: 'Quanta rendered (of 128 frames, where the browser has no other).',
  frames: 'Frames rendered.',
  clips: 'Output samples beyond full scale.',
  scrubbed: 'Input samples that were no numbers, or beyond all reason, and were replaced by 0.',
  inputPeak: 'Peaks of the input, falling 20 dB in 1.7 s.',
  inputRms: 'Root mean squares of the input, over about 300 ms.',
  outputPeak: 'Peaks of the output, falling 20 dB in 1.7 s.',
  outputRms: 'Root mean squares of the output, over about 300 ms.',
  missed: 'Quanta that were not rendered in time.',
  late: 'Scheduled events that came too late for their frame, and acted at once.',
  gateLevel: 'The peak that came into the gate with the last quantum, a factor; 0 while it is off.',
  gateReduction: 'By how many decibels the gate holds the sound back; 0 while it is off.',
  compressorLevel: 'The peak that came into the compressor with the last quantum, a factor; 0 while it is off.',
  compressorReduction:
    'By how many decibels the compressor holds the sound back, its make-up apart; 0 while it is off.',
};

/** The worklet script and the worker script, which are there to be named by a URL. */
const SCRIPT = `/** A script that exports nothing: give its URL to the engine, as processorUrl or workerUrl. */
export {};
`;

/**
 * Makes the declarations from worklet/ and the wasm in pkg/.
 * @param {string} [folder] where they go; what is there is removed
 */
export async function makeDeclarations(folder = TYPES) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const { glue } = await openDoors(SHIPPED.baseline);
  writeFileSync(join(folder, 'tables.d.ts'), tables(glue.parameter_table(), glue.control_layout().meters));
  writeFileSync(join(folder, 'script.d.ts'), SCRIPT);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [
    tsc,
    join(root, 'worklet', 'engine.js'),
    '--ignoreConfig',
    '--allowJs',
    '--declaration',
    '--emitDeclarationOnly',
    '--stripInternal',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom,esnext.disposable',
    '--types',
    '',
    '--rootDir',
    join(root, 'worklet'),
    '--outDir',
    folder,
  ]);
  if (code !== 0) {
    console.error(output);
    throw diskFailure(output) ?? new Failure('The declarations cannot be made: mend the first error above.');
  }
  for (const module of ['engine', 'render', 'string/string']) {
    const file = join(folder, `${module}.d.ts`);
    const source = readFileSync(join(root, 'worklet', `${module}.js`), 'utf8');
    writeFileSync(file, declareDisposable(documentOverloads(readFileSync(file, 'utf8'), source)));
  }
  removeUnreached(folder, ['engine.d.ts', 'script.d.ts']);
}

/**
 * Removes the declarations that no public name leads to: TypeScript makes one for every module.
 * @param {string} folder
 * @param {string[]} entries
 */
function removeUnreached(folder, entries) {
  const reached = new Set(entries);
  // A set gives what is added while it is walked, too.
  for (const file of reached) {
    const imported = readFileSync(join(folder, file), 'utf8').matchAll(/['"](\.[\w./-]+)\.js['"]/g);
    for (const [, specifier] of imported) {
      const [, name] = /^types\/(.+)/.exec(posix.join('types', posix.dirname(file), specifier)) ?? [];
      if (name) reached.add(`${name}.d.ts`);
    }
  }
  const made = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  for (const file of made) if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(join(folder, file));
}

/**
 * Not every project's TypeScript knows Symbol.dispose by itself.
 * @param {string} declarations
 */
export const declareDisposable = (declarations) => `/// <reference lib="esnext.disposable" />\n${declarations}`;

const COMMENTS = /(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)+/;

/**
 * Gives each overload the comment that it has in the source. TypeScript gives a method's overloads all of their
 * comments each, and a function's none.
 * @param {string} declarations
 * @param {string} source
 */
function documentOverloads(declarations, source) {
  const overloaded = new RegExp(`(${COMMENTS.source})(?:export )?(?:async )?(?:function )?(\\w+)\\(`, 'g');
  for (const [, comments, name] of source.matchAll(overloaded)) {
    const documents = comments.split(/(?<=\*\/)\s*/).filter((comment) => comment.includes('@overload'));
    if (documents.length === 0) continue;
    const signature = new RegExp(`^( *)(?:${COMMENTS.source})?((?:export declare function )?${name}[(<].*)$`, 'gm');
    declarations = declarations.replace(signature, (whole, indent, declaration) => {
      const document = documents
        .shift()
        ?.replace(/ *\* @overload\n/, '')
        .replace(/\n */g, `\n${indent} `);
      return document === undefined ? whole : `${indent}${document}\n${indent}${declaration}`;
    });
  }
  return declarations;
}

/**
 * The Rust tables as types.
 * @param {import('./doors.mjs').ParameterRow[]} parameters
 * @param {import('./doors.mjs').Layout['meters']} meters
 */
function tables(parameters, meters) {
  const values = parameters.map(({ id, label, unit, min, max, default: initial, curve }) => {
    const range = curve === 'switch' ? 'off (0) or on (1)' : `${short(min)} … ${short(max)}${unit && ` ${unit}`}`;
    const type = curve === 'switch' ? 'number | boolean' : 'number';
    return `  /** ${label}: ${range}; default ${short(initial)}. */\n  ${id}: ${type};`;
  });
  const readings = meters.map(({ name, kind }) => {
    const comment = name in METERS ? `  /** ${METERS[name]} */\n` : '';
    return `${comment}  ${name}: ${kind === 'level' ? 'number[]' : 'number'};`;
  });
  return `/** A value for every parameter. */
export interface ParameterValues {
${values.join('\n')}
}

export type ParameterId = keyof ParameterValues;

export type Unit = ${union(parameters.map(({ unit }) => unit))};

export type Curve = ${union(parameters.map(({ curve }) => curve))};

/** Counts are modulo 2³²; levels are linear, one per channel; loudness is in LUFS, LU and dBTP, or −Infinity. */
export interface Meters {
${readings.join('\n')}
}
`;
}

/**
 * A float32 in as many digits as tell it from its neighbours.
 * @param {number} value
 */
const short = (value) => Number(value.toPrecision(7));

/** @param {string[]} texts */
const union = (texts) => [...new Set(texts)].map((text) => `'${text}'`).join(' | ');
