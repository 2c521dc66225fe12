/**
 * The built-in loop: a loop of plucked strings over soft drums, computed here in a few lines, so that the page
 * makes music without a download and without a permission. Plain JavaScript on the main thread, once per sample rate;
 * the engine is what it is played through.
 */

import { LoopPlayer } from './loop-player.js';

const BEATS_PER_MINUTE = 92;
const BEATS = 16;
/** Peak of the whole. */
const LEVEL = 0.5;
/** How long a string rings. */
const RING_SECONDS = 2.2;
/** What is left of a string's vibration after one period. */
const LOSS = 0.997;

/** Four bars of broken chords as MIDI note numbers, two notes to a beat: Am9, Fmaj7, C, G6. */
const ARPEGGIO = [
  57, 64, 67, 71, 72, 71, 67, 64, 53, 60, 64, 69, 72, 69, 64, 60, 48, 60, 64, 67, 76, 67, 64, 60, 55, 62, 64, 67, 71,
  74, 71, 67,
];

/** @param {number} note */
const frequency = (note) => 440 * 2 ** ((note - 69) / 12);

/**
 * Repeatable noise in −1 … 1: a linear congruential generator with the constants of PCG's 32-bit state.
 * @param {number} seed
 */
function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 747796405) + 2891336453) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/**
 * Adds a plucked string: a burst of noise one period long that comes back each period, averaged with its
 * neighbour (K. Karplus and A. Strong, Computer Music Journal 7(2), 1983), tuned by interpolation.
 * @param {Float32Array[]} channels
 * @param {number} start its first frame
 * @param {number} hertz
 * @param {number} rate in Hz
 * @param {number} pan 0 (left) … π/2 (right)
 * @param {number} level
 */
function pluck(channels, start, hertz, rate, pan, level) {
  const string = new Float32Array(Math.round(RING_SECONDS * rate));
  const period = rate / hertz;
  burst(string.subarray(0, Math.ceil(period) + 1), noise(Math.round(hertz * 1000) + start));
  const whole = Math.floor(period - 0.5);
  const fraction = period - 0.5 - whole;
  for (let i = Math.ceil(period) + 1; i < string.length; i++) {
    const near = string[i - whole];
    string[i] = (LOSS / 2) * (near + string[i - whole - 1] + fraction * (string[i - whole - 2] - near));
  }
  mix(channels, start, string, [Math.cos(pan) * level, Math.sin(pan) * level]);
}

/**
 * Softened noise around zero.
 * @param {Float32Array} samples
 * @param {() => number} random
 */
function burst(samples, random) {
  let smooth = 0;
  let sum = 0;
  for (let i = 0; i < samples.length; i++) {
    smooth += 0.45 * (random() - smooth);
    samples[i] = smooth;
    sum += smooth;
  }
  for (let i = 0; i < samples.length; i++) samples[i] -= sum / samples.length;
}

/**
 * Adds a soft drum: a sine that falls in pitch.
 * @param {Float32Array[]} channels
 * @param {number} start
 * @param {number} rate
 */
function drum(channels, start, rate) {
  let phase = 0;
  const samples = Float32Array.from({ length: 0.3 * rate }, (_, i) => {
    const seconds = i / rate;
    phase += (2 * Math.PI * (48 + 90 * Math.exp(-seconds * 38))) / rate;
    return Math.sin(phase) * Math.exp(-seconds * 14) * Math.min(1, seconds * 600);
  });
  mix(channels, start, samples, [0.62, 0.62]);
}

/**
 * Adds a brush: a puff of high noise.
 * @param {Float32Array[]} channels
 * @param {number} start
 * @param {number} rate
 * @param {number} level
 */
function brush(channels, start, rate, level) {
  const random = noise(start + 17);
  let last = 0;
  const samples = Float32Array.from({ length: 0.12 * rate }, (_, i) => {
    const seconds = i / rate;
    const next = random();
    const rise = next - last;
    last = next;
    return rise * Math.exp(-seconds * 42) * Math.min(1, seconds * 900);
  });
  mix(channels, start, samples, [level, level * 0.8]);
}

/**
 * Adds samples at a frame. What rings past the loop's end rings on at its start, so that it repeats without a seam.
 * @param {Float32Array[]} channels
 * @param {number} start
 * @param {Float32Array} samples
 * @param {number[]} levels one a channel
 */
function mix(channels, start, samples, levels) {
  channels.forEach((channel, side) => {
    for (let i = 0, at = start; i < samples.length; i++, at++) {
      if (at === channel.length) at = 0;
      channel[at] += levels[side] * samples[i];
    }
  });
}

/**
 * The loop, in stereo.
 * @param {number} rate in Hz
 */
export function builtInLoop(rate) {
  const beat = Math.round((60 / BEATS_PER_MINUTE) * rate);
  const channels = [new Float32Array(beat * BEATS), new Float32Array(beat * BEATS)];
  ARPEGGIO.forEach((note, index) => {
    const start = Math.round((index * beat) / 2);
    const accent = index % 4 === 0 ? 1 : 0.72;
    pluck(channels, start, frequency(note), rate, Math.PI / 4 + 0.35 * Math.sin(index * 2.4), accent);
    if (index % 8 === 0) pluck(channels, start, frequency(note - 12), rate, Math.PI / 4, 0.8);
  });
  for (let index = 0; index < BEATS; index++) {
    const start = index * beat;
    if (index % 2 === 0) drum(channels, start, rate);
    else brush(channels, start, rate, 0.16);
    brush(channels, start + Math.round(beat / 2), rate, 0.07);
  }
  normalise(channels);
  return channels;
}

/** @param {Float32Array[]} channels */
function normalise(channels) {
  const peak = channels.reduce((most, data) => data.reduce((max, x) => Math.max(max, Math.abs(x)), most), 0);
  for (const data of channels) for (let i = 0; i < data.length; i++) data[i] *= LEVEL / peak;
}

/**
 * The loop as a source, which needs no permission.
 * @type {import('./sources.js').Opener}
 */
export async function openBuiltIn(context) {
  const { sampleRate } = context;
  const channels = builtInLoop(sampleRate);
  const buffer = new AudioBuffer({ length: channels[0].length, numberOfChannels: channels.length, sampleRate });
  for (const [channel, data] of channels.entries()) buffer.copyToChannel(data, channel);
  const player = new LoopPlayer(context, buffer);
  return { kind: 'built-in', name: 'Built-in loop', node: player.node, player, release: () => player.pause() };
}
