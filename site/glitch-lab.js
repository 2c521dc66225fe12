// The glitch lab: one tone through two engines at once, one on the audio thread and one on this page's
// thread, which a button blocks. What came out of both meanwhile is drawn and counted.

import { Surface } from './canvas.js';
import { choice, element, setText, showMessage } from './dom.js';
import { createEngine } from './worklet/engine.js';
import { DEFAULT_QUANTUM } from './worklet/renderer.js';

const TONE_HZ = 220;
/** The longest stretch that an AnalyserNode keeps: 0.68 s at 48 kHz. */
const KEPT_FRAMES = 32768;
const LONGEST_BLOCK_MS = 500;
/** After a block, before the picture is taken: late buffers are still on their way. */
const AFTERMATH_MS = 60;
/** The fallback's buffer: long enough for an idle page, as sites that use it choose it. */
const FALLBACK_FRAMES = 2048;
const REPEAT_MS = 1500;
const REFRESH_MS = 250;

const LANES = [
  { mode: 'worklet', label: 'AudioWorklet', thread: 'the audio thread' },
  { mode: 'script-processor', label: 'Script processor', thread: 'this page’s thread' },
];

/** The tone as it is: every effect that adds something of its own is out of the way. */
const PLAIN = { gain: 0.2, distortion: 0, delay_mix: 0 };

export function mount(section, { session }) {
  let lab = null;
  let repeat = 0;
  const toggle = element('button', { type: 'button', className: 'primary', id: 'lab-toggle' }, 'Play the tone');
  const block = element('button', { type: 'button', id: 'lab-block', disabled: true }, 'Block the page now');
  const again = element('input', { type: 'checkbox', role: 'switch', id: 'lab-repeat', disabled: true });
  const length = element('input', { type: 'range', id: 'lab-length', min: 0, max: LONGEST_BLOCK_MS, step: 10, value: 250 });
  const reading = element('output', { for: 'lab-length' });
  const listen = choice('Listen to', [...LANES.map(({ mode, label }) => [mode, label]), ['', 'Neither']], (mode) => lab?.hear(mode));
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const picture = new Picture();
  const rows = LANES.map(({ label, thread }) => {
    const cells = { total: element('td', { className: 'number' }, '0'), last: element('td', { className: 'number' }, '–') };
    return { cells, row: element('tr', {}, element('th', { scope: 'row' }, `${label}, on ${thread}`), cells.total, cells.last) };
  });
  listen.show('worklet');

  section.append(
    element('div', { className: 'lab-controls' },
      toggle,
      element('label', { className: 'lab-length' }, element('span', {}, 'Block for'), length, reading),
      block,
      element('label', { className: 'switch' }, again, element('span', {}, 'again and again')),
      element('div', { className: 'labelled' }, element('span', {}, 'Listen to'), listen.group)),
    error,
    picture.node,
    element('table', { className: 'counts' },
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Engine'),
        element('th', { scope: 'col', className: 'number' }, 'Quanta missed so far'),
        element('th', { scope: 'col', className: 'number' }, 'In the last block'))),
      element('tbody', {}, ...rows.map(({ row }) => row))));

  const showLength = () => {
    setText(reading, `${length.value} ms`);
    length.style.setProperty('--fill', `${(100 * length.value) / LONGEST_BLOCK_MS}%`);
    length.setAttribute('aria-valuetext', `${length.value} milliseconds`);
  };

  function showCounts(before) {
    const counts = lab?.counts() ?? [0, 0];
    rows.forEach(({ cells }, lane) => {
      setText(cells.total, withTime(counts[lane], session.context));
      if (before) setText(cells.last, withTime(counts[lane] - before[lane], session.context));
    });
  }

  async function blockOnce() {
    if (!lab) return;
    const before = lab.counts();
    blockThread(Number(length.value));
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
    if (!lab) return;
    picture.take(lab.outputs(), session.context.sampleRate, Number(length.value));
    showCounts(before);
  }

  async function start() {
    showMessage(error, '');
    toggle.disabled = true;
    try {
      await session.prepare();
      session.hold('glitch-lab');
      lab = await Lab.start(session.context, listen.value);
      setText(toggle, 'Stop the tone');
    } catch (failure) {
      session.release('glitch-lab');
      showMessage(error, failure.message);
    }
    enable();
  }

  async function stop() {
    const ending = lab;
    lab = null;
    again.checked = false;
    repeatBlocks();
    setText(toggle, 'Play the tone');
    enable();
    await ending.stop();
    session.release('glitch-lab');
  }

  function enable() {
    toggle.disabled = false;
    block.disabled = again.disabled = lab === null;
  }

  function repeatBlocks() {
    clearInterval(repeat);
    if (again.checked) repeat = setInterval(() => { if (!document.hidden) blockOnce(); }, REPEAT_MS);
  }

  toggle.addEventListener('click', () => (lab ? stop() : start()));
  block.addEventListener('click', blockOnce);
  again.addEventListener('change', repeatBlocks);
  length.addEventListener('input', showLength);
  session.addEventListener('engine', () => {
    if (lab && lab.context !== session.context) stop();
  });
  setInterval(() => { if (lab && !document.hidden) showCounts(); }, REFRESH_MS);
  showLength();
}

