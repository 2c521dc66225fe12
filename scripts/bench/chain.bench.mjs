/**
 * The chain's speed: this engine in both WebAssembly builds and natively, beside plain JavaScript written well and the
 * formulas written down naively; and each effect alone. All render the same sound, in turn, in one run; what each
 * renders is checked first. The page's part is chain-page.js. Node.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDoors, SHIPPED } from '../lib/doors.mjs';
import { audibleEffects, onlyEffect } from '../lib/effects.mjs';
import { Failure, root, run as runCommand, step } from '../lib/project.mjs';
import { chain, DEFAULTS, errorInDecibels } from '../lib/reference.mjs';
import { WASM_TARGET } from '../lib/toolchain.mjs';
import { MOUNTS, serve } from '../serve.mjs';
import { fixed, median, ratio, ratioTable, table } from './table.mjs';

export const title = 'The signal chain';

const SAMPLE_RATE = 48000;
const FRAMES = 20 * SAMPLE_RATE;
const FOLDER = join(root, 'target', 'bench');
const NATIVE_TARGET = join(FOLDER, 'native');

const OURS = ['wasm SIMD', 'wasm baseline', 'native'];
const OTHERS = ['JavaScript', 'naive wasm'];

/** What an error may be; the formulas' own tolerance. */
const WORST_DECIBELS = -100;

const CHAIN = {
  gain: 0.9,
  distortion: 0.2,
  lpf_cutoff: 8000,
  hpf_cutoff: 80,
  delay_time: 0.35,
  delay_feedback: 0.4,
  delay_mix: 0.3,
};

/**
 * @typedef {import('./chain-page.js').Work} Work
 * @typedef {Work['params']} Params
 * @typedef {import('../bench.mjs').Means['print']} Print
 */

