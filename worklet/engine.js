/**
 * The public API: an engine is an input, an output and parameters, in any Web Audio graph. Main thread only.
 *
 *     const engine = await createEngine(context, { params: { gain: 0.8 } });
 *     source.connect(engine.input);
 *     engine.output.connect(context.destination);
 *     engine.set('lpf_cutoff', 1200);
 *
 * Inside, a host runs the wasm: WorkletHost on the audio thread, ScriptProcessorHost on this one. The mode
 * changes while it plays by starting a second host and crossfading. An engine made with `fixed` has one host for
 * good, whose node is its input and its output.
 */

import { orAborted, throwIfAborted } from './abort.js';
import { asyncDispose, dispose } from './dispose.js';
import { EngineError } from './errors.js';
import { Hosts } from './hosts.js';
import { InputTuner } from './input-tuner.js';
import { Lifecycle } from './lifecycle.js';
import { loadModule } from './module.js';
import { bestMode, checkModeOptions, checkOptions } from './options.js';
import { EngineParam } from './param.js';
import { Parameters } from './parameters.js';
import { checkOrder, checkState, STATE_VERSION } from './state.js';
import { tailSeconds } from './tail.js';
import { Take } from './take.js';
import { Timeline } from './timeline.js';

export { detect } from './detect.js';
export { EngineError, ERROR_CODES } from './errors.js';
export { loadModule } from './module.js';
export { BUFFER_SIZES, MODES, TRANSPORTS } from './options.js';
export { EngineParam } from './param.js';
export { render } from './render.js';
export { createString, PluckedString } from './string/string.js';
export { Take } from './take.js';

/**
 * @typedef {import('../types/tables.js').ParameterId} ParameterId
 * @typedef {import('../types/tables.js').ParameterValues} ParameterValues
 * @typedef {import('../types/tables.js').Meters} Meters
 * @typedef {import('../types/tables.js').Unit} Unit
 * @typedef {import('../types/tables.js').Curve} Curve
 * @typedef {import('./options.js').BufferSize} BufferSize
 * @typedef {import('./options.js').CheckedOptions} CheckedOptions
 * @typedef {import('./options.js').EngineOptions} EngineOptions
 * @typedef {import('./options.js').Mode} Mode
 * @typedef {import('./options.js').Transport} Transport
 * @typedef {import('./options.js').RunOptions} RunOptions
 * @typedef {import('./string/options.js').StringOptions} StringOptions
 * @typedef {import('./string/options.js').StringSound} StringSound
 * @typedef {import('./string/string.js').StringEvents} StringEvents
 * @typedef {import('./module.js').Parameter} Parameter
 * @typedef {import('./module.js').LoadedModule} LoadedModule
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./lifecycle.js').StateChange} StateChange
 * @typedef {import('./input-tuner.js').Pitch} Pitch
 * @typedef {import('./state.js').EngineState} EngineState
 * @typedef {import('./take.js').TakeLog} TakeLog
 * @typedef {import('./take.js').TakeChange} TakeChange
 * @typedef {import('./events.js').ParameterEvent} ParameterEvent
 * @typedef {import('./render-options.js').PlanarSound} PlanarSound
 * @typedef {import('./render-options.js').RenderedSound} RenderedSound
 * @typedef {import('./render-options.js').RenderedStream} RenderedStream
 * @typedef {import('./render-options.js').RenderOptions} RenderOptions
 * @typedef {import('./render-options.js').RenderProgress} RenderProgress
 * @typedef {import('./render-options.js').SoundStream} SoundStream
 */

/**
 * Makes an engine in a context. Nothing is connected yet; parameters given here are in force from the first
 * sample.
 * @param {BaseAudioContext} context an AudioContext or an OfflineAudioContext
 * @param {EngineOptions} [options]
 * @returns {Promise<Engine>}
 * @throws {EngineError} every code but engine-closed, mode-fixed, processor-died, resume-refused, and those of strings
 * @example
 * const engine = await createEngine(context, { params: { gain: 0.8 } });
 */
