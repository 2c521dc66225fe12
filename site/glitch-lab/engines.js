// The glitch lab's sound: a tone, and the two engines that play it. Main thread.

import { createEngine } from '../../worklet/engine.js';

const TONE_HZ = 220;
/** The longest stretch that an AnalyserNode keeps: 0.68 s at 48 kHz. */
const KEPT_FRAMES = 32768;
/** The fallback's buffer: long enough for an idle page, as sites that use it choose it. */
const FALLBACK_FRAMES = 2048;
const FADE_S = 0.01;
/** The tone as it is: every effect that adds something of its own is out of the way. */
const PLAIN = { gain: 0.2, distortion: 0, delay_mix: 0 };

/** The two engines, by the mode that they run in. */
export const LANES = [
  { mode: 'worklet', label: 'AudioWorklet', thread: 'the audio thread', options: {} },
  {
    mode: 'script-processor',
    label: 'Script processor',
    thread: 'this page’s thread',
    options: { bufferSize: FALLBACK_FRAMES },
  },
];

export class Lab {
  #tone;
  #lanes;

  /**
   * Plays the tone through both engines.
   * @param {AudioContext} context
   * @param {string} heard the mode that is let through to the loudspeakers, or '' for none
   * @throws {EngineError} where one of the two cannot start
   */
  static async start(context, heard) {
    const tone = new OscillatorNode(context, { frequency: TONE_HZ });
    const lanes = [];
    try {
      for (const { mode, options } of LANES) lanes.push(await openLane(context, tone, mode, options));
    } catch (error) {
      await closeLanes(lanes);
      throw error;
    }
    return new Lab(context, tone, lanes, heard);
  }

  constructor(context, tone, lanes, heard) {
    this.context = context;
    this.#tone = tone;
    this.#lanes = lanes;
    this.hear(heard);
    tone.start();
  }

  /** Lets one engine through to the loudspeakers. */
  hear(heard) {
    for (const { mode, level } of this.#lanes) {
      level.gain.setTargetAtTime(mode === heard ? 1 : 0, this.context.currentTime, FADE_S);
    }
  }

  /** How many quanta each engine did not render in time. */
  counts() {
    return this.#lanes.map(({ engine }) => engine.meters().missed);
  }

  /** What came out of each engine last. */
  outputs() {
    return this.#lanes.map(({ analyser }) => {
      const samples = new Float32Array(KEPT_FRAMES);
      analyser.getFloatTimeDomainData(samples);
      return samples;
    });
  }

  async stop() {
    this.#tone.stop();
    this.#tone.disconnect();
    await closeLanes(this.#lanes);
  }
}

async function openLane(context, tone, mode, options) {
  const engine = await createEngine(context, { mode, channels: 1, params: PLAIN, ...options });
  const analyser = new AnalyserNode(context, { fftSize: KEPT_FRAMES });
  const level = new GainNode(context, { gain: 0 });
  tone.connect(engine.input);
  engine.output.connect(analyser).connect(level).connect(context.destination);
  return { mode, engine, analyser, level };
}

async function closeLanes(lanes) {
  await Promise.all(
    lanes.map(({ engine, level }) => {
      level.disconnect();
      return engine.close();
    }),
  );
}
