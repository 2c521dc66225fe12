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

import { EngineError } from './errors.js';
import { Lifecycle } from './lifecycle.js';
import { loadModule } from './module.js';
import { checkOptions, checkRunOptions, modesToTry, TRANSPORTS } from './options.js';
import { Parameters } from './parameters.js';
import { ScriptProcessorHost } from './script-processor-host.js';
import { FixedVoice, Voice } from './voice.js';
import { WorkletHost } from './worklet-host.js';

export { detect } from './detect.js';
export { EngineError, ERROR_CODES } from './errors.js';
export { loadModule } from './module.js';
export { BUFFER_SIZES, MODES, TRANSPORTS } from './options.js';

const HOSTS = { 'worklet': WorkletHost, 'script-processor': ScriptProcessorHost };

/** Meters that count up; they go on from one host to the next. */
const COUNTS = ['quanta', 'frames', 'clips', 'scrubbed', 'missed'];

/**
 * @typedef {import('../types/tables.js').ParameterId} ParameterId
 * @typedef {import('../types/tables.js').ParameterValues} ParameterValues
 * @typedef {import('../types/tables.js').Meters} Meters
 * @typedef {import('./options.js').BufferSize} BufferSize
 * @typedef {import('./options.js').EngineOptions} EngineOptions
 * @typedef {import('./options.js').Mode} Mode
 * @typedef {import('./options.js').RunOptions} RunOptions
 * @typedef {import('./module.js').Parameter} Parameter
 * @typedef {import('./module.js').LoadedModule} LoadedModule
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./lifecycle.js').StateChange} StateChange
 */

/**
 * Makes an engine in a context. Nothing is connected yet; parameters given here are in force from the first
 * sample.
 * @param {BaseAudioContext} context an AudioContext or an OfflineAudioContext
 * @param {EngineOptions} [options]
 * @returns {Promise<Engine>}
 * @throws {EngineError} every code but engine-closed, mode-fixed, processor-died and resume-refused
 */
export async function createEngine(context, options = {}) {
  const settings = checkOptions(context, options);
  const loaded = await loadModule(settings.wasmUrl);
  const parameters = new Parameters(loaded.parameters, settings.params);
  const engine = new Engine(context, settings, loaded, parameters);
  await engine.start();
  return engine;
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
 * } & EventTarget} EngineEventTarget
 */

/** One engine; makes EngineEvents. */
export class Engine extends /** @type {new () => EngineEventTarget} */ (EventTarget) {
  #context;
  #settings;
  #loaded;
  #parameters;
  #lifecycle;
  /** The voice that is heard, and during a change also the one that comes. @type {Voice[]} */
  #voices = [];
  /** Counts of the hosts that have ended. */
  #past = Object.fromEntries(COUNTS.map((name) => [name, 0]));
  /** What the browser had counted when the engine was made. */
  #pastUnderruns;
  /** The last change of mode; the next one waits for it. */
  #change = Promise.resolve();
  #closing = null;

