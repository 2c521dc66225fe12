/**
 * The microphone as a source: which device, which of its channels, how much louder. The browser's own processing for
 * calls is off unless it is asked for. Main thread.
 *
 *   device → two channels → a gain from each to each → node
 */

import { approach } from '../shared/fade.js';
import { clamp, fromDecibels } from '../shared/numbers.js';
import { isRecord, readStored, store } from '../shared/storage.js';
import { SourceError } from './sources.js';

/**
 * @typedef {import('./sources.js').Opener} Opener
 *
 * @typedef {keyof typeof CHANNELS} Channel
 * @typedef {(typeof PROCESSING)[number]} Processing
 *
 * @typedef {object} MicrophoneSettings
 * @property {string} deviceId '' is the system's own choice
 * @property {string} deviceName for sentences
 * @property {Channel} channel
 * @property {number} gain in dB
 */

const KEY = 'audio-dsp-wasm.microphone';
/** How much of the device's left and right channel is heard on the left, and on the right. */
const CHANNELS = {
  both: [1, 0, 0, 1],
  left: [1, 0, 1, 0],
  right: [0, 1, 0, 1],
  mixed: [0.5, 0.5, 0.5, 0.5],
};
/** What browsers can do for calls. */
export const PROCESSING = /** @type {const} */ (['echoCancellation', 'noiseSuppression', 'autoGainControl']);
/** The gain's range, in dB. */
export const GAIN_DECIBELS = { min: -24, max: 24 };
/** Time constant with which another channel or gain is heard. */
const GLIDE_SECONDS = 0.01;

/** @returns {MicrophoneSettings & Record<Processing, boolean>} as they were left */
function readMicrophoneSettings() {
  const value = readStored(KEY);
  const stored = isRecord(value) ? value : {};
  const { deviceId, deviceName, channel, gain } = stored;
  return {
    deviceId: typeof deviceId === 'string' ? deviceId : '',
    deviceName: typeof deviceName === 'string' ? deviceName : '',
    channel: isChannel(channel) ? channel : 'both',
    gain: typeof gain === 'number' && Number.isFinite(gain) ? clamp(gain, GAIN_DECIBELS.min, GAIN_DECIBELS.max) : 0,
    echoCancellation: stored.echoCancellation === true,
    noiseSuppression: stored.noiseSuppression === true,
    autoGainControl: stored.autoGainControl === true,
  };
}

/**
 * @param {unknown} value
 * @returns {value is Channel}
 */
const isChannel = (value) => typeof value === 'string' && Object.hasOwn(CHANNELS, value);

/** The chooser's side of the microphone: what is set, and what sounds of it. */
export class Microphone {
  #settings = readMicrophoneSettings();
  /** The gains of what is open: while another device is opened, more than one. @type {Set<GainNode[]>} */
  #open = new Set();

  get settings() {
    return this.#settings;
  }

  /**
   * Sets something, for now and for the next visit. Channel and gain are heard at once.
   * @param {Partial<MicrophoneSettings & Record<Processing, boolean>>} changes
   * @returns {boolean} whether it is heard only when the microphone is opened anew
   */
  set(changes) {
    this.#settings = { ...this.#settings, ...changes };
    store(KEY, this.#settings);
    const factors = this.#factors();
    for (const gains of this.#open) {
      for (const [index, { gain, context }] of gains.entries()) {
        approach(gain, context, factors[index], GLIDE_SECONDS);
      }
    }
    return changes.deviceId !== undefined || PROCESSING.some((name) => changes[name] !== undefined);
  }

  /** @type {Opener} */
  open = async (context, onLost) => {
    const stream = await this.#stream();
    const [track] = stream.getAudioTracks();
    const stop = () => {
      for (const each of stream.getTracks()) each.stop();
    };
    track.addEventListener('ended', () => {
      onLost('The microphone was unplugged, or the system took it back. All settings are kept.');
    });
    try {
      const device = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      const gains = this.#factors().map((gain) => new GainNode(context, { gain }));
      this.#open.add(gains);
      return {
        kind: 'microphone',
        name: track.label || 'Microphone',
        node: wired(device, gains),
        track,
        isLive: true,
        release: () => {
          stop();
          this.#open.delete(gains);
        },
      };
    } catch {
      stop();
      throw new SourceError(
        `The microphone does not run at the loudspeakers’ ${context.sampleRate} Hz, and this browser ` +
          'cannot join them. Set both to one sample rate in the system’s sound settings, then try again.',
      );
    }
  };

  async #stream() {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new SourceError(
        'The microphone needs a secure page: open this one by https:// or on localhost. A file and the built-in loop ' +
          'play without.',
      );
    }
    const { deviceId, deviceName, echoCancellation, noiseSuppression, autoGainControl } = this.#settings;
    const audio = { echoCancellation, noiseSuppression, autoGainControl, channelCount: { ideal: 2 } };
    return navigator.mediaDevices
      .getUserMedia({ audio: { ...audio, ...(deviceId && { deviceId: { exact: deviceId } }) } })
      .catch((error) => {
        throw new SourceError(sentenceOf(error, deviceId && (deviceName || 'The chosen microphone')));
      });
  }

  /** What each of the four gains is. */
  #factors() {
    const { channel, gain } = this.#settings;
    return CHANNELS[channel].map((share) => share * fromDecibels(gain));
  }
}

/**
 * Lets each of the device's channels be heard on each side: a device of one channel has the same on both.
 * @param {MediaStreamAudioSourceNode} device
 * @param {GainNode[]} gains left to left, right to left, left to right, right to right
 */
function wired(device, gains) {
  const { context } = device;
  const stereo = new GainNode(context, { channelCount: 2, channelCountMode: 'explicit' });
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  device.connect(stereo).connect(splitter);
  for (const [index, gain] of gains.entries()) {
    splitter.connect(gain, index % 2);
    gain.connect(merger, 0, Math.floor(index / 2));
  }
  return merger;
}

/**
 * @param {Error} error of getUserMedia()
 * @param {string} chosen the device that was asked for; '' is whichever there is
 */
function sentenceOf(error, chosen) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone was refused. Allow it for this page in the browser’s address bar, then try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      if (chosen) return `“${chosen}” is not there. Plug it in, or choose another device beside “Microphone”.`;
      return 'There is no microphone. Plug one in, then try again; a file or the built-in loop play without one.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone does not answer. Close other programs that use it, or plug it in anew, then try again.';
    default:
      return `The microphone did not start (${error.message || error.name}). Try again.`;
  }
}
