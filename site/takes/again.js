/**
 * With what a take is rendered again: as it was played, its moves over other settings, or other settings alone. No DOM.
 */

/**
 * @typedef {import('../keeping/codec.js').State} State
 * @typedef {import('../../worklet/take.js').TakeLog} TakeLog
 * @typedef {keyof typeof WAYS} Way
 */

/** The ways, and what they are called. */
export const WAYS = /** @type {const} */ ({
  'as-played': 'as it was played',
  'moves-over-now': 'its moves, over the settings of now',
  'now-alone': 'the settings of now, without moves',
});

/**
 * What render() takes.
 * @param {Way} way
 * @param {TakeLog} log
 * @param {State} now the settings in force
 * @returns {{ state?: State, log?: TakeLog }}
 */
export function settingsFor(way, log, now) {
  if (way === 'as-played') return { log };
  if (way === 'now-alone') return { state: now };
  const moved = new Set(
    log.changes.flatMap(({ set = {}, load }) => [...Object.keys(set), ...Object.keys(load?.params ?? {})]),
  );
  // What moves begins where it began; all else is as it is now.
  const params = { ...now.params, ...pick(log.state.params, moved) };
  const isReordered = log.changes.some(({ order, load }) => order ?? load);
  const order = isReordered ? [...(log.state.order ?? now.order)] : now.order;
  return { state: { ...now, params, order }, log };
}

/**
 * @param {TakeLog['state']['params']} values
 * @param {Set<string>} ids
 */
const pick = (values, ids) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([id, value]) => (ids.has(id) ? [/** @type {const} */ ([id, Number(value)])] : [])),
  );
