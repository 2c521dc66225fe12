/**
 * Offline rendering that waits for its engines. An OfflineAudioContext begins at once when it is told to, whether or
 * not messages to the audio thread have arrived, and is done before they do: what was scheduled just before would be
 * lost. So in a context that has engines startRendering() and resume() begin when all that was said before them has
 * arrived. Main thread only.
 */

/**
 * What to wait for: null where all has arrived.
 * @typedef {() => Promise<void> | null} Arrival
 */

/** @type {WeakMap<OfflineAudioContext, Set<Arrival>>} */
const arrivals = new WeakMap();

/**
 * Lets a context wait for an arrival before it renders; gives the way to end that.
 * @param {BaseAudioContext} context another than an OfflineAudioContext does not wait
 * @param {Arrival} arrival
 */
export function renderAfter(context, arrival) {
  if (!(context instanceof OfflineAudioContext)) return () => {};
  const waitFor = arrivals.get(context) ?? held(context);
  waitFor.add(arrival);
  return () => waitFor.delete(arrival);
}

/** @param {OfflineAudioContext} context */
function held(context) {
  /** @type {Set<Arrival>} */
  const waitFor = new Set();
  arrivals.set(context, waitFor);
  /**
   * @template T
   * @param {() => Promise<T>} begin
   */
  const afterArrival = (begin) => () => {
    const coming = [...waitFor].map((arrival) => arrival()).filter((promise) => promise !== null);
    return coming.length === 0 ? begin() : Promise.all(coming).then(begin);
  };
  context.startRendering = afterArrival(context.startRendering.bind(context));
  // Firefox cannot suspend an offline render.
  if (context.resume) context.resume = afterArrival(context.resume.bind(context));
  return waitFor;
}
