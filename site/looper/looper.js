/**
 * The looper as the page has it: records what the engine gives, effects and all, and plays it beside the engine, at the
 * visitor's volume. Main thread; the samples are the audio thread's (processor.js).
 *
 * It takes the engine's output, not its input: what is heard when a loop is recorded is what the loop plays, whatever
 * the knobs are turned to for the next one.
 */

import { measuredLatency } from '../latency/kept.js';
import { wavHeader, wavSamples } from '../recording/wav.js';
import { approach } from '../shared/fade.js';
import { clamp } from '../shared/numbers.js';
import { BEATS_PER_BAR, startClicks } from './click.js';

/**
 * @typedef {import('./processor.js').Command} Command
 * @typedef {import('./processor.js').Report} Report
 * @typedef {import('./loop.js').Latency} Latency
 * @typedef {import('../session/session.js').Session} Session
 *
 * @typedef {object} CountIn what is counted until a recording begins, in the context's time
 * @property {number} start
 * @property {number} seconds
 *
 * @typedef {(channels: Float32Array<ArrayBuffer>[] | null) => void} OnCopy
 */

/** This panel's name where it holds the context running. */
const HOLDER = 'looper';
const CHANNELS = 2;
const PROCESSOR_URL = new URL('processor.js', import.meta.url).href;
/** The longest loop. */
export const MOST_SECONDS = 60;
/** What all overdubs together may take, undone ones too. */
const MOST_BYTES = 2 ** 27;
const MOST_OVERDUBS = 24;
const GLIDE_SECONDS = 0.01;
/** From a key to the first click of a count-in: by then the audio thread knows of it. */
const LEAD_SECONDS = 0.1;
/** So long before a click it is quiet. */
const BEFORE_SECONDS = 0.01;

/** @type {Report} */
const EMPTY = { state: 'empty', length: 0, origin: 0, begin: 0, overdubs: 0, undone: 0, cleared: false };

