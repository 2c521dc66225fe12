/**
 * The pictures on the cards: what each effect does to the sound at its settings of the moment. Each is drawn where a
 * parameter of its card changes; the gate's and the compressor's also where the level that comes in does: it moves on
 * the curve, and a bar from the top says by how much the sound is held back. Main thread.
 */

import { Surface } from '../../shared/canvas.js';
import { element } from '../../shared/dom.js';
import { frames } from '../../shared/frames.js';
import { clamp, decibels, fromDecibels } from '../../shared/numbers.js';
import { compressed, decaying, distorted, gated, limited, swaying, taps, tremolo } from './curves.js';

/**
 * @typedef {import('../../session/session.js').Session} Session
 *
 * @typedef {object} Plot what a picture is drawn with: a surface, and the places of shares of it, from the lower left
 * @property {Surface} surface
 * @property {Session} session
 *
 * @typedef {object} Picture
 * @property {string} label what it shows
 * @property {(plot: Plot, dynamics: Dynamics) => void} draw
 * @property {readonly [level: 'gateLevel' | 'compressorLevel', reduction: 'gateReduction' | 'compressorReduction']}
 *   [meters] what the engine says of it, where the picture shows that
 *
 * @typedef {object} Dynamics what an effect that holds the sound back does at the moment, in dB
 * @property {number} level that comes in
 * @property {number} reduction
 */

const LOW_HERTZ = 20;
const HIGH_HERTZ = 20000;
const RESPONSE_COLUMNS = 96;
const RESPONSE_DECIBELS = 30;
const COMPRESSOR_DECIBELS = 60;
const GATE_DECIBELS = 90;
/** The gate closes this far below the level at which it opens. */
const GATE_HYSTERESIS_DECIBELS = 6;
const LIMITER_DECIBELS = 12;
/** What is quieter is not shown, and what has changed by less neither; in dB. */
const LOWEST_LEVEL = -120;
const LEAST_CHANGE = 0.2;
/** The level that is shown falls as fast as eyes can follow. */
const FALL_DECIBELS_PER_SECOND = 60;
const DELAY_SECONDS = 3;
const TREMOLO_SECONDS = 1;
const CHORUS_SECONDS = 2;
const REVERB_SECONDS = 4;
const REVERB_DECIBELS = 60;
/** The longest delay of the chorus's picture. */
const CHORUS_DELAY_SECONDS = 0.042;
/** The sine that shows the gain. */
const GAIN_CYCLES = 2;
const GAIN_LEVEL = 0.4;

const frequencies = Float64Array.from(
  { length: RESPONSE_COLUMNS },
  (_, i) => LOW_HERTZ * (HIGH_HERTZ / LOW_HERTZ) ** (i / (RESPONSE_COLUMNS - 1)),
);

