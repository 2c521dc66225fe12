// Input and output meters, fed by what the audio thread reports: peak (the bar's end and its held mark),
// RMS (the bar's body), samples that went past full scale, and samples that were no numbers.

import { Surface } from '../shared/canvas.js';
import { formatLevel } from '../shared/curves.js';
import { element, setText } from '../shared/dom.js';
import { frames } from '../shared/frames.js';

const FLOOR_DB = -60;
const CEILING_DB = 6;
const MARKS_DB = [-60, -48, -36, -24, -18, -12, -6, 0, 6];
const HOLD_MS = 1500;
const READINGS_MS = 200;
const SPOKEN_MS = 1000;

const decibels = (factor) => (factor > 0 ? 20 * Math.log10(factor) : -Infinity);
const onScale = (level) => Math.min(CEILING_DB, Math.max(FLOOR_DB, level));
const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

/** A counter of the engine's, as seen since its last reset here; it outlives a change of the engine. */
class Count {
  total = 0;
  #seen = 0;

  /** @returns {number} the count, after the engine's own counter reads `now` */
  follow(now) {
    this.total += now >= this.#seen ? now - this.#seen : now;
    this.#seen = now;
    return this.total;
  }

  reset() {
    this.total = 0;
  }
}

export function mount(section, { session }) {
  const host = section.querySelector('#meters');
  const meters = [
    new Meter(
      'Input',
      { peak: 'inputPeak', rms: 'inputRms', count: 'scrubbed' },
      {
        name: 'Scrubbed',
        title: 'Samples that were no numbers (NaN or infinite) and were replaced by silence',
      },
    ),
    new Meter(
      'Output',
      { peak: 'outputPeak', rms: 'outputRms', count: 'clips' },
      {
        name: 'Clip',
        title: 'Samples above full scale, which the loudspeakers’ converter cuts off',
      },
    ),
  ];
  host.append(...meters.map(({ node }) => node));

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      const report = session.engine?.meters();
      for (const meter of meters) meter.show(report, now);
    },
  );
  session.addEventListener('engine', () => {
    session.context.addEventListener('statechange', wake);
    wake();
  });
}

class Meter {
  #names;
  #bar;
  #lamp;
  #count = new Count();
  #texts;
  #levels = [
    { peak: 0, rms: 0, held: 0, heldAt: 0 },
    { peak: 0, rms: 0, held: 0, heldAt: 0 },
  ];
  #readAt = -Infinity;
  #spokenAt = -Infinity;
  #surface;

  constructor(title, names, { name, title: explanation }) {
    this.#names = names;
    const reading = (text) => element('b', {}, text);
    this.#texts = { peak: reading(formatLevel(0)), rms: reading(formatLevel(0)), count: reading('0') };
    this.#lamp = element(
      'button',
      {
        type: 'button',
        className: 'lamp',
        title: `${explanation}. Click to reset.`,
      },
      `${name} `,
      this.#texts.count,
    );
    this.#lamp.addEventListener('click', () => {
      this.#count.reset();
      this.#showCount(0);
    });
    this.#bar = element('canvas', {
      role: 'meter',
      'aria-label': `${title} level, peak`,
      'aria-valuemin': FLOOR_DB,
      'aria-valuemax': CEILING_DB,
      'aria-valuenow': FLOOR_DB,
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

  show(report, now) {
    this.#levels.forEach((level, channel) => {
      level.peak = report?.[this.#names.peak][channel] ?? 0;
      level.rms = report?.[this.#names.rms][channel] ?? 0;
      const isNew = level.peak >= level.held || now - level.heldAt > HOLD_MS;
      if (isNew) Object.assign(level, { held: level.peak, heldAt: now });
    });
    this.#draw();
    if (report) this.#showCount(this.#count.follow(report[this.#names.count]));
    if (now - this.#readAt < READINGS_MS) return;
    this.#readAt = now;
    const peak = largest(this.#levels.map(({ held }) => held));
    setText(this.#texts.peak, formatLevel(peak));
    setText(this.#texts.rms, formatLevel(largest(this.#levels.map(({ rms }) => rms))));
    if (now - this.#spokenAt >= SPOKEN_MS) this.#speak(decibels(peak), now);
  }

  #speak(level, now) {
    this.#spokenAt = now;
    this.#bar.setAttribute('aria-valuenow', onScale(level).toFixed(0));
    this.#bar.setAttribute('aria-valuetext', level > -120 ? `${level.toFixed(0)} decibels` : 'silence');
  }

  #showCount(count) {
    setText(this.#texts.count, count > 99999 ? '99999+' : String(count));
    this.#lamp.classList.toggle('lit', count > 0);
  }

  #draw() {
    const { draw, width, height, scale, colors } = this.#surface;
    if (width === 0) return;
    const scaleHeight = Math.round(14 * scale);
    const gap = Math.max(1, Math.round(2 * scale));
    const rowHeight = Math.floor((height - scaleHeight - gap) / 2);
    const x = (level) => ((onScale(level) - FLOOR_DB) / (CEILING_DB - FLOOR_DB)) * width;
    draw.clearRect(0, 0, width, height);
    this.#levels.forEach(({ peak, rms, held }, channel) => {
      const top = channel * (rowHeight + gap);
      draw.fillStyle = colors.inset;
      draw.fillRect(0, top, width, rowHeight);
      draw.globalAlpha = 0.35;
      this.#fill(x, decibels(peak), top, rowHeight);
      draw.globalAlpha = 1;
      this.#fill(x, decibels(rms), top, rowHeight);
      if (held > 10 ** (FLOOR_DB / 20)) {
        draw.fillStyle = held > 1 ? colors.bad : colors.text;
        draw.fillRect(Math.min(width - gap, x(decibels(held))), top, gap, rowHeight);
      }
    });
    this.#drawScale(x, height, scaleHeight);
  }

  /** A bar in three colours: as usual, the last 6 dB, past full scale. */
  #fill(x, level, top, height) {
    const { draw, colors } = this.#surface;
    for (const [from, to, color] of [
      [FLOOR_DB, -6, 'accent'],
      [-6, 0, 'warn'],
      [0, CEILING_DB, 'bad'],
    ]) {
      if (level <= from) break;
      draw.fillStyle = colors[color];
      draw.fillRect(x(from), top, x(Math.min(level, to)) - x(from), height);
    }
  }

  #drawScale(x, height, scaleHeight) {
    const { draw, width, colors } = this.#surface;
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textBaseline = 'bottom';
    MARKS_DB.forEach((mark, index) => {
      draw.textAlign = index === 0 ? 'left' : index === MARKS_DB.length - 1 ? 'right' : 'center';
      const text = mark > 0 ? `+${mark}` : String(mark).replace('-', '\u2212');
      draw.fillText(text, x(mark), height);
      draw.fillRect(Math.min(width - 1, x(mark)), height - scaleHeight, 1, Math.max(1, scaleHeight / 5));
    });
  }
}