/** @param {import('../bench.mjs').Means} means */
export async function run({ rounds, print, launch, openPage }) {
  mkdirSync(FOLDER, { recursive: true });
  const speed = await step('Compiling the engine for this processor', buildNative);
  await step('Compiling the naive form to WebAssembly', buildNaive);
  const server = await serve({
    mounts: { '/scripts/': 'scripts', '/target/bench/': 'target/bench', ...MOUNTS },
  });
  const browser = await launch();
  const page = await openPage(browser, `${server.url}/scripts/lib/blank.html`);
  try {
    for (const channels of [1, 2]) {
      const bench = new Bench(page, speed, channels, rounds);
      await bench.chain(print);
      await bench.effects(print);
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The measurements with so many channels. */
class Bench {
  #page;
  #speed;
  #channels;
  #rounds;
  #planes;
  #inputName;

  /**
   * @param {import('puppeteer-core').Page} page
   * @param {string} speed path of the program that times the engine natively
   * @param {number} channels
   * @param {number} rounds
   */
  constructor(page, speed, channels, rounds) {
    this.#page = page;
    this.#speed = speed;
    this.#channels = channels;
    this.#rounds = rounds;
    this.#planes = Array.from({ length: channels }, (_, channel) => sound(channel));
    this.#inputName = `input-${channels}.f32`;
    writeFileSync(join(FOLDER, this.#inputName), Buffer.concat(this.#planes.map(({ buffer }) => Buffer.from(buffer))));
  }

  get #title() {
    return this.#channels === 1 ? 'mono' : 'stereo';
  }

  /** @param {Print} print */
  async chain(print) {
    const candidates = [...OURS, ...OTHERS];
    /** @type {Record<string, number>} */
    const errors = {};
    for (const candidate of candidates) {
      const { error } = await this.#check(candidate, CHAIN);
      if (!(error <= WORST_DECIBELS)) throw new Failure(`${candidate} misses the formulas: ${error} dB.`);
      errors[candidate] = error;
    }
    const times = await this.#times(candidates, CHAIN);
    print(`\n### The chain, ${this.#title}: ns per sample and channel`);
    print(
      table(
        ['', 'median', 'fastest', 'slowest', 'error, dB'],
        candidates.map((candidate) => [
          candidate,
          fixed(median(times[candidate])),
          fixed(Math.min(...times[candidate])),
          fixed(Math.max(...times[candidate])),
          fixed(errors[candidate], 1),
        ]),
      ),
    );
    print(ratioTable(times));
  }

  /**
   * Each effect where it is plainly heard, all others off; the gain's row is what every row has: copies, gain, meters.
   * @param {Print} print
   */
  async effects(print) {
    const { glue } = await openDoors(SHIPPED.SIMD);
    const parameters = glue.parameter_table();
    const rows = [];
    for (const effect of audibleEffects(parameters)) {
      const label = parameters.find(({ id }) => id === effect.id)?.label ?? effect.id;
      const params = { ...DEFAULTS, ...onlyEffect(parameters, effect) };
      const hashes = [];
      for (const candidate of OURS) hashes.push((await this.#check(candidate, params)).hash);
      if (new Set(hashes).size > 1) throw new Failure(`${label}: ${OURS.join(', ')} do not render the same bits.`);
      const times = await this.#times(OURS, params);
      rows.push([
        label,
        ...OURS.map((candidate) => fixed(median(times[candidate]))),
        fixed(ratio(times['wasm SIMD'], times.native)),
        fixed(ratio(times['wasm baseline'], times['wasm SIMD'])),
      ]);
    }
    print(`\n### Each effect alone, ${this.#title}: ns per sample and channel`);
    print(table(['', ...OURS, 'SIMD / native', 'baseline / SIMD'], rows));
  }

  /**
   * Times by candidate, a figure a round; in each round another begins.
   * @param {string[]} candidates
   * @param {Params} params
   */
  async #times(candidates, params) {
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(candidates.map((candidate) => [candidate, []]));
    // Once for nothing: the engine's baseline compiler and the file caches.
    for (const candidate of candidates) await this.#time(candidate, params);
    for (let round = 0; round < this.#rounds; round++) {
      for (let turn = 0; turn < candidates.length; turn++) {
        const candidate = candidates[(round + turn) % candidates.length];
        times[candidate].push(await this.#time(candidate, params));
      }
    }
    return times;
  }

  /**
   * @param {string} candidate
   * @param {Params} params
   */
  #time(candidate, params) {
    if (candidate === 'native') return this.#timeNative(params);
    return this.#page.evaluate(
      async (work) => (await import('../bench/chain-page.js')).time(work),
      this.#work(candidate, params),
    );
  }

  /**
   * @param {string} candidate
   * @param {Params} params
   */
  #check(candidate, params) {
    if (candidate === 'native') return this.#checkNative(params);
    return this.#page.evaluate(
      async (work) => (await import('../bench/chain-page.js')).check(work),
      this.#work(candidate, params),
    );
  }

  /**
   * @param {string} candidate
   * @param {Params} params
   * @returns {Work}
   */
  #work(candidate, params) {
    const input = `/target/bench/${this.#inputName}`;
    return { candidate, params, channels: this.#channels, sampleRate: SAMPLE_RATE, input };
  }

  /** @param {Params} params */
  async #timeNative(params) {
    const settings = Object.entries(params).map(([id, value]) => `${id}=${value}`);
    const files = [this.#inputName, 'output.f32'].map((name) => join(FOLDER, name));
    const args = [...files, SAMPLE_RATE, this.#channels, ...settings].map(String);
    const { code, output } = await runCommand(this.#speed, args, { quiet: true });
    if (code !== 0) throw new Failure(`The native build stopped: ${output.trim()}`);
    return Number(output);
  }

  /** @param {Params} params */
  async #checkNative(params) {
    await this.#timeNative(params);
    const bytes = readFileSync(join(FOLDER, 'output.f32'));
    const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const error = Math.max(
      ...this.#planes.map((plane, c) =>
        errorInDecibels(samples.subarray(c * FRAMES, (c + 1) * FRAMES), chain(plane, SAMPLE_RATE, params)),
      ),
    );
    return { error, hash: createHash('sha256').update(bytes).digest('hex') };
  }
}

/**
 * Sine plus noise, below 0.9; each channel has its own.
 * @param {number} channel
 */
function sound(channel) {
  const step = (2 * Math.PI * (220 + 110 * channel)) / SAMPLE_RATE;
  let noise = 0x9e3779b9 ^ (channel * 0x85ebca6b);
  return Float32Array.from({ length: FRAMES }, (_, n) => {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    return 0.5 * Math.sin(step * n) + 0.4 * (noise / 2147483648);
  });
}

/** The program that times the engine natively, compiled for this very processor; its path. */
async function buildNative() {
  await compile('cargo', ['build', '--release', '--example', 'speed', '--target-dir', NATIVE_TARGET], {
    RUSTFLAGS: '-C target-cpu=native',
  });
  return join(NATIVE_TARGET, 'release', 'examples', process.platform === 'win32' ? 'speed.exe' : 'speed');
}

const buildNaive = () =>
  compile('rustc', [
    '--edition',
    '2024',
    '--crate-type',
    'cdylib',
    '--target',
    WASM_TARGET,
    '-C',
    'opt-level=3',
    '-C',
    'lto=fat',
    '-C',
    'panic=abort',
    '-C',
    'strip=symbols',
    '-o',
    join(FOLDER, 'naive.wasm'),
    join('scripts', 'bench', 'naive.rs'),
  ]);

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function compile(command, args, env) {
  const { code, output } = await runCommand(command, args, { env });
  if (code === 0) return;
  console.error(output);
  throw new Failure(`${command} could not compile what the bench compares with: mend the first error above.`);
}
