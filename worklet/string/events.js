/**
 * What is done to the strings, as numbers for the audio thread (src/instruments/notes.rs): six words an event. Pure;
 * any thread.
 */

/**
 * On top of what the note's string does already (pluck), or on a string of its own (note).
 * @typedef {object} PluckEvent
 * @property {'pluck' | 'note'} kind
 * @property {number} frame at which it acts
 * @property {number} note a MIDI number
 * @property {number} position
 * @property {number} height
 * @property {number} width
 *
 * @typedef {{ kind: 'off', frame: number, note: number }} OffEvent
 * @typedef {{ kind: 'set', frame: number, damping: number, brightness: number, pickup: number }} SetEvent
 * @typedef {PluckEvent | OffEvent | SetEvent} StringEvent
 */

const EVENT_WORDS = 6;

/** The kinds by their codes. */
const KINDS = /** @type {const} */ (['pluck', 'note', 'off', 'set']);

/**
 * @param {readonly StringEvent[]} events
 * @returns {Float64Array<ArrayBuffer>}
 */
export function encodeStringEvents(events) {
  const words = new Float64Array(EVENT_WORDS * events.length);
  for (const [nth, event] of events.entries()) {
    words.set([KINDS.indexOf(event.kind), event.frame, ...valuesOf(event)], EVENT_WORDS * nth);
  }
  return words;
}

/** @param {StringEvent} event */
function valuesOf(event) {
  if (event.kind === 'off') return [event.note];
  if (event.kind === 'set') return [event.damping, event.brightness, event.pickup];
  return [event.note, event.position, event.height, event.width];
}
