/**
 * A plucked string as an instrument: the wave equation at the sample rate, eight voices of it, on the audio thread.
 * Main thread only.
 *
 *     const string = await createString(context, { note: 45 });
 *     string.connect(context.destination);
 *     string.pluck(0.3);
 *     string.note(57, 0.8, context.currentTime + 1);
 */

import { orAborted, throwIfAborted } from '../abort.js';
import { asyncDispose, dispose } from '../dispose.js';
import { EngineError } from '../errors.js';
import { Lifecycle } from '../lifecycle.js';
import { loadModule } from '../module.js';
import { given } from '../options.js';
import { startBest } from '../start-best.js';
import { checkStringOptions, inRange, SOUND } from './options.js';
import { StringScriptProcessorHost } from './script-processor-host.js';
import { StringWorkletHost } from './worklet-host.js';

/**
 * @typedef {import('./options.js').StringOptions} StringOptions
 * @typedef {import('./options.js').StringSound} StringSound
 * @typedef {import('./options.js').StringTable} StringTable
 * @typedef {StringWorkletHost | StringScriptProcessorHost} StringHost
 * @typedef {import('../lifecycle.js').StateChange} StateChange
 *
 * @typedef {object} Parts what a string is made of
 * @property {StringHost} host
 * @property {EngineError | null} fallbackReason
 * @property {StringTable} table
 * @property {number} number of the note that pluck() plucks
 * @property {Required<StringSound>} sound
 * @property {{ onfailure: (error: EngineError) => void }} heard gets what becomes of a failure
 * @property {AbortSignal} [signal]
 *
 * @typedef {object} StringEvents what a string tells its listeners
 * @property {CustomEvent<EngineError>} error the sound stopped by a failure, or cannot follow the context's sample rate
 * @property {CustomEvent<StateChange>} statechange as an engine's
 */

/**
 * An EventTarget whose listeners know their events.
 * @typedef {{
 *   addEventListener<Type extends keyof StringEvents>(
 *     type: Type, listener: (event: StringEvents[Type]) => void, options?: boolean | AddEventListenerOptions): void,
 *   removeEventListener<Type extends keyof StringEvents>(
 *     type: Type, listener: (event: StringEvents[Type]) => void, options?: boolean | EventListenerOptions): void,
 * } & EventTarget} StringEventTarget
 */

const KINDS = { 'worklet': StringWorkletHost, 'script-processor': StringScriptProcessorHost };

/**
 * Ends the strings that the program forgot: each, when nothing sounds and no note waits.
 * @type {FinalizationRegistry<() => void>}
 */
const forgotten = new FinalizationRegistry((forget) => forget());

/**
 * Makes a string in a context. Nothing is connected yet. It is eight strings, in fact: as many notes can sound at once.
 * A note that comes then takes the place of the quietest, without a click.
 * @param {BaseAudioContext} context an AudioContext or an OfflineAudioContext, of 8000 Hz or more
 * @param {StringOptions} [options]
 * @returns {Promise<PluckedString>}
 * @throws {EngineError} bad-string-value, string-sample-rate, and as createEngine()
 * @example
 * const string = await createString(context, { note: 45, damping: 6 });
 * string.connect(context.destination);
 * string.pluck(0.3);
 */
export async function createString(context, options = {}) {
  const settings = checkStringOptions(context, options);
  throwIfAborted(settings.signal);
  const loaded = await orAborted(loadModule(settings.wasmUrl), settings.signal);
  /** @type {StringTable} */
  const table = loaded.glue.string_table();
  const { note, ...sound } = settings.sound;
  const number = inRange(table, 'note', note);
  const checked = soundInRange(table, sound);
  const { sampleRate: rate } = context;
  if (rate < table.leastSampleRate) throw new EngineError('string-sample-rate', { rate, least: table.leastSampleRate });
  /** What becomes of a host's failure, once there is a string to tell of it. */
  const heard = { onfailure: /** @type {(error: EngineError) => void} */ (() => {}) };
  const hostOptions = {
    ...settings,
    loaded,
    table,
    onfailure: (/** @type {EngineError} */ error) => heard.onfailure(error),
  };
  const { signal } = settings;
  /** @type {(mode: keyof typeof KINDS) => Promise<StringHost>} */
  const start = (mode) => KINDS[mode].start(context, hostOptions);
  const starting = startBest(context, settings, start);
  try {
    const { started: host, fallbackReason } = await orAborted(starting, signal);
    if (context.state === 'closed') throw new EngineError('context-closed');
    return PluckedString.create(context, { host, fallbackReason, table, number, sound: checked, heard, signal });
  } catch (error) {
    starting.then(({ started }) => started.stop()).catch(() => {});
    throw error;
  }
}

