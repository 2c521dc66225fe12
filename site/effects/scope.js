// The oscilloscope and the spectrum: the engine's input under its output, from AnalyserNodes. The
// waveform stands still because both traces start where the input last rose through zero.

import { Surface } from '../shared/canvas.js';
import { frames } from '../shared/frames.js';

const FFT_SIZE = 4096;
const WINDOW_S = 0.02;
const DIVISIONS = 10;
const RANGES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const RANGE_HOLD_MS = 1200;
const SILENCE = 1e-6;
const MINUS = '\u2212';

const LOW_HZ = 20;
const HIGH_HZ = 20000;
const TOP_DB = 0;
const BOTTOM_DB = -100;
/** The filters' 0 dB stands this far below the spectrum's, to leave room for what they boost. */
const RESPONSE_OFFSET_DB = 20;

export function mount(section, { session }) {
  const traces = { input: new Trace(), output: new Trace() };
  const scope = new Oscilloscope(section.querySelector('#oscilloscope'), traces);
  const spectrum = new Spectrum(section.querySelector('#spectrum'), traces, session);
  const legend = section.querySelector('#response-legend');

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      for (const trace of Object.values(traces)) trace.read();
      scope.show(now);
      spectrum.show();
    },
  );
  session.addEventListener('engine', () => {
    traces.input.follow(session.input);
    traces.output.follow(session.output);
    legend.hidden = !session.engine.response;
    session.context.addEventListener('statechange', wake);
    wake();
  });
  session.addEventListener('parameter', () => spectrum.draw());
}

/** What an AnalyserNode last heard at a place in the graph. */
class Trace {
  #analyser = null;
  wave = new Float32Array(FFT_SIZE);
  levels = new Float32Array(FFT_SIZE / 2).fill(-Infinity);
  sampleRate = 48000;

  /** @param {AudioNode} node */
  follow(node) {
    this.sampleRate = node.context.sampleRate;
    this.#analyser = new AnalyserNode(node.context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0.7 });
    node.connect(this.#analyser);
  }

  read() {
    this.#analyser?.getFloatTimeDomainData(this.wave);
    this.#analyser?.getFloatFrequencyData(this.levels);
  }

  get peak() {
    let peak = 0;
    for (const sample of this.wave) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }
}

class Oscilloscope {
  #surface;
  #traces;
  #range = 1;
  #largeAt = -Infinity;

  constructor(canvas, traces) {
    this.#traces = traces;
    this.#surface = new Surface(canvas, () => this.#draw());
  }

  show(now) {
    this.#fit(now);
    this.#draw();
  }

  /** Widens the vertical range at once, narrows it when the sound has been smaller for a while. */
  #fit(now) {
    const peak = Math.max(this.#traces.input.peak, this.#traces.output.peak);
    const wanted = peak < SILENCE ? this.#range : (RANGES.find((range) => range >= peak) ?? RANGES.at(-1));
    if (wanted >= this.#range || now - this.#largeAt > RANGE_HOLD_MS) this.#range = wanted;
    if (wanted >= this.#range) this.#largeAt = now;
  }

  #draw() {
    const { draw, width, height, colors } = this.#surface;
    if (width === 0) return;
    draw.fillStyle = colors.inset;
    draw.fillRect(0, 0, width, height);
    this.#drawGrid();
    const { input, output } = this.#traces;
    const samples = Math.round(WINDOW_S * output.sampleRate);
    const start = triggerPoint(input.peak > SILENCE ? input : output, samples);
    this.#drawTrace(input.wave, start, samples, colors['accent-2'], 1.25);
    this.#drawTrace(output.wave, start, samples, colors.accent, 1.75);
  }

  #drawGrid() {
    const { draw, width, height, scale, colors } = this.#surface;
    draw.fillStyle = colors.line;
    const hair = Math.max(1, Math.floor(scale));
    for (let i = 1; i < DIVISIONS; i++) draw.fillRect(Math.round((width * i) / DIVISIONS), 0, hair, height);
    for (let i = 1; i < 4; i++) draw.fillRect(0, Math.round((height * i) / 4), width, hair);
    const inset = 6 * scale;
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textBaseline = 'top';
    draw.textAlign = 'left';
    draw.fillText(`+${this.#range}`, inset, inset);
    draw.textBaseline = 'bottom';
    draw.fillText(`${MINUS}${this.#range}`, inset, height - inset);
    draw.textAlign = 'right';
    draw.fillText(`${(1000 * WINDOW_S) / DIVISIONS} ms a division`, width - inset, height - inset);
  }

  #drawTrace(wave, start, samples, color, thickness) {
    const { draw, width, height, scale } = this.#surface;
    const middle = height / 2;
    draw.beginPath();
    for (let i = 0; i <= samples; i++) {
      const sample = wave[Math.floor(start) + i] ?? 0;
      const x = ((i - (start % 1)) / samples) * width;
      const y = middle - (sample / this.#range) * (middle - 2 * scale);
      if (i === 0) draw.moveTo(x, y);
      else draw.lineTo(x, y);
    }
    draw.strokeStyle = color;
    draw.lineWidth = thickness * scale;
    draw.lineJoin = 'round';
    draw.stroke();
  }
}

/**
 * Where the latest whole window starts whose first sample rises through zero, between samples. A rise
 * counts only after the wave has been clearly negative, so that noise around zero is no trigger.
 */
export function triggerPoint({ wave, peak }, samples) {
  const last = wave.length - samples - 2;
  const threshold = -0.15 * peak;
  let crossing = -1;
  for (let i = last; i > 0; i--) {
    if (wave[i] < 0 && wave[i + 1] >= 0) crossing = i;
    if (crossing >= 0 && wave[i] <= threshold && peak > SILENCE) {
      return crossing + wave[crossing] / (wave[crossing] - wave[crossing + 1]);
    }
  }
  return last;
}

class Spectrum {
  #surface;
  #traces;
  #session;
  #frequencies = new Float32Array(0);

