/**
 * Carries events (events.js) to the processor by MessagePort, in every transport: what is scheduled in one task goes in
 * one message at its end, well before its time. Offline there is no time to wait for, and each call goes at once. Main
 * thread only.
 */

import { encodeEvents } from './events.js';

export class EventTransport {
  #port;
  #indexOf;
  #isOffline;
  /** @type {import('./events.js').ParameterEvent[]} */
  #pending = [];
  #stamp = 0;
  #sent = 0;

  /**
   * @param {MessagePort} port
   * @param {(id: string) => number} indexOf a parameter's index in the table
   * @param {boolean} isOffline
   */
  constructor(port, indexOf, isOffline) {
    this.#port = port;
    this.#indexOf = indexOf;
    this.#isOffline = isOffline;
  }

  /**
   * Sends events; gives the number of the message that brings them.
   * @param {readonly import('./events.js').ParameterEvent[]} events
   * @param {number} stamp the number of the last change before them
   */
  send(events, stamp) {
    if (stamp !== this.#stamp) this.flush();
    if (this.#pending.length === 0 && !this.#isOffline) queueMicrotask(() => this.flush());
    this.#stamp = stamp;
    for (const event of events) this.#pending.push(event);
    const number = this.#sent + 1;
    if (this.#isOffline) this.flush();
    return number;
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
