// The page's sound: one AudioContext, one engine, one source at a time. Main thread.
//
//   source → input (a GainNode: what the engine hears) → engine → output (what goes to the loudspeakers)
//
// Nothing starts before the visitor's first click, so that the browser lets it sound. Whatever happens
// to the context or the engine, `restore()` builds both again with all settings and the same source.
//
// Events: 'engine' (built anew), 'source' (changed, or gone), 'parameter' (detail: { id, value }),
// 'mode' (mode or transport changed), 'trouble' (detail: { title, sentence, action }), 'calm' (it is over).

import { createEngine } from '../../worklet/engine.js';

const FADE_S = 0.012;
const IDLE_CHECK_MS = 500;
const SILENT_CHECKS = 6;
const SILENCE = 1e-5;

export class Session extends EventTarget {
  #settings;
  #forced;
  #preparing = null;
  #turn = 0;
  #open = null;
  #idleTimer = 0;
  #holders = new Set();

  /** @type {AudioContext|null} */
  context = null;
  engine = null;
  /** What sounds now: `{ kind, name, node, release() }`. */
  source = null;
  /** @type {GainNode|null} what the engine hears */
  input = null;
  /** @type {GainNode|null} what goes to the loudspeakers */
  output = null;

  /**
   * @param {ReadonlyArray<object>} parameters the engine's parameter table
   * @param {import('./settings.js').Settings} settings
   * @param {{ mode?: string, transport?: string }} forced by the page's address; goes before the settings
   */
  constructor(parameters, settings, forced = {}) {
    super();
    this.parameters = parameters;
    this.#settings = settings;
    this.#forced = forced;
  }

  /** The mode asked for, which `engine.mode` need not be. */
  get wantedMode() {
    return this.#forced.mode ?? this.#settings.mode;
  }

  /** Whether the context should be running: something sounds, rings on, or is being measured. */
  get active() {
    return this.source !== null || this.#holders.size > 0;
  }

  /** The fallback's buffer asked for: 'auto', or a size in frames. */
  get wantedBufferSize() {
    return this.#settings.bufferSize;
  }

  get(id) {
    return this.engine ? this.engine.get(id) : this.#settings.get(id);
  }

  /** Sets a parameter and keeps it for the next visit. Returns the value in force. */
  set(id, wanted) {
    const value = this.engine ? this.engine.set(id, wanted) : Math.fround(wanted);
    this.#settings.set(id, value);
    this.#emit('parameter', { id, value });
    return value;
  }

  /** The value that a control goes back to. */
  default(id) {
    return this.#settings.default(id);
  }

  resetAll() {
    for (const { id } of this.parameters) this.set(id, this.default(id));
  }

  /**
   * Builds the context and the engine, once. Call it from a click: only then may sound start.
   * Rejects with an EngineError where no way to run works.
   */
  async prepare() {
    this.#preparing ??= this.#build();
    this.#wake();
    try {
      await this.#preparing;
    } catch (error) {
      await this.#tearDown();
      throw error;
    }
  }

  /**
   * Plays a source in place of the one before.
   * @param {(context: AudioContext, onLost: (sentence: string) => void) => Promise<object>} open
   */
  async play(open) {
    const turn = ++this.#turn;
    await this.prepare();
    const source = await this.#opened(open);
    if (turn !== this.#turn) {
      source.release();
      return;
    }
    this.#dropSource();
    this.#open = open;
    this.source = source;
    this.#fadeIn(source);
    this.#emit('source');
    this.#emit('calm');
  }

  /** Takes the source away. The delay rings on; once it is silent, the context rests. */
  stop() {
    this.#turn++;
    this.#dropSource();
    this.#emit('source');
  }

  /** Builds what the system took away, and plays the last source again. */
  async restore() {
    const open = this.source && this.#open;
    await this.#tearDown();
    if (open) await this.play(open);
    else await this.prepare();
    this.#emit('calm');
  }

  /** Starts a context that waits or was paused; in a click. Rejects with an EngineError where it is refused. */
  async resume() {
    await this.engine.resume();
  }