  /**
   * Use createEngine().
   * @private
   */
  constructor(context, settings, loaded, parameters) {
    super();
    this.#context = context;
    this.#settings = settings;
    this.#loaded = loaded;
    this.#parameters = parameters;
    this.#pastUnderruns = context.playbackStats?.underrunEvents ?? 0;
    /**
     * Connect sources here; the same node in every mode.
     * @type {AudioNode}
     */
    this.input = new GainNode(context);
    /**
     * The processed sound; the same node in every mode.
     * @type {AudioNode}
     */
    this.output = new GainNode(context);
    /**
     * Where 'auto' could not have the best mode: why not.
     * @type {EngineError | null}
     */
    this.fallbackReason = null;
    this.#lifecycle = new Lifecycle(context, {
      onchange: (detail) => this.dispatchEvent(new CustomEvent('statechange', { detail })),
      onsamplerate: () => this.#restart(),
      onclosed: () => this.close(),
    });
  }

  /**
   * Starts the first host; createEngine() calls this.
   * @internal
   */
  async start() {
    try {
      const { mode, transport, bufferSize } = this.#settings;
      this.#voices.push(await this.#startVoice({ mode, transport, bufferSize }, 1));
      if (this.#settings.fixed) this.input = this.output = this.#voice.host.node;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * The audio context that the engine lives in.
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
    return this.#voice.host.mode;
  }

  /**
   * How parameters and meters travel.
   * @returns {'shared' | 'message' | 'direct'}
   */
  get transport() {
    return this.#voice.host.transport;
  }

  /**
   * How many channels it processes.
   * @returns {1 | 2}
   */
  get channels() {
    return this.#settings.channels;
  }

  /**
   * The script processor's buffer in force, in frames; 0 in worklet mode.
   * @returns {BufferSize | 0}
   */
  get bufferSize() {
    return this.#voice.host.bufferSize ?? 0;
  }

  /**
   * The parameter table.
   * @returns {readonly Parameter[]}
   */
  get parameters() {
    return this.#parameters.table;
  }

  /**
   * How many values were set so far, modulo 2³². The audio thread reports it as meters().appliedSequence.
   * @returns {number}
   */
  get sequence() {
    return this.#parameters.sequence;
  }

  /** Whether close() was called. */
  get closed() {
    return this.#closing !== null;
  }

  /**
   * Sets a parameter, clamped to its range.
   * @template {ParameterId} Id
   * @param {Id} id
   * @param {ParameterValues[Id]} value in the parameter's unit; a switch also takes true and false
   * @returns {number} the value in force, as the float32 that the audio thread gets
   * @throws {EngineError} unknown-parameter, bad-value, engine-closed; nothing has changed then
   */
  set(id, value) {
    this.#requireOpen();
    const { index, inForce } = this.#parameters.set(id, value);
    for (const { host } of this.#voices) host.store(index, inForce);
    return inForce;
  }

  /**
   * The value in force.
   * @param {ParameterId} id
   * @returns {number}
   * @throws {EngineError} unknown-parameter
   */
  get(id) {
    return this.#parameters.get(id);
  }

  /**
   * Sets a parameter, or all of them, to the default.
   * @param {ParameterId} [id]
   * @returns {void}
   * @throws {EngineError} unknown-parameter, engine-closed
   */
  reset(id) {
    const rows = id === undefined ? this.parameters : [this.#parameters.row(id)];
    for (const row of rows) this.set(row.id, row.default);
  }

  /**
   * What the engine did and heard: `{ appliedSequence, quanta, frames, clips, scrubbed, inputPeak, inputRms,
   * outputPeak, outputRms, missed }`. Counts go on over changes of mode; levels are linear, one per channel.
   * @returns {Meters}
   */
  meters() {
    const meters = this.#voice.host.block.meters(this.channels);
    for (const name of COUNTS) meters[name] = (meters[name] + this.#past[name]) >>> 0;
    return meters;
  }

  /**
   * |H(f)| of the filters with the parameters in force (low-pass, high-pass, peaking): a factor for each frequency,
   * from the coefficients that the audio thread uses.
   * @param {ArrayLike<number>} frequencies in Hz
   * @returns {Float64Array}
   */
  response(frequencies) {
    return this.#loaded.glue.frequency_response(this.#context.sampleRate, this.#parameters.values, frequencies);
  }

  /**
   * From the engine's input to the ear, in seconds: `base` (the context's own), `output` (the device's, where the
   * browser says, or else 0; Firefox is not asked, for it can hang then), `engine` (the effects': none), `buffer` (the
   * script processor's two buffers), and the `total`.
   * @returns {{ base: number, output: number, engine: number, buffer: number, total: number }}
   */
  latency() {
    const base = this.#context.baseLatency ?? 0;
    const output = outputLatencyOf(this.#context);
    const buffer = this.#voice.host.bufferSeconds;
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
   */
  underruns() {
    const stats = this.mode === 'worklet' ? this.#context.playbackStats : null;
    if (stats) return { count: stats.underrunEvents - this.#pastUnderruns, source: 'playback-stats' };
    return { count: this.meters().missed, source: 'quanta' };
  }

  /**
   * Changes the way to run while it plays: a second host starts muted, both crossfade in 20 ms, the first one
   * ends. Calls wait for each other. Where the new one cannot start, the old one plays on.
   * @param {Mode} mode
   * @param {Pick<RunOptions, 'transport' | 'bufferSize'>} [options] default: as they were asked for
   * @returns {Promise<void>}
   * @throws {EngineError} as createEngine(), and mode-fixed
   */
  setMode(mode, options = {}) {
    return this.#enqueue(async () => {
      const asked = { ...this.#settings, mode, ...options };
      const fits = options.transport !== undefined || TRANSPORTS[mode]?.includes(asked.transport);
      const way = { mode, transport: fits ? asked.transport : 'auto', bufferSize: asked.bufferSize };
      checkRunOptions(way);
      if (!this.#runs(way)) await this.#changeTo(way, 'way to run');
      this.#settings = { ...this.#settings, mode, transport: asked.transport, bufferSize: asked.bufferSize };
    });
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
   * Ends the engine and gives its memory back. Once is enough; again does no harm.
   * @returns {Promise<void>}
   */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #voice() {
    return this.#voices[0];
  }

  async #close() {
    this.#lifecycle.close();
    this.output.disconnect();
    await Promise.all(this.#voices.map((voice) => voice.end()));
  }

  /** One change of mode at a time. */
  #enqueue(change) {
    const result = this.#change.then(() => {
      this.#requireOpen();
      return change();
    });
    this.#change = result.catch(() => {});
    return result;
  }

  /** Whether the engine runs this way already, alive. */
  #runs({ mode, transport, bufferSize }) {
    const { host } = this.#voice;
    const wanted = mode === 'auto' ? modesToTry({ mode, transport })[0] : mode;
    return (
      host.mode === wanted &&
      !host.failure &&
      (transport === 'auto' || transport === host.transport) &&
      (wanted === 'worklet' || bufferSize === this.#settings.bufferSize)
    );
  }

  /** Goes over to another way, or to the same one anew; `what` becomes another by it. */
  async #changeTo(way, what) {
    if (this.#settings.fixed) throw new EngineError('mode-fixed', { what });
    const next = await this.#startVoice(way, 0);
    const old = this.#voice;
    this.#voices.push(next);
    // What was set while it started.
    next.host.storeAll(this.#parameters);
    try {
      this.#requireOpen();
      await next.takeOverFrom(old, { timeout: this.#settings.timeout, warmUp: this.#firstEcho() });
      this.#requireOpen();
    } catch (error) {
      this.#voices = [old];
      await next.end();
      throw error;
    }
    this.#voices = [next];
    await old.end();
    this.#addToPast(old.host);
    this.dispatchEvent(new Event('modechange'));
  }

  /** The first host that starts, of those that the way allows, in a voice at the given level. */
  async #startVoice({ mode, transport, bufferSize, firstSize }, level) {
    const ways = modesToTry({ mode, transport });
    const Kind = this.#settings.fixed ? FixedVoice : Voice;
    let failure = null;
    for (const candidate of ways) {
      try {
        const voice = await Kind.start(
          this.#context,
          HOSTS[candidate],
          {
            ...this.#settings,
            loaded: this.#loaded,
            parameters: this.#parameters,
            transport,
            bufferSize,
            firstSize,
            onfailure: (error) => this.dispatchEvent(new CustomEvent('error', { detail: error })),
            ongrow: (size) => this.#grow(size),
          },
          { input: this.input, output: this.output, level },
        );
        this.fallbackReason = failure;
        return voice;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  /** The automatic buffer was too small. */
  #grow(firstSize) {
    const way = { mode: 'script-processor', transport: 'direct', bufferSize: 'auto', firstSize };
    this.#enqueue(() => this.mode === 'script-processor' && this.#changeTo(way, 'buffer size')).catch(() => {});
  }

  /** The same way again, for another sample rate. */
  #restart() {
    this.#enqueue(() => this.#changeTo(this.#settings, 'sample rate')).catch((error) => {
      this.dispatchEvent(new CustomEvent('error', { detail: error }));
    });
  }

  /** How long a new host must listen until its first echo is complete, in seconds. */
  #firstEcho() {
    return this.get('delay_mix') > 0 ? this.get('delay_time') : 0;
  }

  #addToPast(host) {
    const meters = host.block.meters(this.channels);
    for (const name of COUNTS) this.#past[name] += meters[name];
  }

  #requireOpen() {
    if (this.closed) throw new EngineError('engine-closed');
  }
}

/**
 * How late the context's device is, in seconds, or 0 where that is not told. Gecko is not asked: in Firefox 153 on Linux
 * one page in five hung for good, its main thread waiting for a lock, where it asked while the device started; of 55
 * that did not ask, none.
 */
function outputLatencyOf(context) {
  return /Gecko\/\d/.test(navigator.userAgent) ? 0 : (context.outputLatency ?? 0);
}
