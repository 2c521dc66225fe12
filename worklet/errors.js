/**
 * What can go wrong, each with a code and one sentence that says what to do. Main thread only.
 */

import { isDataUrl, readable } from './data-url.js';

/**
 * The sentence for each code. The sentences are functions of the details that make them concrete.
 * @satisfies {Record<string, (details: Record<string, string>) => string>}
 */
const SENTENCES = {
  // The caller's mistakes.
  'bad-context': ({ caller }) => `${caller} needs an AudioContext or an OfflineAudioContext as its first argument.`,
  'wrapped-context': ({ caller }) =>
    `${caller} needs the browser's own AudioContext, not a wrapper around one; make it yourself, and give it to ` +
    'both: with Tone.js, const context = new AudioContext(); Tone.setContext(context).',
  'unknown-option': ({ name, known }) => `There is no option ${name}; there are ${known}.`,
  'bad-option': ({ name, value, allowed }) => `The option ${name} cannot be ${value}; use ${allowed}.`,
  'unknown-parameter': ({ id, known }) => `There is no parameter “${id}”; the engine has ${known}.`,
  'bad-value': ({ id, value }) => `The parameter ${id} needs a finite number, not ${value}.`,
  'bad-order': ({ effects, last }) =>
    `An order needs each of these effects once: ${effects}; ${last} at the end. engine.order gives the one in force.`,
  'bad-state': ({ reason }) =>
    `This is no state of an engine: ${reason}. Use what engine.state() gave, { version, params, order }.`,
  'bad-take': ({ reason }) => `This is no take of an engine: ${reason}. Use what take.stop() gave.`,
  'bad-frequencies': ({ value }) => `response() needs a list of frequencies in Hz, not ${value}.`,
  'context-closed': () => 'This audio context is closed; make a new one, and a new engine or string in it.',
  'mode-fixed': ({ what }) =>
    `This engine was made with fixed: true and cannot go over to another ${what}; make a new one, and without fixed ` +
    'if it is to change while it plays.',
  'bad-string-value': ({ name, value, min, max }) =>
    `A string's ${name} cannot be ${value}; use a number from ${min} to ${max}.`,
  'bad-string-time': ({ value }) =>
    `A string cannot be played at the time ${value}; use seconds of the context's clock, 0 or more.`,
  'string-sample-rate': ({ rate, least }) =>
    `A string needs a context of ${least} Hz or more, and this one has ${rate} Hz.`,
  'string-closed': () => 'This string is closed; make a new one with createString().',
  'engine-closed': () => 'This engine is closed; make a new one with createEngine().',

  'bad-input': ({ reason }) =>
    'render() takes an AudioBuffer, { channels: Float32Array[], sampleRate }, or { stream, sampleRate, channels }: ' +
    `${reason}.`,

  // The WebAssembly module.
  'wasm-unsupported': () => 'This browser has no WebAssembly; use a browser from 2017 or later.',
  'simd-unsupported': () =>
    'This browser lacks WebAssembly SIMD or DecompressionStream, which the single file needs; use one from 2023 or ' +
    'later, or publish pkg/audio_dsp_wasm_baseline.wasm and say by wasmUrl where it is.',
  'wasm-blocked': () =>
    "The page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src.",
  'wasm-missing': ({ url, reason }) =>
    `The WebAssembly file ${url} could not be loaded (${reason}); publish the pkg folder beside the worklet folder, ` +
    'say by wasmUrl where it is, or import audio-dsp-wasm/single, which has it inside.',
  'wasm-invalid': ({ url, reason, isPage }) =>
    isPage === 'true'
      ? `The server sent a web page in the place of the WebAssembly file ${url}; with Vite, set ` +
        "optimizeDeps: { exclude: ['audio-dsp-wasm'] } in its configuration; elsewhere publish the pkg folder beside " +
        'the worklet folder, or import audio-dsp-wasm/single, which has it inside.'
      : `${url} is not a whole WebAssembly file (${reason}); upload it again, as binary, or build it again.`,
  'wasm-version': ({ url, found, expected }) =>
    `${url} speaks version ${found} of the engine's interface, these scripts version ${expected}; ` +
    'publish files of one build together, and reload without the cache.',

  // The worklet.
  'worklet-unsupported': () =>
    'There is no AudioWorklet here; open the page over https or on localhost, or use the script-processor mode.',
  'worklet-script-missing': ({ url, reason }) =>
    `The worklet script ${url} could not be loaded (${reason}); publish the pkg folder beside the worklet folder, ` +
    'say by processorUrl where it is, or import audio-dsp-wasm/single, which has it inside.',
  'worklet-script-blocked': ({ url, directive }) =>
    `The page's Content-Security-Policy blocks the worklet script ${url}; ` +
    `${allow(url, 'its origin', directive, 'processorUrl')}.`,
  'worklet-script-failed': ({ url }) =>
    `The worklet script ${url} loaded but registered no processor of this version: it threw, or is not of this ` +
    'build; look at the console, and publish files of one build together.',
  'out-of-memory': ({ reason }) =>
    `There is no memory for another engine (${reason}); close engines that are no longer needed, or reload the page.`,
  'processor-failed': ({ reason }) =>
    `The processor could not build its engine on the audio thread (${reason}); build the package again.`,
  'processor-silent': ({ seconds }) =>
    `The audio thread did not answer within ${seconds} s; resume the context in a click and try again.`,
  'processor-died': ({ reason }) =>
    `The sound stopped because the engine failed while it played (${reason}); call setMode() to start it again, ` +
    'or make a new engine in the place of a fixed one, a new string in the place of a string.',
  'shared-memory-unsupported': () =>
    'There is no shared memory here; serve the page with Cross-Origin-Opener-Policy: same-origin and ' +
    "Cross-Origin-Embedder-Policy: require-corp, or use transport: 'message'.",

  // The workers of render().
  'worker-unsupported': () =>
    'There are no Web Workers here; render by createEngine() in an OfflineAudioContext instead.',
  'worker-missing': ({ url, reason }) =>
    `The worker script ${url} could not be loaded (${reason}); publish the pkg folder beside the worklet folder, ` +
    "say by workerUrl where it is, on the page's own origin, or import audio-dsp-wasm/single, which has it inside.",
  'worker-blocked': ({ url, directive }) =>
    `The page's Content-Security-Policy blocks the worker script ${url}; ` +
    `${allow(url, "'self'", directive, 'workerUrl')}.`,
  'worker-failed': ({ url, reason }) =>
    `The worker script ${url} did not start (${reason}); publish files of one build together, and reload without ` +
    'the cache.',
  'render-failed': ({ reason }) => `The render stopped because its worker failed (${reason}); call render() again.`,

  // The fallback, and what the browser holds back.
  'script-processor-unsupported': () => 'This browser has no ScriptProcessorNode; use the worklet mode.',
  'script-processor-offline': () =>
    'This browser renders offline without waiting for ScriptProcessorNodes, so nothing would be heard; use the ' +
    'worklet mode.',
  'script-processor-silent': ({ seconds }) =>
    `The ScriptProcessorNode was not called within ${seconds} s; free the main thread and try again.`,
  'resume-offline': ({ reason }) =>
    `An OfflineAudioContext runs while it renders (${reason}); call startRendering(), or its resume() once suspended.`,
  'resume-refused': ({ reason }) =>
    `The browser keeps the sound off (${reason}); call engine.resume() from a click or a key press.`,
};