export async function createEngine(context, options = {}) {
  const settings = checkOptions(context, options);
  throwIfAborted(settings.signal);
  return Engine.create(context, settings, await orAborted(loadModule(settings.wasmUrl), settings.signal));
}

/**
 * What an engine tells its listeners.
 * @typedef {object} EngineEvents
 * @property {Event} modechange the mode, the transport or the buffer size is another
 * @property {CustomEvent<EngineError>} error the sound stopped by a failure, or cannot follow the context's sample rate
 * @property {CustomEvent<StateChange>} statechange the browser suspended, interrupted, resumed or closed the context,
 *   hid the page, or changed a device
 */

/**
 * An EventTarget whose listeners know their events.
 * @typedef {{
 *   addEventListener<Type extends keyof EngineEvents>(
 *     type: Type, listener: (event: EngineEvents[Type]) => void, options?: boolean | AddEventListenerOptions): void,
 *   removeEventListener<Type extends keyof EngineEvents>(
 *     type: Type, listener: (event: EngineEvents[Type]) => void, options?: boolean | EventListenerOptions): void,
 * } & EventTarget} EngineEventTarget
 */

/**
 * The engines by their inputs, which keep them alive.
 * @type {WeakMap<AudioNode, Engine>}
 */
const engines = new WeakMap();

/**
 * Ends the engines that the program forgot, which would go on for ever otherwise: each, when nothing is connected to it
 * and nothing rings on. (A fixed engine's input is the node that runs, and never forgotten; close() it.)
 * @type {FinalizationRegistry<() => void>}
 */
const forgotten = new FinalizationRegistry((forget) => forget());

/** One engine; makes EngineEvents. */
export class Engine extends /** @type {new () => EngineEventTarget} */ (EventTarget) {
  #context;
  #settings;
  #loaded;
  #parameters;
  #lifecycle;
  #hosts;
  /** What the browser had counted when the engine was made. */
  #pastUnderruns;
  /**
   * The last change of mode; the next one waits for it.
   * @type {Promise<unknown>}
   */
  #change = Promise.resolve();
  /** @type {Promise<void> | null} */
  #closing = null;
  /**
   * The parameters that were asked for, each with its schedule.
   * @type {Map<string, { param: EngineParam, timeline: Timeline }>}
   */
  #params = new Map();
  /** @type {InputTuner | null} */
  #tuner = null;
  /** The takes under way. @type {Set<Take>} */
  #takes = new Set();