/** A count of quanta and how long they last: `48 (139 ms)`. */
function withTime(quanta, context) {
  if (quanta === 0 || !context) return String(quanta);
  const seconds = (quanta * (context.renderQuantumSize ?? DEFAULT_QUANTUM)) / context.sampleRate;
  return `${quanta} (${(1000 * seconds).toFixed(0)} ms)`;
}

/** Keeps this thread from everything else, as a long task of a page does. */
function blockThread(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A tone, and the two engines that play it. */
class Lab {
  #tone;
  #lanes;

  static async start(context, heard) {
    const tone = new OscillatorNode(context, { frequency: TONE_HZ });
    const lanes = [];
    try {
      for (const { mode } of LANES) lanes.push(await lane(context, tone, mode));
    } catch (error) {
      await Promise.all(lanes.map(({ engine }) => engine.close()));
      throw error;
    }
    return new Lab(context, tone, lanes, heard);
  }

  constructor(context, tone, lanes, heard) {
    this.context = context;
    this.#tone = tone;
    this.#lanes = lanes;
    this.hear(heard);
    tone.start();
  }

  /** Lets one engine through to the loudspeakers. */
  hear(heard) {
    for (const { mode, level } of this.#lanes) {
      level.gain.setTargetAtTime(mode === heard ? 1 : 0, this.context.currentTime, 0.01);
    }
  }

  /** How many quanta each engine did not render in time. */
  counts() {
    return this.#lanes.map(({ engine }) => engine.meters().missed);
  }

  /** What came out of each engine last. */
  outputs() {
    return this.#lanes.map(({ analyser }) => {
      const samples = new Float32Array(KEPT_FRAMES);
      analyser.getFloatTimeDomainData(samples);
      return samples;
    });
  }

  async stop() {
    this.#tone.stop();
    this.#tone.disconnect();
    await Promise.all(this.#lanes.map(async ({ engine, level }) => {
      level.disconnect();
      await engine.close();
    }));
  }
}

async function lane(context, tone, mode) {
  const engine = await createEngine(context, { mode, channels: 1, params: PLAIN, ...(mode !== 'worklet' && { bufferSize: FALLBACK_FRAMES }) });
  const analyser = new AnalyserNode(context, { fftSize: KEPT_FRAMES });
  const level = new GainNode(context, { gain: 0 });
  tone.connect(engine.input);
  engine.output.connect(analyser).connect(level).connect(context.destination);
  return { mode, engine, analyser, level };
}

/** The last stretch of both outputs, one above the other: a tone is an even band, a break a hole in it. */
class Picture {
  #surface;
  #outputs = [];
  #seconds = 0;
  #legend;

  constructor() {
    const canvas = element('canvas', { role: 'img', 'aria-label': 'What came out of both engines around the last block' });
    this.#legend = element('span', { className: 'legend' }, 'Play the tone, then block the page.');
    this.node = element('figure', { className: 'display' }, element('figcaption', {}, 'What came out', this.#legend), canvas);
    this.#surface = new Surface(canvas, () => this.#draw());
  }

  take(outputs, sampleRate, blocked) {
    this.#outputs = outputs;
    this.#seconds = KEPT_FRAMES / sampleRate;
    setText(this.#legend, `the last ${(1000 * this.#seconds).toFixed(0)} ms; the page was blocked for ${blocked} of them`);
    this.#draw();
  }

  #draw() {
    const { draw, width, height, scale, colors } = this.#surface;
    if (width === 0) return;
    draw.fillStyle = colors.inset;
    draw.fillRect(0, 0, width, height);
    this.#surface.font(11.5);
    draw.textBaseline = 'top';
    draw.textAlign = 'left';
    LANES.forEach(({ label }, lane) => {
      const top = (lane * height) / LANES.length;
      draw.fillStyle = colors.muted;
      draw.fillText(label, 8 * scale, top + 6 * scale);
      if (lane > 0) {
        draw.fillStyle = colors.line;
        draw.fillRect(0, Math.round(top), width, Math.max(1, Math.floor(scale)));
      }
      if (this.#outputs[lane]) {
        draw.fillStyle = lane === 0 ? colors.accent : colors['accent-2'];
        this.#drawBand(this.#outputs[lane], top + 24 * scale, height / LANES.length - 30 * scale);
      }
    });
  }

  /** Each pixel column from its lowest to its highest sample, scaled to the largest of all. */
  #drawBand(samples, top, height) {
    const { draw, width, scale } = this.#surface;
    const largest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-6);
    const y = (sample) => top + ((1 - sample / largest) * height) / 2;
    for (let x = 0; x < width; x++) {
      let [low, high] = [Infinity, -Infinity];
      const end = Math.ceil(((x + 1) * samples.length) / width);
      for (let i = Math.floor((x * samples.length) / width); i < end; i++) {
        low = Math.min(low, samples[i]);
        high = Math.max(high, samples[i]);
      }
      draw.fillRect(x, y(high), 1, Math.max(scale, y(low) - y(high)));
    }
  }
}
