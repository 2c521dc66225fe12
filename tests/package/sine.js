/** A sine through an engine in an OfflineAudioContext: what the package's tests hear. Runs in the page. */

export const SAMPLE_RATE = 48000;
export const PARAMS = { gain: 2, distortion: 0.4, lpf_cutoff: 5000, hpf_cutoff: 100, delay_time: 0.05 };

/** Two tenths of a second of 440 Hz. */
export const sine = () =>
  Float32Array.from({ length: SAMPLE_RATE / 5 }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / SAMPLE_RATE));

/**
 * @param {typeof import('audio-dsp-wasm').createEngine} createEngine
 * @param {import('audio-dsp-wasm').EngineOptions} [options]
 */
export async function renderSine(createEngine, options) {
  const input = sine();
  const context = new OfflineAudioContext(1, input.length, SAMPLE_RATE);
  const engine = await createEngine(context, { channels: 1, params: PARAMS, ...options });
  const buffer = new AudioBuffer({ length: input.length, sampleRate: SAMPLE_RATE });
  buffer.copyToChannel(input, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  const { mode } = engine;
  await engine.close();
  return { mode, output: Array.from(rendered.getChannelData(0)) };
}
