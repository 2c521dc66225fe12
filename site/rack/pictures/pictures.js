/**
 * The pictures on the cards: what each effect does to the sound at its settings of the moment. Each is drawn where a
 * parameter of its card changes; the gate's also where the level that comes in does, which moves on its curve. Main
 * thread.
 */

import { Surface } from '../../shared/canvas.js';
import { element } from '../../shared/dom.js';
import { frames } from '../../shared/frames.js';
import { decibels, fromDecibels } from '../../shared/numbers.js';
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
 * @property {(plot: Plot, level: number) => void} draw with the level that comes in, in dB; −∞ where it is not known
 * @property {(session: Session) => number} [level] what comes in now, where the picture shows it
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
/** What is quieter is not shown, and what has changed by less neither. */
const LOWEST_LEVEL = -120;
const LEAST_CHANGE_DECIBELS = 0.25;
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
      label: 'Level out for level in, from −90 to 0 decibels; the level that comes in is a point on the curve',
      level: levelIntoGate,
      draw(plot, level) {
        const { session } = plot;
        const settings = { threshold: session.get('gate_threshold'), range: session.get('gate_range') };
        const range = GATE_DECIBELS;
        const isOn = session.get('gate_on') > 0;
        const curve = (/** @type {number} */ x) => Math.max(-0.1, 1 + gated((x - 1) * range, settings) / range);
        drawGuide(plot, (x) => x);
        drawMark(plot, 1 + (settings.threshold - GATE_HYSTERESIS_DECIBELS) / range);
        drawLine(plot, curve, { isOn });
        if (level > -range) drawPoint(plot, 1 + level / range, isOn ? curve : (x) => x);
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
      label: 'Level out for level in, from −60 to 0 decibels',
      draw(plot) {
        const { session } = plot;
        const settings = {
          threshold: session.get('compressor_threshold'),
          ratio: session.get('compressor_ratio'),
          makeup: session.get('compressor_makeup'),
        };
        const range = COMPRESSOR_DECIBELS;
        drawGuide(plot, (x) => x);
        drawMark(plot, 1 + settings.threshold / range);
        drawLine(plot, (x) => 1 + compressed((x - 1) * range, settings) / range, {
          isOn: session.get('compressor_on') > 0,
        });
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
 * The peak that comes into the gate, in dB: the engine's own input, while the gate is the first effect.
 * @param {Session} session
 */
function levelIntoGate({ engine, order }) {
  return engine && order[0] === 'gate' ? decibels(Math.max(...engine.meters().inputPeak)) : -Infinity;
}

/**
 * The picture of a unit; null where there is none.
 * @param {string} unit
 * @param {Session} session
 */
export function pictureOf(unit, session) {
  const picture = PICTURES.get(unit);
  if (!picture) return null;
  const { label, level: levelOf } = picture;
  const canvas = element('canvas', { 'role': 'img', 'aria-label': label });
  let level = -Infinity;
  const draw = () => {
    if (surface.inSight && surface.fill('inset')) picture.draw({ surface, session }, level);
  };
  const surface = new Surface(canvas, () => {
    draw();
    wake?.();
  });
  const wake =
    levelOf &&
    frames(
      () => session.context?.state === 'running' && surface.inSight,
      () => {
        const now = Math.max(LOWEST_LEVEL, levelOf(session));
        if (Math.abs(now - level) < LEAST_CHANGE_DECIBELS) return;
        level = now;
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
 * A point on a curve.
 * @param {Plot} plot
 * @param {number} x
 * @param {(x: number) => number} curve
 */
function drawPoint({ surface }, x, curve) {
  const { draw, width, height, scale, colors } = surface;
  const radius = 4 * scale;
  const y = Math.max(radius, Math.min(height - radius, (1 - curve(x)) * height));
  draw.beginPath();
  draw.arc(Math.min(width - radius, x * width), y, radius, 0, 2 * Math.PI);
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
