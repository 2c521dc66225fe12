/** What the string's tests use inside the page. */
import { createString } from '../../../worklet/engine.js';

export * from '../../support/in-page.mjs';

/** Equal temperament, A4 = 440 Hz. */
export const hertzOf = (note) => 440 * 2 ** ((note - 69) / 12);

/**
 * Renders what is played on a string in an OfflineAudioContext.
 * @param {(string, context) => void} play
 */
export async function renderString(options, { sampleRate, frames }, play) {
  const context = new OfflineAudioContext(1, frames, sampleRate);
  const string = await createString(context, options);
  string.connect(context.destination);
  play(string, context);
  const rendered = await context.startRendering();
  const { mode, transport, fallbackReason } = string;
  await string.close();
  return { sound: rendered.getChannelData(0), mode, transport, fallbackReason };
}

/**
 * The frequency of a partial near another one, by how its phase goes on from one half of the sound to the other, each
 * under a Hann window.
 */
export function frequencyNear(sound, expected, sampleRate) {
  const half = sound.length >> 1;
  const step = (2 * Math.PI * expected) / sampleRate;
  const phase = (from) => {
    let [real, imaginary] = [0, 0];
    for (let n = 0; n < half; n++) {
      const x = (1 - Math.cos((2 * Math.PI * (n + 0.5)) / half)) * sound[from + n];
      real += x * Math.cos(step * n);
      imaginary -= x * Math.sin(step * n);
    }
    return Math.atan2(imaginary, real);
  };
  const more = phase(half) - phase(0) - step * half;
  const nearest = more - 2 * Math.PI * Math.round(more / (2 * Math.PI));
  return expected + (nearest * sampleRate) / (2 * Math.PI * half);
}

/** A phrase for all ways to play: plucks, notes, their ends, and another sound in the middle; from `start` on. */
export function playPhrase(string, start) {
  string.pluck(0.3, 0.7, 0.1, start);
  for (const [nth, note] of [45, 52, 57.5, 64, 28, 88, 70, 71, 72, 73].entries()) {
    string.note(note, 0.3 + nth / 20, start + 0.0213 * nth);
    if (nth % 3 === 0) string.off(note, start + 0.11 + 0.01 * nth);
  }
  string.pluck(0.6, -0.5, 0.3, start + 0.301);
}
