/**
 * With what a take is replayed and rendered again: as it was played, its moves over other settings, or other settings
 * alone. No DOM.
 */

import { settingsAt } from './moves.js';

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
  const { params, order } = movedAt(log, -1);
  return {
    state: { ...now, params: { ...now.params, ...numbers(params) }, order: [...(order ?? now.order)] },
    log,
  };
}

/**
 * What is set where a replay begins, or goes on from another place; null where it sets nothing.
 * @param {Way} way
 * @param {TakeLog} log
 * @param {number} frame
 */
export function settingsToReplay(way, log, frame) {
  if (way === 'now-alone') return null;
  return way === 'as-played' ? settingsAt(log, frame) : movedAt(log, frame);
}

/**
 * Of what the moves change at any time, how it is at a frame. All else is left as it is.
 * @param {TakeLog} log
 * @param {number} frame
 * @returns {import('./moves.js').Move}
 */
function movedAt(log, frame) {
  const moved = new Set(
    log.changes.flatMap(({ set = {}, load }) => [...Object.keys(set), ...Object.keys(load?.params ?? {})]),
  );
  const { params, order } = settingsAt(log, frame);
  const isReordered = log.changes.some((change) => change.order ?? change.load);
  return {
    params: Object.fromEntries(Object.entries(params).filter(([id]) => moved.has(id))),
    order: isReordered ? order : undefined,
  };
}

/** @param {TakeLog['state']['params']} values */
export const numbers = (values) => Object.fromEntries(Object.entries(values).map(([id, value]) => [id, Number(value)]));
