/**
 * A take: every change of an engine with the frame at which it was heard, as plain JSON. Main thread only.
 *
 * Nothing is written down on the audio thread but when it took in what: a row of its journal for each quantum before
 * which something came (control-block.js). There are only as many as this thread made changes, and each change looks
 * into the journal first, so no row is lost however long a take is.
 */

/** The version of what stop() gives. */
export const TAKE_VERSION = 1;

/**
 * @typedef {import('./events.js').ParameterEvent} ParameterEvent
 *
 * @typedef {object} TakeChange what was taken in before a frame, in this order
 * @property {number} frame from the start of the take; 0 or a quantum's first
 * @property {import('./state.js').EngineState} [load] a state
 * @property {Record<string, number>} [set] values by id, taken up smoothly
 * @property {readonly string[]} [order]
 * @property {ParameterEvent[]} [events] what was scheduled; their frames count from the start of
 *   the take, too
 * @property {{ mode: string, transport: string }} [mode] that is heard from about here on, by a host that has heard
 *   less of what was before
 *
 * @typedef {object} TakeLog
 * @property {number} version of this form
 * @property {number} sampleRate in Hz
 * @property {number} start the frame of the context with which it begins
 * @property {number} frames how long it is
 * @property {import('./state.js').EngineState} state at its start
 * @property {TakeChange[]} changes in the order of their frames
 */

/**
 * A change that was made and not heard yet: by the number of the change, or of the message of events.
 * @typedef {{ sequence?: number, message?: number, change: Omit<TakeChange, 'frame'> }} Pending
 */

export class Take {
  #hosts;
  #state;
  #events;
  #beginning;
  #onstop;
  #sampleRate;
  /** @type {TakeChange[]} */
  #changes = [];
  /** @type {Pending[]} */
  #pending = [];
  /** The host that is heard, and how far its journal was read. */
  #host;
  #entries;
  /** The context's frame with which the take begins. @type {number | null} */
  #origin = null;
  /** @type {TakeLog | null} */
  #log = null;

  /**
   * Use engine.record().
   * @internal
   * @param {object} options
   * @param {import('./hosts.js').Hosts} options.hosts
   * @param {number} options.sampleRate
   * @param {number} options.sequence the change with which it begins
   * @param {Required<import('./state.js').EngineState>} options.state
   * @param {ParameterEvent[]} options.events all that is under way or scheduled
   * @param {(take: Take) => void} options.onstop
   */
  constructor({ hosts, sampleRate, sequence, state, events, onstop }) {
    this.#hosts = hosts;
    this.#sampleRate = sampleRate;
    this.#beginning = sequence;
    this.#state = state;
    this.#events = events;
    this.#onstop = onstop;
    this.#host = hosts.heard;
    this.#entries = this.#host.block.entries;
  }

  /**
   * A change was made.
   * @internal
   * @param {number} sequence its number
   * @param {Omit<TakeChange, 'frame'>} change
   */
  changed(sequence, change) {
    this.#read();
    this.#pending.push({ sequence, change });
  }

  /**
   * Events were scheduled.
   * @internal
   * @param {number} message the number of the message that brings them
   * @param {ParameterEvent[]} events
   */
  scheduled(message, events) {
    this.#read();
    this.#pending.push({ message, change: { events } });
  }

  /**
   * Another host is heard.
   * @internal
   * @param {{ mode: string, transport: string }} mode
   */
  moved(mode) {
    this.#read();
    this.#host = this.#hosts.heard;
    this.#entries = this.#host.block.entries;
    const frame = this.#now();
    for (const { change } of this.#pending.splice(0)) this.#enter(frame, change);
    this.#enter(frame, { mode });
  }

  /**
   * Ends the take. What was not heard yet is not in it.
   * @returns {TakeLog} the same one each time
   * @example
   * const again = await render(input, { log: take.stop() });
   */
  stop() {
    if (this.#log) return this.#log;
    this.#read();
    this.#onstop(this);
    this.#log = {
      version: TAKE_VERSION,
      sampleRate: this.#sampleRate,
      start: this.#origin ?? 0,
      frames: this.#now(),
      state: this.#state,
      changes: this.#changes,
    };
    return this.#log;
  }

  /** Reads on in the journal. */
  #read() {
    for (const { nth, sequence, messages, clock } of this.#host.block.journal(this.#entries)) {
      this.#entries = nth + 1;
      if (this.#origin === null) {
        if (isBefore(sequence, this.#beginning)) continue;
        this.#origin = clock;
        if (this.#events.length > 0) this.#enter(0, { events: this.#events });
      }
      const isTaken = (/** @type {Pending} */ { sequence: change, message }) =>
        message === undefined ? !isBefore(sequence, change ?? 0) : !isBefore(messages, message);
      for (const { change } of this.#pending.filter(isTaken)) this.#enter((clock - this.#origin) >>> 0, change);
      this.#pending = this.#pending.filter((pending) => !isTaken(pending));
    }
  }

  /** The frames rendered since it began, as far as it is known here. */
  #now() {
    return this.#origin === null ? 0 : (this.#host.block.clock - this.#origin) >>> 0;
  }

  /**
   * @param {number} frame
   * @param {Omit<TakeChange, 'frame'>} change
   */
  #enter(frame, { events, ...change }) {
    this.#changes.push(
      events ? { frame, events: events.map((event) => fromOrigin(event, this.#origin ?? 0)) } : { frame, ...change },
    );
  }
}

/**
 * An event with its frames told from another one on, and nothing in it but JSON.
 * @param {ParameterEvent} event
 * @param {number} origin
 * @returns {ParameterEvent}
 */
function fromOrigin(event, origin) {
  const frame = event.frame - origin;
  if (event.law === 'cancel' || event.law === 'hold') return { ...event, frame };
  const start = event.start - origin;
  if (event.law === 'curve') return { ...event, frame, start, values: Array.from(event.values) };
  if (event.law === 'target') return { ...event, frame, start };
  return { ...event, frame, start, end: event.end - origin };
}

/**
 * Whether a number modulo 2³² comes before another.
 * @param {number} number
 * @param {number} other
 */
const isBefore = (number, other) => ((number - other) | 0) < 0;