  constructor(canvas, traces, session) {
    this.#traces = traces;
    this.#session = session;
    this.#surface = new Surface(canvas, () => this.draw());
  }

  show() {
    this.draw();
  }

  draw() {
    const { draw, width, height, colors } = this.#surface;
    if (width === 0) return;
    draw.fillStyle = colors.inset;
    draw.fillRect(0, 0, width, height);
    this.#drawGrid();
    this.#drawLevels(this.#traces.input, colors['accent-2'], 1.25);
    this.#drawLevels(this.#traces.output, colors.accent, 1.5);
    this.#drawResponse();
    this.#drawLabels();
  }

  #x(hertz) {
    return (Math.log(hertz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ)) * this.#surface.width;
  }

  #hertz(x) {
    return LOW_HZ * (HIGH_HZ / LOW_HZ) ** (x / this.#surface.width);
  }

  #y(level) {
    return ((TOP_DB - Math.max(BOTTOM_DB - 20, level)) / (TOP_DB - BOTTOM_DB)) * this.#surface.height;
  }

  #drawGrid() {
    const { draw, width, height, scale, colors } = this.#surface;
    const hair = Math.max(1, Math.floor(scale));
    draw.fillStyle = colors.line;
    for (const hertz of [50, 100, 200, 500, 1000, 2000, 5000, 10000]) {
      draw.fillRect(Math.round(this.#x(hertz)), 0, hair, height);
    }
    for (let level = -20; level > BOTTOM_DB; level -= 20) draw.fillRect(0, Math.round(this.#y(level)), width, hair);
  }

  #drawLabels() {
    const { draw, height, scale, colors } = this.#surface;
    const inset = 6 * scale;
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textAlign = 'center';
    draw.textBaseline = 'bottom';
    for (const [hertz, text] of [
      [100, '100'],
      [1000, '1 kHz'],
      [10000, '10 k'],
    ]) {
      draw.fillText(text, this.#x(hertz), height - 3 * scale);
    }
    draw.textAlign = 'left';
    draw.textBaseline = 'top';
    draw.fillText('0 dBFS', inset, inset);
    for (let level = -20; level > BOTTOM_DB; level -= 40) {
      draw.fillText(`${MINUS}${-level}`, inset, this.#y(level) + 2 * scale);
    }
  }

  /** A line of the loudest bin in each pixel column; between bins, where columns are finer, straight. */
  #drawLevels({ levels, sampleRate }, color, thickness) {
    const { draw, width, scale } = this.#surface;
    const perBin = sampleRate / 2 / levels.length;
    draw.beginPath();
    draw.moveTo(0, this.#y(BOTTOM_DB - 20));
    for (let x = 0; x < width; x += Math.max(1, scale / 2)) {
      const from = this.#hertz(x) / perBin;
      const to = this.#hertz(x + scale) / perBin;
      draw.lineTo(x, this.#y(to - from < 1 ? between(levels, from) : loudest(levels, from, to)));
    }
    draw.strokeStyle = color;
    draw.lineWidth = thickness * scale;
    draw.lineJoin = 'round';
    draw.stroke();
  }

  #drawResponse() {
    const { engine } = this.#session;
    if (!engine?.response) return;
    const { draw, width, scale, colors } = this.#surface;
    const factors = engine.response(this.#columns());
    draw.beginPath();
    factors.forEach((factor, i) => {
      const y = this.#y(20 * Math.log10(Math.max(1e-9, factor)) - RESPONSE_OFFSET_DB);
      const x = (i / (factors.length - 1)) * width;
      if (i === 0) draw.moveTo(x, y);
      else draw.lineTo(x, y);
    });
    draw.strokeStyle = colors.text;
    draw.lineWidth = 1.25 * scale;
    draw.setLineDash([5 * scale, 4 * scale]);
    draw.stroke();
    draw.setLineDash([]);
    this.#surface.font(10.5);
    draw.fillStyle = colors.muted;
    draw.textAlign = 'right';
    draw.textBaseline = 'top';
    draw.fillText('filters 0 dB', width - 6 * scale, this.#y(-RESPONSE_OFFSET_DB) + 2 * scale);
  }

  #columns() {
    const count = Math.max(2, Math.min(512, Math.round(this.#surface.width / 2)));
    if (this.#frequencies.length !== count) {
      const hertz = (i) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** (i / (count - 1));
      this.#frequencies = Float32Array.from({ length: count }, (_, i) => hertz(i));
    }
    return this.#frequencies;
  }
}

function between(levels, at) {
  const index = Math.min(levels.length - 2, Math.floor(at));
  const [left, right] = [Math.max(-200, levels[index]), Math.max(-200, levels[index + 1])];
  return left + (right - left) * (at - index);
}

function loudest(levels, from, to) {
  let most = -200;
  for (let i = Math.floor(from); i < Math.min(levels.length, to); i++) most = Math.max(most, levels[i]);
  return most;
}
