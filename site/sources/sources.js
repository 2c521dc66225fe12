/**
 * What a source of sound is, for the session and the transport, and how one fails. Each kind has a file beside this.
 * Main thread.
 *
 * @typedef {object} Source what can sound
 * @property {'microphone' | 'file' | 'built-in' | 'test-signal' | 'take' | 'string'} kind
 * @property {string} name
 * @property {AudioNode} node
 * @property {File} [file] that is played
 * @property {Player} [player] of what is played from memory
 * @property {import('../../worklet/engine.js').PluckedString} [string] that is played
 * @property {MediaStreamTrack} [track] of the microphone
 * @property {boolean} [isLive] it can howl, so it fades in slowly
 * @property {() => void} release ends it
 *
 * @typedef {object} Player of a buffer, over and over
 * @property {AudioBuffer} buffer
 * @property {() => number} position in seconds
 * @property {(seconds: number) => void} seek
 * @property {() => void} pause keeps the place
 * @property {() => void} resume
 * @property {Readonly<Stretch> | null} loop the stretch that it repeats; null is the whole
 * @property {(stretch: Stretch | null) => void} setLoop
 *
 * @typedef {{ start: number, end: number }} Stretch in seconds
 *
 * @typedef {(context: AudioContext, onLost: (sentence: string) => void) => Promise<Source>} Opener rejects with a
 *   SourceError
 */

/** What keeps a source from sounding; its sentence says what to do. */
export class SourceError extends Error {
  name = 'SourceError';
}
