/**
 * Input and output meters, fed by what the audio thread reports: peak (the bar's end and its held mark), RMS (the
 * bar's body), samples that went past full scale, and samples that were no numbers. Main thread.
 */

import { Surface } from '../shared/canvas.js';
import { button, element, find, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { clamp, decibels, FLOOR_DECIBELS, formatLevel, fromDecibels, MINUS } from '../shared/numbers.js';

/** @typedef {import('../../worklet/engine.js').Meters} Meters what the engine reports */

const CEILING_DECIBELS = 6;
const MARKS_DECIBELS = [FLOOR_DECIBELS, -48, -36, -24, -18, -12, -6, 0, CEILING_DECIBELS];
/** Where the bar's three colours begin: as usual, the last 6 dB, past full scale. */
const COLORS = /** @type {const} */ ([
  [FLOOR_DECIBELS, -6, 'accent'],
  [-6, 0, 'warn'],
  [0, CEILING_DECIBELS, 'bad'],
]);
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
 * What one meter shows: which of the engine's readings, and of what it counts.
 * @typedef {object} Subject
 * @property {string} title
 * @property {'inputPeak' | 'outputPeak'} peak
 * @property {'inputRms' | 'outputRms'} rms
 * @property {'scrubbed' | 'clips'} count
 * @property {string} counted what the counter is called
 * @property {string} meaning of the counter
 */

/** @type {readonly Subject[]} */
const SUBJECTS = [
  {
    title: 'Input',
    peak: 'inputPeak',
    rms: 'inputRms',
    count: 'scrubbed',
    counted: 'Scrubbed',
    meaning: 'Samples that were no numbers (NaN or infinite) and were replaced by silence',
  },
  {
    title: 'Output',
    peak: 'outputPeak',
    rms: 'outputRms',
    count: 'clips',
    counted: 'Clip',
    meaning: 'Samples above full scale, which the loudspeakers’ converter cuts off',
  },
];

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const meters = SUBJECTS.map((subject) => new Meter(subject));
  find(section, '#meters', HTMLElement).append(...meters.map(({ node }) => node));

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      const report = session.engine?.meters();
      for (const meter of meters) meter.show(report, now);
    },
  );
  session.addEventListener('engine', ({ detail: { context } }) => {
    context.addEventListener('statechange', wake);
    wake();
  });
}

class Meter {
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
    this.#lamp = button(`${counted} `, { className: 'lamp', title: `${meaning}. Click to reset.` });
    this.#lamp.append(this.#texts.count);
    this.#lamp.addEventListener('click', () => {
      this.#count.reset();
      this.#showCount(0);
    });
    this.#bar = element('canvas', {
      'role': 'meter',
      'aria-label': `${title} level, peak`,
      'aria-valuemin': FLOOR_DECIBELS,
      'aria-valuemax': CEILING_DECIBELS,
      'aria-valuenow': FLOOR_DECIBELS,
      'aria-valuetext': 'silence',
    });
    this.node = element(
      'div',
      { className: 'meter', id: `meter-${title.toLowerCase()}` },
      element('h4', {}, title),
      element(
        'p',
        { className: 'readings' },
        element('span', {}, 'peak ', this.#texts.peak),
        element('span', {}, 'RMS ', this.#texts.rms),
        element('span', {}, 'dBFS'),
      ),
      this.#lamp,
      this.#bar,
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
    const { draw, width, height, scale, colors } = this.#surface;
    if (width === 0) return;
    const scaleHeight = Math.round(14 * scale);
    const gap = Math.max(1, Math.round(2 * scale));
    const rowHeight = Math.floor((height - scaleHeight - gap) / 2);
    draw.clearRect(0, 0, width, height);
    this.#levels.forEach(({ peak, rms, held }, channel) => {
      const top = channel * (rowHeight + gap);
      draw.fillStyle = colors.inset;
      draw.fillRect(0, top, width, rowHeight);
      draw.globalAlpha = 0.35;
      this.#fill(decibels(peak), top, rowHeight);
      draw.globalAlpha = 1;
      this.#fill(decibels(rms), top, rowHeight);
      if (held > fromDecibels(FLOOR_DECIBELS)) {
        draw.fillStyle = held > 1 ? colors.bad : colors.text;
        draw.fillRect(Math.min(width - gap, this.#x(decibels(held))), top, gap, rowHeight);
      }
    });
    this.#drawScale(scaleHeight);
  }

  /** @param {number} level in dB */
  #x(level) {
    return ((onScale(level) - FLOOR_DECIBELS) / (CEILING_DECIBELS - FLOOR_DECIBELS)) * this.#surface.width;
  }

  /**
   * A bar in its colours.
   * @param {number} level in dB
   * @param {number} top
   * @param {number} height
   */
  #fill(level, top, height) {
    const { draw, colors } = this.#surface;
    for (const [from, to, color] of COLORS) {
      if (level <= from) break;
      draw.fillStyle = colors[color];
      draw.fillRect(this.#x(from), top, this.#x(Math.min(level, to)) - this.#x(from), height);
    }
  }

  /** @param {number} scaleHeight */
  #drawScale(scaleHeight) {
    const { draw, width, height, colors } = this.#surface;
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textBaseline = 'bottom';
    MARKS_DECIBELS.forEach((mark, index) => {
      draw.textAlign = index === 0 ? 'left' : index === MARKS_DECIBELS.length - 1 ? 'right' : 'center';
      const sign = mark > 0 ? '+' : mark < 0 ? MINUS : '';
      draw.fillText(sign + Math.abs(mark), this.#x(mark), height);
      const x = Math.min(width - 1, this.#x(mark));
      draw.fillRect(x, height - scaleHeight, 1, Math.max(1, scaleHeight / 5));
    });
  }
}
