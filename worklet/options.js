/**
 * What createEngine() and setMode() take: the names, the defaults, and the checks. Main thread only.
 */

import { has } from './detect.js';
import { EngineError } from './errors.js';
import { PROCESSOR_URL } from './module.js';

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

const CHANNELS = [1, 2];

/** What holds where an option is left out. The timeout is in seconds. */
const DEFAULTS = /** @type {const} */ ({
  mode: 'auto',
  transport: 'auto',
  bufferSize: 'auto',
  channels: 2,
  fixed: false,
  params: {},
  timeout: 10,
});

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
 * @property {1 | 2} [channels]
 * @property {boolean} [fixed] the mode stays as it starts: the engine is its node alone, `input` and `output` are one,
 *   and setMode() to another one throws mode-fixed. For offline renders and graphs that never switch: it saves the
 *   GainNodes that a change of mode needs. A script processor is then only called while its output leads to the
 *   destination, and its automatic buffer size stays what it begins with. Where the context goes over to another sample
 *   rate, the engine plays on as for the old one, and an event 'error' with mode-fixed says so
 * @property {Partial<ParameterValues>} [params] values by id; the others begin at their defaults
 * @property {string | URL} [wasmUrl] where the WebAssembly file is, if not in the package's pkg folder
 * @property {string | URL} [processorUrl] where the worklet script is, if not there
 * @property {number} [timeout] seconds that a mode may take to start
 *
 * @typedef {RunOptions & Settings} EngineOptions
 */

/**
 * The options with a value for each, all of them checked.
 * @typedef {Required<RunOptions> & Required<Pick<Settings, 'channels' | 'fixed' | 'params' | 'timeout'>> &
 *   { wasmUrl?: string, processorUrl: string }} CheckedOptions
 */

/**
 * What a host is started with.
 * @typedef {object} HostOptions
 * @property {import('./module.js').LoadedModule} loaded
 * @property {import('./parameters.js').Parameters} parameters in force from the first sample
 * @property {1 | 2} channels
 * @property {Transport} transport
 * @property {string} processorUrl
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
  return has('audioWorklet') ? ['worklet', 'script-processor'] : ['script-processor'];
}

/**
 * Checks what createEngine() was given.
 * @param {unknown} context
 * @param {EngineOptions} options
 * @returns {CheckedOptions}
 * @throws {EngineError} bad-context, context-closed, bad-option
 */
export function checkOptions(context, options) {
  if (typeof BaseAudioContext !== 'function' || !(context instanceof BaseAudioContext)) {
    throw new EngineError('bad-context');
  }
  if (context.state === 'closed') throw new EngineError('context-closed');
  const settings = { ...DEFAULTS, processorUrl: PROCESSOR_URL, ...options };
  const { wasmUrl, processorUrl } = settings;
  checkOption('channels', settings.channels, CHANNELS);
  checkOption('fixed', settings.fixed, [false, true]);
  checkRunOptions(settings);
  return {
    ...settings,
    wasmUrl: wasmUrl === undefined ? undefined : absolute('wasmUrl', wasmUrl),
    processorUrl: absolute('processorUrl', processorUrl),
  };
}

/**
 * Checks how to run.
 * @param {Required<RunOptions>} options
 * @throws {EngineError} bad-option
 */
export function checkRunOptions({ mode, transport, bufferSize }) {
  checkOption('mode', mode, MODES);
  checkOption('transport', transport, TRANSPORTS[mode]);
  checkOption('bufferSize', bufferSize, ['auto', ...BUFFER_SIZES]);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly unknown[]} allowed
 */
function checkOption(name, value, allowed) {
  if (!allowed.includes(value)) throw new EngineError('bad-option', { name, value, allowed: allowed.join(', ') });
}

/**
 * The whole URL where an option names one, which may be relative to the page.
 * @param {string} name
 * @param {string | URL} value
 */
function absolute(name, value) {
  try {
    return new URL(value, document.baseURI).href;
  } catch {
    throw new EngineError('bad-option', { name, value, allowed: 'a URL' });
  }
}
