/**
 * Reads a control block over and over, as the audio thread does, until it is told to stop; says how many of the changes
 * that it took were whole: all values the same. Worker.
 */
import { Draft } from '../../../worklet/draft.js';

addEventListener('message', ({ data: { words, layout, count } }) => {
  const draft = new Draft(words, layout);
  const floats = new Float32Array(draft.words.buffer);
  let [whole, half] = [0, 0];
  Atomics.store(words, layout.flags, 2);
  while ((Atomics.load(words, layout.flags) & layout.flagStop) === 0) {
    if (!draft.read(draft.sequence)) continue;
    const values = floats.subarray(layout.parameters, layout.parameters + count);
    if (values.every((value) => value === values[0])) whole++;
    else half++;
  }
  postMessage({ whole, half });
});
