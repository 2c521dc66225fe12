/** Rendering by native Rust: the command line (cli/), in the test profile, which `cargo test` has built. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'audio-dsp-wasm';

/** The command line's path, once it is built. */
export const PROGRAM = join(ROOT, 'target', 'debug', process.platform === 'win32' ? `${NAME}.exe` : NAME);

/** Builds the command line; once, before renderNatively(). */
export const buildNative = () => run('cargo', ['build', '--profile', 'test', '--quiet', '--bin', NAME], { cwd: ROOT });

/**
 * @param {Float32Array[]} input a channel each
 * @param {number} sampleRate in Hz
 * @param {Record<string, number>} params values by id; the others are at their defaults
 * @returns {Promise<Float32Array[]>}
 */
export async function renderNatively(input, sampleRate, params) {
  const folder = await mkdtemp(join(tmpdir(), 'native-'));
  try {
    const [from, to] = [join(folder, 'in.wav'), join(folder, 'out.wav')];
    await writeFile(from, wav(input, sampleRate));
    const flags = Object.entries(params).flatMap(([id, value]) => [`--${id.replaceAll('_', '-')}`, String(value)]);
    await run(PROGRAM, [from, to, ...flags]);
    return samplesOf(await readFile(to), input.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first place where two renders differ in their bits, or null. */
export function difference(one, other) {
  for (const [channel, samples] of one.entries()) {
    const [a, b] = [samples, other[channel]].map((x) => new Int32Array(x.buffer, x.byteOffset, x.length));
    const at = a.findIndex((bits, n) => bits !== b[n]);
    if (a.length !== b.length || at >= 0) return { channel, at, one: samples[at], other: other[channel][at] };
  }
  return null;
}

/** A WAV of float32 samples. */
function wav(channels, sampleRate) {
  const frames = channels[0].length;
  const bytes = Buffer.alloc(44 + 4 * channels.length * frames);
  const fields = ['RIFF', bytes.length - 8, 'WAVE', 'fmt ', 16];
  let at = 0;
  for (const field of fields)
    at = typeof field === 'string' ? at + bytes.write(field, at) : bytes.writeUInt32LE(field, at);
  at = bytes.writeUInt16LE(3, at); // IEEE float
  at = bytes.writeUInt16LE(channels.length, at);
  at = bytes.writeUInt32LE(sampleRate, at);
  at = bytes.writeUInt32LE(sampleRate * 4 * channels.length, at);
  at = bytes.writeUInt16LE(4 * channels.length, at);
  at = bytes.writeUInt16LE(32, at);
  at += bytes.write('data', at);
  at = bytes.writeUInt32LE(bytes.length - 44, at);
  for (let n = 0; n < frames; n++) for (const channel of channels) at = bytes.writeFloatLE(channel[n], at);
  return bytes;
}

/** The samples of a WAV of float32, one Float32Array a channel. */
function samplesOf(bytes, channelCount) {
  const data = bytes.indexOf('data', 12) + 8;
  const frames = bytes.readUInt32LE(data - 4) / 4 / channelCount;
  return Array.from({ length: channelCount }, (_, c) =>
    Float32Array.from({ length: frames }, (_, n) => bytes.readFloatLE(data + 4 * (n * channelCount + c))),
  );
}
