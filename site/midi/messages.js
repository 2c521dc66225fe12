/** MIDI messages as plain data, after the MIDI 1.0 Detailed Specification. No DOM. */

/**
 * @typedef {{ type: 'cc', channel: number, number: number, value: number }} ControlChange value 0 … 127
 * @typedef {{ type: 'bend', channel: number, value: number }} Bend 0 … 1, in the middle at rest
 * @typedef {{ type: 'note', channel: number, number: number, velocity: number, isOn: boolean }} Note velocity 0 … 1
 * @typedef {ControlChange | Bend | Note} Message the channel is 1 … 16
 */

const MOST_7_BIT = 127;
const MOST_14_BIT = 16383;

/** Controllers up to here can have a fine part, which is 32 further up. */
export const MOST_COARSE = 31;
export const FINE_OFFSET = 32;

/**
 * @param {Iterable<number>} bytes
 * @returns {Message | null} null for messages that control nothing
 */
export function parse([status, first = 0, second = 0]) {
  const channel = (status & 15) + 1;
  switch (status >> 4) {
    case 8:
      return { type: 'note', channel, number: first, velocity: 0, isOn: false };
    case 9:
      // A note that begins with no force is how many keyboards end it.
      return { type: 'note', channel, number: first, velocity: second / MOST_7_BIT, isOn: second > 0 };
    case 11:
      // From 120 up they are the channel's mode: all notes off, and the like.
      return first < 120 ? { type: 'cc', channel, number: first, value: second } : null;
    case 14:
      return { type: 'bend', channel, value: (second * 128 + first) / MOST_14_BIT };
    default:
      return null;
  }
}

/**
 * Which control of which device it is.
 * @param {Message} message
 */
export const sourceOf = (message) =>
  message.type === 'bend' ? `bend:${message.channel}` : `${message.type}:${message.channel}:${message.number}`;

/**
 * How a source is called.
 * @param {string} source
 * @param {boolean} isFine
 */
export function nameOf(source, isFine) {
  const [type, channel, number] = source.split(':');
  const what = { cc: `CC ${number}${isFine ? ' (14-bit)' : ''}`, note: `Note ${number}`, bend: 'Pitch bend' }[type];
  return `${what ?? type}, channel ${channel}`;
}

/** Joins the coarse and the fine part of 14-bit controllers, each by its own channel. */
export class FinePairs {
  /** The coarse part that came last, by source. @type {Map<string, number>} */
  #coarse = new Map();

  /**
   * A message of a pair, as 0 … 1 of its whole range. A coarse part sets the fine one to 0, as the specification says.
   * @param {ControlChange} message
   * @returns {{ source: string, share: number } | null} null for a fine part without its coarse one
   */
  join(message) {
    const isCoarse = message.number <= MOST_COARSE;
    const source = isCoarse ? sourceOf(message) : sourceOf({ ...message, number: message.number - FINE_OFFSET });
    if (isCoarse) this.#coarse.set(source, message.value);
    const coarse = this.#coarse.get(source);
    if (coarse === undefined) return null;
    return { source, share: (128 * coarse + (isCoarse ? 0 : message.value)) / MOST_14_BIT };
  }
}

/**
 * The share of its range at which a message is; of a note its velocity, or 0 where it ends.
 * @param {Message} message
 */
export function shareOf(message) {
  if (message.type === 'cc') return message.value / MOST_7_BIT;
  return message.type === 'bend' ? message.value : message.velocity;
}

/**
 * Whether a message says "on": a pedal or pad from 64 up, a note that begins.
 * @param {Message} message
 */
export const isPressed = (message) => (message.type === 'note' ? message.isOn : shareOf(message) >= 64 / MOST_7_BIT);
