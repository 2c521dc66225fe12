/**
 * The control block, filled without an engine around it: for benches and tests that render by the wasm or the Renderer
 * alone. Page and Node.
 */

/**
 * @typedef {import('./doors.mjs').Glue} Glue
 * @typedef {Readonly<Record<string, number | boolean>>} Params values by parameter id
 */

/**
 * Writes a value for every parameter into the words of a control block.
 * @param {Int32Array} words
 * @param {Glue} glue
 * @param {Params} params the others are at their defaults
 */
export function fillParameters(words, glue, params) {
  const values = new Float32Array(words.buffer, words.byteOffset + 4 * glue.control_layout().parameters);
  for (const { index, id, default: standard } of glue.parameter_table()) values[index] = Number(params[id] ?? standard);
}

/**
 * A control block of its own with these parameters.
 * @param {Glue} glue
 * @param {Params} params
 * @param {{ shared?: boolean }} [options] whether two threads could share it
 */
export function controlBlock(glue, params, { shared = false } = {}) {
  const layout = glue.control_layout();
  const bytes = 4 * layout.words;
  const words = new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  fillParameters(words, glue, params);
  return { words, layout };
}
