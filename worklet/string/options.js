/** What createString() takes: the names, the defaults, and the checks. Main thread only. */

import { EngineError } from '../errors.js';
import { absolute, checkContext, checkRunOptions, checkSignal, checkTimeout, given } from '../options.js';

/** What holds where an option is left out, or undefined. What is not here is in the wasm's table. */
const RUN_DEFAULTS = /** @type {const} */ ({
  mode: 'auto',
  transport: 'auto',
  bufferSize: 'auto',
  wasmUrl: undefined,
  processorUrl: undefined,
  timeout: 10,
  signal: undefined,
});

/** What set() takes: how a string sounds. */
export const SOUND = /** @type {const} */ (['damping', 'brightness', 'pickup', 'position', 'width']);

/** The options that are numbers with a range. */
const SOUND_OPTIONS = /** @type {const} */ (['note', ...SOUND]);

/**
 * @typedef {object} StringSound how a string sounds, and how notes are played on it
 * @property {number} [damping] how long the fundamental takes to decay by 60 dB, in seconds, from 0.05 to 60; default 4
 * @property {number} [brightness] the share of that time that what is at 4 kHz takes, from 0.15 to 1; default 0.3. The
 *   lowest notes cannot be made as dark as that: a string loses its high frequencies at its end alone
 * @property {number} [pickup] where it is heard, as a share of its length, from 0 to 1; default 0.2
 * @property {number} [position] where notes pluck it, as a share of its length, from 0 to 1; default 0.3
 * @property {number} [width] how wide notes pluck it, to either side, as a share of its length, from 0.02 to 0.5;
 *   default 0.1. The narrower, the brighter and the louder
 *
 * @typedef {object} StringSettings
 * @property {number} [note] the MIDI number of the string that pluck() plucks, from 28 (E1) to 88 (E6); default 45
 *   (A2). Fractions are between the keys
 * @property {string | URL} [wasmUrl] where the WebAssembly file is, if not in the package's pkg folder
 * @property {string | URL} [processorUrl] where the worklet script is, if not there
 * @property {number} [timeout] seconds that it may take to start
 * @property {AbortSignal} [signal] while it starts, an abort makes createString() reject with its reason; later it
 *   closes the string, as close() does
 *
 * @typedef {import('../options.js').RunOptions & StringSettings & StringSound} StringOptions
 */

/**
 * The options how to run, with a value for each, all of them checked; and what else was given.
 * @typedef {Required<import('../options.js').RunOptions> &
 *   { wasmUrl?: string, processorUrl?: string, timeout: number, signal?: AbortSignal,
 *     sound: StringSound & { note?: number } }} CheckedStringOptions
 *
 * @typedef {object} Quantity a number with a range
 * @property {keyof StringSound | 'note' | 'height'} id
 * @property {number} min
 * @property {number} max
 * @property {number} default
 *
 * @typedef {object} StringTable string_table() in Rust
 * @property {readonly Quantity[]} quantities
 * @property {number} viewPoints
 * @property {number} leastSampleRate in Hz
 *
 * @typedef {object} StringHostOptions what a host is started with
 * @property {import('../module.js').LoadedModule} loaded
 * @property {StringTable} table
 * @property {import('../options.js').Transport} transport
 * @property {string} [processorUrl] the package's own script otherwise
 * @property {number} timeout for the handshake, in seconds
 * @property {import('../options.js').BufferSize | 'auto'} bufferSize in frames
 * @property {(error: EngineError) => void} onfailure called when the host fails while it plays
 */

/**
 * Checks what createString() was given, but for the numbers, whose ranges the wasm has.
 * @param {unknown} context
 * @param {StringOptions} options
 * @returns {CheckedStringOptions}
 * @throws {EngineError} bad-context, wrapped-context, context-closed, unknown-option, bad-option
 */
export function checkStringOptions(context, options) {
  checkContext(context, 'createString()');
  const all = given(options, [...Object.keys(RUN_DEFAULTS), ...SOUND_OPTIONS]);
  const settings = { ...RUN_DEFAULTS, ...all };
  const { mode, transport, bufferSize, timeout, wasmUrl, processorUrl, signal } = settings;
  checkTimeout(timeout);
  checkSignal(signal);
  checkRunOptions({ mode, transport, bufferSize });
  return {
    mode,
    transport,
    bufferSize,
    timeout,
    signal,
    wasmUrl: wasmUrl === undefined ? undefined : absolute('wasmUrl', wasmUrl),
    processorUrl: processorUrl === undefined ? undefined : absolute('processorUrl', processorUrl),
    sound: Object.fromEntries(SOUND_OPTIONS.filter((id) => id in all).map((id) => [id, all[id]])),
  };
}

/**
 * A number in its range.
 * @param {StringTable} table
 * @param {Quantity['id']} id
 * @param {unknown} value undefined is the default
 * @returns {number}
 * @throws {EngineError} bad-string-value
 */
export function inRange(table, id, value) {
  const quantity = table.quantities.find((each) => each.id === id);
  if (!quantity) throw new Error(`the wasm knows no ${id}`);
  const { min, max, default: initial } = quantity;
  if (value === undefined) return initial;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new EngineError('bad-string-value', { name: id, value, min, max });
}
