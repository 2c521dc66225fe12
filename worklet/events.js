/**
 * What the main thread tells the audio thread about a parameter: from a frame on, it follows a law. And these events as
 * numbers, for a ring in shared memory or a message. Pure; any thread.
 *
 * All times are in frames of the context's clock: `frame` is an integer, the others are unrounded. A law can begin up
 * to half a frame before its `start`, for `frame` is rounded: there it has the value that it has at `start`.
 */

/**
 * From `frame` on the value is `to`.
 * @typedef {object} HoldEvent
 * @property {string} id of the parameter
 * @property {'hold'} law
 * @property {number} frame
 * @property {boolean} [glides] whether the difference between the value now and the law's decays, instead of jumping
 * @property {number} to
 *
 * From `from` at `start` to `to` at `end`, in a straight line or exponentially (neither is 0 then, and both have the
 * same sign); from round(end) on it is `to`. `start` < `end`.
 * @typedef {object} RampEvent
 * @property {string} id
 * @property {'linear' | 'exponential'} law
 * @property {number} frame
 * @property {boolean} [glides]
 * @property {number} start
 * @property {number} from
 * @property {number} end
 * @property {number} to
 *
 * to + (from − to)·exp(−(x − start)/timeConstant) at frame x.
 * @typedef {object} TargetEvent
 * @property {string} id
 * @property {'target'} law
 * @property {number} frame
 * @property {boolean} [glides]
 * @property {number} start
 * @property {number} from
 * @property {number} to
 * @property {number} timeConstant in frames, over 0
 *
 * From value to value in straight lines, spread evenly over the duration; after it the last one. At least two values.
 * @typedef {object} CurveEvent
 * @property {string} id
 * @property {'curve'} law
 * @property {number} frame
 * @property {boolean} [glides]
 * @property {number} start
 * @property {number} duration in frames, over 0
 * @property {ArrayLike<number>} values
 *
 * Forgets the parameter's events at `frame` or later that have not begun.
 * @typedef {object} CancelEvent
 * @property {string} id
 * @property {'cancel'} law
 * @property {number} frame
 *
 * @typedef {HoldEvent | RampEvent | TargetEvent | CurveEvent | CancelEvent} ParameterEvent
 */

/** The words of an event; a curve's values follow as further words. */
export const EVENT_WORDS = 8;

/** The laws by their codes; the audio thread knows them by the same numbers. */
const LAWS = /** @type {const} */ (['cancel', 'hold', 'linear', 'exponential', 'target', 'curve']);

/**
 * Events as numbers, one after another: code, parameter's index, frame, 1 where it glides, start, from, end, to. A
 * target's `end` is its time constant. A curve's `from` is how many values follow, its `end` its duration.
 * @param {readonly ParameterEvent[]} events
 * @param {(id: string) => number} indexOf a parameter's index in the table
 * @returns {Float64Array}
 */
export function encodeEvents(events, indexOf) {
  const words = new Float64Array(events.reduce((sum, event) => sum + lengthOf(event), 0));
  let at = 0;
  for (const event of events) {
    words.set([LAWS.indexOf(event.law), indexOf(event.id), event.frame], at);
    if (event.law !== 'cancel') words.set([event.glides ? 1 : 0, ...shapeOf(event)], at + 3);
    if (event.law === 'curve') words.set(event.values, at + EVENT_WORDS);
    at += lengthOf(event);
  }
  return words;
}

/** @param {ParameterEvent} event */
function lengthOf(event) {
  return EVENT_WORDS + (event.law === 'curve' ? event.values.length : 0);
}

/**
 * The words start, from, end, to.
 * @param {Exclude<ParameterEvent, CancelEvent>} event
 */
function shapeOf(event) {
  if (event.law === 'hold') return [0, 0, 0, event.to];
  if (event.law === 'target') return [event.start, event.from, event.timeConstant, event.to];
  if (event.law === 'curve') return [event.start, event.values.length, event.duration, 0];
  return [event.start, event.from, event.end, event.to];
}

/**
 * The events that encodeEvents() made numbers of.
 * @param {ArrayLike<number>} words
 * @param {(index: number) => string} idOf
 * @returns {ParameterEvent[]}
 */
export function decodeEvents(words, idOf) {
  const all = Float64Array.from(words);
  const events = [];
  for (let at = 0; at < all.length; ) {
    const event = decode(all.subarray(at), idOf);
    events.push(event);
    at += lengthOf(event);
  }
  return events;
}

/**
 * @param {Float64Array} words which begin with the event
 * @param {(index: number) => string} idOf
 * @returns {ParameterEvent}
 */
function decode([code, index, frame, glide, start, from, end, to, ...more], idOf) {
  const id = idOf(index);
  const law = LAWS[code];
  const glides = glide === 1;
  if (law === 'cancel') return { id, law, frame };
  if (law === 'hold') return { id, law, frame, to, glides };
  if (law === 'target') return { id, law, frame, start, from, to, timeConstant: end, glides };
  if (law === 'curve') return { id, law, frame, start, duration: end, values: more.slice(0, from), glides };
  return { id, law, frame, start, from, end, to, glides };
}
