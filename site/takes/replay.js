/**
 * Plays a take again: what went in is the source, with its waveform, pause, seeking and repeating, and the moves happen
 * again where they were, so that the controls follow and can be turned meanwhile; or without its moves, for settings to
 * be tried. All of it is one step for undo. Main thread; so a move is heard within some 10 ms of where it was. Rendered
 * again it is exact.
 */

import { CHANNELS } from '../recording/recorder.js';
import { LoopPlayer } from '../sources/loop-player.js';
import { numbers, settingsToReplay } from './again.js';
import { movesBetween } from './moves.js';

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
 * @param {import('./again.js').Way} way
 * @param {object} [gesture] of which its changes are a part
 */
export function replay(session, take, codec, way, gesture = {}) {
  /** @param {number} frame sets what is in force there */
  const goTo = (frame) => {
    const settings = settingsToReplay(way, take.log, frame);
    if (settings) session.load('version' in settings ? codec.read(settings) : partOf(settings, codec), gesture);
  };
  return session.play(async (context) => {
    const player = new LoopPlayer(context, await bufferOf(take));
    goTo(0);
    /** The frame up to which the moves were made. */
    let made = 0;
    const timer = setInterval(() => {
      if (session.source !== source) return;
      const frame = Math.floor(player.position() * take.sampleRate);
      // Behind where it was: it begins anew, or somebody went back.
      if (frame < made) goTo(frame);
      else if (way !== 'now-alone')
        for (const move of movesBetween(take.log, made, frame)) session.load(partOf(move, codec), gesture);
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
  return { params: numbers(params), order: order && codec.orderOf(order) };
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
