/**
 * A level meter, fed by what the audio thread reports: peak (the bar's end and its held mark), RMS (the bar's body),
 * and a count. It stands where it is higher than wide, and lies where it is not. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { button, element, setText } from '../shared/dom.js';
import { clamp, decibels, FLOOR_DECIBELS, formatLevel, fromDecibels, MINUS } from '../shared/numbers.js';

/** @typedef {import('../../worklet/engine.js').Meters} Meters what an engine reports */

const CEILING_DECIBELS = 6;
const MARKS_DECIBELS = [0, -6, -12, -18, -24, -36, -48];
/** Between two numbers of the scale, in CSS pixels at the usual font size. */
const LEAST_SPACING = 13;
/** The room for the scale's numbers, in CSS pixels at the usual font size: beside bars that stand, under others. */
const SCALE_SIZE = { standing: 24, lying: 13 };
const HOLD_MILLISECONDS = 1500;
const READINGS_MILLISECONDS = 200;
/** Screen readers get the level more seldom than it is written. */
const SPOKEN_MILLISECONDS = 1000;
const MOST_COUNTED = 99_999;

/** @param {number} level in dB */
const onScale = (level) => clamp(level, FLOOR_DECIBELS, CEILING_DECIBELS);
/** @param {number[]} values */
const largest = (values) => Math.max(0, ...values);

/** A counter of the engine's, as seen since its last reset here; it outlives a change of the engine. */
class Count {
  total = 0;
  #seen = 0;

  /**
   * @param {number} now what the engine's own counter reads
   * @returns {number} the count
   */
  follow(now) {
    this.total += now >= this.#seen ? now - this.#seen : now;
    this.#seen = now;
    return this.total;
  }

  reset() {
    this.total = 0;
  }
}

/**
 * What one meter shows: which of an engine's readings, and of what it counts.
 * @typedef {object} Subject
 * @property {string} title
 * @property {'input' | 'output'} color the style sheet's token
 * @property {'inputPeak' | 'outputPeak'} peak
 * @property {'inputRms' | 'outputRms'} rms
 * @property {'scrubbed' | 'clips'} count
 * @property {string} counted what the counter is called
 * @property {string} meaning of the counter
 */

/** @type {readonly Subject[]} */
export const SUBJECTS = [
  {
    title: 'Input',
    color: 'input',
    peak: 'inputPeak',
    rms: 'inputRms',
    count: 'scrubbed',
    counted: 'Faults',
    meaning: 'Samples that were no numbers, and were replaced by silence',
  },
  {
    title: 'Output',
    color: 'output',
    peak: 'outputPeak',
    rms: 'outputRms',
    count: 'clips',
    counted: 'Clip',
    meaning: 'Samples above full scale, which the loudspeakers’ converter cuts off',
  },
];