/**
 * What to do about a script that the page's policy blocks.
 * @param {string} url
 * @param {string} source to allow where it is a file
 * @param {string} directive of the policy
 * @param {string} option that names another script
 */
function allow(url, source, directive, option) {
  if (!isDataUrl(url)) return `allow ${source} in ${directive}`;
  return `allow data: in ${directive}, or publish the file of the package's pkg folder, named by ${option}`;
}

/** @typedef {keyof typeof SENTENCES} ErrorCode */

/**
 * All codes that an EngineError can have.
 * @type {readonly ErrorCode[]}
 */
export const ERROR_CODES = Object.freeze(/** @type {ErrorCode[]} */ (Object.keys(SENTENCES)));

/** An error that says, by its `code`, what went wrong and, by its `message`, what to do about it. */
export class EngineError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {Record<string, unknown>} [details] what makes the sentence concrete
   * @param {unknown} [cause] the error underneath
   */
  constructor(code, details = {}, cause) {
    const shown = Object.entries(details).map(([name, value]) => [name, show(value)]);
    super(SENTENCES[code](Object.fromEntries(shown)), cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    /** @type {ErrorCode} */
    this.code = code;
  }
}

/**
 * Any value as text; not all can be made into a string.
 * @param {unknown} value
 */
function show(value) {
  try {
    return readable(String(value));
  } catch {
    return `this ${typeof value}`;
  }
}

/**
 * The text of whatever was thrown.
 * @param {unknown} error
 */
export function reasonOf(error) {
  return error instanceof Error ? error.message : show(error);
}
