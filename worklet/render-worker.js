/**
 * The worker of render(): one wasm instance, and one engine at a time in it. Dedicated worker.
 *
 * It is bundled with what it imports into one self-contained file, pkg/render-worker.js, a script that works as a
 * classic worker and as a module. Each request is answered, in turn, by `{ answer }` or by `{ failed: reason, … }`:
 *
 * - `{ module }`, or `{ url }` where modules cannot be posted: makes the instance
 * - `{ begin: options }`: makes an engine
 * - `{ part: channels, isTail }`: renders it in place, and answers with it
 * - `{ join: parts, frames }`: answers with the parts one after the other, so many frames of them
 * - `{ end: true }`: ends the engine
 *
 * While it renders a long part it posts `{ progress: frames }`.
 */

import { EngineInstance, OutOfMemory } from './engine-instance.js';
import { framesHeard, RenderEngine } from './render-engine.js';

const PROGRESS_MILLISECONDS = 50;

/**
 * @typedef {import('./render-engine.js').RenderEngineOptions} RenderEngineOptions
 *
 * @typedef {object} Rendered
 * @property {Float32Array<ArrayBuffer>[]} part
 * @property {number} heard its frames up to the last one that can be heard; only told of a tail
 * @property {boolean} isAtRest whether nothing rings on behind it
 *
 * @typedef {object} Failed
 * @property {string} failed the reason
 * @property {boolean} isOutOfMemory
 * @property {boolean} [isUnreadable] the request could not be received: a module that cannot be posted
 *
 * @typedef {{ answer: Rendered | Float32Array<ArrayBuffer>[] | null }} Answer
 * @typedef {Answer | Failed | { progress: number }} Message
 *
 * @typedef {{ module: WebAssembly.Module }} ModuleRequest
 * @typedef {{ url: string }} UrlRequest
 * @typedef {{ begin: RenderEngineOptions }} BeginRequest
 * @typedef {{ part: Float32Array<ArrayBuffer>[], isTail: boolean }} PartRequest
 * @typedef {{ join: Float32Array[][], frames: number }} JoinRequest
 * @typedef {{ end: true }} EndRequest
 * @typedef {ModuleRequest | UrlRequest | BeginRequest | PartRequest | JoinRequest | EndRequest} Request
 */

/** @type {EngineInstance | null} */
let instance = null;
/** @type {RenderEngine | null} */
let engine = null;

/**
 * Does what is asked.
 * @param {Request} request
 * @returns {Promise<Answer['answer']> | Answer['answer']}
 */
function fulfil(request) {
  if ('part' in request) return render(request);
  if ('join' in request) return join(request);
  if ('begin' in request) return begin(request.begin);
  if ('end' in request) return end();
  return makeInstance(request);
}

/** @param {ModuleRequest | UrlRequest} request */
async function makeInstance(request) {
  const module = 'module' in request ? request.module : await compile(request.url);
  instance = new EngineInstance(module);
  return null;
}

/** @param {string} url */
async function compile(url) {
  const response = await fetch(url);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {RenderEngineOptions} options */
function begin(options) {
  if (instance === null) throw new Error('no module yet');
  end();
  engine = new RenderEngine(instance, options);
  return null;
}

function end() {
  engine?.close();
  engine = null;
  return null;
}

/**
 * @param {PartRequest} request
 * @returns {Rendered}
 */
function render({ part, isTail }) {
  if (engine === null) throw new Error('no engine yet');
  let toldAt = performance.now();
  engine.render(part, isTail, (progress) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MILLISECONDS) return;
    toldAt = now;
    postMessage({ progress });
  });
  return { part, heard: isTail ? framesHeard(part) : part[0].length, isAtRest: engine.isAtRest };
}

/**
 * @param {JoinRequest} request
 * @returns {Float32Array<ArrayBuffer>[]}
 */
function join({ join: parts, frames }) {
  return parts[0].map((_, channel) => {
    const joined = new Float32Array(frames);
    let start = 0;
    for (const part of parts) {
      const samples = part[channel].subarray(0, frames - start);
      joined.set(samples, start);
      start += samples.length;
    }
    return joined;
  });
}

/** @param {Answer['answer']} answer */
function buffersOf(answer) {
  const channels = answer === null || Array.isArray(answer) ? (answer ?? []) : answer.part;
  return [...new Set(channels.map(({ buffer }) => buffer))];
}

/**
 * An array that does not fit is a RangeError.
 * @param {unknown} error
 */
const isOutOfMemory = (error) => error instanceof OutOfMemory || error instanceof RangeError;

addEventListener('message', async (/** @type {MessageEvent<Request>} */ { data }) => {
  try {
    const answer = await fulfil(data);
    postMessage({ answer }, { transfer: buffersOf(answer) });
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    postMessage({ failed, isOutOfMemory: isOutOfMemory(error) });
  }
});

addEventListener('messageerror', () =>
  postMessage({ failed: 'the message cannot be read', isOutOfMemory: false, isUnreadable: true }),
);
