/**
 * FLAC files that are tiny and last long: silence, for which a frame of 65,535 samples takes 16 bytes or so. Written
 * after RFC 9639.
 */

const BLOCK = 65535;

/** A CRC with the most significant bit first and no inversion, as FLAC has it. */
function crc(bytes, width, polynomial) {
  const top = 1 << (width - 1);
  const mask = 2 ** width - 1;
  let remainder = 0;
  for (const byte of bytes) {
    remainder ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) remainder = ((remainder << 1) ^ (remainder & top ? polynomial : 0)) & mask;
  }
  return remainder;
}

/** A frame's number, coded as UTF-8 codes a character (section 9.1.5). */
const coded = (number) => [...Buffer.from(String.fromCodePoint(number))];

/** One frame: every channel a constant subframe of zeros (sections 9.1 and 9.2.3). */
function frame(number, channels) {
  const header = [
    0xff,
    0xf8,
    0x70,
    ((channels - 1) << 4) | 0x08,
    ...coded(number),
    (BLOCK - 1) >> 8,
    (BLOCK - 1) & 0xff,
  ];
  header.push(crc(header, 8, 0x07));
  const body = [...header, ...Array(3 * channels).fill(0)];
  const check = crc(body, 16, 0x8005);
  return [...body, check >> 8, check & 0xff];
}

/**
 * @param {object} options
 * @param {number} options.frames of 65,535 samples each
 * @param {number} [options.sampleRate] in Hz
 * @param {number} [options.channels]
 * @param {boolean} [options.tellsLength] false: as an encoder leaves it that did not know where the sound would end
 * @returns {Buffer} 16-bit FLAC
 */
export function silentFlac({ frames, sampleRate = 48000, channels = 2, tellsLength = true }) {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(BLOCK, 0);
  info.writeUInt16BE(BLOCK, 2);
  const samples = BigInt(tellsLength ? frames * BLOCK : 0);
  const fields = (BigInt(sampleRate) << 44n) | (BigInt(channels - 1) << 41n) | (15n << 36n) | samples;
  info.writeBigUInt64BE(fields, 10);
  const blocks = Array.from({ length: frames }, (_, number) => Buffer.from(frame(number, channels)));
  return Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), info, ...blocks]);
}
