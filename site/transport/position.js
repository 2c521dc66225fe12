/**
 * The waveform of what is played from memory, and where in it the sound is; a click or the keyboard moves there. Main
 * thread.
 */

import { Surface } from '../shared/canvas.js';
import { element } from '../shared/dom.js';
import { frames } from '../shared/frames.js';

const REFRESH_SPOKEN_MILLISECONDS = 1000;
const KEY_SECONDS = 1;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const range = element('input', { 'type': 'range', 'min': 0, 'step': 'any', 'aria-label': 'Position' });
  host.append(canvas, range);
  const surface = new Surface(canvas, draw);
  let spokenAt = -Infinity;
  const player = () => session.source?.player;

  function draw() {
    const playing = player();
    range.hidden = !playing;
    if (!surface.inSight || surface.width === 0) return;
    const { draw: context, width, height, scale, colors } = surface;
    context.clearRect(0, 0, width, height);
    if (!playing) return;
    surface.backdrop(() => drawPeaks(playing.buffer));
    const now = (playing.position() / playing.buffer.duration) * width;
    // What was played is dyed: the colour goes where there is a wave already.
    context.globalCompositeOperation = 'source-atop';
    context.fillStyle = colors.input;
    context.fillRect(0, 0, now, height);
    context.globalCompositeOperation = 'source-over';
    context.fillStyle = colors.text;
    context.fillRect(Math.round(now), 0, Math.max(1, Math.round(1.5 * scale)), height);
  }

  /** @param {AudioBuffer} buffer */
  function drawPeaks(buffer) {
    const { draw: context, width, height, scale, colors } = surface;
    context.fillStyle = colors.muted;
    peaksOf(buffer, width).forEach((peak, x) => {
      const size = Math.max(scale, peak * (height - 2 * scale));
      context.fillRect(x, (height - size) / 2, 1, size);
    });
  }

  /** @param {number} now in milliseconds */
  function say(now) {
    const playing = player();
    if (!playing || now - spokenAt < REFRESH_SPOKEN_MILLISECONDS) return;
    spokenAt = now;
    const seconds = playing.position();
    range.max = String(playing.buffer.duration);
    range.value = String(seconds);
    range.setAttribute('aria-valuetext', `${seconds.toFixed(0)} of ${playing.buffer.duration.toFixed(0)} seconds`);
  }

  const wake = frames(
    () => player() !== undefined && session.context?.state === 'running',
    (now) => {
      draw();
      say(now);
    },
  );
  session.addEventListener('source', () => {
    surface.forgetLayers();
    spokenAt = -Infinity;
    wake();
  });
  session.addEventListener('engine', ({ detail: { context } }) => context.addEventListener('statechange', wake));
  range.addEventListener('input', () => player()?.seek(range.valueAsNumber));
  range.addEventListener('keydown', (event) => {
    const playing = player();
    const step = { ArrowLeft: -KEY_SECONDS, ArrowRight: KEY_SECONDS }[event.key];
    if (!playing || step === undefined) return;
    event.preventDefault();
    const { duration } = playing.buffer;
    playing.seek((playing.position() + step + duration) % duration);
    spokenAt = -Infinity;
  });
  draw();
}

/**
 * The loudest sample in each of so many stretches, of all channels, as a share of the loudest of all.
 * @param {AudioBuffer} buffer
 * @param {number} columns
 */
function peaksOf(buffer, columns) {
  const peaks = new Float32Array(columns);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    // A long file has thousands of samples in a column: some of them are enough for a picture.
    const stride = Math.max(1, Math.floor(samples.length / columns / 256));
    for (let i = 0; i < samples.length; i += stride) {
      const column = Math.floor((i / samples.length) * columns);
      peaks[column] = Math.max(peaks[column], Math.abs(samples[i]));
    }
  }
  const most = peaks.reduce((max, peak) => Math.max(max, peak), 1e-6);
  return peaks.map((peak) => peak / most);
}
