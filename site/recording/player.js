/**
 * Plays a recording as it is: past the effects, at the page's volume, so no recording hears it. What the transport
 * plays pauses meanwhile, and ends it when it goes on; while a recording runs they sound together, as somebody who
 * sings to it wishes. The browser reads the file as it plays. Main thread.
 */

import { Fader } from '../shared/fade.js';

/** This player's name where it holds the context running. */
const HOLDER = 'recordings';
const FADE_SECONDS = 0.012;
/** The fade has ended for sure. */
const RELEASE_MILLISECONDS = 8 * FADE_SECONDS * 1000;

export class RecordingPlayer {
  #session;
  #isRecording;
  #onChange;
  /** @type {{ file: Blob, audio: HTMLAudioElement, end: () => void } | null} */
  #now = null;
  /** Whether the source was paused for it. */
  #hasPaused = false;

  /**
   * @param {import('../session/session.js').Session} session
   * @param {() => boolean} isRecording
   * @param {() => void} onChange it plays, moved on or ended
   */
  constructor(session, isRecording, onChange) {
    this.#session = session;
    this.#isRecording = isRecording;
    this.#onChange = onChange;
    const stop = () => this.stop();
    const giveWay = () => {
      if (session.source && isRecording()) return;
      if (!session.paused) this.#hasPaused = false;
      stop();
    };
    session.addEventListener('closed', stop);
    session.addEventListener('source', giveWay);
    session.addEventListener('pause', giveWay);
  }

  /** What it plays. */
  get file() {
    return this.#now?.file ?? null;
  }

  /** A recording begins beside it, which is to hear the source again that has given way. */
  letSourceGoOn() {
    if (this.#now && this.#hasPaused) this.#session.unpause();
  }

  get seconds() {
    return this.#now?.audio.currentTime ?? 0;
  }

  /** @param {Blob} file */
  async play(file) {
    const session = this.#session;
    if (!this.#isRecording()) {
      this.#hasPaused ||= session.source !== null && !session.paused;
      session.pause();
    }
    const { context, output } = await session.prepare();
    this.stop();
    session.hold(HOLDER);
    const url = URL.createObjectURL(file);
    const audio = new Audio(url);
    const fader = new Fader(context);
    const node = new MediaElementAudioSourceNode(context, { mediaElement: audio });
    node.connect(fader.node).connect(output);
    fader.move(1, FADE_SECONDS);
    audio.addEventListener('timeupdate', this.#onChange);
    audio.addEventListener('ended', () => {
      if (this.#now?.audio === audio) this.stop();
    });
    const end = () => {
      fader.move(0, FADE_SECONDS);
      setTimeout(() => {
        audio.pause();
        fader.node.disconnect();
        URL.revokeObjectURL(url);
      }, RELEASE_MILLISECONDS);
    };
    this.#now = { file, audio, end };
    this.#onChange();
    try {
      await audio.play();
    } catch (failure) {
      // One that was stopped before it began is no failure.
      if (this.#now?.audio !== audio) return;
      this.stop();
      throw failure;
    }
  }

  stop() {
    if (!this.#now) return;
    this.#now.end();
    this.#now = null;
    this.#session.release(HOLDER);
    this.#onChange();
  }
}
