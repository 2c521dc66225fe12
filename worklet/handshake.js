/** How a processor begins: it says that it is ready, or why not. Main thread only. */

import { deferred } from './deferred.js';
import { ABI_VERSION } from './engine-instance.js';
import { EngineError } from './errors.js';

/** A timer of more than this fires at once. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/**
 * Waits until a processor is ready to render.
 * @param {AudioWorkletNode} node
 * @param {number} seconds that it may take
 * @throws {EngineError} processor-silent, processor-failed, out-of-memory
 */
export async function shakeHands(node, seconds) {
  /** @type {ReturnType<typeof deferred<void>>} */
  const { promise, resolve, reject } = deferred();
  const tooLate = setTimeout(
    () => reject(new EngineError('processor-silent', { seconds })),
    Math.min(1000 * seconds, LONGEST_TIMER_MILLISECONDS),
  );
  node.onprocessorerror = (event) => {
    reject(new EngineError('processor-failed', { reason: messageOf(event) || 'its constructor threw' }));
  };
  node.port.onmessage = ({ data: { ready, failed = 'it is of another version', isOutOfMemory } }) => {
    if (ready === ABI_VERSION) resolve();
    else reject(new EngineError(isOutOfMemory ? 'out-of-memory' : 'processor-failed', { reason: failed }));
  };
  try {
    await promise;
  } finally {
    clearTimeout(tooLate);
  }
}

/**
 * What a processor error says; empty in browsers that tell nothing.
 * @param {Event} event
 */
export const messageOf = (event) => (event instanceof ErrorEvent ? event.message : '');