/**
 * How a string sounds, with a value for each.
 * @param {StringTable} table
 * @param {StringSound} sound
 * @returns {Required<StringSound>}
 * @throws {EngineError} bad-string-value
 */
function soundInRange(table, sound) {
  const entries = SOUND.map((id) => [id, inRange(table, id, sound[id])]);
  return /** @type {Required<StringSound>} */ (Object.fromEntries(entries));
}

/** A string that sounds; makes StringEvents. */
export class PluckedString extends /** @type {new () => StringEventTarget} */ (EventTarget) {
  #context;
  #host;
  #table;
  #number;
  #sound;
  #lifecycle;
  #fallbackReason;
  #picture;
  /** @type {Promise<void> | null} */
  #closing = null;

  /**
   * Use createString().
   * @private
   * @param {BaseAudioContext} context
   * @param {Parts} parts
   */
  constructor(context, { host, fallbackReason, table, number, sound, heard, signal }) {
    super();
    this.#context = context;
    this.#host = host;
    this.#fallbackReason = fallbackReason;
    this.#table = table;
    this.#number = number;
    this.#sound = sound;
    this.#picture = new Float32Array(table.viewPoints);
    /**
     * What sounds, in one channel.
     * @type {AudioNode}
     * @example
     * string.output.connect(context.destination);
     */
    this.output = host.node;
    // Nothing that outlives the string may hold it: not the context's listeners, not the host.
    const weak = new WeakRef(this);
    /** @param {(string: PluckedString) => void} action */
    const whileItLives = (action) => {
      const string = weak.deref();
      if (string) action(string);
    };
    heard.onfailure = (error) => whileItLives((string) => string.#dispatchError(error));
    const handlers = {
      /** @param {StateChange} detail */
      onchange: (detail) => whileItLives((string) => string.dispatchEvent(new CustomEvent('statechange', { detail }))),
      onsamplerate: () =>
        whileItLives((string) => string.#dispatchError(new EngineError('mode-fixed', { what: 'sample rate' }))),
      onclosed: () => whileItLives((string) => string.close()),
    };
    const lifecycle = new Lifecycle(context, handlers, signal);
    this.#lifecycle = lifecycle;
    const { forget } = host;
    forgotten.register(this, () => {
      lifecycle.close();
      forget();
    });
    this.#send({ kind: 'set', frame: 0, ...sound });
  }

  /**
   * A string whose host has started; createString() calls this.
   * @internal
   * @param {BaseAudioContext} context
   * @param {Parts} parts
   */
  static create(context, parts) {
    return new PluckedString(context, parts);
  }

  /**
   * The audio context that the string lives in.
   * @returns {BaseAudioContext}
   */
  get context() {
    return this.#context;
  }

  /**
   * Where the sound is computed: on the audio thread or on the main thread.
   * @returns {'worklet' | 'script-processor'}
   */
  get mode() {
    return this.#host.mode;
  }

  /**
   * How view() comes back.
   * @returns {'shared' | 'message' | 'direct'}
   */
  get transport() {
    return this.#host.transport;
  }

  /**
   * Where 'auto' could not have the best mode: why not.
   * @returns {EngineError | null}
   */
  get fallbackReason() {
    return this.#fallbackReason;
  }

  /**
   * Whether close() was called.
   * @returns {boolean}
   */
  get closed() {
    return this.#closing !== null;
  }

  /**
   * How it sounds.
   * @returns {Required<StringSound>}
   * @example
   * const { damping } = string.sound;
   */
  get sound() {
    return { ...this.#sound };
  }

  /**
   * Connects the output, as an AudioNode's connect() does, and gives back what it was connected to.
   * @overload
   * @param {AudioNode} destination
   * @param {number} [output]
   * @param {number} [input]
   * @returns {AudioNode}
   * @example
   * string.connect(engine.input);
   */
  /**
   * Connects the output to a parameter of a node.
   * @overload
   * @param {AudioParam} destination
   * @param {number} [output]
   * @returns {void}
   */
  /**
   * @param {AudioNode | AudioParam} destination
   * @param {[output?: number, input?: number]} places
   * @returns {AudioNode | void}
   */
  connect(destination, ...places) {
    return this.output.connect(/** @type {AudioNode} */ (destination), ...places);
  }

  /**
   * Takes the output's connections away, as an AudioNode's disconnect() does: all, or those to one destination.
   * @param {[destination?: AudioNode | AudioParam | number, output?: number, input?: number]} where
   * @returns {void}
   */
  disconnect(...where) {
    this.output.disconnect(.../** @type {[AudioNode, number, number]} */ (where));
  }

  /**
   * Pulls the string of the option `note` aside and lets it go, on top of what it does already.
   * @param {number} [position] as a share of its length, from 0 to 1
   * @param {number} [height] from −1 to 1
   * @param {number} [width] to either side, as a share of its length, from 0.02 to 0.5
   * @param {number} [time] in the context's seconds, to the sample; at once where that is past
   * @returns {void}
   * @throws {EngineError} bad-string-value, bad-string-time, string-closed; nothing has changed then
   * @example
   * string.pluck(0.5, 0.8, 0.05); // in the middle: no even partials
   */
  pluck(position, height, width, time = 0) {
    this.#requireOpen();
    this.#send({
      kind: 'pluck',
      frame: this.#frame(time),
      note: this.#number,
      position: inRange(this.#table, 'position', position ?? this.#sound.position),
      height: inRange(this.#table, 'height', height),
      width: inRange(this.#table, 'width', width ?? this.#sound.width),
    });
  }

  /**
   * Plays a note on a string of its own. Where the same note sounds, that one fades out.
   * @param {number} number of MIDI, from 28 (E1) to 88 (E6); fractions are between the keys
   * @param {number} [velocity] how hard, up to 1
   * @param {number} [time] in the context's seconds, to the sample; at once where that is past
   * @returns {void}
   * @throws {EngineError} bad-string-value, bad-string-time, string-closed; nothing has changed then
   * @example
   * [45, 52, 57, 61].forEach((number, nth) => string.note(number, 0.7, context.currentTime + 0.03 * nth));
   */
  note(number, velocity = 0.8, time = 0) {
    this.#requireOpen();
    const { position, width } = this.#sound;
    const note = this.#noteInRange(number);
    const height = inRange(this.#table, 'height', velocity);
    this.#send({ kind: 'note', frame: this.#frame(time), note, position, height, width });
  }

  /**
   * Damps a note, as a hand does that is laid on the string. One that does not sound is left alone.
   * @param {number} number of MIDI, as note() got it
   * @param {number} [time] in the context's seconds, to the sample; at once where that is past
   * @returns {void}
   * @throws {EngineError} bad-string-value, bad-string-time, string-closed; nothing has changed then
   * @example
   * string.note(57);
   * string.off(57, context.currentTime + 0.5);
   */
  off(number, time = 0) {
    this.#requireOpen();
    this.#send({ kind: 'off', note: this.#noteInRange(number), frame: this.#frame(time) });
  }

  /**
   * Changes how it sounds. The damping and the pickup of what sounds already change too; the brightness is for what
   * comes.
   * @param {StringSound} values those that change
   * @returns {void}
   * @throws {EngineError} unknown-option, bad-string-value, string-closed; nothing has changed then
   * @example
   * string.set({ damping: 0.4, pickup: 0.1 });
   */
  set(values) {
    this.#requireOpen();
    this.#sound = soundInRange(this.#table, { ...this.#sound, ...given(values, SOUND) });
    this.#send({ kind: 'set', frame: 0, ...this.#sound });
  }

  /**
   * The string that was played last, as it is now, from end to end: 257 numbers, the height of each place. Some 90
   * pictures a second are made; by message 30 of them come.
   * @returns {Float32Array} the same one each time, with other numbers in it
   * @example
   * requestAnimationFrame(() => draw(string.view()));
   */
  view() {
    this.#host.view.read(this.#picture);
    return this.#picture;
  }

  /**
   * Brings the sound back after the browser refused, suspended or interrupted it; call it from a click.
   * @returns {Promise<void>}
   * @throws {EngineError} resume-refused, context-closed
   */
  resume() {
    return this.#lifecycle.resume();
  }

  /**
   * Ends the string and gives its memory back. Once is enough; again does no harm.
   * @returns {Promise<void>}
   */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Closes the string at the end of a block, and waits for it.
   * @returns {Promise<void>}
   */
  [asyncDispose]() {
    return this.close();
  }

  /**
   * Closes the string at the end of a block, without waiting.
   * @returns {void}
   */
  [dispose]() {
    this.close();
  }

  async #close() {
    this.#lifecycle.close();
    this.output.disconnect();
    await this.#host.stop();
  }

  /** @param {import('./events.js').StringEvent} event */
  #send(event) {
    this.#host.send(event);
  }

  /** @param {unknown} number */
  #noteInRange(number) {
    // There is no note that is played where none is named.
    return inRange(this.#table, 'note', number ?? null);
  }

  /**
   * The frame of a time.
   * @param {number} time in seconds
   * @throws {EngineError} bad-string-time
   */
  #frame(time) {
    if (typeof time !== 'number' || !(time >= 0) || time === Infinity) {
      throw new EngineError('bad-string-time', { value: time });
    }
    return Math.round(time * this.#context.sampleRate);
  }

  /** @param {EngineError} error */
  #dispatchError(error) {
    this.dispatchEvent(new CustomEvent('error', { detail: error }));
  }

  #requireOpen() {
    if (this.closed) throw new EngineError('string-closed');
  }
}
