/**
 * Renders a sound through the engine, off line, into a WAV file: in pieces, so that memory holds none of the output.
 * Main thread; the engine runs in workers.
 */

import { render } from '../../worklet/engine.js';
import { openTakeFile } from '../recording/take-file.js';
import { bytesPerSample, MOST_DATA_BYTES, wavHeader, wavSamples } from '../recording/wav.js';

/**
 * @typedef {object} Sound
 * @property {AsyncIterable<Float32Array[]>} chunks
 * @property {number} frames of all chunks
 * @property {number} sampleRate in Hz
 * @property {1 | 2} channels
 *
 * @typedef {object} Options
 * @property {import('../../worklet/engine.js').EngineState} [state]
 * @property {import('../../worklet/take.js').TakeLog} [log]
 * @property {import('../recording/wav.js').Format} format
 * @property {(share: number) => void} [onProgress] of the sound, without what rings on
 * @property {AbortSignal} [signal]
 *
 * @typedef {{ file: Blob, seconds: number, discard: () => Promise<void> }} Rendered
 */

/**
 * @param {Sound} sound
 * @param {Options} options
 * @returns {Promise<Rendered>}
 */
export async function renderToWav({ chunks, frames, sampleRate, channels }, options) {
  const { state, log, format, onProgress = () => {}, signal } = options;
  const file = await openTakeFile();
  const frameBytes = channels * bytesPerSample(format);
  const header = (/** @type {number} */ dataBytes) => wavHeader(format, { channels, sampleRate, dataBytes });
  let written = 0;
  try {
    await file.write(header(0));
    const { stream } = await render({ stream: chunks, sampleRate, channels }, { state, log, signal });
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const bytes = wavSamples(format, part.value);
      if (written * frameBytes + bytes.length > MOST_DATA_BYTES) {
        await reader.cancel();
        throw new Error('What comes out is longer than the 4 GB that a WAV holds. Render it in shorter pieces.');
      }
      await file.write(bytes);
      written += part.value[0].length;
      onProgress(Math.min(1, written / frames));
    }
    const blob = await file.finish(header(written * frameBytes));
    return { file: blob, seconds: written / sampleRate, discard: () => file.discard() };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * A buffer's samples in pieces.
 * @param {AudioBuffer} buffer of one or two channels
 */
export async function* chunksOf(buffer) {
  const PIECE_FRAMES = 32768;
  for (let at = 0; at < buffer.length; at += PIECE_FRAMES) {
    yield Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
      buffer.getChannelData(channel).subarray(at, at + PIECE_FRAMES),
    );
  }
}
