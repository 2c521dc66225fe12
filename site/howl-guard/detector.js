/**
 * Hears acoustic feedback build up: samples in, a verdict out. No DOM; it runs on the audio thread, and listening
 * allocates nothing.
 *
 * A tone is a howl when all of this holds (criteria that T. van Waterschoot and M. Moonen compare in “Fifty years
 * of acoustic feedback control”, Proc. IEEE 99, 2011; the thresholds are ours):
 *
 * - its peak stands 8 dB above the spectrum's average, 10 dB above its neighbours, 8 dB above its harmonics;
 * - over a dozen hops its level in dB rises along a straight line, as only that does which comes back louder by the
 *   same factor each time: an attack bends, a held note rests or fades;
 * - meanwhile its frequency stays where it is: no vibrato, no glide.
 *
 * The dozen hops are looked at close together, and two and four times as far apart for feedback that builds up slowly.
 * A tone that rose too fast for that ends at the converter's full scale: one that stays there is a howl too.
 *
 * Where loudspeaker and room favour no frequency, many tones rise at once and none stands out. Then the whole spectrum
 * keeps its shape while its level rises along a straight line, faster than a voice swells: that is a howl as well.
 *
 * A pure tone that swells evenly for as long, as from a test generator, looks the same, and is taken for one.
 */

import { Fft } from '../shared/signal/fft.js';

/**
 * About so long is a spectrum's window: twice the way from loudspeaker to microphone and through the computer, so that
 * the level does not waver with what comes around.
 */
const WINDOW_SECONDS = 0.085;
const HOPS_PER_WINDOW = 8;
/** A steady rise is looked for over so many hops, at each of these distances. */
const HOPS = 12;
const STRIDES = [1, 2, 4];
const LONGEST_STRIDE = STRIDES[STRIDES.length - 1];
const KEPT_SPECTRA = HOPS * LONGEST_STRIDE + 1;

const PEAK_TO_AVERAGE = 10 ** (8 / 10);
const PEAK_TO_NEIGHBOUR = 10 ** (10 / 10);
const PEAK_TO_HARMONIC = 10 ** (8 / 10);
/** Half of the window's main lobe, in bins. */
const LOBE = 4;
/** In bins to each side: beyond the tones next to it that come around as well. */
const NEIGHBOURS = [8, 10, 12];
/** A strong partial of a voice has others at these ratios. */
const HARMONICS = [1 / 3, 1 / 2, 2 / 3, 4 / 3, 3 / 2, 2, 3];

const LEAST_RISE_DECIBELS = 8;
/** How far the level may be from the straight line. */
const RISE_TOLERANCE_DECIBELS = 0.9;
/** How much higher the middle may be than the ends, as a share of the rise: a straight fade-in bends by 6 %. */
const MOST_BEND = 0.025;
/** So many of the looks are the middle third. */
const MIDDLE = 5;
/** How far the frequency may be from its mean, in bins. */
const FREQUENCY_TOLERANCE_BINS = 0.25;

/** How alike the spectrum must stay where no tone stands out: the cosine between amplitudes. */
const LEAST_LIKENESS = 0.97;

/** The range in which loudspeakers and microphones howl. */
const LOWEST_HERTZ = 120;
const HIGHEST_HERTZ = 12_000;
/** So many peaks are looked at, the strongest first. */
const CANDIDATES = 4;
/** What is quieter disturbs nobody. */
const QUIETEST_POWER = 10 ** (-60 / 10);
/** A tone that stays above this has nowhere to rise to. */
const FULL_SCALE_DECIBELS = -1;

export class HowlDetector {
  #sampleRate;
  #fft;
  #size;
  #hop;
  #window;
  /** The last samples, from the oldest, which is at `#at`. */
  #samples;
  #at = 0;
  #untilHop;
  #real;
  #imaginary;
  /** The power of each bin, for the last hops; a ring. */
  #spectra;
  /** The mean of each of them. */
  #means = new Float64Array(KEPT_SPECTRA);
  #hops = 0;
  /** Strongest first, by bin; 0 for none. */
  #candidates = new Int32Array(CANDIDATES);
  #levels = new Float64Array(HOPS + 1);
  #bins = new Float64Array(HOPS + 1);
  /** What a sine of amplitude 1 has as its peak's power. */
  #fullScale;

  /** In Hz, of the howl that was heard last; 0 where no tone stood out. */
  frequency = 0;