/** @type {ReadonlyMap<string, Picture>} by unit */
const PICTURES = new Map([
  [
    'gate',
    {
      label: 'Level out for level in, from −90 to 0 decibels; the level that comes in is a point',
      meters: ['gateLevel', 'gateReduction'],
      draw(plot, dynamics) {
        const { session } = plot;
        const settings = { threshold: session.get('gate_threshold'), range: session.get('gate_range') };
        const range = GATE_DECIBELS;
        const isOn = session.get('gate_on') > 0;
        const curve = (/** @type {number} */ x) => Math.max(-0.1, 1 + gated((x - 1) * range, settings) / range);
        drawGuide(plot, (x) => x);
        drawMark(plot, 1 + (settings.threshold - GATE_HYSTERESIS_DECIBELS) / range);
        drawLine(plot, curve, { isOn });
        if (isOn) drawDynamics(plot, dynamics, range);
      },
    },
  ],
  [
    'chorus',
    {
      label: 'The delay of both sides over two seconds',
      draw(plot) {
        const { session } = plot;
        const isOn = session.get('chorus_on') > 0;
        const settings = {
          rate: session.get('chorus_rate'),
          depth: session.get('chorus_depth'),
          delay: session.get('chorus_delay'),
        };
        /** @type {(ahead: number) => (x: number) => number} */
        const side = (ahead) => (x) => swaying(x * CHORUS_SECONDS, settings, ahead) / CHORUS_DELAY_SECONDS;
        drawLine(plot, side(0.25), { isOn, dashed: true });
        drawLine(plot, side(0), { isOn });
      },
    },
  ],
  [
    'gain',
    {
      label: 'A wave before and after the gain',
      draw(plot) {
        const factor = plot.session.get('gain');
        const wave = (/** @type {number} */ x) => GAIN_LEVEL * Math.sin(2 * Math.PI * GAIN_CYCLES * x);
        drawLine(plot, (x) => 0.5 + wave(x) / 2, { color: 'muted', dashed: true });
        drawLine(plot, (x) => 0.5 + Math.max(-1, Math.min(1, factor * wave(x))) / 2, {});
      },
    },
  ],
  [
    'distortion',
    {
      label: 'Transfer curve: what comes out for what comes in',
      draw(plot) {
        const amount = plot.session.get('distortion');
        drawGuide(plot, (x) => x);
        drawLine(plot, (x) => (1 + distorted(2 * x - 1, amount)) / 2, { isOn: plot.session.get('distortion_on') > 0 });
      },
    },
  ],
  ['filters', { label: 'Frequency response of the filters', draw: (plot) => drawFilters(plot) }],
  ['peak', { label: 'Frequency response of the equaliser', draw: (plot) => drawPeak(plot) }],
  [
    'compressor',
    {
      label: 'Level out for level in, from −60 to 0 decibels; the level that comes in is a point',
      meters: ['compressorLevel', 'compressorReduction'],
      draw(plot, dynamics) {
        const { session } = plot;
        const settings = {
          threshold: session.get('compressor_threshold'),
          ratio: session.get('compressor_ratio'),
          makeup: session.get('compressor_makeup'),
        };
        const range = COMPRESSOR_DECIBELS;
        const isOn = session.get('compressor_on') > 0;
        drawGuide(plot, (x) => x);
        drawMark(plot, 1 + settings.threshold / range);
        drawLine(plot, (x) => 1 + compressed((x - 1) * range, settings) / range, { isOn });
        if (isOn) drawDynamics(plot, dynamics, range, settings.makeup);
      },
    },
  ],
  [
    'tremolo',
    {
      label: 'The gain over one second',
      draw(plot) {
        const settings = { rate: plot.session.get('tremolo_rate'), depth: plot.session.get('tremolo_depth') };
        const isOn = plot.session.get('tremolo_on') > 0;
        drawLine(plot, (x) => 0.1 + 0.8 * tremolo(x * TREMOLO_SECONDS, settings), { isOn, fill: true });
      },
    },
  ],
  ['delay', { label: 'The echoes over three seconds', draw: (plot) => drawTaps(plot) }],
  [
    'reverb',
    {
      label: 'The level over four seconds, to −60 decibels; dashed at the highest frequencies',
      draw(plot) {
        const { session } = plot;
        const isOn = session.get('reverb_on') > 0;
        const predelay = session.get('reverb_predelay');
        const decay = session.get('reverb_decay');
        const high = decay * (1 - 0.9 * session.get('reverb_damping'));
        /** @type {(decay: number) => (x: number) => number} */
        const fall = (decay) => (x) =>
          Math.max(-0.1, 1 + decaying(x * REVERB_SECONDS, { predelay, decay }) / REVERB_DECIBELS);
        drawLine(plot, fall(high), { isOn, dashed: true });
        drawLine(plot, fall(decay), { isOn, fill: true });
      },
    },
  ],
  [
    'limiter',
    {
      label: 'Level out for level in, around full scale',
      draw(plot) {
        const range = 2 * LIMITER_DECIBELS;
        drawGuide(plot, (x) => x);
        drawLine(plot, (x) => 0.5 + decibels(limited(fromDecibels((x - 0.5) * range))) / range, {
          isOn: plot.session.get('limiter_on') > 0,
        });
      },
    },
  ],
]);

/**
 * The picture of a unit; null where there is none.
 * @param {string} unit
 * @param {Session} session
 */
export function pictureOf(unit, session) {
  const picture = PICTURES.get(unit);
  if (!picture) return null;
  const { label, meters } = picture;
  const canvas = element('canvas', { 'role': 'img', 'aria-label': label });
  const dynamics = { level: LOWEST_LEVEL, reduction: 0 };
  let shownAt = 0;
  const draw = () => {
    if (surface.inSight && surface.fill('inset')) picture.draw({ surface, session }, dynamics);
  };
  const surface = new Surface(canvas, () => {
    draw();
    wake?.();
  });
  const wake =
    meters &&
    frames(
      () => session.context?.state === 'running' && surface.inSight,
      (now) => {
        const report = session.engine?.meters();
        if (!report) return;
        const [level, reduction] = [decibels(report[meters[0]]), report[meters[1]]];
        const fallen = dynamics.level - (FALL_DECIBELS_PER_SECOND * (now - shownAt)) / 1000;
        const next = { level: Math.max(LOWEST_LEVEL, level, fallen), reduction };
        const isSame = Math.abs(next.level - dynamics.level) + Math.abs(reduction - dynamics.reduction) < LEAST_CHANGE;
        if (isSame) return;
        shownAt = now;
        Object.assign(dynamics, next);
        draw();
      },
    );
  if (wake) {
    session.addEventListener('engine', ({ detail: { context } }) => {
      context.addEventListener('statechange', wake);
      wake();
    });
  }
  return { canvas, draw };
}

/**
 * The level that comes in and what becomes of it, and the reduction as a bar from the top, on the scale of the levels.
 * @param {Plot} plot
 * @param {Dynamics} dynamics
 * @param {number} range of the picture, in dB
 * @param {number} [makeup] in dB
 */
