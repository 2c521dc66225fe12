/** Starts the best mode that works, and keeps in mind why it is not a better one. Main thread. */

import { EngineError } from './errors.js';
import { modesToTry } from './options.js';

/**
 * @template T
 * @param {BaseAudioContext} context
 * @param {Parameters<typeof modesToTry>[0]} options which modes to try
 * @param {(mode: 'worklet' | 'script-processor') => Promise<T>} start
 * @returns {Promise<{ started: T, fallbackReason: EngineError | null }>}
 * @throws {EngineError} context-closed; or what kept the best mode from starting, where none could
 */
export async function startBest(context, options, start) {
  /** @type {EngineError | null} */
  let failure = null;
  for (const mode of modesToTry(options)) {
    try {
      return { started: await start(mode), fallbackReason: failure };
    } catch (error) {
      // Whatever it looks like, nothing starts in a context that was closed meanwhile.
      if (context.state === 'closed') throw new EngineError('context-closed', {}, error);
      failure ??= /** @type {EngineError} */ (error);
    }
  }
  throw failure;
}
