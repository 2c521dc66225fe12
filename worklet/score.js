/**
 * What render() plays by: the state that it begins with, and of a take (take.js) what happens at which frame, as the
 * words that the engine takes. Main thread only.
 */

import { ControlBlock } from './control-block.js';
import { EngineError } from './errors.js';
import { encodeEvents } from './events.js';
import { Parameters } from './parameters.js';
import { checkOrder, checkState, isRecord } from './state.js';
import { TAKE_VERSION } from './take.js';

/**
 * @typedef {object} Step what comes before a frame
 * @property {number} frame
 * @property {Int32Array} inbound the control block's words that the main thread writes
 * @property {{ events: Float64Array, stamp: number }[]} batches
 *
 * @typedef {{ inbound: Int32Array, steps: Step[] }} Score
 */

/**
 * The score of a state and a take.
 * @param {object} options
 * @param {unknown} options.state undefined: the take's, or the defaults
 * @param {unknown} options.log undefined: nothing changes
 * @param {number} options.sampleRate of the sound
 * @param {import('./module.js').LoadedModule} loaded
 * @returns {Score}
 * @throws {EngineError} bad-state, bad-take, bad-order, unknown-parameter, bad-value
 */
export function scoreOf({ state, log, sampleRate }, { parameters: table, effects, layout }) {
  const take = log === undefined ? null : checkTake(log, sampleRate);
  const parameters = new Parameters(table, effects);
  const beginning = state === undefined ? take?.state : state;
  if (beginning !== undefined) parameters.load(checkState(beginning, parameters));
  const block = new ControlBlock(layout, false);
  const words = () => {
    block.storeAll(parameters);
    return block.inbound();
  };
  const inbound = words();
  /** @type {Step[]} */
  const steps = [];
  for (const { frame, ...change } of take?.changes ?? []) {
    if (steps.at(-1)?.frame !== frame) steps.push({ frame, inbound, batches: [] });
    const step = steps[steps.length - 1];
    const events = apply(change, parameters);
    if (events) step.batches.push({ events, stamp: parameters.sequence });
    step.inbound = words();
  }
  return { inbound, steps };
}

/**
 * Makes a change; gives the words of its events.
 * @param {Omit<import('./take.js').TakeChange, 'frame'>} change
 * @param {Parameters} parameters
 */
function apply({ load, set, order, events }, parameters) {
  if (load) parameters.load(checkState(load, parameters));
  if (set) parameters.setSeveral(set);
  if (order) parameters.setOrder(checkOrder(order, parameters.effects));
  return events && encodeEvents(events, (id) => parameters.row(id).index);
}

/**
 * @param {unknown} log
 * @param {number} sampleRate
 * @returns {import('./take.js').TakeLog}
 */
function checkTake(log, sampleRate) {
  if (!isRecord(log)) throw bad('it is not an object');
  if (log.version !== TAKE_VERSION) throw bad(`its version is ${log.version}, not ${TAKE_VERSION}`);
  if (log.sampleRate !== sampleRate)
    throw bad(`its sample rate is ${log.sampleRate} Hz, and the sound's ${sampleRate}`);
  if (!Array.isArray(log.changes) || !log.changes.every(isChange)) throw bad('its changes are not a list of changes');
  const frames = log.changes.map(({ frame }) => frame);
  if (frames.some((frame, nth) => nth > 0 && frame < frames[nth - 1])) throw bad('its changes are not in order');
  return /** @type {import('./take.js').TakeLog} */ (/** @type {unknown} */ (log));
}

/** @param {unknown} change */
function isChange(change) {
  if (!isRecord(change) || typeof change.frame !== 'number' || !(change.frame >= 0)) return false;
  return change.events === undefined || (Array.isArray(change.events) && change.events.every(isRecord));
}

/** @param {string} reason */
const bad = (reason) => new EngineError('bad-take', { reason });
