/** A tone through the engine: play it, turn its low-pass, see its level. */
import { createEngine } from 'audio-dsp-wasm';

const [play, cutoff, level, says] = ['button', 'input', 'meter', 'output'].map((name) => document.querySelector(name));

play.addEventListener('click', async () => {
  play.disabled = true;
  try {
    const context = new AudioContext();
    const engine = await createEngine(context, { params: { gain: 0.5, lpf_cutoff: cutoff.valueAsNumber } });
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 110 });
    tone.connect(engine.input);
    engine.connect(context.destination);
    tone.start();
    cutoff.addEventListener('input', () => engine.set('lpf_cutoff', cutoff.valueAsNumber));
    says.value = `${engine.mode}, ${engine.transport}`;
    show(engine);
  } catch (error) {
    says.value = error.message;
  }
});

function show(engine) {
  level.value = engine.meters().outputPeak[0];
  requestAnimationFrame(() => show(engine));
}
