/**
 * The waveform of what is played from memory, and where in it the sound is. A click or the keyboard moves there; a drag
 * along it chooses the stretch that repeats. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { element, find, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { clamp } from '../shared/numbers.js';
import { LEAST_LOOP_SECONDS } from '../sources/loop-player.js';
import { LoopPoints, repeat, stretchOf, withEnd } from './loop-points.js';

/**
 * @typedef {import('../sources/sources.js').Player} Player
 * @typedef {import('../sources/sources.js').Stretch} Stretch
 */

const REFRESH_SPOKEN_MILLISECONDS = 1000;
const KEY_SECONDS = 1;
/** A pointer that went less far clicked, and did not drag. */
const LEAST_DRAG_PIXELS = 4;
/** How much of the colour stays where the sound does not come. */
const OUTSIDE_ALPHA = 0.3;

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const host = find(section, '#position', HTMLElement);
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const range = element('input', { 'type': 'range', 'min': 0, 'step': 'any', 'aria-label': 'Position' });
  const times = element('span', { className: 'times' });
  const player = () => session.source?.player;
  const points = new LoopPoints(player, show);
  host.append(canvas, range, ...points.handles);
  find(section, '#loop-points', HTMLElement).append(times, ...points.keys);
  const surface = new Surface(canvas, draw);
  let spokenAt = -Infinity;
  /** What is being dragged. @type {Stretch | undefined} */
  let preview;

  function show() {
    const playing = player();
    range.hidden = !playing;
    host.classList.toggle('empty', !playing);
    points.show(preview);
    spokenAt = -Infinity;
    say(0);
    draw();
  }

  function draw() {
    const playing = player();
    setText(times, playing ? `${clock(playing.position())} / ${clock(playing.buffer.duration)}` : '');
    if (!surface.inSight || surface.width === 0) return;
    const { draw: context, width, height, scale, colors } = surface;
    context.clearRect(0, 0, width, height);
    if (!playing) return;
    surface.backdrop(() => drawPeaks(playing.buffer));
    const place = (/** @type {number} */ seconds) => (seconds / playing.buffer.duration) * width;
    const stretch = preview ?? stretchOf(playing);
    const [start, end, now] = [place(stretch.start), place(stretch.end), place(playing.position())];
    // What was played is dyed: the colour goes where there is a wave already.
    context.globalCompositeOperation = 'source-atop';
    context.fillStyle = colors.input;
    context.fillRect(start, 0, now - start, height);
    context.globalCompositeOperation = 'destination-out';
    context.fillStyle = `rgb(0 0 0 / ${1 - OUTSIDE_ALPHA})`;
    context.fillRect(0, 0, start, height);
    context.fillRect(end, 0, width - end, height);
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
    () => player() !== undefined && !session.paused && session.context?.state === 'running',
    (now) => {
      draw();
      say(now);
    },
  );
  session.addEventListener('source', () => {
    surface.forgetLayers();
    preview = undefined;
    show();
    wake();
  });
  session.addEventListener('pause', () => {
    show();
    wake();
  });
  session.addEventListener('engine', ({ detail: { context } }) => context.addEventListener('statechange', wake));
  range.addEventListener('input', () => {
    player()?.seek(range.valueAsNumber);
    draw();
  });
  range.addEventListener('keydown', (event) => {
    const playing = player();
    const step = { ArrowLeft: -KEY_SECONDS, ArrowRight: KEY_SECONDS }[event.key];
    if (!playing || step === undefined) return;
    event.preventDefault();
    const { start, end } = stretchOf(playing);
    playing.seek(start + ((playing.position() + step - start + (end - start)) % (end - start)));
    show();
  });
  followPointer(host, player, points, {
    onPreview: (stretch) => {
      preview = stretch;
      points.show(preview);
      draw();
    },
    onDone: () => {
      preview = undefined;
      show();
    },
  });
  show();
}

/**
 * A click goes to a place, on a handle too; a drag chooses a stretch, a dragged handle moves one end of it. Escape
 * drops a drag.
 * @param {HTMLElement} host
 * @param {() => Player | undefined} player
 * @param {LoopPoints} points
 * @param {{ onPreview: (stretch: Stretch) => void, onDone: () => void }} events
 */
function followPointer(host, player, points, { onPreview, onDone }) {
  /**
   * @type {{ playing: Player, pointer: number, x: number, anchor: number, end?: 'start' | 'end', stretch?: Stretch }
   *   | null}
   */
  let drag = null;

  /**
   * @param {number} x in the window
   * @param {Player} playing
   */
  function secondsAt(x, playing) {
    const { left, width } = host.getBoundingClientRect();
    return clamp((x - left) / width, 0, 1) * playing.buffer.duration;
  }

  function drop() {
    if (!drag) return;
    drag = null;
    onDone();
  }

  host.addEventListener('pointerdown', ({ button, clientX, pointerId, target }) => {
    const playing = player();
    if (!playing || button !== 0) return;
    const anchor = secondsAt(clientX, playing);
    drag = { playing, pointer: pointerId, x: clientX, anchor, end: points.endOf(target) };
    host.setPointerCapture(pointerId);
  });
  host.addEventListener('pointermove', ({ clientX, pointerId }) => {
    if (drag?.pointer !== pointerId) return;
    const { playing, x, anchor, end } = drag;
    if (!drag.stretch && Math.abs(clientX - x) < LEAST_DRAG_PIXELS) return;
    const here = secondsAt(clientX, playing);
    drag.stretch = end
      ? withEnd(playing, end, here)
      : { start: Math.min(anchor, here), end: Math.max(anchor, here, anchor + LEAST_LOOP_SECONDS) };
    onPreview(drag.stretch);
  });
  host.addEventListener('pointerup', ({ pointerId }) => {
    if (drag?.pointer !== pointerId) return;
    const { playing, anchor, stretch } = drag;
    if (playing === player() && stretch) repeat(playing, stretch);
    else if (playing === player()) playing.seek(anchor);
    drop();
  });
  host.addEventListener('pointercancel', drop);
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') drop();
  });
}

/**
 * Minutes, seconds and tenths.
 * @param {number} seconds
 */
function clock(seconds) {
  const tenths = Math.floor(10 * seconds);
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, '0')}.${tenths % 10}`;
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
