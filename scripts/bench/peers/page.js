/**
 * The page's part of sounds.bench.mjs: others' effects and this engine's, each between a source and the destination of
 * an OfflineAudioContext. Bundled with the others' packages before it is served. Page.
 */
import { FaustCompiler, FaustMonoDspGenerator, instantiateFaustModuleFromFile, LibFaust } from '@grame/faustwasm';
import * as Tone from 'tone';

const SAMPLE_RATE = 48000;
const CHANNELS = 2;
const DECAY_SECONDS = 2;

/**
 * Puts an effect behind the source, and returns its output. A Tone.js context is wrapped, so its effects take the
 * source as a native node.
 * @typedef {(context: OfflineAudioContext, source: AudioNode) => Promise<AudioNode>} Connect
 */

/** @type {(params: Record<string, number>) => Connect} */
const ours = (params) => async (context, source) => {
  const { createEngine } = await import(new URL('/worklet/engine.js', document.baseURI).href);
  const off = { distortion_on: 0, lpf_on: 0, hpf_on: 0, delay_on: 0 };
  const engine = await createEngine(context, { mode: 'worklet', fixed: true, params: { ...off, ...params } });
  source.connect(engine.input);
  return engine.output;
};

/** A string of 110 Hz, plucked four times a second. @type {Connect} */
const ourString = async (context) => {
  const { createString } = await import(new URL('/worklet/engine.js', document.baseURI).href);
  const string = await createString(context, { damping: 4 });
  const seconds = context.length / SAMPLE_RATE;
  for (let time = 0; time < seconds; time += 0.25) string.note(45, 0.8, time);
  return string.output;
};

/** @type {Connect} */
const copy = async (context, source) => {
  await context.audioWorklet.addModule(new URL('/scripts/bench/worklets/copy.js', document.baseURI));
  return source.connect(new AudioWorkletNode(context, 'copy', { outputChannelCount: [CHANNELS] }));
};

/**
 * @param {(context: Tone.Context) => Tone.ToneAudioNode | Promise<Tone.ToneAudioNode>} make
 * @returns {Connect}
 */
const tone = (make) => async (context, source) => {
  const wrapped = new Tone.Context(/** @type {never} */ (context));
  const effect = await make(wrapped);
  Tone.connect(source, effect);
  const output = context.createGain();
  Tone.connect(effect, output);
  return output;
};

/** @type {Promise<FaustCompiler> | undefined} */
let compiler;

/**
 * @param {string} name
 * @param {string} code
 * @returns {Connect}
 */
function faust(name, code) {
  const generator = new FaustMonoDspGenerator();
  /** @type {Promise<unknown> | undefined} */
  let compiled;
  return async (context, source) => {
    const script = new URL(
      '/target/bench/peers/node_modules/@grame/faustwasm/libfaust-wasm/libfaust-wasm.js',
      document.baseURI,
    );
    compiler ??= instantiateFaustModuleFromFile(script.href).then((module) => new FaustCompiler(new LibFaust(module)));
    compiled ??= compiler.then((made) =>
      generator.compile(made, name, `import("stdfaust.lib");\n${code}`, '-I libraries/'),
    );
    await compiled;
    const node = await generator.createNode(context);
    if (node === null) throw new Error(`Faust: ${(await compiler).getErrorMessage()}`);
    return node.numberOfInputs > 0 ? source.connect(node) : node;
  };
}

/** By kind of sound, then by name. @type {Record<string, Record<string, Connect>>} */
const EFFECTS = {
  chorus: {
    'this engine': ours({ chorus_on: 1, chorus_rate: 0.8, chorus_depth: 0.002, chorus_delay: 0.012, chorus_mix: 0.5 }),
    'Tone.js Chorus': tone((context) =>
      new Tone.Chorus({ context, frequency: 0.8, delayTime: 12, depth: 0.33, wet: 0.5 }).start(),
    ),
    'Faust, 4th-order interpolation': faust(
      'chorus',
      `voice(phase) = _ <: *(0.5), (de.fdelay4(2048, ma.SR*(0.012 + 0.002*os.oscp(0.8, phase))) : *(0.5)) :> _;
       process = voice(0), voice(ma.PI/2);`,
    ),
    'a copying worklet': copy,
  },
  reverb: {
    'this engine': ours({ reverb_on: 1, reverb_decay: DECAY_SECONDS, reverb_mix: 0.3 }),
    'Tone.js Freeverb': tone((context) => new Tone.Freeverb({ context, roomSize: 0.8, wet: 0.3 })),
    'Tone.js Reverb, a convolver': tone(async (context) => {
      const reverb = new Tone.Reverb({ context, decay: DECAY_SECONDS, wet: 0.3 });
      await reverb.ready;
      return reverb;
    }),
    'Faust freeverb': faust('freeverb', 'process = re.stereo_freeverb(0.8, 0.5, 0.5, 23);'),
    'Faust zita_rev1': faust(
      'zita',
      `process = re.zita_rev1_stereo(20, 200, 6000, ${DECAY_SECONDS}, ${DECAY_SECONDS}, 48000);`,
    ),
    'a copying worklet': copy,
  },
  string: {
    'this engine, the wave equation': ourString,
    'Faust, Karplus-Strong': faust(
      'string',
      `pluck = no.noise*en.ar(0.001, 0.001, ba.pulsen(480, 12000));
       process = pm.ks(pm.f2l(110), 0.1, pluck) <: _, _;`,
    ),
    'a copying worklet': copy,
  },
};

/** What can be measured. */
export const names = () =>
  Object.fromEntries(Object.entries(EFFECTS).map(([kind, effects]) => [kind, Object.keys(effects)]));

/**
 * Renders some seconds of a saw tooth in a fresh context: how long it took, and how loud it was.
 * @param {string} kind
 * @param {string} name
 * @param {number} seconds
 */
export async function measure(kind, name, seconds) {
  const context = new OfflineAudioContext(CHANNELS, seconds * SAMPLE_RATE, SAMPLE_RATE);
  const source = new OscillatorNode(context, { type: 'sawtooth', frequency: 110 });
  const stereo = new GainNode(context, { gain: 0.5, channelCount: CHANNELS, channelCountMode: 'explicit' });
  (await EFFECTS[kind][name](context, source.connect(stereo))).connect(context.destination);
  source.start();
  const start = performance.now();
  const sound = await context.startRendering();
  const milliseconds = performance.now() - start;
  const power = sound.getChannelData(0).reduce((sum, x) => sum + x * x, 0) / sound.length;
  return { milliseconds, decibels: 10 * Math.log10(power) };
}