function drawDynamics({ surface }, { level, reduction }, range, makeup = 0) {
  const { draw, width, height, scale, colors } = surface;
  const bar = 5 * scale;
  draw.fillStyle = colors.warn;
  draw.fillRect(width - bar, 0, bar, Math.min(1, reduction / range) * height);
  if (level <= -range) return;
  const radius = 4 * scale;
  const x = Math.min(width - radius, (1 + level / range) * width);
  const y = clamp((-(level - reduction + makeup) / range) * height, radius, height - radius);
  draw.beginPath();
  draw.arc(x, y, radius, 0, 2 * Math.PI);
  draw.fillStyle = colors.input;
  draw.fill();
}

/**
 * A curve over the whole width; both its axes go from 0 to 1.
 * @param {Plot} plot
 * @param {(x: number) => number} curve
 * @param {{ isOn?: boolean, color?: 'muted', dashed?: boolean, fill?: boolean }} how
 */
function drawLine({ surface }, curve, { isOn = true, color, dashed = false, fill = false }) {
  const { draw, width, height, scale, colors } = surface;
  draw.beginPath();
  for (let x = 0; x <= width; x += Math.max(1, scale)) draw.lineTo(x, (1 - curve(x / width)) * height);
  draw.strokeStyle = colors[color ?? (isOn ? 'accent' : 'muted')];
  draw.lineWidth = (dashed ? 1 : 1.75) * scale;
  draw.lineJoin = 'round';
  if (dashed) draw.setLineDash([3 * scale, 3 * scale]);
  draw.stroke();
  draw.setLineDash([]);
  if (!fill) return;
  draw.lineTo(width, height);
  draw.lineTo(0, height);
  draw.globalAlpha = 0.12;
  draw.fillStyle = draw.strokeStyle;
  draw.fill();
  draw.globalAlpha = 1;
}

/**
 * What would be without the effect.
 * @param {Plot} plot
 * @param {(x: number) => number} curve
 */
function drawGuide({ surface }, curve) {
  const { draw, width, height, colors, thinLine } = surface;
  draw.beginPath();
  draw.moveTo(0, (1 - curve(0)) * height);
  draw.lineTo(width, (1 - curve(1)) * height);
  draw.strokeStyle = colors.line;
  draw.lineWidth = thinLine;
  draw.stroke();
}

/**
 * An upright line at a share of the width.
 * @param {Plot} plot
 * @param {number} x
 */
function drawMark({ surface }, x) {
  const { draw, width, height, colors, thinLine } = surface;
  draw.fillStyle = colors.line;
  draw.fillRect(Math.round(x * width), 0, thinLine, height);
}

/** @param {Plot} plot */
function drawFilters(plot) {
  const { session } = plot;
  const isOn = session.get('lpf_on') > 0 || session.get('hpf_on') > 0;
  drawResponse(plot, session.response(frequencies, { peak_on: 0 }), { isOn, top: 6 });
}

/** @param {Plot} plot */
function drawPeak(plot) {
  const isOn = plot.session.get('peak_on') > 0;
  drawResponse(plot, plot.session.response(frequencies, { lpf_on: 0, hpf_on: 0, peak_on: 1 }), {
    isOn,
    top: RESPONSE_DECIBELS,
  });
}

/**
 * @param {Plot} plot
 * @param {Float64Array} factors one a frequency
 * @param {{ isOn: boolean, top: number }} how the level at the upper end, in dB
 */
function drawResponse(plot, factors, { isOn, top }) {
  const range = top + RESPONSE_DECIBELS;
  drawGuide(plot, () => 1 - top / range);
  const levels = Array.from(factors, (factor) => 1 - (top - Math.max(-200, decibels(factor))) / range);
  /** @param {number} x */
  const between = (x) => {
    const place = x * (RESPONSE_COLUMNS - 1);
    const left = Math.min(RESPONSE_COLUMNS - 2, Math.floor(place));
    return levels[left] + (place - left) * (levels[left + 1] - levels[left]);
  };
  drawLine(plot, between, { isOn, fill: true });
}

/** @param {Plot} plot */
function drawTaps({ surface, session }) {
  const { draw, width, height, scale, colors } = surface;
  const isOn = session.get('delay_on') > 0;
  const settings = {
    time: session.get('delay_time'),
    feedback: session.get('delay_feedback'),
    mix: session.get('delay_mix'),
  };
  const inset = 4 * scale;
  for (const { at, level } of taps(settings, DELAY_SECONDS)) {
    draw.fillStyle = at === 0 ? colors.muted : colors[isOn ? 'accent' : 'muted'];
    const x = inset + (at / DELAY_SECONDS) * (width - 2 * inset);
    // Amplitudes by their square roots, so that late echoes are seen.
    const length = Math.sqrt(level) * (height - inset);
    draw.fillRect(Math.round(x), height - length, Math.max(1, 2 * scale), length);
  }
}
