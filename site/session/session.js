/**
 * The page's sound: one AudioContext, one engine, one source at a time. Main thread.
 *
 *   source → input (a GainNode: what the engine hears) → engine → matched → mix (all that is heard, mix.js)
 *   → room → output (at the visitor's volume) → speakers
 *
 * Nothing starts before the visitor's first click, so that the browser lets it sound. Whatever happens to the context
 * or the engine, `restore()` builds both again with all settings and the same source; and where there is no engine,
 * the settings can be changed all the same.
 */

import { createEngine, TRANSPORTS } from '../../worklet/engine.js';
import { Fader } from '../shared/fade.js';
import { Mix } from './mix.js';
import { OutputLevel } from './output-level.js';
import { isSetting } from './settings.js';

/**
 * @typedef {import('../../worklet/engine.js').Engine} Engine
 * @typedef {import('../../worklet/engine.js').Mode} Mode
 * @typedef {import('../../worklet/engine.js').Parameter} Parameter
 * @typedef {import('../../worklet/engine.js').ParameterId} ParameterId
 * @typedef {import('../../worklet/engine.js').BufferSize} BufferSize
 * @typedef {import('../../worklet/engine.js').LoadedModule['glue']} Glue
 * @typedef {import('../../worklet/options.js').Transport} Transport
 * @typedef {import('../sources/sources.js').Opener} Opener
 * @typedef {import('../sources/sources.js').Source} Source
 *
 * @typedef {{ mode?: Mode, transport?: Transport }} Forced what the page's address forces
 * @typedef {{ source: Source, fader: Fader, open: Opener, isPaused: boolean }} Playing
 *
 * @typedef {object} Sound what plays, as long as its context lives
 * @property {AudioContext} context
 * @property {Engine} engine
 * @property {GainNode} input what the engine hears
 * @property {GainNode} matched what the engine gives, as loud when bypassed as when not
 * @property {Mix} mix all that is heard, before the visitor's volume
 * @property {GainNode} room makes room for what is heard and not recorded, a click, which goes to the output
 * @property {GainNode} output all that plays, at the visitor's volume
 * @property {GainNode} speakers the last before the loudspeakers, where a guard turns all down
 *
 * @typedef {object} Action what one click does
 * @property {string} label
 * @property {() => Promise<unknown>} run
 *
 * @typedef {{ title: string, sentence: string, action: Action }} Trouble
 *
 * @typedef {Partial<Record<ParameterId, number>>} Values by parameter
 *
 * @typedef {{ params: Values, order?: readonly string[] }} Part of the sound's settings
 *
 * @typedef {object} Change
 * @property {Part} before what was in force, of what is another now
 * @property {Part} after
 * @property {object} [gesture] changes of one gesture (a drag, a held key) have the same
 *
 * @typedef {object} SessionEvents
 * @property {CustomEvent<Sound>} engine built anew
 * @property {Event} closed context and engine are gone
 * @property {Event} source another one sounds, or none
 * @property {Event} stop the visitor stopped it
 * @property {Event} pause the source pauses, or goes on
 * @property {Event} device the sound goes to another output device
 * @property {CustomEvent<{ id: ParameterId, value: number }>} parameter has a new value
 * @property {Event} order the effects sound in another one
 * @property {CustomEvent<Change>} change the sound's settings were changed, by one act of the visitor
 * @property {Event} match the bypassed sound is matched in level by another factor
 * @property {Event} mode the run mode, the transport or the buffer is another
 * @property {CustomEvent<Trouble>} trouble something went wrong outside the visitor's doing
 * @property {Event} recovered the trouble is over
 *
 * @typedef {{
 *   addEventListener<Type extends keyof SessionEvents>(
 *     type: Type, listener: (event: SessionEvents[Type]) => void): void,
 * } & EventTarget} SessionEventTarget
 */

const FADE_SECONDS = 0.012;
/** A source is let go once its fade has ended for sure. */
const RELEASE_MILLISECONDS = 8 * FADE_SECONDS * 1000;
const IDLE_CHECK_MILLISECONDS = 500;
/** Checks in a row that find silence before the context rests. */
const SILENT_CHECKS = 6;
const SILENCE = 1e-5;
/** The filters are drawn for this one, in Hz, before a context says its own. */
const USUAL_SAMPLE_RATE = 48000;
/** Why a start failed, as a part of a sentence. */
const CLOSED_MEANWHILE = 'the browser closed it meanwhile';

