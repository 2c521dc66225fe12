/**
 * Plays a take again: what went in is the source, with its waveform, pause, seeking and repeating, and the moves happen
 * again where they were, so that the controls follow and can be turned meanwhile. All of it is one step for undo. Main
 * thread; so a move is heard within some 10 ms of where it was. Rendered again it is exact.
 */

import { CHANNELS } from '../recording/recorder.js';
import { LoopPlayer } from '../sources/loop-player.js';
import { movesBetween, settingsAt } from './moves.js';

/**
 * @typedef {import('../session/session.js').Session} Session
 * @typedef {import('../sources/sources.js').Source} Source
 * @typedef {import('./take.js').Take} Take
 */

const TICK_MILLISECONDS = 10;

/**
 * Plays a take from its start, over and over; resolves when it plays.
 * @param {Session} session
 * @param {Take} take
 * @param {import('../keeping/codec.js').Codec} codec
 */
export function replay(session, take, codec) {
  const gesture = {};
  return session.play(async (context) => {
    const player = new LoopPlayer(context, await bufferOf(take));
    session.load(codec.read(settingsAt(take.log, 0)), gesture);
    /** The frame up to which the moves were made. */
    let made = 0;
    const timer = setInterval(() => {
      if (session.source !== source) return;
      const frame = Math.floor(player.position() * take.sampleRate);
      // Behind where it was: it begins anew, or somebody went back.
      if (frame < made) session.load(codec.read(settingsAt(take.log, frame)), gesture);
      else for (const move of movesBetween(take.log, made, frame)) session.load(partOf(move, codec), gesture);
      made = frame;
    }, TICK_MILLISECONDS);
    const release = () => {
      clearInterval(timer);
      player.pause();
    };
    /** @type {Source} */
    const source = { kind: 'take', name: take.name, node: player.node, player, release };
    return source;
  });
}

/**
 * A move as a part of the settings.
 * @param {import('./moves.js').Move} move
 * @param {import('../keeping/codec.js').Codec} codec
 * @returns {import('../session/session.js').Part}
 */
function partOf({ params, order }, codec) {
  const values = Object.fromEntries(Object.entries(params).map(([id, value]) => [id, Number(value)]));
  return { params: values, order: order && codec.orderOf(order) };
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
