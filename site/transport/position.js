/**
 * The waveform of what is played from memory, and where in it the sound is. A click or the keyboard moves there; a drag
 * along it chooses the stretch that repeats. The wheel zooms, and + and − on the keyboard. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { element, find, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { clamp } from '../shared/numbers.js';
import { LEAST_LOOP_SECONDS } from '../sources/loop-player.js';
import { LoopPoints, repeat, stretchOf, withEnd } from './loop-points.js';
import { from, zoomed } from './view.js';

/**
 * @typedef {import('../sources/sources.js').Player} Player
 * @typedef {import('../sources/sources.js').Stretch} Stretch
 */

const REFRESH_SPOKEN_MILLISECONDS = 1000;
const KEY_SECONDS = 1;
/** A pointer that went less far clicked, and did not drag. */
const LEAST_DRAG_PIXELS = 4;
/** By how much a key zooms, and a pixel of the wheel. */
const KEY_ZOOM = 2;
const WHEEL_ZOOM = 1.002;
const PIXELS_PER_LINE = 16;
const ZOOM_KEYS = new Map([
  ['+', 1 / KEY_ZOOM],
  ['=', 1 / KEY_ZOOM],
  ['-', KEY_ZOOM],
  ['0', Infinity],
]);
/** How much of the colour stays where the sound does not come. */
const OUTSIDE_ALPHA = 0.3;

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const host = find(section, '#position', HTMLElement);
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const range = element('input', {
    'type': 'range',
    'min': 0,
    'step': 'any',
    'aria-label': 'Position',
    'aria-keyshortcuts': '+ - 0',
  });
  host.title = 'Click: go there. Drag: repeat a stretch. Wheel, or + − 0 on the keyboard: zoom.';
  const times = element('span', { className: 'times' });
  const player = () => session.source?.player;
  const points = new LoopPoints(player, show);
  host.append(canvas, range, ...points.handles);
  find(section, '#loop-points', HTMLElement).append(times, ...points.keys);
  const surface = new Surface(canvas, draw);
  let spokenAt = -Infinity;
  /** What is being dragged. @type {Stretch | undefined} */
  let preview;
  /** What is in sight of the sound. */
  let view = { start: 0, end: 1 };
  /** Whether the sound was in sight when it was drawn last: then it stays so. */
  let isFollowed = false;

  /** @param {Stretch} wanted */
  function look(wanted) {
    view = wanted;
    isFollowed = false;
    surface.forget('backdrop');
    show();
  }

  function show() {
    const playing = player();
    range.hidden = !playing;
    host.classList.toggle('empty', !playing);
    points.show(view, preview);
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
    const position = playing.position();
    const isInSight = position >= view.start && position <= view.end;
    if (isFollowed && !isInSight) return look(from(position, view.end - view.start, playing.buffer.duration));
    isFollowed = isInSight;
    surface.backdrop(() => drawPeaks(playing.buffer));
    const place = (/** @type {number} */ seconds) => ((seconds - view.start) / (view.end - view.start)) * width;
    const stretch = preview ?? stretchOf(playing);
    const [start, end, now] = [place(stretch.start), place(stretch.end), place(position)];
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
    peaksOf(buffer, view, width).forEach((peak, x) => {
      // Its root: what is 20 dB softer is a third as high, and still seen.
      const size = Math.max(scale, Math.sqrt(peak) * (height - 2 * scale));
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
    const { duration } = playing.buffer;
    const zoom = Math.round(duration / (view.end - view.start));
    const whole = `${seconds.toFixed(0)} of ${duration.toFixed(0)} seconds`;
    range.setAttribute('aria-valuetext', zoom > 1 ? `${whole}, zoomed ${zoom} times` : whole);
  }

  const wake = frames(
    () => player() !== undefined && !session.paused && session.context?.state === 'running',
    (now) => {
      draw();
      say(now);
    },
  );
  session.addEventListener('source', () => {
    preview = undefined;
    look({ start: 0, end: player()?.buffer.duration ?? 1 });
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
    const zoom = ZOOM_KEYS.get(event.key);
    if (!playing || event.ctrlKey || event.metaKey || (step ?? zoom) === undefined) return;
    event.preventDefault();
    if (zoom) {
      const place = playing.position();
      const isSeen = place >= view.start && place <= view.end;
      look(zoomed(view, zoom, isSeen ? place : (view.start + view.end) / 2, playing.buffer.duration));
    }
    if (step === undefined) return;
    const { start, end } = stretchOf(playing);
    playing.seek(start + ((playing.position() + step - start + (end - start)) % (end - start)));
    show();
  });
  host.addEventListener(
    'wheel',
    (event) => {
      const playing = player();
      // With a modifier it zooms the page.
      if (!playing || event.ctrlKey || event.metaKey) return;
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : PIXELS_PER_LINE;
      const { duration } = playing.buffer;
      const length = view.end - view.start;
      const along = (event.deltaX * pixels * length) / host.clientWidth;
      const moved = from(view.start + along, length, duration);
      const next = zoomed(moved, WHEEL_ZOOM ** (event.deltaY * pixels), secondsAt(event.clientX), duration);
      // Where there is nothing to zoom, the page scrolls.
      if (next.start === view.start && next.end === view.end) return;
      event.preventDefault();
      look(next);
    },
    { passive: false },
  );

  /** @param {number} x in the window */
  function secondsAt(x) {
    const { left, width } = host.getBoundingClientRect();
    return view.start + clamp((x - left) / width, 0, 1) * (view.end - view.start);
  }

  followPointer(host, player, points, {
    secondsAt,
    onPreview: (stretch) => {
      preview = stretch;
      points.show(view, preview);
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
 * @param {object} waveform
 * @param {(x: number) => number} waveform.secondsAt what is at a place in the window
 * @param {(stretch: Stretch) => void} waveform.onPreview
 * @param {() => void} waveform.onDone
 */
function followPointer(host, player, points, { secondsAt, onPreview, onDone }) {
  /**
   * @type {{ playing: Player, pointer: number, x: number, anchor: number, end?: 'start' | 'end', stretch?: Stretch }
   *   | null}
   */
  let drag = null;

  function drop() {
    if (!drag) return;
    drag = null;
    onDone();
  }

  host.addEventListener('pointerdown', ({ button, clientX, pointerId, target }) => {
    const playing = player();
    if (!playing || button !== 0) return;
    const anchor = secondsAt(clientX);
    drag = { playing, pointer: pointerId, x: clientX, anchor, end: points.endOf(target) };
    host.setPointerCapture(pointerId);
  });
  host.addEventListener('pointermove', ({ clientX, pointerId }) => {
    if (drag?.pointer !== pointerId) return;
    const { playing, x, anchor, end } = drag;
    if (!drag.stretch && Math.abs(clientX - x) < LEAST_DRAG_PIXELS) return;
    const here = secondsAt(clientX);
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
 * The loudest sample in each of so many parts of a stretch, of all channels, as a share of the loudest of all.
 * @param {AudioBuffer} buffer
 * @param {Stretch} stretch
 * @param {number} columns
 */
function peaksOf(buffer, { start, end }, columns) {
  const peaks = new Float32Array(columns);
  const [first, last] = [Math.floor(start * buffer.sampleRate), Math.floor(end * buffer.sampleRate)];
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel).subarray(first, last);
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