  /** @param {number} sampleRate */
  constructor(sampleRate) {
    const size = 2 ** Math.round(Math.log2(WINDOW_SECONDS * sampleRate));
    this.#sampleRate = sampleRate;
    this.#size = size;
    this.#hop = size / HOPS_PER_WINDOW;
    this.#untilHop = this.#hop;
    this.#fft = new Fft(size);
    this.#window = Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
    this.#samples = new Float64Array(size);
    this.#real = new Float64Array(size);
    this.#imaginary = new Float64Array(size);
    this.#spectra = Array.from({ length: KEPT_SPECTRA }, () => new Float64Array(size / 2));
    this.#fullScale = (size / 4) ** 2;
  }

  /** Forgets what it heard. */
  reset() {
    this.#samples.fill(0);
    this.#hops = 0;
  }

  /**
   * Listens on.
   * @param {Float32Array} samples
   * @returns {boolean} whether it howls
   */
  hear(samples) {
    let howls = false;
    for (let i = 0; i < samples.length; i++) {
      this.#samples[this.#at] = samples[i];
      this.#at = this.#at + 1 === this.#size ? 0 : this.#at + 1;
      this.#untilHop -= 1;
      if (this.#untilHop > 0) continue;
      this.#untilHop = this.#hop;
      howls = this.#look() || howls;
    }
    return howls;
  }

  /** Judges the newest spectrum. */
  #look() {
    const spectrum = this.#newSpectrum();
    this.#findCandidates(spectrum);
    const average = this.#means[this.#placeOf(0)];
    for (let i = 0; i < CANDIDATES; i++) {
      const bin = this.#candidates[i];
      if (bin > 0 && standsOut(spectrum, bin, average) && this.#keepsRising(bin)) {
        this.frequency = (this.#bins[HOPS] * this.#sampleRate) / this.#size;
        return true;
      }
    }
    this.frequency = 0;
    return average * spectrum.length >= QUIETEST_POWER && this.#allRises(spectrum);
  }

  #newSpectrum() {
    const [size, real, imaginary] = [this.#size, this.#real, this.#imaginary];
    const oldest = this.#at;
    for (let n = 0; n < size; n++) real[n] = this.#window[n] * this.#samples[(oldest + n) & (size - 1)];
    imaginary.fill(0);
    this.#fft.transform(real, imaginary);
    const spectrum = this.#spectra[this.#hops % KEPT_SPECTRA];
    for (let k = 0; k < spectrum.length; k++) {
      spectrum[k] = (real[k] * real[k] + imaginary[k] * imaginary[k]) / this.#fullScale;
    }
    this.#means[this.#hops % KEPT_SPECTRA] = mean(spectrum);
    this.#hops += 1;
    return spectrum;
  }

  /** @param {Float64Array} spectrum */
  #findCandidates(spectrum) {
    const candidates = this.#candidates.fill(0);
    const last = Math.min(spectrum.length - 2, Math.floor((HIGHEST_HERTZ * this.#size) / this.#sampleRate));
    for (let k = Math.ceil((LOWEST_HERTZ * this.#size) / this.#sampleRate); k <= last; k++) {
      const power = spectrum[k];
      if (power < QUIETEST_POWER || power <= spectrum[k - 1] || power < spectrum[k + 1]) continue;
      let place = CANDIDATES;
      while (place > 0 && power > spectrum[candidates[place - 1]] * Number(candidates[place - 1] > 0)) place -= 1;
      if (place === CANDIDATES) continue;
      candidates.copyWithin(place + 1, place, CANDIDATES - 1);
      candidates[place] = k;
    }
  }

  /**
   * Whether the tone has risen steadily for a dozen hops, or stays at full scale.
   * @param {number} bin where it is now
   */
  #keepsRising(bin) {
    for (const stride of STRIDES) {
      if (this.#hops <= HOPS * stride || !this.#follow(bin, stride)) continue;
      const rise = this.#levels[HOPS] - this.#levels[0];
      if (rise >= LEAST_RISE_DECIBELS && isStraight(this.#levels)) return true;
      if (stride === LONGEST_STRIDE && this.#levels.every(isFullScale)) return true;
    }
    return false;
  }

  /**
   * Whether all that is heard has risen steadily for a dozen hops, and has kept its shape.
   * @param {Float64Array} spectrum the newest
   */
  #allRises(spectrum) {
    if (this.#hops <= HOPS) return false;
    for (let i = 0; i <= HOPS; i++) this.#levels[i] = decibels(this.#means[this.#placeOf(HOPS - i)]);
    if (this.#levels[HOPS] - this.#levels[0] < LEAST_RISE_DECIBELS || !isStraight(this.#levels)) return false;
    for (let i = 1; i <= HOPS; i++) if (likeness(spectrum, this.#spectrumBefore(i)) < LEAST_LIKENESS) return false;
    return true;
  }

  /** @param {number} hops so many before the newest */
  #spectrumBefore(hops) {
    return this.#spectra[this.#placeOf(hops)];
  }

  /** @param {number} hops so many before the newest */
  #placeOf(hops) {
    return (this.#hops - 1 - hops) % KEPT_SPECTRA;
  }

  /**
   * Follows a tone back over a dozen hops.
   * @param {number} bin where it is now
   * @param {number} stride hops between two looks
   * @returns {boolean} whether its frequency was steady
   */
  #follow(bin, stride) {
    let sum = 0;
    for (let i = HOPS; i >= 0; i--) {
      const spectrum = this.#spectrumBefore((HOPS - i) * stride);
      const peak = peakNear(spectrum, bin);
      if (peak === 0) return false;
      const [left, middle, right] = [
        decibels(spectrum[peak - 1]),
        decibels(spectrum[peak]),
        decibels(spectrum[peak + 1]),
      ];
      // A parabola through three bins in dB: a window's main lobe is nearly one.
      const offset = (left - right) / (2 * (left - 2 * middle + right));
      this.#bins[i] = peak + offset;
      this.#levels[i] = middle - ((left - right) * offset) / 4;
      sum += this.#bins[i];
    }
    const steady = sum / (HOPS + 1);
    for (let i = 0; i <= HOPS; i++) if (Math.abs(this.#bins[i] - steady) > FREQUENCY_TOLERANCE_BINS) return false;
    return true;
  }
}

/** @param {number} power */
const decibels = (power) => 10 * Math.log10(power + 1e-30);

/** @param {number} level in dB */
const isFullScale = (level) => level >= FULL_SCALE_DECIBELS;

/** @param {Float64Array} values */
function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * The cosine between two spectra's amplitudes: 1 where they have the same shape.
 * @param {Float64Array} powers
 * @param {Float64Array} others
 */
function likeness(powers, others) {
  let [product, sum, sumOfOthers] = [0, 0, 0];
  for (let k = 0; k < powers.length; k++) {
    product += Math.sqrt(powers[k] * others[k]);
    sum += powers[k];
    sumOfOthers += others[k];
  }
  return product / Math.sqrt(sum * sumOfOthers + 1e-60);
}

/**
 * The bin of the peak at a bin or beside it; 0 where there is none.
 * @param {Float64Array} spectrum
 * @param {number} bin
 */
function peakNear(spectrum, bin) {
  for (let k = bin - 1; k <= bin + 1; k++) {
    if (spectrum[k] > spectrum[k - 1] && spectrum[k] >= spectrum[k + 1]) return k;
  }
  return 0;
}

/**
 * Whether a peak stands above the average, its neighbours and its harmonics.
 * @param {Float64Array} spectrum
 * @param {number} bin
 * @param {number} average
 */
function standsOut(spectrum, bin, average) {
  const power = spectrum[bin];
  if (power < PEAK_TO_AVERAGE * average) return false;
  for (const distance of NEIGHBOURS) {
    if (power < PEAK_TO_NEIGHBOUR * (spectrum[bin - distance] ?? 0)) return false;
    if (power < PEAK_TO_NEIGHBOUR * (spectrum[bin + distance] ?? 0)) return false;
  }
  for (const ratio of HARMONICS) {
    const near = Math.round(bin * ratio);
    // Not the tone's own main lobe.
    if (Math.abs(near - bin) < LOBE) continue;
    for (let k = near - 1; k <= near + 1; k++) {
      if (power < PEAK_TO_HARMONIC * (spectrum[k] ?? 0)) return false;
    }
  }
  return true;
}

/**
 * Whether levels at equal distances lie on a straight line, the one of least squares, and do not bend: what swells and
 * then holds is higher in the middle than halfway between its ends.
 * @param {Float64Array} levels
 */
function isStraight(levels) {
  const last = levels.length - 1;
  let [sum, moment, spread, bend] = [0, 0, 0, 0];
  for (let i = 0; i <= last; i++) {
    const place = i - last / 2;
    sum += levels[i];
    moment += place * levels[i];
    spread += place * place;
    bend += Math.abs(place) < MIDDLE / 2 ? levels[i] / MIDDLE : -levels[i] / (levels.length - MIDDLE);
  }
  if (bend > MOST_BEND * (levels[last] - levels[0])) return false;
  for (let i = 0; i <= last; i++) {
    const expected = sum / levels.length + (moment / spread) * (i - last / 2);
    if (Math.abs(levels[i] - expected) > RISE_TOLERANCE_DECIBELS) return false;
  }
  return true;
}
