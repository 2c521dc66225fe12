/**
 * The chain's speed: this engine in both WebAssembly builds and natively, beside plain JavaScript written well and the
 * formulas written down naively; and each effect alone. All render the same sound, in turn, in one run; what each
 * renders is checked first. The page's part is chain-page.js.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDoors, SHIPPED } from '../lib/doors.mjs';
import { Failure, root, run as runCommand, step } from '../lib/project.mjs';
import { chain, errorInDecibels } from '../lib/reference.mjs';
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

/** What each effect is given to do, all others being off. */
const EFFECTS = {
  'none: copies, gain, meters': {},
  'distortion': { distortion_on: 1 },
  'low-pass': { lpf_on: 1, lpf_cutoff: 8000 },
  'low-pass and high-pass': { lpf_on: 1, hpf_on: 1, lpf_cutoff: 8000, hpf_cutoff: 80 },
  'peaking equaliser': { peak_on: 1, peak_gain: 6 },
  'compressor': { compressor_on: 1 },
  'delay': { delay_on: 1, delay_time: 0.35 },
  'limiter, working': { limiter_on: 1, gain: 3 },
};

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

  async chain(print) {
    const candidates = [...OURS, ...OTHERS];
    const errors = {};
    for (const candidate of candidates) {
      const { error } = await this.#check(candidate, CHAIN);
      if (!(error <= WORST_DECIBELS)) throw new Failure(`${candidate} misses the formulas: ${error} dB.`);
      errors[candidate] = error;
    }
    const times = await this.#time(candidates, CHAIN);
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

  async effects(print) {
    const rows = [];
    const allOff = await switchesOff();
    for (const [name, settings] of Object.entries(EFFECTS)) {
      const params = { ...allOff, ...settings };
      const hashes = [];
      for (const candidate of OURS) hashes.push((await this.#check(candidate, params)).hash);
      if (new Set(hashes).size > 1) throw new Failure(`${name}: ${OURS.join(', ')} do not render the same bits.`);
      const times = await this.#time(OURS, params);
      rows.push([
        name,
        ...OURS.map((candidate) => fixed(median(times[candidate]))),
        fixed(ratio(times['wasm SIMD'], times.native)),
        fixed(ratio(times['wasm baseline'], times['wasm SIMD'])),
      ]);
    }
    print(`\n### Each effect alone, ${this.#title}: ns per sample and channel`);
    print(table(['', ...OURS, 'SIMD / native', 'baseline / SIMD'], rows));
  }

  /** Times by candidate, a figure a round; in each round another begins. */
  async #time(candidates, params) {
    const times = Object.fromEntries(candidates.map((candidate) => [candidate, []]));
    // Once for nothing: the engine's baseline compiler and the file caches.
    for (const candidate of candidates) await this.#run('time', candidate, params);
    for (let round = 0; round < this.#rounds; round++) {
      for (let turn = 0; turn < candidates.length; turn++) {
        const candidate = candidates[(round + turn) % candidates.length];
        times[candidate].push(await this.#run('time', candidate, params));
      }
    }
    return times;
  }

  #check(candidate, params) {
    return this.#run('check', candidate, params);
  }

  #run(what, candidate, params) {
    if (candidate === 'native') return what === 'time' ? this.#timeNative(params) : this.#checkNative(params);
    const input = `/target/bench/${this.#inputName}`;
    const work = { candidate, params, channels: this.#channels, sampleRate: SAMPLE_RATE, input };
    return this.#page.evaluate(
      async (name, args) => (await import('/scripts/bench/chain-page.js'))[name](args),
      what,
      work,
    );
  }

  async #timeNative(params) {
    const settings = Object.entries(params).map(([id, value]) => `${id}=${value}`);
    const files = [this.#inputName, 'output.f32'].map((name) => join(FOLDER, name));
    const args = [...files, SAMPLE_RATE, this.#channels, ...settings].map(String);
    const { code, output } = await runCommand(this.#speed, args, { quiet: true });
    if (code !== 0) throw new Failure(`The native build stopped: ${output.trim()}`);
    return Number(output);
  }

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

/** Every effect's switch at 0. */
async function switchesOff() {
  const { glue } = await openDoors(SHIPPED.SIMD);
  const switches = glue.parameter_table().filter(({ id, curve }) => curve === 'switch' && id !== 'bypass');
  return Object.fromEntries(switches.map(({ id }) => [id, 0]));
}

/** Sine plus noise, below 0.9; each channel has its own. */
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

async function compile(command, args, env) {
  const { code, output } = await runCommand(command, args, { env });
  if (code === 0) return;
  console.error(output);
  throw new Failure(`${command} could not compile what the bench compares with: mend the first error above.`);
}
