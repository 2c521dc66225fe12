/**
 * What `engine.param(id)` gives: a parameter with all that an AudioParam has. Main thread only.
 */

import { float32 } from './timeline.js';

/**
 * What a parameter needs of its engine.
 * @typedef {object} ParamPort
 * @property {() => number} now the context's time, in seconds
 * @property {number} sampleRate in Hz
 * @property {() => void} requireOpen throws engine-closed where the engine is closed
 * @property {(events: import('./events.js').ParameterEvent[]) => void} send
 * @property {(value: number) => void} set as engine.set() does, the timeline's set() included
 */

/**
 * A parameter of an engine, scheduled to the sample like an AudioParam. Every method gives the parameter itself:
 *
 *     engine.param('gain').setValueAtTime(0, t).linearRampToValueAtTime(1, t + 0.1).setTargetAtTime(0, t + 1, 0.3);
 *
 * - Times are in seconds of the context's `currentTime`; a past one means now. What is scheduled for time T is heard
 *   from the frame round(T·sampleRate) on; ramps go by the unrounded times. What reaches the audio thread too late acts
 *   at once.
 * - Values are in the parameter's unit. The schedule goes on beyond the range; only what is heard is clamped to it.
 * - setValueAtTime() is a step, and heard as one. Setting `value`, or engine.set(), is smoothed, and so is whatever
 *   begins at no time that was given: a ramp that begins now, or the value that a cancel brings back.
 * - The last word wins. `value` and engine.set() are a setValueAtTime() now: a ramp under way goes on from there, a
 *   target or a value curve under way ends, and what comes later comes.
 * - A ramp begins at the time of the event before it, however long ago that was (setting `value` is an event too);
 *   without one it begins now. To begin now in any case: param.setValueAtTime(param.value, now) before it.
 * - A switch takes setValueAtTime() (on from 0.5) and the cancels; the others throw NotSupportedError.
 *
 * Arguments that are not finite numbers throw a TypeError, negative times a RangeError, and a closed engine throws an
 * EngineError, engine-closed. A call that throws changes nothing.
 */
export class EngineParam {
  #timeline;
  #port;

  /**
   * Use engine.param().
   * @internal
   * @param {import('./timeline.js').Timeline} timeline
   * @param {ParamPort} port
   */
  constructor(timeline, port) {
    this.#timeline = timeline;
    this.#port = port;
  }

  /**
   * The value that is scheduled for now, in the parameter's unit; clamped to its range. Setting it is heard smoothly:
   *
   *     param.value = 0.5;
   *
   * @returns {number}
   * @throws {TypeError | import('./errors.js').EngineError} engine-closed, when set
   */
  get value() {
    return this.#timeline.valueAt(this.#port.now());
  }

  set value(value) {
    this.#port.requireOpen();
    this.#port.set(float32(value, 'value'));
  }

  /**
   * What it is at first, and after engine.reset().
   * @returns {number}
   */
  get defaultValue() {
    return Math.fround(this.#timeline.row.default);
  }

  /**
   * The low end of its range.
   * @returns {number}
   */
  get minValue() {
    return Math.fround(this.#timeline.row.min);
  }

  /**
   * The high end of its range.
   * @returns {number}
   */
  get maxValue() {
    return Math.fround(this.#timeline.row.max);
  }

  /**
   * A step at a time:
   *
   *     param.setValueAtTime(0.5, context.currentTime + 1);
   *
   * @param {number} value
   * @param {number} startTime in seconds, 0 or more
   * @returns {this}
   * @throws {TypeError | RangeError | DOMException} NotSupportedError within a value curve
   */
  setValueAtTime(value, startTime) {
    return this.#schedule((timeline, now) => timeline.setValueAtTime(value, startTime, now));
  }

  /**
   * A straight line from the event before to a value at a time:
   *
   *     param.setValueAtTime(1, t).linearRampToValueAtTime(0, t + 2);
   *
   * @param {number} value
   * @param {number} endTime in seconds, 0 or more
   * @returns {this}
   * @throws {TypeError | RangeError | DOMException} NotSupportedError within a value curve, or for a switch
   */
  linearRampToValueAtTime(value, endTime) {
    return this.#schedule((timeline, now) => timeline.linearRampToValueAtTime(value, endTime, now));
  }

  /**
   * As many octaves, or decibels, each second, from the event before to a value at a time. From 0, or to the other
   * sign, it waits and then steps:
   *
   *     param.setValueAtTime(200, t).exponentialRampToValueAtTime(4000, t + 2);
   *
   * @param {number} value not 0
   * @param {number} endTime in seconds, 0 or more
   * @returns {this}
   * @throws {TypeError | RangeError | DOMException} NotSupportedError within a value curve, or for a switch
   */
  exponentialRampToValueAtTime(value, endTime) {
    return this.#schedule((timeline, now) => timeline.exponentialRampToValueAtTime(value, endTime, now));
  }

  /**
   * From a time on nearer and nearer to a target, by 63 % of what is left in each time constant:
   *
   *     param.setTargetAtTime(0, t, 0.1);
   *
   * @param {number} target
   * @param {number} startTime in seconds, 0 or more
   * @param {number} timeConstant in seconds; 0 is a step
   * @returns {this}
   * @throws {TypeError | RangeError | DOMException} NotSupportedError within a value curve, or for a switch
   */
  setTargetAtTime(target, startTime, timeConstant) {
    return this.#schedule((timeline, now) => timeline.setTargetAtTime(target, startTime, timeConstant, now));
  }

  /**
   * Through the values in straight lines, evenly over a duration; the last one stays. The values are copied:
   *
   *     param.setValueCurveAtTime([0, 1, 0.5], t, 0.2);
   *
   * @param {Iterable<number>} values two or more
   * @param {number} startTime in seconds, 0 or more
   * @param {number} duration in seconds, over 0
   * @returns {this}
   * @throws {TypeError | RangeError | DOMException} InvalidStateError for less than two values, NotSupportedError where
   *   anything else is scheduled before it ends, or for a switch
   */
  setValueCurveAtTime(values, startTime, duration) {
    return this.#schedule((timeline, now) => timeline.setValueCurveAtTime(values, startTime, duration, now));
  }

  /**
   * Takes away all events at a time or later. A ramp or a value curve that goes on beyond it is taken away as a whole:
   * the value from before it is back, or, if it was under way, stays where it is.
   *
   *     param.cancelScheduledValues(context.currentTime);
   *
   * @param {number} cancelTime in seconds, 0 or more
   * @returns {this}
   * @throws {TypeError | RangeError}
   */
  cancelScheduledValues(cancelTime) {
    return this.#schedule((timeline, now) => timeline.cancelScheduledValues(cancelTime, now));
  }

  /**
   * Takes away what comes after a time, and holds the value that is reached by then:
   *
   *     param.cancelAndHoldAtTime(t).setTargetAtTime(0, t, 0.1); // a key is released, wherever its attack is
   *
   * @param {number} cancelTime in seconds, 0 or more
   * @returns {this}
   * @throws {TypeError | RangeError}
   */
  cancelAndHoldAtTime(cancelTime) {
    return this.#schedule((timeline, now) => timeline.cancelAndHoldAtTime(cancelTime, now));
  }

  /**
   * @typedef {import('./timeline.js').Timeline} Timeline
   * @param {(timeline: Timeline, now: number) => import('./events.js').ParameterEvent[]} call
   */
  #schedule(call) {
    this.#port.requireOpen();
    const events = call(this.#timeline, this.#port.now());
    if (events.length > 0) this.#port.send(events);
    return this;
  }
}