export class Meter {
  #subject;
  #bar;
  #lamp;
  #count = new Count();
  #texts;
  /** Two channels. */
  #levels = [
    { peak: 0, rms: 0, held: 0, heldAt: 0 },
    { peak: 0, rms: 0, held: 0, heldAt: 0 },
  ];
  #readAt = -Infinity;
  #spokenAt = -Infinity;
  #surface;

  /** @param {Subject} subject */
  constructor(subject) {
    this.#subject = subject;
    const { title, counted, meaning } = subject;
    this.#texts = {
      peak: element('b', {}, formatLevel(0)),
      rms: element('b', {}, formatLevel(0)),
      count: element('b', {}, '0'),
    };
    this.#lamp = button(`${counted} `, { className: 'lamp', title: `${meaning}. Click to forget them.` });
    this.#lamp.append(this.#texts.count);
    this.#lamp.addEventListener('click', () => {
      this.#count.reset();
      this.#showCount(0);
    });
    this.#bar = element('canvas', {
      'role': 'meter',
      'aria-label': `${title} level, peak in dBFS`,
      'aria-valuemin': FLOOR_DECIBELS,
      'aria-valuemax': CEILING_DECIBELS,
      'aria-valuenow': FLOOR_DECIBELS,
      'aria-valuetext': 'silence',
    });
    this.node = element(
      'div',
      { className: 'meter', id: `meter-${title.toLowerCase()}` },
      element('h3', {}, title),
      element('div', { className: 'plot' }, this.#bar),
      element(
        'p',
        { className: 'readings' },
        element('span', {}, 'Peak ', this.#texts.peak),
        element('span', {}, 'RMS ', this.#texts.rms),
      ),
      this.#lamp,
    );
    this.#surface = new Surface(this.#bar, () => this.#draw());
  }

  /**
   * @param {Meters | undefined} report
   * @param {number} now in milliseconds
   */
  show(report, now) {
    const { peak: peakName, rms: rmsName, count } = this.#subject;
    this.#levels.forEach((level, channel) => {
      level.peak = report?.[peakName][channel] ?? 0;
      level.rms = report?.[rmsName][channel] ?? 0;
      const isNew = level.peak >= level.held || now - level.heldAt > HOLD_MILLISECONDS;
      if (isNew) Object.assign(level, { held: level.peak, heldAt: now });
    });
    this.#draw();
    if (report) this.#showCount(this.#count.follow(report[count]));
    if (now - this.#readAt < READINGS_MILLISECONDS) return;
    this.#readAt = now;
    const peak = largest(this.#levels.map(({ held }) => held));
    setText(this.#texts.peak, formatLevel(peak));
    setText(this.#texts.rms, formatLevel(largest(this.#levels.map(({ rms }) => rms))));
    if (now - this.#spokenAt >= SPOKEN_MILLISECONDS) this.#speak(decibels(peak), now);
  }

  /**
   * @param {number} level in dB
   * @param {number} now
   */
  #speak(level, now) {
    this.#spokenAt = now;
    this.#bar.setAttribute('aria-valuenow', onScale(level).toFixed(0));
    const text = level > FLOOR_DECIBELS ? `${level.toFixed(0)} decibels` : 'silence';
    this.#bar.setAttribute('aria-valuetext', text);
  }

  /** @param {number} count */
  #showCount(count) {
    setText(this.#texts.count, count > MOST_COUNTED ? `${MOST_COUNTED}+` : String(count));
    this.#lamp.classList.toggle('lit', count > 0);
  }

  #draw() {
    const { draw, width, height, scale, textScale, colors, inSight } = this.#surface;
    if (width === 0 || !inSight) return;
    const stands = height > width;
    const gap = Math.max(1, Math.round(2 * scale));
    const scaleSize = Math.round((stands ? SCALE_SIZE.standing : SCALE_SIZE.lying) * textScale);
    const thickness = Math.floor(((stands ? width : height) - scaleSize - gap) / 2);
    const length = stands ? height : width;
    draw.clearRect(0, 0, width, height);
    this.#surface.backdrop(() => this.#drawScale(stands, 2 * thickness + gap));
    this.#levels.forEach(({ peak, rms, held }, channel) => {
      const across = channel * (thickness + gap);
      /**
       * @param {number} from in device pixels along the bar
       * @param {number} to
       */
      const fill = (from, to) => {
        if (stands) draw.fillRect(across, height - to, thickness, to - from);
        else draw.fillRect(from, across, to - from, thickness);
      };
      const place = (/** @type {number} */ level) => Math.round(share(level) * length);
      draw.fillStyle = colors.inset;
      fill(0, length);
      for (const [level, alpha] of [
        [peak, 0.35],
        [rms, 1],
      ]) {
        draw.globalAlpha = alpha;
        draw.fillStyle = colors[this.#subject.color];
        fill(0, place(Math.min(0, decibels(level))));
        if (level <= 1) continue;
        draw.fillStyle = colors.bad;
        fill(place(0), place(decibels(level)));
      }
      draw.globalAlpha = 1;
      if (held > fromDecibels(FLOOR_DECIBELS)) {
        draw.fillStyle = held > 1 ? colors.bad : colors.text;
        const mark = Math.min(length - gap, place(decibels(held)));
        fill(mark, mark + gap);
      }
    });
  }

  /**
   * @param {boolean} stands
   * @param {number} across where the bars end, in device pixels
   */
  #drawScale(stands, across) {
    const { draw, width, height, textScale, colors } = this.#surface;
    this.#surface.font(10);
    draw.fillStyle = colors.muted;
    draw.textAlign = stands ? 'left' : 'center';
    draw.textBaseline = stands ? 'middle' : 'top';
    let last = Infinity;
    for (const mark of MARKS_DECIBELS) {
      const place = share(mark) * (stands ? height : width);
      // From the top downwards, and none that would touch the one before.
      if (last - place < LEAST_SPACING * textScale) continue;
      last = place;
      const text = (mark < 0 ? MINUS : '') + Math.abs(mark);
      if (stands) draw.fillText(text, across + 4 * textScale, height - place);
      else draw.fillText(text, place, across + 2 * textScale);
    }
  }
}

/**
 * Where a level stands on the scale, from 0 to 1.
 * @param {number} level in dB
 */
const share = (level) => (onScale(level) - FLOOR_DECIBELS) / (CEILING_DECIBELS - FLOOR_DECIBELS);
