/**
 * The moves of a take, by their frames. Scheduled ones (`events`) are none of this page's: they are in the render
 * alone. No DOM.
 */

/**
 * @typedef {import('../../worklet/take.js').TakeLog} TakeLog
 * @typedef {import('../../worklet/engine.js').EngineState} EngineState
 * @typedef {{ params: EngineState['params'], order?: readonly string[] }} Move
 */

/**
 * The settings with which a frame is heard: those at the start, and every move up to it.
 * @param {TakeLog} log
 * @param {number} frame
 * @returns {EngineState}
 */
export function settingsAt({ state, changes }, frame) {
  let { params, order } = state;
  for (const change of changes) {
    if (change.frame > frame) break;
    if (change.load) ({ params, order } = change.load);
    params = { ...params, ...change.set };
    order = change.order ?? order;
  }
  return { version: state.version, params, order };
}

/**
 * The moves behind a frame, up to another one.
 * @param {TakeLog} log
 * @param {number} from
 * @param {number} to
 * @returns {Move[]}
 */
export function movesBetween(log, from, to) {
  return log.changes
    .filter(({ frame, set, order, load }) => frame > from && frame <= to && (set ?? order ?? load))
    .map(({ frame, set = {}, order, load }) => (load ? settingsAt(log, frame) : { params: set, order }));
}