/** Makes `change` events. */
export class Looper extends EventTarget {
  #session;
  /** @type {{ node: AudioWorkletNode, level: GainNode } | null} */
  #sounding = null;
  /** @type {Promise<void> | null} */
  #loading = null;
  #report = EMPTY;
  #level = 1;
  /** @type {CountIn | null} */
  #countIn = null;
  /** Ends the clicks. @type {((time?: number) => void) | null} */
  #stopClicks = null;
  /** Takes the copy of the loop that was asked for; null where there will be none. @type {OnCopy | null} */
  #onCopy = null;
  #isSaved = true;
  /** In beats a minute. */
  tempo = 120;
  /** Whether a recording ends on a bar, and not where the key was pressed. */
  inBars = false;
  /** Whether clicks count a bar before a recording, and go on in it. @type {'off' | 'count-in' | 'metronome'} */
  click = 'off';

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    session.addEventListener('closed', () => {
      this.#sounding = this.#loading = this.#countIn = this.#stopClicks = null;
      this.#copied(null);
      this.#become(EMPTY);
    });
    // What would record silence from here on ends, and is kept.
    session.addEventListener('stop', () => {
      if (this.state === 'counting') this.clear();
      else if (this.state === 'recording' || this.state === 'overdubbing') this.go();
    });
  }

  /** @returns {import('./loop.js').State | 'counting'} */
  get state() {
    return this.#countIn ? 'counting' : this.#report.state;
  }

  /** Whether there is a loop that leaving the page would lose. */
  get isUnsaved() {
    return !this.#isSaved && this.#report.state !== 'empty';
  }

  /** Of the loop, or of the recording that is to become one. */
  get seconds() {
    const { context } = this.#session;
    if (!context || this.state === 'empty' || this.state === 'counting') return 0;
    if (this.state === 'recording') return Math.max(0, context.currentTime - this.#report.begin / context.sampleRate);
    return this.#report.length / context.sampleRate;
  }

  /** Where in the loop it plays, from 0 to 1; while it is recorded, how much of the room is taken; or of the count. */
  get place() {
    const { context } = this.#session;
    if (!context || this.state === 'empty' || this.state === 'stopped') return 0;
    if (this.#countIn) return clamp((context.currentTime - this.#countIn.start) / this.#countIn.seconds, 0, 1);
    if (this.state === 'recording') return Math.min(1, this.seconds / MOST_SECONDS);
    const { origin, length } = this.#report;
    const position = (context.currentTime * context.sampleRate - origin) % length;
    return Math.max(0, position) / length;
  }

  get overdubs() {
    return this.#report.overdubs;
  }

  get undone() {
    return this.#report.undone;
  }

  /** The beat of the count-in. */
  get beat() {
    return Math.min(BEATS_PER_BAR, 1 + Math.floor(BEATS_PER_BAR * this.place));
  }

  get canUndo() {
    return !this.#countIn && (this.overdubs > 0 || this.#report.cleared);
  }

  /** Whether there is memory for one more overdub. */
  get hasRoom() {
    const bytes = this.#report.length * CHANNELS * Float32Array.BYTES_PER_ELEMENT;
    return this.overdubs < Math.min(MOST_OVERDUBS, Math.floor(MOST_BYTES / Math.max(1, bytes)) - 1);
  }

  /** A factor. */
  set level(/** @type {number} */ level) {
    this.#level = level;
    if (!this.#sounding) return;
    const { gain, context } = this.#sounding.level;
    approach(gain, context, level, GLIDE_SECONDS);
  }

  get level() {
    return this.#level;
  }

  /** Brings up all that recording needs, so that it begins at once; where the sound is on. */
  async prepare() {
    if (this.#session.context) await this.#load();
  }

  /** The one big key: records, ends the recording, records over it, ends that; or leaves the count-in. */
  async go() {
    if (this.state === 'empty') await this.#record();
    else if (this.state === 'counting') this.clear();
    else if (this.state === 'recording') this.#close();
    else if (this.state === 'overdubbing') this.#send({ name: 'endOverdub' });
    else if (this.hasRoom) {
      if (this.state === 'stopped') this.#play();
      this.#isSaved = false;
      this.#sendWithRoom({ name: 'overdub', channels: newChannels(this.#report.length) });
    }
  }

  /** Plays from the beginning, or stops; what is being recorded for the first time becomes the loop. */
  playOrStop() {
    if (this.state === 'recording') this.#close();
    else if (this.state === 'stopped') this.#play();
    else if (this.state === 'counting') this.clear();
    else if (this.state !== 'empty') this.#send({ name: 'stop' });
  }

  /** Takes back the last overdub, or that all was cleared. */
  undo() {
    if (this.canUndo) this.#edit({ name: 'undo' });
  }

  redo() {
    if (this.undone > 0) this.#edit({ name: 'redo' });
  }

  /** Empties it, or leaves the count-in. */
  clear() {
    this.#countIn = null;
    this.#endClicks();
    this.#send({ name: 'clear' });
  }

  /**
   * The loop as it plays at full level, in a WAV file: of 32-bit floats where others would cut it off.
   * @param {import('../recording/wav.js').Format} wanted
   * @returns {Promise<Blob | null>} null where there is none any more
   */
  async save(wanted) {
    const { context } = this.#session;
    if (!context || (this.state !== 'playing' && this.state !== 'stopped')) return null;
    if (this.#onCopy) return null;
    // What is played while it is copied is not saved.
    this.#isSaved = true;
    const channels = await new Promise((/** @type {OnCopy} */ resolve) => {
      this.#onCopy = resolve;
      this.#sendWithRoom({ name: 'copy', channels: newChannels(this.#report.length) });
    });
    if (!channels) {
      this.#isSaved = false;
      return null;
    }
    const isOver = channels.some((samples) => samples.some((sample) => Math.abs(sample) > 1));
    const format = isOver ? 'float' : wanted;
    const data = wavSamples(format, channels);
    const header = wavHeader(format, {
      channels: CHANNELS,
      sampleRate: context.sampleRate,
      dataBytes: data.length,
    });
    return new Blob([header, data], { type: 'audio/wav' });
  }

  async #record() {
    const sound = await this.#session.prepare();
    await this.#load();
    if (this.state !== 'empty' || sound.context !== this.#session.context) return;
    const channels = newChannels(Math.round(MOST_SECONDS * sound.context.sampleRate));
    const latency = this.#latency();
    const at = this.click === 'off' ? undefined : this.#count(sound) + latency.ahead;
    this.#isSaved = false;
    this.#sendWithRoom({ name: 'record', at, channels, latency });
    if (this.#countIn) this.dispatchEvent(new Event('change'));
  }

  /**
   * Counts a bar.
   * @param {import('../session/session.js').Sound} sound
   * @returns {number} the frame at which the next one begins
   */
  #count(sound) {
    const { context } = sound;
    const { sampleRate } = context;
    const frames = Math.round(this.#barFrames());
    const first = Math.ceil((context.currentTime + LEAD_SECONDS) * sampleRate);
    this.#stopClicks = startClicks(sound, frames, first / sampleRate);
    if (this.click === 'count-in') this.#stopClicks((first + frames) / sampleRate);
    this.#countIn = { start: first / sampleRate, seconds: frames / sampleRate };
    return first + frames;
  }

  #endClicks() {
    this.#stopClicks?.();
    this.#stopClicks = null;
  }

  #play() {
    this.#edit({ name: 'play' });
  }

  /**
   * What is heard is another one from now on.
   * @param {Command} command
   */
  #edit(command) {
    if (command.name !== 'play' && !this.#report.cleared) this.#isSaved = false;
    if (this.#session.mix) this.#session.mix.added = true;
    this.#send(command);
  }

  /**
   * How late what is played comes in, where it is known: the way out to the ears and in by the microphone, as measured,
   * and through the engine. What needs no microphone comes in when it is heard.
   * @returns {Latency}
   */
  #latency() {
    const { source, engine, context } = this.#session;
    const measured = measuredLatency.value;
    if (source?.kind !== 'microphone' || !measured || !engine || !context) return { shift: 0, ahead: 0 };
    const parts = engine.latency();
    const shift = Math.round((measured.seconds + parts.engine + parts.buffer) * context.sampleRate);
    const ahead = Math.round((parts.base + parts.output) * context.sampleRate);
    return { shift, ahead: Math.min(shift, ahead) };
  }

  #barFrames() {
    return ((this.#session.context?.sampleRate ?? 0) * 60 * BEATS_PER_BAR) / this.tempo;
  }

  #close() {
    const beat = this.inBars ? this.#barFrames() : undefined;
    this.#send({ name: 'close', beat });
    const { context } = this.#session;
    if (!beat || !context) return this.#endClicks();
    // The click with which the first round would begin belongs to it no more.
    const { begin, origin } = this.#report;
    const bars = Math.max(1, Math.round((context.currentTime * context.sampleRate - begin) / beat));
    this.#stopClicks?.(Math.max(0, (origin + bars * beat) / context.sampleRate - BEFORE_SECONDS));
  }

  async #load() {
    this.#loading ??= this.#build();
    const loading = this.#loading;
    try {
      await loading;
    } catch (error) {
      if (this.#loading === loading) this.#loading = null;
      throw error;
    }
  }

  async #build() {
    const { context, matched, mix } = this.#session;
    if (!context || !matched || !mix) return;
    if (!mix.limiter) throw new Error('it needs a browser with AudioWorklet');
    await context.audioWorklet.addModule(PROCESSOR_URL);
    if (context !== this.#session.context) return;
    const node = new AudioWorkletNode(context, 'looper', {
      outputChannelCount: [CHANNELS],
      channelCount: CHANNELS,
      channelCountMode: 'explicit',
    });
    const level = new GainNode(context, { gain: this.#level });
    matched.connect(node).connect(level).connect(mix.input);
    node.port.onmessage = ({ data }) => {
      if (data.copy) this.#copied(data.copy);
      this.#become(data.copy ? this.#report : data);
    };
    this.#sounding = { node, level };
  }

  /** @param {Command} command */
  #send(command) {
    this.#sendWithRoom({ ...command, channels: [] });
  }

  /**
   * What rests is awakened: it would not hear of a command.
   * @param {Command & { channels: Float32Array<ArrayBuffer>[] }} command whose memory goes with it
   */
  #sendWithRoom(command) {
    if (!this.#sounding) return;
    this.#session.hold(HOLDER);
    this.#sounding.node.port.postMessage(
      command,
      command.channels.map(({ buffer }) => buffer),
    );
  }

  /** @type {OnCopy} */
  #copied(channels) {
    this.#onCopy?.(channels);
    this.#onCopy = null;
  }

  /** @param {Report} report */
  #become(report) {
    const { state } = report;
    this.#report = report;
    if (state === 'recording') this.#countIn = null;
    else if (!this.#countIn) this.#endClicks();
    const isAtRest = state === 'empty' || state === 'stopped';
    if (this.#session.mix) this.#session.mix.added = !isAtRest;
    if (isAtRest && !this.#countIn && !this.#onCopy) this.#session.release(HOLDER);
    else this.#session.hold(HOLDER);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {number} frames */
const newChannels = (frames) => Array.from({ length: CHANNELS }, () => new Float32Array(frames));
