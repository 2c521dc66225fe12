/**
 * The sample rate that a sound file has by its header: browsers decode to whatever rate they are asked for, and do not
 * say what was in the file. WAV, FLAC, Ogg (Vorbis and Opus) and MP3. No DOM.
 */

/** Where the header does not say; that of Opus, and of most that is not CD's. */
const OTHERWISE = 48000;
const HEAD_BYTES = 64;

/** By the bits of an MP3's frame header: MPEG-1; MPEG-2 has half of these, MPEG-2.5 a quarter. */
const MPEG_RATES = [44100, 48000, 32000];
const MPEG_DIVISORS = [4, 0, 2, 1];

/**
 * @param {Blob} file
 * @returns {Promise<number>} in Hz
 */
export async function sampleRateOf(file) {
  const head = await viewOf(file, 0);
  const rate = waveRate(head) ?? flacRate(head) ?? oggRate(head) ?? mpegRate(await behindTag(file, head));
  // What Web Audio's contexts can have everywhere.
  return rate !== null && rate >= 8000 && rate <= 96000 ? rate : OTHERWISE;
}

/**
 * @param {Blob} file
 * @param {number} at
 */
const viewOf = async (file, at) => new DataView(await file.slice(at, at + HEAD_BYTES).arrayBuffer());

/**
 * Whether there is a text at a place.
 * @param {DataView} bytes
 * @param {number} at
 * @param {string} text
 */
const has = (bytes, at, text) =>
  at + text.length <= bytes.byteLength &&
  [...text].every((letter, index) => bytes.getUint8(at + index) === letter.charCodeAt(0));

/** @param {DataView} bytes */
function waveRate(bytes) {
  const isWave = has(bytes, 0, 'RIFF') && has(bytes, 8, 'WAVE') && has(bytes, 12, 'fmt ') && bytes.byteLength >= 28;
  return isWave ? bytes.getUint32(24, true) : null;
}

/** @param {DataView} bytes 20 bits of STREAMINFO, which comes first (RFC 9639, section 8.2) */
function flacRate(bytes) {
  return has(bytes, 0, 'fLaC') && bytes.byteLength >= 22 ? bytes.getUint32(18) >>> 12 : null;
}

/** @param {DataView} bytes the first page's packet begins at 28 where it has one segment, as both codecs have it */
function oggRate(bytes) {
  if (!has(bytes, 0, 'OggS')) return null;
  return has(bytes, 28, '\x01vorbis') && bytes.byteLength >= 44 ? bytes.getUint32(40, true) : OTHERWISE;
}

/** @param {DataView} bytes from the first frame on */
function mpegRate(bytes) {
  if (bytes.byteLength < 4 || bytes.getUint16(0) < 0xffe0) return null;
  const rate = MPEG_RATES[(bytes.getUint8(2) >> 2) & 3];
  const divisor = MPEG_DIVISORS[(bytes.getUint8(1) >> 3) & 3];
  return rate !== undefined && divisor > 0 ? rate / divisor : null;
}

/**
 * What comes behind an ID3 tag, whose size is in four bytes of seven bits each.
 * @param {Blob} file
 * @param {DataView} head
 */
function behindTag(file, head) {
  if (!has(head, 0, 'ID3') || head.byteLength < 10) return head;
  const size = [6, 7, 8, 9].reduce((sum, at) => 128 * sum + (head.getUint8(at) & 127), 0);
  return viewOf(file, 10 + size);
}
