/**
 * What createEngine() and setMode() take: the names, the defaults, and the checks. Main thread only.
 */

import { has } from './detect.js';
import { EngineError } from './errors.js';

/** Where the sound can be computed; 'auto': the best that starts here. */
export const MODES = Object.freeze(/** @type {const} */ (['auto', 'worklet', 'script-processor']));

/**
 * The transports that each mode can have.
 * @satisfies {Record<Mode, readonly Transport[]>}
 */
export const TRANSPORTS = Object.freeze({
  'auto': Object.freeze(/** @type {const} */ (['auto', 'shared', 'message', 'direct'])),
  'worklet': Object.freeze(/** @type {const} */ (['auto', 'shared', 'message'])),
  'script-processor': Object.freeze(/** @type {const} */ (['auto', 'direct'])),
});

/** The buffer sizes that the Web Audio API allows a ScriptProcessorNode, in frames. */
export const BUFFER_SIZES = Object.freeze(/** @type {const} */ ([256, 512, 1024, 2048, 4096, 8192, 16384]));

/** What holds where an option is left out, or undefined. The timeout is in seconds. */
const DEFAULTS = /** @type {const} */ ({
  mode: 'auto',
  transport: 'auto',
  bufferSize: 'auto',
  channels: 2,
  fixed: false,
  params: {},
  wasmUrl: undefined,
  processorUrl: undefined,
  timeout: 10,
  signal: undefined,
});

/** The options of setMode(). */
const MODE_OPTIONS = ['transport', 'bufferSize'];

/**
 * @typedef {(typeof MODES)[number]} Mode
 * @typedef {'auto' | 'shared' | 'message' | 'direct'} Transport
 * @typedef {(typeof BUFFER_SIZES)[number]} BufferSize
 * @typedef {import('../types/tables.js').ParameterValues} ParameterValues
 */

/**
 * @typedef {object} RunOptions how to run
 * @property {Mode} [mode] 'auto': the best that starts here
 * @property {Transport} [transport] 'shared' and 'message' are the worklet's, 'direct' is the script processor's
 * @property {BufferSize | 'auto'} [bufferSize] the script processor's, in frames; 'auto' begins small and grows when
 *   it hears itself glitch
 *
 * @typedef {object} Settings
 * @property {1 | 2} [channels] how many channels it processes, 2 if not told; what comes in is mixed up or down to them
 *   as Web Audio does for speakers
 * @property {boolean} [fixed] the mode stays as it starts: the engine is its node alone, `input` and `output` are one,
 *   and setMode() to another one throws mode-fixed. For offline renders and graphs that never switch: it saves the
 *   GainNodes that a change of mode needs. A script processor is then only called while its output leads to the
 *   destination, and its automatic buffer size stays what it begins with. Where the context goes over to another sample
 *   rate, the engine plays on as for the old one, and an event 'error' with mode-fixed says so
 * @property {Partial<ParameterValues>} [params] values by id; the others begin at their defaults
 * @property {string | URL} [wasmUrl] where the WebAssembly file is, if not in the package's pkg folder
 * @property {string | URL} [processorUrl] where the worklet script is, if not there
 * @property {number} [timeout] seconds that a mode may take to start
 * @property {AbortSignal} [signal] while the engine starts, an abort makes createEngine() reject with its reason; later
 *   it closes the engine, as close() does
 *
 * @typedef {RunOptions & Settings} EngineOptions
 */

/**
 * The options with a value for each, all of them checked.
 * @typedef {Required<RunOptions> & Required<Pick<Settings, 'channels' | 'fixed' | 'params' | 'timeout'>> &
 *   { wasmUrl?: string, processorUrl?: string, signal?: AbortSignal }} CheckedOptions
 */

/**
 * What a host is started with.
 * @typedef {object} HostOptions
 * @property {import('./module.js').LoadedModule} loaded
 * @property {import('./parameters.js').Parameters} parameters in force from the first sample
 * @property {1 | 2} channels
 * @property {Transport} transport
 * @property {string} [processorUrl] the package's own script otherwise
 * @property {number} timeout for the handshake, in seconds
 * @property {BufferSize | 'auto'} bufferSize in frames
 * @property {BufferSize} [firstSize] what an automatic buffer size begins with
 * @property {(node: AudioNode) => void} connect puts the node into the graph, before it is first called
 * @property {(error: EngineError) => void} onfailure called when the host fails while it plays
 * @property {(bufferSize: BufferSize) => void} ongrow called when an automatic buffer should be this long
 */

/**
 * The modes to try, best first.
 * @param {{ mode: Mode, transport: Transport }} options
 * @returns {Exclude<Mode, 'auto'>[]}
 */
export function modesToTry({ mode, transport }) {
  if (mode !== 'auto') return [mode];
  if (transport === 'direct') return ['script-processor'];
  if (transport !== 'auto') return ['worklet'];
  return ['worklet', 'script-processor'];
}