  /** Changes the way to run while it plays; where the new way fails, the old one plays on. */
  async setMode(mode) {
    await this.engine?.setMode(mode, { bufferSize: this.wantedBufferSize });
    this.#forced = { ...this.#forced, mode: undefined };
    this.#settings.mode = mode;
    this.#emit('mode');
  }

  /** Changes the fallback's buffer, while it plays where it is in use. */
  async setBufferSize(size) {
    await this.engine?.setMode(this.wantedMode, { bufferSize: size });
    this.#settings.bufferSize = size;
    this.#emit('mode');
  }

  /** Keeps the context running for as long as a panel measures. */
  hold(panel) {
    this.#holders.add(panel);
    this.#wake();
  }

  release(panel) {
    this.#holders.delete(panel);
    this.#restWhenSilent();
  }

  /** Says that something went wrong outside the visitor's doing, and what one click does about it. */
  trouble(title, sentence, action) {
    this.#emit('trouble', { title, sentence, action });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #build() {
    this.context = new AudioContext({ latencyHint: 'interactive' });
    this.input = new GainNode(this.context);
    this.output = new GainNode(this.context);
    const engine = await createEngine(this.context, {
      mode: this.wantedMode,
      bufferSize: this.wantedBufferSize,
      channels: 2,
      params: this.#settings.params(),
      ...(this.#forced.transport && { transport: this.#forced.transport }),
    });
    this.engine = engine;
    this.input.connect(engine.input);
    engine.output.connect(this.output).connect(this.context.destination);
    engine.addEventListener('modechange', () => this.#emit('mode'));
    engine.addEventListener('error', () => {
      const again = { label: 'Start it again', run: () => this.restore() };
      this.trouble('The engine stopped.', 'It failed while it played. All settings are kept.', again);
    });
    this.#emit('engine');
    this.#emit('mode');
  }

  async #tearDown() {
    this.#dropSource();
    const { engine, context } = this;
    this.engine = this.context = this.input = this.output = this.#preparing = null;
    engine?.close();
    if (context && context.state !== 'closed') await context.close().catch(() => {});
    this.#emit('source');
  }

  #wake() {
    clearTimeout(this.#idleTimer);
    if (this.context && this.context.state !== 'running') this.context.resume().catch(() => {});
  }

  async #opened(open) {
    try {
      const source = await open(this.context, (sentence) => this.#lost(source, sentence));
      return source;
    } catch (error) {
      this.#restWhenSilent();
      throw error;
    }
  }

  #fadeIn(source) {
    const fader = new GainNode(this.context, { gain: 0 });
    fader.gain.setValueAtTime(0, this.context.currentTime);
    fader.gain.linearRampToValueAtTime(1, this.context.currentTime + FADE_S);
    source.fader = fader;
    source.node.connect(fader).connect(this.input);
  }

  #dropSource() {
    const { source, context } = this;
    if (!source) return;
    this.source = null;
    source.fader.gain.cancelScheduledValues(context.currentTime);
    source.fader.gain.setTargetAtTime(0, context.currentTime, FADE_S / 4);
    setTimeout(
      () => {
        source.fader.disconnect();
        source.release();
      },
      8 * FADE_S * 1000,
    );
    this.#restWhenSilent();
  }

  #restWhenSilent(checks = 0) {
    clearTimeout(this.#idleTimer);
    if (this.active || !this.engine) return;
    this.#idleTimer = setTimeout(() => {
      const silent = this.engine.meters().outputPeak.every((peak) => peak < SILENCE);
      if (silent && checks >= SILENT_CHECKS) this.context.suspend().catch(() => {});
      else this.#restWhenSilent(silent ? checks + 1 : 0);
    }, IDLE_CHECK_MS);
  }

  #lost(source, sentence) {
    if (source !== this.source) return;
    this.#dropSource();
    this.#emit('source');
    this.trouble('The source ended.', sentence, { label: 'Bring it back', run: () => this.play(this.#open) });
  }
}
