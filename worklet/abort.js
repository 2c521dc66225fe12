/**
 * Waiting that an AbortSignal can end. Pure; any thread.
 */

import { deferred } from './deferred.js';

/**
 * Throws the reason of an abort.
 * @param {AbortSignal} [signal]
 */
export function throwIfAborted(signal) {
  if (signal?.aborted) throw signal.reason;
}

/**
 * A promise, or the abort. What the promise stands for goes on all the same.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function orAborted(promise, signal) {
  if (!signal) return promise;
  const aborted = deferred();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (aborted.promise)]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
