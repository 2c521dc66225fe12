/**
 * Carries events (events.js) to the processor by MessagePort, in every transport: what is scheduled in one task goes in
 * one message at its end, well before its time. Main thread only.
 */

import { encodeEvents } from './events.js';

export class EventTransport {
  #port;
  #indexOf;
  /** @type {import('./events.js').ParameterEvent[]} */
  #pending = [];
  #stamp = 0;
  #sent = 0;

  /**
   * @param {MessagePort} port
   * @param {(id: string) => number} indexOf a parameter's index in the table
   */
  constructor(port, indexOf) {
    this.#port = port;
    this.#indexOf = indexOf;
  }

  /**
   * Sends events; gives the number of the message that brings them.
   * @param {readonly import('./events.js').ParameterEvent[]} events
   * @param {number} stamp the number of the last change before them
   */
  send(events, stamp) {
    if (stamp !== this.#stamp) this.flush();
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#stamp = stamp;
    for (const event of events) this.#pending.push(event);
    return this.#sent + 1;
  }

  /** Posts what is pending. */
  flush() {
    if (this.#pending.length === 0) return;
    const events = encodeEvents(this.#pending, this.#indexOf);
    this.#pending = [];
    this.#sent++;
    this.#port.postMessage({ events, stamp: this.#stamp }, [events.buffer]);
  }
}
