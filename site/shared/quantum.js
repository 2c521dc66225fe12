/**
 * How many frames the browser renders at once. Main thread.
 */

import { DEFAULT_QUANTUM } from '../../worklet/renderer.js';

/**
 * As the context says where it does; the option is new, and TypeScript's library does not know it.
 * @param {BaseAudioContext} context
 */
export const quantumOf = (context) =>
  'renderQuantumSize' in context ? Number(context.renderQuantumSize) : DEFAULT_QUANTUM;
