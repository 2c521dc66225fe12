/**
 * A promise with its two ends in the hand: what Promise.withResolvers() gives, which browsers have only since 2023.
 * @template T
 * @returns {{ promise: Promise<T>, resolve: (value: T | PromiseLike<T>) => void, reject: (reason: unknown) => void }}
 */
export function deferred() {
  /** @type {(value: T | PromiseLike<T>) => void} */
  let resolve = () => {};
  /** @type {(reason: unknown) => void} */
  let reject = () => {};
  /** @type {Promise<T>} */
  const promise = new Promise((...ends) => ([resolve, reject] = ends));
  return { promise, resolve, reject };
}
