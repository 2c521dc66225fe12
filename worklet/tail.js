/**
 * How long the effects ring on when their input has ended: an upper bound, from the parameters in force. Pure; any
 * thread.
 *
 * Sounds of full scale (±1) are reckoned with. What they can be raised to, by all effects together, has to fall to
 * −120 dBFS: so far an echo, or a filter's ringing, has to decay. Effects in a row ring on one after the other at
 * worst, so the seconds add up, whatever their order.
 */

/** Where a sound is no longer heard, in dBFS; render()'s automatic tail ends there, too. */
export const INAUDIBLE_DECIBELS = -120;

/** Filters are tuned so far below the sample rate at most, as a share of it (HIGHEST in src/dsp/svf.rs). */
const HIGHEST_SHARE = 0.49;

/** What the slower of two equal poles rings on beyond an exponential, as a factor. */
const DOUBLE_POLE = 1.2;

/** The reverb's lines (src/dsp/lines/network.rs); at low sample rates the next prime is some frames longer. */
const SHORTEST_LINE_SECONDS = 0.02;
const LONGEST_LINE_SECONDS = 0.09;

/** Frames that the chorus reads around a place between frames, at most (src/dsp/lines). */
const INTERPOLATION_FRAMES = 64;

/** The distortion's drive is 1 + 10 × its parameter; the slope at 0 of tanh(x·drive) / tanh(drive) is how it lifts. */
const slopeOf = (/** @type {number} */ drive) => drive / Math.tanh(drive);

/** @typedef {(id: import('../types/tables.js').ParameterId) => number} Get the value in force of a parameter */

/**
 * @param {Get} get
 * @param {number} sampleRate in Hz
 * @returns {number} seconds
 */
export function tailSeconds(get, sampleRate) {
  if (get('bypass') === 1) return 0;
  const decibels = liftOf(get) - INAUDIBLE_DECIBELS;
  const echoes = [
    get('delay_on') * echoSeconds(get, decibels, sampleRate),
    get('chorus_on') * chorusSeconds(get, sampleRate),
    get('reverb_on') * reverbSeconds(get, decibels),
  ];
  const ringing = filtersOf(get).map((filter) => ringingSeconds(filter, decibels, sampleRate));
  return [...echoes, ...ringing].reduce((sum, seconds) => sum + seconds, 0);
}

/**
 * By how much all effects together can raise a sound, in dB.
 * @param {Get} get
 */
function liftOf(get) {
  const factors = [
    get('gain'),
    get('distortion_on') ? slopeOf(1 + 10 * get('distortion')) : 1,
    // A sound that goes on and on gathers in the line.
    get('delay_on') ? 1 / (1 - get('delay_feedback')) : 1,
    // In the reverb's shortest line, too.
    get('reverb_on') ? 1 / (1 - 10 ** ((-3 * SHORTEST_LINE_SECONDS) / get('reverb_decay'))) : 1,
  ];
  const raised = [get('peak_on') * Math.max(0, get('peak_gain')), get('compressor_on') * get('compressor_makeup')];
  return factors.reduce((sum, factor) => sum + Math.max(0, 20 * Math.log10(factor)), raised[0] + raised[1]);
}

/**
 * The echo that is as much softer than the first as it has to be, and has ended.
 * @param {Get} get
 * @param {number} decibels
 * @param {number} sampleRate
 */
function echoSeconds(get, decibels, sampleRate) {
  const [time, feedback] = [get('delay_time'), get('delay_feedback')];
  const echo = Math.max(1, Math.round(time * sampleRate)) / sampleRate;
  if (get('delay_mix') === 0) return 0;
  return echo * (1 + Math.ceil(decibels / (-20 * Math.log10(feedback))));
}

/**
 * The longest delay of the chorus, and what its interpolation needs behind it.
 * @param {Get} get
 * @param {number} sampleRate
 */
function chorusSeconds(get, sampleRate) {
  if (get('chorus_mix') === 0) return 0;
  return get('chorus_delay') + get('chorus_depth') + INTERPOLATION_FRAMES / sampleRate;
}

/**
 * The reverb falls by 60 dB in its decay time, once the sound has gone through its longest line.
 * @param {Get} get
 * @param {number} decibels
 */
function reverbSeconds(get, decibels) {
  if (get('reverb_mix') === 0) return 0;
  return get('reverb_predelay') + LONGEST_LINE_SECONDS + (get('reverb_decay') * decibels) / 60;
}

/**
 * The filters that are on, with the Q of their poles: the Audio EQ Cookbook's peaking filter has Q·A there.
 * @param {Get} get
 */
function filtersOf(get) {
  const amplitude = 10 ** (get('peak_gain') / 40);
  return [
    { on: get('lpf_on'), frequency: get('lpf_cutoff'), q: Math.SQRT1_2 },
    { on: get('hpf_on'), frequency: get('hpf_cutoff'), q: Math.SQRT1_2 },
    { on: get('peak_on'), frequency: get('peak_frequency'), q: get('peak_q') * amplitude },
  ].filter(({ on }) => on);
}

/**
 * How long a biquad of the Audio EQ Cookbook takes to fall by so much: as its slower pole does, the roots of
 * (1 + α)·z² − 2·cos ω·z + (1 − α), with α = sin ω / 2Q.
 * @param {{ frequency: number, q: number }} filter
 * @param {number} decibels
 * @param {number} sampleRate
 */
function ringingSeconds({ frequency, q }, decibels, sampleRate) {
  const angle = 2 * Math.PI * Math.min(frequency / sampleRate, HIGHEST_SHARE);
  const alpha = Math.sin(angle) / (2 * q);
  const inside = alpha ** 2 - Math.sin(angle) ** 2;
  const radius = inside < 0 ? Math.sqrt((1 - alpha) / (1 + alpha)) : slowest(Math.cos(angle), inside, alpha);
  return (DOUBLE_POLE * decibels) / (-20 * Math.log10(radius)) / sampleRate;
}

/**
 * The radius of the slower of two real poles.
 * @param {number} cosine
 * @param {number} inside the square root
 * @param {number} alpha
 */
const slowest = (cosine, inside, alpha) => (Math.abs(cosine) + Math.sqrt(inside)) / (1 + alpha);
