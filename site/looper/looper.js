/**
 * The looper as the page has it: records what the engine gives, effects and all, and plays it beside the engine, at the
 * visitor's volume. Main thread; the samples are the audio thread's (processor.js).
 *
 * It takes the engine's output, not its input: what is heard when a loop is recorded is what the loop plays, whatever
 * the knobs are turned to for the next one.
 */

import { measuredLatency } from '../latency/kept.js';
import { approach } from '../shared/fade.js';

/**
 * @typedef {import('./processor.js').Command} Command
 * @typedef {import('./processor.js').Report} Report
 * @typedef {import('./loop.js').Latency} Latency
 * @typedef {import('../session/session.js').Session} Session
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
const BEATS_PER_BAR = 4;
const GLIDE_SECONDS = 0.01;
/** By then a stopped loop has faded out, and what is forgotten makes no click. */
const CLEAR_SECONDS = 0.02;

/** @type {Report} */
const EMPTY = { state: 'empty', length: 0, origin: 0, begin: 0, overdubs: 0, undone: 0 };

/** Makes `change` events. */
export class Looper extends EventTarget {
  #session;
  /** @type {{ node: AudioWorkletNode, level: GainNode } | null} */
  #sounding = null;
  /** @type {Promise<void> | null} */
  #loading = null;
  #report = EMPTY;
  #level = 1;
  /** In beats a minute, to end a recording on a bar; null leaves it where the key was pressed. @type {number | null} */
  tempo = null;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    session.addEventListener('closed', () => {
      this.#sounding = this.#loading = null;
      this.#become(EMPTY);
    });
  }

  get state() {
    return this.#report.state;
  }

  /** Of the loop, or of the recording that is to become one. */
  get seconds() {
    const { context } = this.#session;
    if (!context || this.state === 'empty') return 0;
    if (this.state === 'recording') return Math.max(0, context.currentTime - this.#report.begin / context.sampleRate);
    return this.#report.length / context.sampleRate;
  }

  /** Where in the loop it plays, from 0 to 1; while it is recorded, how much of the room is taken. */
  get place() {
    const { context } = this.#session;
    if (!context || this.state === 'empty' || this.state === 'stopped') return 0;
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

  /** The one big key: records, ends the recording, records over it, ends that. */
  async go() {
    if (this.state === 'empty') await this.#record();
    else if (this.state === 'recording') this.#send({ name: 'close', beat: this.#barFrames() });
    else if (this.state === 'overdubbing') this.#send({ name: 'endOverdub' });
    else if (this.hasRoom) {
      if (this.state === 'stopped') this.#play();
      this.#sendWithRoom({ name: 'overdub', channels: newChannels(this.#report.length) });
    }
  }

  /** Plays from the beginning, or stops; what is being recorded for the first time becomes the loop. */
  playOrStop() {
    if (this.state === 'recording') this.#send({ name: 'close', beat: this.#barFrames() });
    else if (this.state === 'stopped') this.#play();
    else if (this.state !== 'empty') this.#send({ name: 'stop' });
  }

  undo() {
    if (this.overdubs > 0) this.#send({ name: 'undo' });
  }

  redo() {
    if (this.undone > 0) this.#send({ name: 'redo' });
  }

  clear() {
    const { context } = this.#session;
    if (!context || this.state === 'empty') return;
    this.#send({ name: 'stop' });
    this.#send({ name: 'clear', at: Math.round((context.currentTime + CLEAR_SECONDS) * context.sampleRate) });
  }

  async #record() {
    const { context } = await this.#session.prepare();
    await this.#load();
    if (this.state !== 'empty' || context !== this.#session.context) return;
    const channels = newChannels(Math.round(MOST_SECONDS * context.sampleRate));
    this.#sendWithRoom({ name: 'record', channels, latency: this.#latency() });
  }

  /** What rests is awake before it plays. */
  #play() {
    this.#session.hold(HOLDER);
    if (this.#session.mix) this.#session.mix.added = true;
    this.#send({ name: 'play' });
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
    const { context } = this.#session;
    if (this.tempo === null || !context) return undefined;
    return (context.sampleRate * 60 * BEATS_PER_BAR) / this.tempo;
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
    node.port.onmessage = ({ data }) => this.#become(data);
    this.#sounding = { node, level };
  }

  /** @param {Command} command */
  #send(command) {
    this.#sounding?.node.port.postMessage(command);
  }

  /** @param {Command & { channels: Float32Array<ArrayBuffer>[] }} command whose memory goes with it */
  #sendWithRoom(command) {
    this.#sounding?.node.port.postMessage(
      command,
      command.channels.map(({ buffer }) => buffer),
    );
  }

  /** @param {Report} report */
  #become(report) {
    this.#report = report;
    if (this.#session.mix) this.#session.mix.added = report.state !== 'empty' && report.state !== 'stopped';
    if (report.state === 'empty' || report.state === 'stopped') this.#session.release(HOLDER);
    else this.#session.hold(HOLDER);
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {number} frames */
const newChannels = (frames) => Array.from({ length: CHANNELS }, () => new Float32Array(frames));
