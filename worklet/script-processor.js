/** What every fallback behind a ScriptProcessorNode needs, an engine's and the strings'. Main thread. */

import { has, waitsForScriptProcessor } from './detect.js';
import { OutOfMemory } from './engine-instance.js';
import { EngineError, reasonOf } from './errors.js';

/**
 * @param {BaseAudioContext} context
 * @throws {EngineError} script-processor-unsupported, script-processor-offline
 */
export async function requireScriptProcessor(context) {
  if (!has('scriptProcessor') || !context.createScriptProcessor) {
    throw new EngineError('script-processor-unsupported');
  }
  if (context instanceof OfflineAudioContext && !(await waitsForScriptProcessor())) {
    throw new EngineError('script-processor-offline');
  }
}

/**
 * What renders, once it is built.
 * @template T
 * @param {() => T} build
 * @throws {EngineError} out-of-memory, processor-failed
 */
export function built(build) {
  try {
    return build();
  } catch (error) {
    const code = error instanceof OutOfMemory ? 'out-of-memory' : 'processor-failed';
    throw new EngineError(code, { reason: reasonOf(error) }, error);
  }
}

/**
 * Some browsers hand out a buffer that was played before.
 * @param {AudioBuffer} buffer
 */
export function silence(buffer) {
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) buffer.getChannelData(channel).fill(0);
}
