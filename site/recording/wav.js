/**
 * WAV files of 24-bit integers or 32-bit floats: their header, and samples in their bytes. No DOM.
 */

/** @typedef {'24-bit' | 'float'} Format */

export const FORMATS = /** @type {const} */ (['24-bit', 'float']);

export const HEADER_BYTES = 44;
/** A WAV counts its bytes in 32 bits. */
export const MOST_DATA_BYTES = 2 ** 32 - 1 - HEADER_BYTES;

const INTEGER = 1;
const FLOAT = 3;
const FULL_SCALE_24 = 2 ** 23;

/** @param {Format} format */
export const bytesPerSample = (format) => (format === 'float' ? 4 : 3);

/**
 * The header of a file with so many bytes of samples.
 * @param {Format} format
 * @param {{ channels: number, sampleRate: number, dataBytes: number }} size
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function wavHeader(format, { channels, sampleRate, dataBytes }) {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const frameBytes = channels * bytesPerSample(format);
  const text = (/** @type {number} */ at, /** @type {string} */ letters) =>
    bytes.set(
      [...letters].map((letter) => letter.charCodeAt(0)),
      at,
    );
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, format === 'float' ? FLOAT : INTEGER, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * bytesPerSample(format), true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}

/**
 * The bytes of interleaved samples. Integers are rounded to the nearest; what is past full scale is held there.
 * @param {Format} format
 * @param {readonly Float32Array[]} channels
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function wavSamples(format, channels) {
  const frames = channels[0].length;
  const size = bytesPerSample(format);
  const bytes = new Uint8Array(frames * channels.length * size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (const samples of channels) {
      if (format === 'float') {
        view.setFloat32(at, samples[frame], true);
      } else {
        const scaled = Math.round(samples[frame] * FULL_SCALE_24);
        const integer = Math.min(FULL_SCALE_24 - 1, Math.max(-FULL_SCALE_24, scaled));
        view.setUint16(at, integer & 0xffff, true);
        view.setUint8(at + 2, (integer >> 16) & 0xff);
      }
      at += size;
    }
  }
  return bytes;
}

/**
 * The channels of interleaved float samples, as a WAV has them. Browsers with WebAssembly are little-endian, as WAV is.
 * @param {ArrayBuffer} bytes
 * @param {number} channels
 * @returns {Float32Array<ArrayBuffer>[]}
 */
export function planarFloats(bytes, channels) {
  const samples = new Float32Array(bytes);
  const frames = samples.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const planar = new Float32Array(frames);
    for (let frame = 0, at = channel; frame < frames; frame++, at += channels) planar[frame] = samples[at];
    return planar;
  });
}
