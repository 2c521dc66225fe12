/**
 * Plays a take again: what went in is the source, and the moves happen again in time, so that the controls follow and
 * can be turned meanwhile. All of it is one step for undo. Main thread; so a move is heard within some 10 ms of where
 * it was. Rendered again it is exact.
 */

import { CHANNELS } from '../recording/recorder.js';

/**
 * @typedef {import('../session/session.js').Session} Session
 * @typedef {import('../session/session.js').Values} Values
 * @typedef {import('../../worklet/take.js').TakeChange} TakeChange
 * @typedef {import('../sources/sources.js').Source} Source
 * @typedef {import('./take.js').Take} Take
 */

const TICK_MILLISECONDS = 10;
/** The source starts so much later than it is asked for, so that it starts whole. */
const LEAD_SECONDS = 0.05;

/**
 * Plays a take from its start; resolves when it plays.
 * @param {Session} session
 * @param {Take} take
 * @param {import('../keeping/codec.js').Codec} codec
 * @param {() => void} onEnd it has ended, was stopped or replaced
 */
export async function replay(session, take, codec, onEnd) {
  const gesture = {};
  const { log } = take;
  /** @type {{ source: Source, startTime: number } | null} */
  let playing = null;
  await session.play(async (context) => {
    const buffer = await bufferOf(take);
    const node = new AudioBufferSourceNode(context, { buffer });
    session.load(codec.read(log.state), gesture);
    const startTime = context.currentTime + LEAD_SECONDS;
    node.start(startTime);
    /** @type {Source} */
    const source = { kind: 'take', name: take.name, node, release: () => node.disconnect() };
    playing = { source, startTime };
    return source;
  });

  const changes = [...log.changes];
  const timer = setInterval(() => {
    const { context } = session;
    if (!playing || !context || session.source !== playing.source) return end();
    const seconds = context.currentTime - playing.startTime;
    while (changes.length > 0 && changes[0].frame <= seconds * take.sampleRate) {
      const change = changes.shift();
      if (change) make(session, change, codec, gesture);
    }
    if (seconds >= take.seconds) session.stop();
  }, TICK_MILLISECONDS);
  session.addEventListener('source', end);

  function end() {
    if (playing && session.source === playing.source) return;
    clearInterval(timer);
    session.removeEventListener('source', end);
    if (playing) onEnd();
    playing = null;
  }
}

/**
 * Makes one of a take's changes. Scheduled ones (`events`) are none of this page's: they are in the render alone.
 * @param {Session} session
 * @param {TakeChange} change
 * @param {import('../keeping/codec.js').Codec} codec
 * @param {object} gesture
 */
function make(session, { load, set, order }, codec, gesture) {
  if (load) session.load(codec.read(load), gesture);
  const params = /** @type {Values} */ (set ?? {});
  if (set || order) session.load({ params, order: order && codec.orderOf(order) }, gesture);
}

/** @param {Take} take */
async function bufferOf(take) {
  const { frames, sampleRate } = take;
  const buffer = new AudioBuffer({ length: frames, numberOfChannels: CHANNELS, sampleRate });
  let at = 0;
  for await (const channels of take.chunks()) {
    for (const [channel, samples] of channels.entries()) buffer.copyToChannel(samples, channel, at);
    at += channels[0].length;
  }
  return buffer;
}