  /**
   * Use createEngine().
   * @private
   * @param {BaseAudioContext} context
   * @param {CheckedOptions} settings
   * @param {LoadedModule} loaded
   */
  constructor(context, settings, loaded) {
    super();
    this.#context = context;
    this.#settings = settings;
    this.#loaded = loaded;
    this.#parameters = new Parameters(loaded.parameters, loaded.effects, settings.params);
    this.#pastUnderruns = playbackStatsOf(context)?.underrunEvents ?? 0;
    /**
     * Connect sources here; the same node in every mode.
     * @type {AudioNode}
     * @example
     * source.connect(engine.input);
     */
    this.input = new GainNode(context);
    /**
     * The processed sound; the same node in every mode.
     * @type {AudioNode}
     * @example
     * engine.output.connect(context.destination);
     */
    this.output = new GainNode(context);
    // Nothing that outlives the engine may hold it: not the context's listeners, not the hosts' nodes.
    const weak = new WeakRef(this);
    /** @param {(engine: Engine) => void} action */
    const whileItLives = (action) => {
      const engine = weak.deref();
      if (engine) action(engine);
    };
    /** @type {Set<() => void>} */
    const forgets = new Set();
    this.#hosts = new Hosts(
      context,
      { input: this.input, output: this.output },
      {
        ...settings,
        loaded,
        parameters: this.#parameters,
        resume: () => {
          const engine = weak.deref();
          return engine ? engine.#resume() : [];
        },
        onfailure: (error) => whileItLives((engine) => engine.#dispatchError(error)),
        ongrow: (size) => whileItLives((engine) => engine.#grow(size)),
      },
      forgets,
    );
    const handlers = {
      /** @param {StateChange} detail */
      onchange: (detail) => whileItLives((engine) => engine.dispatchEvent(new CustomEvent('statechange', { detail }))),
      onsamplerate: () => whileItLives((engine) => engine.#restart()),
      onclosed: () => whileItLives((engine) => engine.close()),
    };
    const lifecycle = new Lifecycle(context, handlers, settings.signal);
    this.#lifecycle = lifecycle;
    // Whoever has the input can still use the engine.
    engines.set(this.input, this);
    forgotten.register(this, () => {
      lifecycle.close();
      for (const forget of forgets) forget();
    });
  }

  /**
   * An engine whose first host has started; createEngine() calls this.
   * @internal
   * @param {BaseAudioContext} context
   * @param {CheckedOptions} settings
   * @param {LoadedModule} loaded
   */
  static async create(context, settings, loaded) {
    const engine = new Engine(context, settings, loaded);
    try {
      await orAborted(engine.#start(), settings.signal);
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  async #start() {
    if (this.#settings.fixed) {
      await this.#hosts.startFixed(this.#settings);
      this.input = this.output = this.#hosts.heard.node;
      engines.set(this.input, this);
    } else {
      await this.#hosts.start(this.#settings);
    }
  }

  /**
   * The audio context that the engine lives in.
   * @returns {BaseAudioContext}
   * @example
   * const { currentTime } = engine.context;
   */
  get context() {
    return this.#context;
  }

  /**
   * Connects the output, as an AudioNode's connect() does, and gives back what it was connected to.
   *
   * The other way round takes `source.connect(engine.input)`: a browser's nodes connect to the browser's own kinds of
   * node alone, and an engine has two of them, one to go in and one to come out.
   * @overload
   * @param {AudioNode} destination
   * @param {number} [output]
   * @param {number} [input]
   * @returns {AudioNode}
   * @example
   * source.connect(engine.input);
   * engine.connect(context.destination);
   */
  /**
   * Connects the output to a parameter of a node.
   * @overload
   * @param {AudioParam} destination
   * @param {number} [output]
   * @returns {void}
   */
  /**
   * Connects the output to another engine's input.
   * @overload
   * @param {Engine} destination
   * @returns {Engine}
   * @example
   * first.connect(second).connect(context.destination);
   */
  /**
   * @param {AudioNode | AudioParam | Engine} destination
   * @param {[output?: number, input?: number]} places
   * @returns {AudioNode | Engine | void}
   */
  connect(destination, ...places) {
    const node = /** @type {AudioNode} */ (destination instanceof Engine ? destination.input : destination);
    const connected = this.output.connect(node, ...places);
    return destination instanceof Engine ? destination : connected;
  }

  /**
   * Takes the output's connections away, as an AudioNode's disconnect() does: all, or those to one destination.
   * @param {[destination?: AudioNode | AudioParam | Engine | number, output?: number, input?: number]} where
   * @returns {void}
   * @example
   * engine.disconnect();
   */
  disconnect(...where) {
    const [destination, ...places] = where;
    const nodes = destination instanceof Engine ? [destination.input, ...places] : where;
    this.output.disconnect(.../** @type {[AudioNode, number, number]} */ (nodes));
  }

  /**
   * Where 'auto' could not have the best mode: why not.
   * @returns {EngineError | null}
   * @example
   * if (engine.fallbackReason) console.warn(engine.fallbackReason.message);
   */
  get fallbackReason() {
    return this.#hosts.fallbackReason;
  }

  /**
   * Where the sound is computed: on the audio thread or on the main thread.
   * @returns {'worklet' | 'script-processor'}
   * @example
   * console.log(`The sound is computed in ${engine.mode} mode.`);
   */
  get mode() {
    return this.#hosts.heard.mode;
  }

  /**
   * How parameters and meters travel.
   * @returns {'shared' | 'message' | 'direct'}
   * @example
   * const needsHeaders = engine.transport === 'message'; // 'shared' is faster, and wants cross-origin isolation
   */
  get transport() {
    return this.#hosts.heard.transport;
  }

  /**
   * How many channels it processes.
   * @returns {1 | 2}
   * @example
   * const peaks = engine.meters().outputPeak; // engine.channels numbers
   */
  get channels() {
    return this.#settings.channels;
  }

  /**
   * The script processor's buffer in force, in frames; 0 in worklet mode.
   * @returns {BufferSize | 0}
   * @example
   * const seconds = engine.bufferSize / engine.context.sampleRate;
   */
  get bufferSize() {
    return this.#hosts.heard.bufferSize;
  }

  /**
   * The parameter table.
   * @returns {readonly Parameter[]}
   * @example
   * for (const { id, label, min, max, unit } of engine.parameters) addSlider(id, label, min, max, unit);
   */
  get parameters() {
    return this.#parameters.table;
  }

  /**
   * How many values were set so far, modulo 2³². The audio thread reports it as meters().appliedSequence.
   * @returns {number}
   * @example
   * const isHeard = engine.meters().appliedSequence === engine.sequence;
   */
  get sequence() {
    return this.#parameters.sequence;
  }

  /**
   * Whether close() was called.
   * @returns {boolean}
   * @example
   * if (!engine.closed) engine.set('gain', 0);
   */
  get closed() {
    return this.#closing !== null;
  }

  /**
   * Sets a parameter, clamped to its range; heard smoothly. What is scheduled for later still comes; a ramp under way
   * goes on from here.
   * @template {ParameterId} Id
   * @overload
   * @param {Id} id
   * @param {ParameterValues[Id]} value in the parameter's unit; a switch also takes true and false
   * @returns {number} the value in force, as the float32 that the audio thread gets
   * @throws {EngineError} unknown-parameter, bad-value, engine-closed; nothing has changed then
   * @example
   * engine.set('lpf_cutoff', 1200); // Hz
   */
  /**
   * Sets several parameters as one change: all of them are heard from the same quantum on.
   * @template {ParameterId} Id
   * @overload
   * @param {{ [Key in Id]: ParameterValues[Key] }} values by id
   * @returns {{ [Key in Id]: number }} the values in force, by id
   * @throws {EngineError} unknown-parameter, bad-value, engine-closed; nothing has changed then
   * @example
   * engine.set({ gain: 0.5, delay_on: false });
   */
  /**
   * @param {string | Record<string, unknown>} idOrValues
   * @param {unknown} [value]
   * @returns {number | Record<string, number>}
   */
  set(idOrValues, value) {
    if (typeof idOrValues === 'object' && idOrValues !== null) return this.#setSeveral(idOrValues);
    this.#requireOpen();
    const { index, inForce } = this.#parameters.set(idOrValues, value);
    this.#log({ set: { [idOrValues]: inForce } });
    this.#hosts.store(index);
    this.#send(this.#reschedule(idOrValues, inForce));
    return inForce;
  }

  /** @param {Record<string, unknown>} values */
  #setSeveral(values) {
    this.#requireOpen();
    const inForce = this.#parameters.setSeveral(values);
    const entries = Object.entries(inForce);
    if (entries.length === 0) return inForce;
    this.#log({ set: inForce });
    this.#hosts.storeAll();
    this.#send(entries.flatMap(([id, value]) => this.#reschedule(id, value)));
    return inForce;
  }

  /**
   * What becomes of a parameter's schedule when it is set.
   * @param {string} id
   * @param {number} value
   */
  #reschedule(id, value) {
    return this.#params.get(id)?.timeline.set(value, this.#context.currentTime) ?? [];
  }

  /**
   * The value in force; where it is scheduled, the one that is scheduled for now.
   * @param {ParameterId} id
   * @returns {number}
   * @throws {EngineError} unknown-parameter
   * @example
   * engine.get('lpf_cutoff'); // 20000, in Hz
   */
  get(id) {
    return this.#params.get(id)?.param.value ?? this.#parameters.get(id);
  }

  /**
   * A parameter with all that an AudioParam has: its value, and methods that schedule it to the sample.
   * @param {ParameterId} id
   * @returns {EngineParam} the same one each time
   * @throws {EngineError} unknown-parameter
   * @example
   * engine.param('gain').linearRampToValueAtTime(0, context.currentTime + 2);
   */
  param(id) {
    let scheduled = this.#params.get(id);
    if (!scheduled) {
      const timeline = new Timeline(this.#parameters.row(id), this.#context.sampleRate, this.#parameters.get(id));
      scheduled = { timeline, param: new EngineParam(timeline, this.#portOf(id)) };
      this.#params.set(id, scheduled);
    }
    return scheduled.param;
  }

  /**
   * @param {ParameterId} id
   * @returns {import('./param.js').ParamPort}
   */
  #portOf(id) {
    const context = this.#context;
    return {
      now: () => context.currentTime,
      sampleRate: context.sampleRate,
      requireOpen: () => this.#requireOpen(),
      send: (events) => this.#send(events),
      set: (value) => this.set(id, value),
    };
  }

  /** @param {import('./events.js').ParameterEvent[]} events */
  #send(events) {
    if (events.length === 0) return;
    const message = this.#hosts.send(events);
    for (const take of this.#takes) take.scheduled(message, events);
  }

  /** All that is under way or scheduled, for an engine that knows nothing of it yet. */
  #resume() {
    const { currentTime, sampleRate } = this.#context;
    return [...this.#params.values()].flatMap(({ timeline }) => timeline.resume(currentTime, sampleRate));
  }

  /**
   * The effects' ids in the order in which the sound goes through them.
   * @returns {readonly string[]}
   * @example
   * engine.order[0];
   */
  get order() {
    const { effects, order } = this.#parameters;
    return order.map((place) => effects[place]);
  }

  /**
   * Puts the effects in another order, while it plays: without a click, and every effect keeps its sound.
   * @param {readonly string[]} ids each effect once, the limiter at the end
   * @returns {void}
   * @throws {EngineError} bad-order, engine-closed; nothing has changed then
   * @example
   * engine.setOrder(['delay', ...engine.order.filter((id) => id !== 'delay')]);
   */
  setOrder(ids) {
    this.#requireOpen();
    this.#parameters.setOrder(checkOrder(ids, this.#parameters.effects));
    this.#log({ order: this.order });
    this.#hosts.storeAll();
  }

  /**
   * What the engine is set to, as plain JSON: a preset. Of what is scheduled it has the values of now.
   * @returns {Required<EngineState>}
   * @example
   * localStorage.preset = JSON.stringify(engine.state());
   */
  state() {
    const params = Object.fromEntries(this.parameters.map(({ id }) => [id, this.get(id)]));
    return { version: STATE_VERSION, params, order: [...this.order] };
  }

  /**
   * Goes over to a state, in one change and without a click. It makes an end of all that is scheduled.
   * @param {EngineState} state as state() gave it; what is missing in it is at its default
   * @returns {void}
   * @throws {EngineError} bad-state, unknown-parameter, bad-value, bad-order, engine-closed; nothing has changed then
   * @example
   * engine.load(JSON.parse(localStorage.preset));
   */
  load(state) {
    this.#requireOpen();
    this.#parameters.load(checkState(state, this.#parameters));
    for (const [id, { timeline }] of this.#params) timeline.reset(this.#parameters.get(id));
    this.#log({ load: this.state() });
    this.#hosts.storeAll();
  }

  /**
   * Begins a take: from now on every change is logged with the frame at which it was heard.
   *
   * It begins with the quantum in which the audio thread hears of it; by message that can be some time later. What
   * rings on from before is not in it.
   * @returns {Take}
   * @throws {EngineError} engine-closed
   * @example
   * const take = engine.record();
   * // play, turn knobs, schedule
   * const log = take.stop(); // plain JSON; render(input, { log }) gives the samples that were heard
   */
  record() {
    this.#requireOpen();
    const { sampleRate } = this.#context;
    const take = new Take({
      hosts: this.#hosts,
      sampleRate,
      sequence: this.#parameters.next(),
      state: this.state(),
      events: this.#resume(),
      onstop: (ended) => this.#takes.delete(ended),
    });
    this.#takes.add(take);
    this.#hosts.storeAll();
    return take;
  }

  /**
   * Notes the change that was just made in the takes under way.
   * @param {Omit<import('./take.js').TakeChange, 'frame'>} change
   */
  #log(change) {
    for (const take of this.#takes) take.changed(this.#parameters.sequence, change);
  }

  /**
   * Sets a parameter, or all of them, to the default.
   * @param {ParameterId} [id]
   * @returns {void}
   * @throws {EngineError} unknown-parameter, engine-closed
   * @example
   * engine.reset('gain');
   */
  reset(id) {
    const rows = id === undefined ? this.parameters : [this.#parameters.row(id)];
    this.#setSeveral(Object.fromEntries(rows.map((row) => [row.id, row.default])));
  }

  /**
   * What the engine did and heard: `{ appliedSequence, quanta, frames, clips, scrubbed, inputPeak, inputRms,
   * outputPeak, outputRms, missed, late, gateLevel, gateReduction, compressorLevel, compressorReduction }`, and after
   * measureLoudness() `{ momentaryLufs, shortTermLufs, integratedLufs, loudnessRangeLu, truePeakDbtp }`, which are −∞
   * without. Counts go on over changes of mode; levels are linear, those of input and output one per channel.
   * @returns {Meters}
   * @example
   * const [left, right] = engine.meters().outputPeak;
   */
  meters() {
    return this.#hosts.meters(this.channels);
  }

  /**
   * The pitch of the input, from 40 to 1300 Hz: `{ frequency, confidence }`, or null where there is none. It listens
   * from the first call on, so that this one gives null; ask some 30 times a second (0.1 ms each, without SIMD 0.5).
   * At sample rates above 400 kHz it is always null.
   * @returns {Pitch | null}
   * @throws {EngineError} engine-closed, mode-fixed: the input of a fixed engine cannot be listened to
   */
  pitch() {
    this.#requireOpen();
    if (this.#settings.fixed) throw new EngineError('mode-fixed', { what: 'input, as pitch() needs it' });
    if (this.#tuner?.sampleRate !== this.#context.sampleRate) {
      this.#tuner?.close();
      this.#tuner = new InputTuner(this.input, this.#loaded.glue);
    }
    return this.#tuner.pitch();
  }

  /**
   * Begins to measure the loudness of the output, after ITU-R BS.1770-4 and EBU R 128; or ends it. The readings are in
   * meters(): momentary (the last 400 ms), short-term (3 s) and integrated loudness (gated, from now on) in LUFS, the
   * loudness range in LU and the largest true peak in dBTP. Each is −∞ where there is nothing to measure: silence, or
   * not enough of a programme.
   *
   * Every call with `true` begins a new programme, and so does a change of mode. While it is not asked for, it costs
   * nothing.
   * @param {boolean} [on]
   * @returns {void}
   * @throws {EngineError} engine-closed
   */
  measureLoudness(on = true) {
    this.#requireOpen();
    this.#parameters.measureLoudness(on);
    this.#hosts.storeAll();
  }

  /**
   * |H(f)| of the filters with the parameters in force (low-pass, high-pass, peaking): a factor for each frequency,
   * from the coefficients that the audio thread uses.
   * @param {ArrayLike<number>} frequencies in Hz
   * @returns {Float64Array}
   * @throws {EngineError} bad-frequencies
   * @example
   * const factors = engine.response([100, 1000, 10000]);
   */
  response(frequencies) {
    if (typeof frequencies !== 'object' || frequencies === null) {
      throw new EngineError('bad-frequencies', { value: frequencies });
    }
    const numbers = Float64Array.from(frequencies, (frequency) => (typeof frequency === 'number' ? frequency : NaN));
    if (!numbers.every(Number.isFinite)) throw new EngineError('bad-frequencies', { value: frequencies });
    return this.#loaded.glue.frequency_response(this.#context.sampleRate, this.#parameters.values, numbers);
  }

  /**
   * How long the engine rings on after its input has ended, in seconds, with the parameters in force: an upper bound.
   * By then a sound that came in at full scale (±1) is below −120 dBFS. It is the sum of what each effect needs for
   * that: the delay until its last echo, a filter by its slower pole.
   * @returns {number}
   * @example
   * source.stop(t);
   * const end = t + engine.tail;
   */
  get tail() {
    return tailSeconds((id) => this.get(id), this.#context.sampleRate);
  }

  /**
   * From the engine's input to the ear, in seconds: `base` (the context's own), `output` (the device's, where the
   * browser says, or else 0; Firefox is not asked, for it can hang then), `engine` (the effects': none), `buffer` (the
   * script processor's two buffers), and the `total`.
   * @returns {{ base: number, output: number, engine: number, buffer: number, total: number }}
   * @example
   * const milliseconds = 1000 * engine.latency().total;
   */
  latency() {
    const { baseLatency: base = 0 } = /** @type {Partial<AudioContext>} */ (this.#context);
    const output = outputLatencyOf(this.#context);
    const buffer = this.#hosts.heard.bufferSeconds;
    const engine = 0;
    return { base, output, engine, buffer, total: base + output + engine + buffer };
  }

  /**
   * How often the sound broke, since the engine was made: `{ count, source }`, where the source is
   *
   * - 'playback-stats' in worklet mode, where the browser counts: its underruns, of the whole context
   * - 'quanta' otherwise: quanta not rendered in time, meters().missed. In worklet mode those that the context's
   *   clock passed without a call; in script-processor mode those whose call came when their sound was due already
   * @returns {{ count: number, source: 'playback-stats' | 'quanta' }}
   * @example
   * if (engine.underruns().count > 0) await engine.setMode('script-processor', { bufferSize: 4096 });
   */
  underruns() {
    const stats = this.mode === 'worklet' ? playbackStatsOf(this.#context) : undefined;
    if (stats) return { count: stats.underrunEvents - this.#pastUnderruns, source: 'playback-stats' };
    return { count: this.meters().missed, source: 'quanta' };
  }

  /**
   * Changes the mode while it plays: a second host starts muted, both crossfade in 20 ms, the first one
   * ends. Calls wait for each other. Where the new one cannot start, the old one plays on.
   * @param {Mode} mode
   * @param {Pick<RunOptions, 'transport' | 'bufferSize'>} [options] default: as they were asked for
   * @returns {Promise<void>}
   * @throws {EngineError} as createEngine(), and mode-fixed
   * @example
   * await engine.setMode('script-processor', { bufferSize: 1024 });
   */
  setMode(mode, options = {}) {
    return this.#enqueue(async () => {
      const { asked, next } = checkModeOptions(mode, options, this.#settings);
      if (!this.#runs(next)) await this.#changeTo(next, 'mode');
      this.#settings = { ...this.#settings, ...asked };
    });
  }

  /**
   * Brings the sound back after the browser refused, suspended or interrupted it; call it from a click.
   * @returns {Promise<void>}
   * @throws {EngineError} resume-refused, context-closed
   * @example
   * button.onclick = () => engine.resume();
   */
  resume() {
    return this.#lifecycle.resume();
  }

  /**
   * Ends the engine and gives its memory back. Once is enough; again does no harm.
   * @returns {Promise<void>}
   * @example
   * await engine.close();
   */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Closes the engine at the end of a block, and waits for it.
   * @returns {Promise<void>}
   * @example
   * await using engine = await createEngine(context);
   */
  [asyncDispose]() {
    return this.close();
  }

  /**
   * Closes the engine at the end of a block, without waiting.
   * @returns {void}
   * @example
   * using engine = await createEngine(context);
   */
  [dispose]() {
    this.close();
  }

  async #close() {
    this.#lifecycle.close();
    this.#tuner?.close();
    // Chromium keeps an offline context in which a worklet ran as long as the page, and this engine with it.
    const { currentTime } = this.#context;
    for (const { timeline } of this.#params.values()) timeline.reset(timeline.valueAt(currentTime));
    this.output.disconnect();
    await this.#hosts.end();
  }

  /**
   * One change of mode at a time.
   * @template T
   * @param {() => T | Promise<T>} change
   * @returns {Promise<T>}
   */
  #enqueue(change) {
    const result = this.#change.then(() => {
      this.#requireOpen();
      return change();
    });
    this.#change = result.catch(() => {});
    return result;
  }

  /**
   * Whether the engine runs so already, alive.
   * @param {Required<RunOptions>} options
   */
  #runs({ mode, transport, bufferSize }) {
    const host = this.#hosts.heard;
    const wanted = bestMode({ mode, transport });
    return (
      host.mode === wanted &&
      !host.failure &&
      (transport === 'auto' || transport === host.transport) &&
      (wanted === 'worklet' || bufferSize === this.#settings.bufferSize)
    );
  }

  /**
   * @param {import('./hosts.js').StartOptions} options
   * @param {string} what becomes another by it
   */
  async #changeTo(options, what) {
    await this.#hosts.changeTo(options, what);
    for (const take of this.#takes) take.moved({ mode: this.mode, transport: this.transport });
    this.dispatchEvent(new Event('modechange'));
  }

  /**
   * The automatic buffer was too small.
   * @param {BufferSize} firstSize
   */
  #grow(firstSize) {
    /** @type {import('./hosts.js').StartOptions} */
    const options = { mode: 'script-processor', transport: 'direct', bufferSize: 'auto', firstSize };
    const change = () => (this.mode === 'script-processor' ? this.#changeTo(options, 'buffer size') : undefined);
    this.#enqueue(change).catch(() => {});
  }

  /** The same mode again, for another sample rate. */
  #restart() {
    this.#enqueue(() => this.#changeTo(this.#settings, 'sample rate')).catch((error) => this.#dispatchError(error));
  }

  /** @param {EngineError} error */
  #dispatchError(error) {
    this.dispatchEvent(new CustomEvent('error', { detail: error }));
  }

  #requireOpen() {
    if (this.closed) throw new EngineError('engine-closed');
  }
}

/**
 * How late the context's device is, in seconds, or 0 where that is not told. Gecko is not asked: in Firefox 153 on
 * Linux one page in five hung for good, its main thread waiting for a lock, where it asked while the device started;
 * of 55 that did not ask, none.
 * @param {BaseAudioContext & { outputLatency?: number }} context
 */
function outputLatencyOf(context) {
  return /Gecko\/\d/.test(navigator.userAgent) ? 0 : (context.outputLatency ?? 0);
}

/**
 * The browser's own count of underruns, where it has one (Chromium, since 2025).
 * @param {BaseAudioContext & { playbackStats?: { underrunEvents: number } }} context
 */
const playbackStatsOf = (context) => context.playbackStats;