/** The page's sound; makes SessionEvents. */
export class Session extends /** @type {new () => SessionEventTarget} */ (EventTarget) {
  #settings;
  #frequencyResponse;
  /** @type {Forced} */
  #forced;
  /** The context in force, also while its engine is built. @type {AudioContext | null} */
  #context = null;
  /** @type {Promise<Sound> | null} */
  #preparing = null;
  /** @type {Sound | null} */
  #sound = null;
  /** What sounds now, and how to bring it back. @type {Playing | null} */
  #playing = null;
  /** The last request to play or stop: an older one that is not ready yet is dropped. */
  #request = 0;
  #idleTimer = 0;
  /** The output device asked for was not there when the context was built: to be told once something sounds. */
  #sinkIsGone = false;
  /** The panels that need the context running. @type {Set<string>} */
  #holders = new Set();
  #level;
  /** The source before, to play again. @type {Opener | null} */
  #lastOpen = null;

  /**
   * @param {readonly Parameter[]} parameters the engine's parameter table
   * @param {Glue['frequency_response']} frequencyResponse the module's own
   * @param {import('./settings.js').Settings} settings
   * @param {Forced} [forced] goes before the settings
   */
  constructor(parameters, frequencyResponse, settings, forced = {}) {
    super();
    this.parameters = parameters;
    this.#frequencyResponse = frequencyResponse;
    this.#level = new OutputLevel(settings.volume, () => this.#emit('match'));
    this.#settings = settings;
    this.#forced = forced;
  }

  get context() {
    return this.#sound?.context ?? null;
  }

  get engine() {
    return this.#sound?.engine ?? null;
  }

  /** What the engine hears. */
  get input() {
    return this.#sound?.input ?? null;
  }

  /** What the engine gives, as loud when bypassed as when not. */
  get matched() {
    return this.#sound?.matched ?? null;
  }

  /** All that is heard, before the visitor's volume: what is recorded, metered and drawn. */
  get mix() {
    return this.#sound?.mix ?? null;
  }

  /** Makes room for what is heard and not recorded. */
  get room() {
    return this.#sound?.room ?? null;
  }

  /** All that plays, at the visitor's volume. */
  get output() {
    return this.#sound?.output ?? null;
  }

  /** The last before the loudspeakers. */
  get speakers() {
    return this.#sound?.speakers ?? null;
  }

  /** What sounds now. */
  get source() {
    return this.#playing?.source ?? null;
  }

