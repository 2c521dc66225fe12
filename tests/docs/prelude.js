/**
 * What the samples of README and docs/ take for granted, as names of the page: a running `context`, an `engine`, a
 * `source` that plays into it, an AudioBuffer `buffer` of the context's rate, a `button`, a `preset`, a take's `log`, a
 * `signal`, and a time `t` a little ahead. Runs in the page.
 */
import { createEngine } from '/worklet/engine.js';

/** How far ahead `t` is. */
const AHEAD_SECONDS = 0.05;

/**
 * Makes them anew.
 * @returns {Promise<() => Promise<void>>} puts them away
 */
export async function lay() {
  const context = new AudioContext();
  await context.resume();
  const engine = await createEngine(context);
  const source = new OscillatorNode(context, { frequency: 110 });
  source.connect(engine.input);
  engine.connect(context.destination);
  source.start();
  const buffer = new AudioBuffer({ length: 4800, sampleRate: context.sampleRate, numberOfChannels: 2 });
  const take = engine.record();
  engine.set('gain', 0.9);
  const button = document.createElement('button');
  const { signal } = new AbortController();
  const t = context.currentTime + AHEAD_SECONDS;
  const names = {
    context,
    engine,
    source,
    buffer,
    button,
    signal,
    t,
    preset: engine.state(),
    log: take.stop(),
    createEngine,
  };
  Object.assign(globalThis, names);
  return async () => {
    await engine.close();
    await context.close();
  };
}
