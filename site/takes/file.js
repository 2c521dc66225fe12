/**
 * A take as a JSON file, `{ format, version, name, log, channels, input }`: `input` is what went in, float32 in base64,
 * interleaved. One file, so that the sound and the moves cannot be parted. It is written and read in pieces; what comes
 * from outside is checked by the engine's own rules. Main thread.
 */

import { render } from '../../worklet/engine.js';
import { CHANNELS } from '../recording/recorder.js';
import { isRecord } from '../shared/storage.js';
import { BYTES_PER_FRAME, Take } from './take.js';

const FORMAT = 'audio-dsp-wasm take';
const VERSION = 1;
/** A text longer than some 512 MB is none for browsers. */
const MOST_BYTES = 400 * 2 ** 20;
/** Coded at a time: a multiple of three bytes is coded without a rest, as four letters for three bytes. */
const PIECE_BYTES = 3 * 2 ** 20;
const PIECE_LETTERS = (PIECE_BYTES / 3) * 4;

/** What is wrong with a file, in a sentence that says what to do. */
export class TakeError extends Error {
  name = 'TakeError';
}

/** @param {Take} take */
export async function toJson(take) {
  const isMono = await hasEqualChannels(take);
  const input = isMono ? await firstChannel(take) : take.input;
  const head = {
    format: FORMAT,
    version: VERSION,
    name: take.name,
    log: take.log,
    wasLooped: take.wasLooped,
    channels: isMono ? 1 : CHANNELS,
  };
  const parts = [`${JSON.stringify(head).slice(0, -1)},"input":"`];
  for (let at = 0; at < input.size; at += PIECE_BYTES) parts.push(await base64(input.slice(at, at + PIECE_BYTES)));
  return new Blob([...parts, '"}\n'], { type: 'application/json' });
}

/**
 * @param {File} file
 * @returns {Promise<Take>}
 * @throws {TakeError | import('../../worklet/engine.js').EngineError}
 */
export async function fromJson(file) {
  const said = `“${file.name}”`;
  if (file.size > MOST_BYTES)
    throw new TakeError(`${said} is too big for a take. Choose a file that was exported here.`);
  const data = parsed(await file.text());
  if (!isRecord(data) || data.format !== FORMAT || typeof data.input !== 'string' || !isRecord(data.log)) {
    throw new TakeError(`${said} is no take. Choose a JSON file that was exported here with “Export”.`);
  }
  if (data.version !== VERSION) {
    throw new TakeError(`${said} comes from another version of this page. Update the page, then try again.`);
  }
  const log = /** @type {import('./take.js').TakeLog} */ (/** @type {unknown} */ (data.log));
  // The engine checks the log before it renders: its version, rates, ids, values and orders.
  await render({ channels: [new Float32Array(1)], sampleRate: log.sampleRate }, { log, tail: 0 });
  const input = await decoded(data.input, data.channels === 1, said);
  const name = typeof data.name === 'string' ? data.name : file.name.replace(/\.json$/i, '');
  return Object.assign(new Take({ name, log, input }), { wasLooped: data.wasLooped === true });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Take} take */
async function hasEqualChannels(take) {
  for await (const [left, right] of take.chunks()) {
    if (left.some((sample, frame) => !Object.is(sample, right[frame]))) return false;
  }
  return true;
}

/** @param {Take} take */
async function firstChannel(take) {
  const parts = [];
  for await (const [left] of take.chunks()) parts.push(new Blob([left]));
  return new Blob(parts);
}

/**
 * @param {Blob} bytes
 * @returns {Promise<string>}
 */
function base64(bytes) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^.*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(bytes);
  });
}

/**
 * @param {string} text in base64
 * @param {boolean} isMono
 * @param {string} said the file's name
 */
async function decoded(text, isMono, said) {
  const parts = [];
  try {
    for (let at = 0; at < text.length; at += PIECE_LETTERS) {
      const bytes = bytesOf(atob(text.slice(at, at + PIECE_LETTERS)));
      parts.push(new Blob([isMono ? doubled(bytes) : bytes]));
      // A long take must not hold the page up.
      await new Promise((resolve) => setTimeout(resolve));
    }
  } catch {
    throw new TakeError(`The sound in ${said} is damaged. Export it again, or choose another file.`);
  }
  const input = new Blob(parts);
  if (input.size === 0 || input.size % BYTES_PER_FRAME !== 0) {
    throw new TakeError(`The sound in ${said} is not whole. Export it again, or choose another file.`);
  }
  return input;
}

/** @param {string} letters one for each byte */
function bytesOf(letters) {
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/**
 * One channel's samples as those of two.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function doubled(bytes) {
  const mono = new Float32Array(bytes.buffer);
  const stereo = new Float32Array(CHANNELS * mono.length);
  for (let i = 0; i < stereo.length; i++) stereo[i] = mono[i >> 1];
  return stereo;
}