/**
 * The first of the modes to try that this browser and page have at all.
 * @param {{ mode: Mode, transport: Transport }} options
 */
export function bestMode(options) {
  const modes = modesToTry(options);
  return modes.find((mode) => mode !== 'worklet' || has('audioWorklet')) ?? modes[0];
}

/**
 * Checks what createEngine() was given. An option that is undefined is one that was left out.
 * @param {unknown} context
 * @param {EngineOptions} options
 * @returns {CheckedOptions}
 * @throws {EngineError} bad-context, context-closed, unknown-option, bad-option
 */
export function checkOptions(context, options) {
  checkContext(context);
  const settings = { ...DEFAULTS, ...given(options, Object.keys(DEFAULTS)) };
  const { channels, fixed, params, timeout, wasmUrl, processorUrl, signal } = settings;
  checkOption('channels', channels, [1, 2]);
  checkOption('fixed', fixed, [false, true]);
  checkTimeout(timeout);
  checkSignal(signal);
  checkRunOptions(settings);
  return {
    ...settings,
    params: given(params, null, 'params'),
    wasmUrl: wasmUrl === undefined ? undefined : absolute('wasmUrl', wasmUrl),
    processorUrl: processorUrl === undefined ? undefined : absolute('processorUrl', processorUrl),
  };
}

/**
 * Checks what setMode() was given: how to run, where what was left out stays as it was asked for.
 * @param {Mode} mode
 * @param {Pick<RunOptions, 'transport' | 'bufferSize'>} options
 * @param {Required<RunOptions>} before
 * @returns {{ asked: Required<RunOptions>, next: Required<RunOptions> }} what is asked for from now on; and how to run
 *   now, where a transport that the mode cannot have is 'auto'
 * @throws {EngineError} unknown-option, bad-option
 */
export function checkModeOptions(mode, options, before) {
  checkOption('mode', mode, MODES);
  const { transport: wanted, bufferSize = before.bufferSize } = given(options, MODE_OPTIONS);
  const transport = wanted ?? before.transport;
  const fits = wanted !== undefined || transportsOf(mode).includes(transport);
  const next = { mode, transport: fits ? transport : 'auto', bufferSize };
  checkRunOptions(next);
  return { asked: { mode, transport, bufferSize }, next };
}

/**
 * @param {unknown} context
 * @param {string} [caller] whose first argument it is
 * @throws {EngineError} bad-context, wrapped-context, context-closed
 */
export function checkContext(context, caller = 'createEngine()') {
  if (typeof BaseAudioContext !== 'function' || !(context instanceof BaseAudioContext)) {
    const isWrapped = typeof context === 'object' && context !== null && 'sampleRate' in context;
    throw new EngineError(isWrapped ? 'wrapped-context' : 'bad-context', { caller });
  }
  if (context.state === 'closed') throw new EngineError('context-closed');
}

/**
 * @param {Required<RunOptions>} options
 * @throws {EngineError} bad-option
 */
export function checkRunOptions({ mode, transport, bufferSize }) {
  checkOption('mode', mode, MODES);
  checkOption('transport', transport, transportsOf(mode));
  checkOption('bufferSize', bufferSize, ['auto', ...BUFFER_SIZES]);
}

/**
 * @param {Mode} mode
 * @returns {readonly Transport[]}
 */
const transportsOf = (mode) => TRANSPORTS[mode];

/**
 * The options that are not undefined.
 * @template {object} T
 * @param {T} options
 * @param {readonly string[] | null} known names; null: any
 * @param {string} [name] of the option that these options are
 * @returns {T}
 */
export function given(options, known, name = 'options') {
  if (typeof options !== 'object' || options === null) {
    throw badOption(name, options, 'an object');
  }
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = known && entries.find(([id]) => !known.includes(id));
  if (unknown) throw new EngineError('unknown-option', { name: unknown[0], known: known.join(', ') });
  return /** @type {T} */ (Object.fromEntries(entries));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly unknown[]} allowed
 */
function checkOption(name, value, allowed) {
  if (!allowed.includes(value)) throw badOption(name, value, allowed.join(', '));
}

/**
 * The whole URL where an option names one, which may be relative to the page.
 * @param {string} name
 * @param {string | URL} value
 */
export function absolute(name, value) {
  try {
    return new URL(value, document.baseURI).href;
  } catch {
    throw badOption(name, value, 'a URL');
  }
}

/**
 * @param {unknown} timeout
 * @throws {EngineError} bad-option
 */
export function checkTimeout(timeout) {
  if (typeof timeout !== 'number' || !(timeout > 0)) {
    throw badOption('timeout', timeout, 'a number of seconds above 0');
  }
}

/**
 * @param {unknown} signal
 * @throws {EngineError} bad-option
 */
export function checkSignal(signal) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badOption('signal', signal, 'an AbortSignal');
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} allowed
 */
export const badOption = (name, value, allowed) => new EngineError('bad-option', { name, value, allowed });
