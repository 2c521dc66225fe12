/** A tone through the engine, in TypeScript at its strictest: parameters, events and errors by their types. */
import { createEngine, type Engine, EngineError, type Parameter } from 'audio-dsp-wasm';

/** An element that the page has. */
function find<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  const element = document.querySelector(name);
  if (!element) throw new Error(`The page has no ${name}.`);
  return element;
}

const [play, cutoff, level, says] = [find('button'), find('input'), find('meter'), find('output')];

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
    engine.addEventListener('error', ({ detail }) => {
      says.value = detail.message;
    });
    says.value = `${engine.mode}, ${engine.transport}`;
    cutoff.title = engine.parameters
      .filter(({ unit }) => unit === 'Hz')
      .map(describe)
      .join('\n');
    show(engine);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    says.value = `${error.code}: ${error.message}`;
  }
});

const describe = ({ label, min, max, unit }: Parameter): string => `${label}: ${min} to ${max} ${unit}`;

function show(engine: Engine): void {
  level.value = engine.meters().outputPeak[0] ?? 0;
  requestAnimationFrame(() => show(engine));
}
