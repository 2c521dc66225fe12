/**
 * The loudness of what is heard, after ITU-R BS.1770-4 and EBU R 128: off until it is asked for, and then measured
 * whatever is in sight. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { button, element, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { clamp, fixed, MINUS } from '../shared/numbers.js';
import { readStored, store } from '../shared/storage.js';

/** @typedef {import('../../worklet/engine.js').Meters} Meters */

const KEY = 'audio-dsp-wasm.loudness-target';
/** The loudness to aim at, in LUFS, and who asks for it. @type {readonly (readonly [number, string])[]} */
const TARGETS = [
  [-14, 'streaming'],
  [-16, 'podcast'],
  [-23, 'EBU R 128'],
  [-24, 'ATSC A/85'],
];
const LOWEST_LUFS = -48;
const MARKS_LUFS = [0, -12, -24, -36];
/** A programme's true peak, in dBTP, is to stay below this one, says EBU R 128. */
const HIGHEST_PEAK_DBTP = -1;
const READINGS_MILLISECONDS = 200;
/** In CSS pixels at the usual font size. */
const NAMES_WIDTH = 18;
const SCALE_HEIGHT = 14;

/** The bars, from the top. */
const BARS = /** @type {const} */ ([
  ['I', 'integratedLufs'],
  ['S', 'shortTermLufs'],
  ['M', 'momentaryLufs'],
]);

/** @type {readonly (readonly [keyof Meters, string, string])[]} a reading, what it is called, and its unit */
const READINGS = [
  ['integratedLufs', 'Integrated', 'LUFS'],
  ['shortTermLufs', 'Short-term', 'LUFS'],
  ['momentaryLufs', 'Momentary', 'LUFS'],
  ['loudnessRangeLu', 'Range', 'LU'],
  ['truePeakDbtp', 'True peak', 'dBTP'],
];

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, { session }) {
  const measure = button('Measure', { 'aria-pressed': 'false' });
  const again = button('Start over', { disabled: true });
  const target = element('select', { 'aria-label': 'Target in LUFS' });
  target.append(
    ...TARGETS.map(([lufs, name]) => element('option', { value: String(lufs) }, `${fixed(lufs, 0)} ${name}`)),
  );
  const kept = TARGETS.find(([lufs]) => lufs === readStored(KEY)) ?? TARGETS[0];
  target.value = String(kept[0]);
  const cells = new Map(READINGS.map(([id]) => [id, element('span', {}, '–')]));
  const advice = element('p', { className: 'advice' });
  const canvas = element('canvas', { role: 'img' });
  host.append(
    element('div', { className: 'tools' }, measure, again, target),
    element(
      'dl',
      { className: 'reading-list' },
      ...READINGS.map(([id, title, unit]) =>
        element(
          'div',
          {},
          element('dt', {}, title),
          element(
            'dd',
            { title: unit },
            cells.get(id) ?? '',
            element('span', { className: 'hidden-text' }, ` ${unit}`),
          ),
        ),
      ),
    ),
    element('div', { className: 'plot' }, canvas),
    advice,
  );

  let isOn = false;
  let writtenAt = -Infinity;
  /** @type {Meters | undefined} */
  let report;
  const surface = new Surface(canvas, () => {
    draw();
    wake();
  });
  const wanted = () => Number(target.value);

  /** @param {number} lufs */
  const share = (lufs) => clamp(1 - lufs / LOWEST_LUFS, 0, 1);

  function draw() {
    if (!surface.inSight || surface.width === 0) return;
    const { draw: context, width, height, textScale, colors, thinLine } = surface;
    const left = NAMES_WIDTH * textScale;
    const row = (height - SCALE_HEIGHT * textScale) / BARS.length;
    const place = (/** @type {number} */ lufs) => left + share(lufs) * (width - left - 4 * textScale);
    surface.backdrop(() => drawScale(place, row));
    BARS.forEach(([, id], index) => {
      const lufs = (isOn && report?.[id]) || -Infinity;
      context.fillStyle = lufs > wanted() ? colors.warn : colors.output;
      context.globalAlpha = index === 0 ? 1 : 0.6;
      context.fillRect(left, Math.round((index + 0.15) * row), place(lufs) - left, Math.round(0.7 * row));
    });
    context.globalAlpha = 1;
    context.fillStyle = colors.text;
    context.fillRect(Math.round(place(wanted())), 0, 2 * thinLine, height - SCALE_HEIGHT * textScale);
  }

  /**
   * @param {(lufs: number) => number} place
   * @param {number} row
   */
  function drawScale(place, row) {
    const { draw: context, height, textScale, colors, thinLine } = surface;
    surface.fill('inset');
    surface.font(10.5);
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    BARS.forEach(([name], index) => {
      surface.write(name, (NAMES_WIDTH / 2) * textScale, (index + 0.5) * row);
    });
    context.textAlign = 'left';
    surface.write('LUFS', 4 * textScale, height - (SCALE_HEIGHT / 2) * textScale);
    for (const lufs of MARKS_LUFS) {
      context.fillStyle = colors.line;
      context.fillRect(Math.round(place(lufs)), 0, thinLine, height - SCALE_HEIGHT * textScale);
      context.textAlign = lufs === 0 ? 'right' : 'center';
      surface.write((lufs < 0 ? MINUS : '') + Math.abs(lufs), place(lufs), height - (SCALE_HEIGHT / 2) * textScale);
    }
  }

  /** Writes the figures. */
  function write() {
    for (const [id] of READINGS) {
      const value = Number(report?.[id] ?? -Infinity);
      const cell = cells.get(id);
      if (cell) setText(cell, !isOn ? '–' : Number.isFinite(value) ? fixed(value, 1) : `${MINUS}∞`);
    }
    const peak = report?.truePeakDbtp ?? -Infinity;
    cells.get('truePeakDbtp')?.classList.toggle('too-high', isOn && peak > HIGHEST_PEAK_DBTP);
    setText(advice, adviceOf());
    canvas.setAttribute(
      'aria-label',
      `Loudness: integrated, short-term and momentary, with a line at ${wanted()} LUFS`,
    );
  }

  function adviceOf() {
    if (!isOn) return 'Measures what goes out, after EBU R 128.';
    const lufs = report?.integratedLufs ?? -Infinity;
    if (!Number.isFinite(lufs)) return 'Waits for sound.';
    const away = lufs - wanted();
    if (Math.abs(away) < 0.5) return 'On the target.';
    return `${fixed(Math.abs(away), 1)} LU ${away > 0 ? 'louder' : 'quieter'} than the target.`;
  }

  /** @param {boolean} on */
  function turn(on) {
    isOn = on;
    report = undefined;
    session.mix?.measureLoudness(on);
    measure.setAttribute('aria-pressed', String(on));
    again.disabled = !on;
    write();
    draw();
    wake();
  }

  const wake = frames(
    () => isOn && session.context?.state === 'running' && surface.inSight,
    (now) => {
      report = session.mix?.meters();
      draw();
      if (now - writtenAt < READINGS_MILLISECONDS) return;
      writtenAt = now;
      write();
    },
  );
  measure.addEventListener('click', () => turn(!isOn));
  again.addEventListener('click', () => turn(true));
  target.addEventListener('change', () => {
    store(KEY, wanted());
    write();
    draw();
  });
  session.addEventListener('engine', ({ detail: { context, mix } }) => {
    context.addEventListener('statechange', wake);
    if (isOn) mix.measureLoudness(true);
    wake();
  });
  write();
}
