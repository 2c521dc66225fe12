/**
 * `Symbol.dispose` and `Symbol.asyncDispose`; where the browser has none, the ones that compilers of `using` take.
 * Main thread.
 */

/** @type {typeof Symbol.dispose} */
export const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
/** @type {typeof Symbol.asyncDispose} */
export const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