  /** The mode asked for, which `engine.mode` need not be: one that can have the transport that the address forces. */
  get wantedMode() {
    const { mode, transport } = this.#forced;
    return mode ?? (canHave(this.#settings.mode, transport) ? this.#settings.mode : 'auto');
  }

  /** Whether the source pauses. */
  get paused() {
    return this.#playing?.isPaused === true;
  }

  /** Whether the context should be running: something sounds, rings on, or is being measured. */
  get active() {
    return (this.#playing !== null && !this.#playing.isPaused) || this.#holders.size > 0;
  }

  /** The output device asked for: '' is the system's own choice. */
  get wantedSink() {
    return this.#settings.sink;
  }

  /** The fallback's buffer asked for: 'auto', or a size in frames. */
  get wantedBufferSize() {
    return this.#settings.bufferSize;
  }

  /** @param {ParameterId} id */
  get(id) {
    return this.engine ? this.engine.get(id) : this.#settings.get(id);
  }

  /**
   * Sets a parameter and keeps it for the next visit.
   * @param {ParameterId} id
   * @param {number} wanted
   * @param {object} [gesture] of which it is a part
   * @returns {number} the value in force
   */
  set(id, wanted, gesture) {
    this.change({ [id]: wanted }, gesture);
    return this.get(id);
  }

  /**
   * Sets several parameters by one act, which one undo takes back.
   * @param {Values} params
   * @param {object} [gesture] of which it is a part
   */
  change(params, gesture) {
    this.load({ params }, gesture);
  }

  /**
   * Sets what a part of the settings says, by one act.
   * @param {Part} wanted
   * @param {object} [gesture] of which it is a part
   */
  load({ params, order }, gesture) {
    /** @type {Change} */
    const change = { before: { params: {} }, after: { params: {} }, gesture };
    for (const { id, old, inForce } of this.#set(params)) this.#became(id, inForce, old, change);
    if (order && order.join() !== this.order.join()) {
      change.before.order = this.order;
      change.after.order = order;
      this.engine?.setOrder(order);
      this.#settings.order = order;
      this.#emit('order');
    }
    if (Object.keys(change.after.params).length > 0 || change.after.order) this.#emit('change', change);
  }

  /**
   * Sets parameters, in the engine as one change.
   * @param {Values} params
   */
  #set(params) {
    const wanted = this.parameters.flatMap(({ id }) => {
      const value = params[id];
      return value === undefined ? [] : [{ id, value, old: this.get(id) }];
    });
    const values = Object.fromEntries(wanted.map(({ id, value }) => [id, value]));
    const inForce = this.engine?.set(/** @type {Record<ParameterId, number>} */ (values));
    return wanted.map(({ id, value, old }) => ({
      id,
      old,
      inForce: inForce?.[id] ?? this.#settings.inRange(id, value),
    }));
  }

  /**
   * Keeps what a parameter was set to, and tells of it.
   * @param {ParameterId} id
   * @param {number} inForce
   * @param {number} old
   * @param {Change} change gets what became another by it
   */
  #became(id, inForce, old, { before, after }) {
    this.#settings.set(id, inForce);
    if (id === 'bypass') this.#level.bypassed = inForce > 0;
    if (id === 'limiter_on' && this.mix) this.mix.limiting = inForce > 0;
    this.#emit('parameter', { id, value: inForce });
    if (inForce === old || !isSetting(id)) return;
    before.params[id] = old;
    after.params[id] = inForce;
  }

  /** The effects' ids in the order in which they sound. */
  get order() {
    return this.#settings.order;
  }

  /** The effects' ids in the order that a reset goes back to. */
  get defaultOrder() {
    return this.#settings.defaultOrder;
  }

  /**
   * |H(f)| of the filters: of all with the values in force, or with some values in their place.
   * @param {Float64Array} frequencies in Hz
   * @param {Values} [instead]
   * @returns {Float64Array} a factor for each
   */
  response(frequencies, instead) {
    if (this.engine && !instead) return this.engine.response(frequencies);
    const values = Float32Array.from(this.parameters, ({ id }) => instead?.[id] ?? this.get(id));
    return this.#frequencyResponse(this.context?.sampleRate ?? USUAL_SAMPLE_RATE, values, frequencies);
  }

  /** How loud the output is, a factor up to 1; it is the listener's, and no part of a preset. */
  get volume() {
    return this.#settings.volume;
  }

  set volume(volume) {
    this.#settings.volume = volume;
    this.#level.volume = volume;
  }

  /** The factor by which the sound is matched in level while it is bypassed. */
  get match() {
    return this.#level.match;
  }

  /**
   * Silences the output while another sound of the page plays alone; the source plays on.
   * @param {boolean} silenced
   */
  silence(silenced) {
    this.#level.silenced = silenced;
  }

  /**
   * The value that a control goes back to.
   * @param {ParameterId} id
   */
  default(id) {
    return this.#settings.default(id);
  }

  /**
   * Builds the context and the engine, once. Call it from a click: only then may sound start.
   * Rejects with an EngineError where no run mode works.
   */
  async prepare() {
    if (this.#context?.state === 'closed') this.#tearDown();
    this.#preparing ??= this.#build();
    const preparing = this.#preparing;
    this.#wake();
    try {
      return await preparing;
    } catch (error) {
      if (this.#preparing === preparing) this.#tearDown();
      throw error;
    }
  }

  /**
   * Plays a source in place of the one before.
   * @param {Opener} open
   */
  async play(open) {
    this.#request += 1;
    const request = this.#request;
    const sound = await this.prepare();
    const source = await this.#opened(open, sound);
    const isWanted = request === this.#request;
    const isClosed = sound !== this.#sound;
    if (!isWanted || isClosed) source.release();
    if (!isWanted) return;
    if (isClosed) throw new Error(CLOSED_MEANWHILE);
    this.#dropSource();
    const fader = new Fader(sound.context);
    source.node.connect(fader.node).connect(sound.input);
    this.#fadeIn(source, fader);
    this.#playing = { source, fader, open, isPaused: false };
    this.#lastOpen = open;
    this.#emit('source');
    this.#emit('recovered');
    if (this.#sinkIsGone) this.sinkIsGone();
  }

  /** Silences the source; what is played from memory keeps its place. What rings on rings out. */
  pause() {
    if (!this.#playing || this.#playing.isPaused) return;
    this.#playing.isPaused = true;
    const { source, fader } = this.#playing;
    if (source.player) source.player.pause();
    else fader.move(0, FADE_SECONDS);
    this.#emit('pause');
    this.#restWhenSilent();
  }

  /** Lets the paused source go on; in a click. */
  unpause() {
    if (!this.#playing?.isPaused) return;
    this.#playing.isPaused = false;
    const { source, fader } = this.#playing;
    this.#wake();
    if (source.player) source.player.resume();
    else this.#fadeIn(source, fader);
    this.#emit('pause');
  }

  /** The source that played last, to play it again; null before the first. */
  get lastOpener() {
    return this.#lastOpen;
  }

  /** Takes the source away. The delay rings on; once it is silent, the context rests. */
  stop() {
    this.#request += 1;
    this.#dropSource();
    this.#emit('source');
    this.#emit('stop');
  }

  /** Builds context and engine anew, and plays the last source again. */
  restore() {
    return this.#restore(this.#playing?.open);
  }

  /** Starts a context that waits or was paused; in a click. Rejects with an EngineError where it is refused. */
  async resume() {
    await this.engine?.resume();
  }

  /**
   * Changes the run mode while it plays; where the new one fails, the old one plays on.
   * @param {Mode} mode
   */
  async setMode(mode) {
    await this.engine?.setMode(mode, { bufferSize: this.wantedBufferSize });
    const { transport } = this.#forced;
    this.#forced = canHave(mode, transport) ? { transport } : {};
    this.#settings.mode = mode;
    this.#emit('mode');
  }

  /**
   * Changes the fallback's buffer, while it plays where it is in use.
   * @param {BufferSize | 'auto'} size
   */
  async setBufferSize(size) {
    await this.engine?.setMode(this.wantedMode, { bufferSize: size });
    this.#settings.bufferSize = size;
    this.#emit('mode');
  }

  /**
   * Sends the sound to another output device, now and at the next visit, where the browser can.
   * @param {string} sink its id; '' is the system's own choice
   */
  async setSink(sink) {
    if (this.context && canChooseSink(this.context)) await this.context.setSinkId(sink);
    this.#settings.sink = sink;
    this.#emit('device');
  }

  /**
   * Keeps the context running for as long as a panel measures.
   * @param {string} panel
   */
  hold(panel) {
    this.#holders.add(panel);
    this.#wake();
  }

  /** @param {string} panel */
  release(panel) {
    this.#holders.delete(panel);
    this.#restWhenSilent();
  }

  /**
   * Says that something went wrong outside the visitor's doing, and what one click does about it.
   * @param {string} title
   * @param {string} sentence
   * @param {Action} action
   */
  trouble(title, sentence, action) {
    this.#emit('trouble', { title, sentence, action });
  }

  /**
   * @param {keyof SessionEvents} type
   * @param {unknown} [detail]
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @returns {Promise<Sound>} */
  async #build() {
    const context = new AudioContext({ latencyHint: 'interactive' });
    this.#context = context;
    this.#restoreSink(context);
    context.addEventListener('statechange', () => {
      if (context.state === 'closed' && context === this.#context) this.#wasClosed();
    });
    const params = new Map(this.parameters.map(({ id }) => [id, this.#settings.get(id)]));
    const engine = await createEngine(context, {
      mode: this.wantedMode,
      bufferSize: this.wantedBufferSize,
      channels: 2,
      params: Object.fromEntries(params),
      ...(this.#forced.transport && { transport: this.#forced.transport }),
    });
    const mix = await Mix.create(engine);
    if (context !== this.#context) {
      mix.close();
      engine.close();
      throw new Error(CLOSED_MEANWHILE);
    }
    // What was set while it started.
    for (const [id, value] of params) if (this.#settings.get(id) !== value) engine.set(id, this.#settings.get(id));
    if (this.order !== this.defaultOrder) engine.setOrder(this.order);
    const [input, matched, room, output, speakers] = Array.from({ length: 5 }, () => new GainNode(context));
    const sound = { context, engine, input, matched, mix, room, output, speakers };
    this.#sound = sound;
    input.connect(engine.input);
    engine.output.connect(matched).connect(mix.input);
    mix.output.connect(room).connect(output).connect(speakers).connect(context.destination);
    mix.limiting = this.get('limiter_on') > 0;
    this.#level.follow(sound);
    engine.addEventListener('modechange', () => this.#emit('mode'));
    for (const each of [engine, mix.limiter]) {
      each?.addEventListener('error', () => {
        const again = { label: 'Start it again', run: () => this.restore() };
        this.trouble('The engine stopped.', 'It failed while it played. All settings are kept.', again);
      });
    }
    this.#emit('engine', sound);
    this.#emit('mode');
    this.#emit('recovered');
    return sound;
  }

  /** @param {AudioContext} context a new one */
  async #restoreSink(context) {
    if (this.wantedSink === '' || !canChooseSink(context)) return;
    try {
      await context.setSinkId(this.wantedSink);
    } catch {
      this.#sinkIsGone = true;
    }
  }

  /** The output device asked for is not there, so the sound goes where the system sends it. */
  sinkIsGone() {
    this.#sinkIsGone = false;
    const { wantedSink: sink } = this;
    this.setSink('').catch(() => {});
    this.trouble('The output device is gone.', 'The sound goes to the system’s own choice.', {
      label: 'Try it again',
      run: () => this.setSink(sink),
    });
  }

  /** The context was closed from outside. */
  #wasClosed() {
    const { active } = this;
    const open = this.#playing?.open;
    this.#tearDown();
    if (!active) return;
    const bringBack = { label: 'Bring the sound back', run: () => this.#restore(open) };
    this.trouble('The browser closed the sound.', 'All settings are kept.', bringBack);
  }

  /** @param {Opener} [open] the source to play */
  async #restore(open) {
    this.#tearDown();
    if (open) await this.play(open);
    else await this.prepare();
  }

  #tearDown() {
    this.#dropSource();
    clearTimeout(this.#idleTimer);
    this.#level.stop();
    const context = this.#context;
    const { engine, mix } = this;
    this.#sound = this.#context = this.#preparing = null;
    mix?.close();
    engine?.close();
    if (context && context.state !== 'closed') context.close().catch(() => {});
    this.#emit('closed');
    this.#emit('source');
    this.#emit('mode');
  }

  #wake() {
    clearTimeout(this.#idleTimer);
    if (this.#context && this.#context.state !== 'running') this.#context.resume().catch(() => {});
  }

  /**
   * @param {Opener} open
   * @param {Sound} sound
   */
  async #opened(open, { context }) {
    try {
      /** @type {Source} */
      const source = await open(context, (sentence) => this.#lost(source, sentence));
      return source;
    } catch (error) {
      this.#restWhenSilent();
      throw error;
    }
  }

  /**
   * Fades a source in; one that can howl comes when the page's output is down, and the output rises then.
   * @param {Source} source
   * @param {Fader} fader
   */
  #fadeIn(source, fader) {
    const wait = source.isLive ? this.#level.rise() : 0;
    fader.move(1, FADE_SECONDS, wait);
  }

  #dropSource() {
    if (!this.#playing) return;
    const { source, fader } = this.#playing;
    this.#playing = null;
    fader.move(0, FADE_SECONDS);
    setTimeout(() => {
      fader.node.disconnect();
      source.release();
    }, RELEASE_MILLISECONDS);
    this.#restWhenSilent();
  }

  #restWhenSilent(checks = 0) {
    clearTimeout(this.#idleTimer);
    if (this.active || !this.#sound) return;
    const { mix, context } = this.#sound;
    this.#idleTimer = setTimeout(() => {
      const silent = mix.meters().outputPeak.every((peak) => peak < SILENCE);
      if (silent && checks >= SILENT_CHECKS) context.suspend().catch(() => {});
      else this.#restWhenSilent(silent ? checks + 1 : 0);
    }, IDLE_CHECK_MILLISECONDS);
  }

  /**
   * @param {Source} source
   * @param {string} sentence
   */
  #lost(source, sentence) {
    if (this.#playing?.source !== source) return;
    const { open } = this.#playing;
    this.#dropSource();
    this.#emit('source');
    this.trouble('The source ended.', sentence, { label: 'Bring it back', run: () => this.play(open) });
  }
}

/**
 * Whether a mode can have a transport, or need not.
 * @param {Mode} mode
 * @param {Transport} [transport]
 */
function canHave(mode, transport) {
  /** @type {readonly Transport[]} */
  const transports = TRANSPORTS[mode];
  return transport === undefined || transports.includes(transport);
}

/**
 * A context that can say where it plays; the method is new, and TypeScript's library does not know it.
 * @typedef {AudioContext & { sinkId: string, setSinkId(id: string): Promise<void> }} SinkContext
 */

/**
 * @param {AudioContext} context
 * @returns {context is SinkContext}
 */
const canChooseSink = (context) => 'setSinkId' in context;
