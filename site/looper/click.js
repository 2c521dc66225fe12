/**
 * Clicks on the beats of a bar: heard, and neither looped nor recorded, for they join behind all that is. Main thread.
 *
 * Each makes room for itself in the other sound, sample by sample, so that both together stay below full scale.
 */

export const BEATS_PER_BAR = 4;
const PEAK = 0.25;
const RISE_SECONDS = 0.001;
const FALL_SECONDS = 0.015;
const CLICK_SECONDS = 0.12;
/** The first of a bar is the higher one. */
const FIRST_HERTZ = 1760;
const OTHER_HERTZ = 1175;

/**
 * Clicks until it is stopped.
 * @param {import('../session/session.js').Sound} sound
 * @param {number} barFrames how long a bar lasts
 * @param {number} start when the first bar begins, in the context's time
 * @returns {(time?: number) => void} stops it, now or then
 */
export function startClicks({ context, room, output }, barFrames, start) {
  const { sampleRate } = context;
  const buffer = new AudioBuffer({ numberOfChannels: 2, length: barFrames, sampleRate });
  const [clicks, making] = [buffer.getChannelData(0), buffer.getChannelData(1)];
  for (let beat = 0; beat < BEATS_PER_BAR; beat++) {
    const from = Math.round((beat * barFrames) / BEATS_PER_BAR);
    const hertz = beat === 0 ? FIRST_HERTZ : OTHER_HERTZ;
    const frames = Math.min(Math.round(CLICK_SECONDS * sampleRate), barFrames - from);
    for (let n = 0; n < frames; n++) {
      const time = n / sampleRate;
      const envelope = PEAK * Math.min(1, time / RISE_SECONDS) * Math.exp(-time / FALL_SECONDS);
      clicks[from + n] = envelope * Math.sin(2 * Math.PI * hertz * time);
      making[from + n] = -envelope;
    }
  }
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  const sides = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  source.connect(sides);
  sides.connect(output, 0);
  sides.connect(room.gain, 1);
  source.onended = () => sides.disconnect();
  source.start(start);
  return (time) => source.stop(time);
}
