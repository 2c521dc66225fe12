/**
 * The hosts of one engine: the one that is heard and, during a change of mode, the one that comes. It starts the best
 * that works, crossfades to another, and carries the counts from one to the next. Main thread only.
 */

import { EngineError } from './errors.js';
import { FadedHost, FixedHost } from './faded-host.js';
import { ScriptProcessorHost } from './script-processor-host.js';
import { startBest } from './start-best.js';
import { WorkletHost } from './worklet-host.js';

/**
 * @typedef {import('./faded-host.js').HostKind} HostKind
 * @typedef {import('./options.js').BufferSize} BufferSize
 * @typedef {import('./options.js').HostOptions} HostOptions
 * @typedef {import('../types/tables.js').Meters} Meters
 *
 * @typedef {import('./events.js').ParameterEvent} ParameterEvent
 *
 * @typedef {Omit<HostOptions, 'connect' | 'transport' | 'bufferSize' | 'firstSize'> &
 *   { resume: () => ParameterEvent[] }} HostsSettings
 *
 * @typedef {Required<import('./options.js').RunOptions> & { firstSize?: BufferSize }} StartOptions how to run, and what
 *   an automatic buffer size begins with
 */

/**
 * Meters that count.
 * @typedef {{ [Name in keyof Meters]: Meters[Name] extends number ? Name : never }[keyof Meters]} CountName
 */

const KINDS = { 'worklet': WorkletHost, 'script-processor': ScriptProcessorHost };

export class Hosts {
  #context;
  #nodes;
  #settings;
  /** @type {(FadedHost | FixedHost)[]} */
  #hosts = [];
  /**
   * What the hosts counted that have ended.
   * @type {{ name: CountName, count: number }[]}
   */
  #past;
  #ended = false;
  /** What lets each host end by itself, when nobody can reach the engine any more. @type {Set<() => void>} */
  #forgets;
  /**
   * Where 'auto' could not have the best mode: why not.
   * @type {EngineError | null}
   */
  fallbackReason = null;

  /**
   * @param {BaseAudioContext} context
   * @param {{ input: AudioNode, output: AudioNode }} nodes what stays in the graph while hosts change
   * @param {HostsSettings} settings every host's, and what is scheduled
   * @param {Set<() => void>} forgets gets what lets each host end by itself
   */
  constructor(context, nodes, settings, forgets) {
    this.#context = context;
    this.#nodes = nodes;
    this.#settings = settings;
    this.#forgets = forgets;
    const counts = settings.loaded.layout.meters.filter(({ kind }) => kind === 'count');
    this.#past = counts.map(({ name }) => ({ name: /** @type {CountName} */ (name), count: 0 }));
  }

  /** The host that is heard. */
  get heard() {
    return this.#hosts[0].host;
  }

  /**
   * Starts the first host, heard at once.
   * @param {StartOptions} options
   * @throws {EngineError} what kept the best mode from starting, where none could
   */
  async start(options) {
    await this.#takeIn(await this.#startFaded(options, 1));
  }

  /**
   * Starts the only host that there will be.
   * @param {StartOptions} options
   * @throws {EngineError} as start()
   */
  async startFixed(options) {
    await this.#takeIn(await this.#startBest(options, (kind, more) => FixedHost.start(this.#context, kind, more)));
  }

  /**
   * The first host has started. Where all was ended meanwhile, so is this one.
   * @param {FadedHost | FixedHost} host
   */
  async #takeIn(host) {
    this.#hosts.push(host);
    try {
      this.#requireOpen();
    } catch (error) {
      await host.end();
      throw error;
    }
  }

  /**
   * Goes over to another host. Where that cannot start, the old one plays on.
   * @param {StartOptions} options
   * @param {string} what becomes another by it, for the error
   * @throws {EngineError} as start(), mode-fixed, engine-closed
   */
  async changeTo(options, what) {
    const [old] = this.#hosts;
    if (old instanceof FixedHost) throw new EngineError('mode-fixed', { what });
    const next = await this.#startFaded(options, 0);
    this.#hosts.push(next);
    // What was set while it started; and what is scheduled.
    next.host.storeAll();
    const events = this.#settings.resume();
    if (events.length > 0) next.host.send(events);
    try {
      this.#requireOpen();
      await next.takeOverFrom(old, { timeout: this.#settings.timeout, warmUp: this.#firstEcho() });
      this.#requireOpen();
    } catch (error) {
      this.#keepOnly(old);
      await next.end();
      throw error;
    }
    this.#keepOnly(next);
    await old.end();
    const meters = old.host.block.meters(0);
    for (const past of this.#past) past.count += meters[past.name];
  }

  /**
   * A parameter was set.
   * @param {number} index
   */
  store(index) {
    for (const { host } of this.#hosts) host.store(index);
  }

  /** Anything may have been set. */
  storeAll() {
    for (const { host } of this.#hosts) host.storeAll();
  }

  /**
   * Sends events that were scheduled now; gives the number of the message that brings them to the host that is heard.
   * @param {readonly ParameterEvent[]} events
   */
  send(events) {
    const [number] = this.#hosts.map(({ host }) => host.send(events));
    return number;
  }

  /**
   * The meters of the host that is heard; counts include those of the hosts before it.
   * @param {number} channels
   */
  meters(channels) {
    const meters = this.heard.block.meters(channels);
    for (const { name, count } of this.#past) meters[name] = (meters[name] + count) >>> 0;
    return meters;
  }

  /** Ends all hosts. */
  async end() {
    this.#ended = true;
    await Promise.all(this.#hosts.map((host) => host.end()));
  }

  /**
   * @param {StartOptions} options
   * @param {0 | 1} level
   */
  #startFaded(options, level) {
    const place = { ...this.#nodes, level };
    return this.#startBest(options, (kind, more) => FadedHost.start(this.#context, kind, more, place));
  }

  /**
   * Starts the best kind of host that works, of those that the mode allows.
   * @template {FadedHost | FixedHost} T
   * @param {StartOptions} options
   * @param {(kind: HostKind, options: Omit<HostOptions, 'connect'>) => Promise<T>} start
   * @returns {Promise<T>}
   */
  async #startBest({ mode, transport, bufferSize, firstSize }, start) {
    const options = { ...this.#settings, transport, bufferSize, firstSize };
    const best = await startBest(this.#context, { mode, transport }, (each) => start(KINDS[each], options));
    this.#forgets.add(best.started.host.forget);
    this.fallbackReason = best.fallbackReason;
    return best.started;
  }

  /**
   * Of the two hosts during a change, the one that stays.
   * @param {FadedHost} host
   */
  #keepOnly(host) {
    this.#hosts = [host];
    this.#forgets.clear();
    this.#forgets.add(host.host.forget);
  }

  /** How long a new host must listen until its first echo is complete, in seconds. */
  #firstEcho() {
    const { parameters } = this.#settings;
    return parameters.get('delay_mix') > 0 ? parameters.get('delay_time') : 0;
  }

  #requireOpen() {
    if (this.#context.state === 'closed') throw new EngineError('context-closed');
    if (this.#ended) throw new EngineError('engine-closed');
  }
}
