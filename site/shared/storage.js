/**
 * What the page keeps in the browser's storage, as JSON. Where storage is refused or full, nothing is kept, and the
 * page goes on all the same. Main thread.
 */

/**
 * What is kept under a key, which may be anything: others can write there too.
 * @param {string} key
 * @param {'localStorage' | 'sessionStorage'} [area]
 * @returns {unknown} null where there is nothing
 */
export function readStored(key, area = 'localStorage') {
  try {
    return JSON.parse(globalThis[area].getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 * @param {'localStorage' | 'sessionStorage'} [area]
 * @returns {boolean} whether it is kept
 */
export function store(key, value, area = 'localStorage') {
  try {
    globalThis[area].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether something is an object with named values: neither null nor a list.
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
