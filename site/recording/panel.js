/**
 * The record key: what is heard, into a WAV file, with the time and the size in sight; where it is wished for,
 * with the moves (takes/). When what plays is stopped, the recording ends too. All recordings are kept beside the key,
 * and one that is not saved yet is not lost by leaving the page: the browser asks first. Main thread.
 */

import { button, errorMessage, messageOf, showMessage } from '../shared/dom.js';
import { TakesMenu } from '../takes/menu.js';
import { takeOf } from '../takes/take.js';
import { chosenFormat } from './format.js';
import { Recording } from './recorder.js';

/**
 * @typedef {{ input: Recording, log: import('../../worklet/take.js').Take }} Moves what goes in, and what is changed
 */

/** This panel's name where it holds the context running. */
const HOLDER = 'recording';
const REFRESH_MILLISECONDS = 250;
/** How often, and how many times, the audio thread is asked whether it has heard of all that was changed. */
const HEARD_MILLISECONDS = 20;
const HEARD_TRIES = 100;

/**
 * @param {HTMLElement} host
 * @param {import('../main.js').PageParts} page
 */
export function mount(host, page) {
  const key = new RecordKey(host, page);
  page.commands.add({ id: 'record', label: 'Record, and stop the recording', key: 'r', run: () => key.press() });
}

class RecordKey {
  #session;
  #key = button('●', { 'className': 'round record', 'id': 'record', 'aria-label': 'Record' });
  #error = errorMessage({ id: 'record-error' });
  #takes;
  /** @type {Recording | null} */
  #recording = null;
  /** @type {Moves | null} */
  #moves = null;
  /** When it began, by the clock and in the context's time. */
  #since = new Date();
  #beganAt = 0;
  /** What is recorded. @type {import('../session/mix.js').Mix | null} */
  #mix = null;
  /** Whether something played since it began. */
  #hasPlayed = false;
  /** Whether it was stopped while it began. */
  #isCalledOff = false;
  #timer = 0;

  /**
   * @param {HTMLElement} host
   * @param {import('../main.js').PageParts} page
   */
  constructor(host, page) {
    const { session } = page;
    this.#session = session;
    this.#takes = new TakesMenu(page);
    host.append(this.#key, ...this.#takes.nodes, this.#error);
    this.#key.addEventListener('click', () => this.press());
    session.addEventListener('closed', () => this.#stop());
    session.addEventListener('source', () => this.#endInSilence());
    addEventListener('beforeunload', (event) => {
      if (this.#recording || this.#takes.isUnsaved) event.preventDefault();
    });
    this.#show();
  }

  /** Starts a recording, or ends it. */
  press() {
    if (this.#key.disabled) return;
    if (this.#recording) this.#stop();
    else this.#start();
  }

  async #start() {
    const key = this.#key;
    showMessage(this.#error, '');
    const hadFocus = document.activeElement === key;
    /** @type {Recording[]} */
    const begun = [];
    /** @type {Moves['log'] | null} */
    let log = null;
    key.disabled = true;
    this.#isCalledOff = this.#hasPlayed = false;
    this.#endInSilence();
    try {
      const { engine, mix } = await this.#session.prepare();
      this.#session.hold(HOLDER);
      const onFull = (/** @type {string} */ sentence) => {
        showMessage(this.#error, sentence);
        this.#stop();
      };
      // What goes in is recorded from before the first move until after the last.
      const input = await this.#startInput(onFull);
      if (input) begun.push(input);
      this.#beganAt = engine.context.currentTime;
      const recording = await Recording.start(mix.output, chosenFormat(), onFull);
      begun.push(recording);
      if (input) {
        log = engine.record();
        // The moves are kept from when the audio thread has heard of it: not before that it is said to record.
        await untilHeard(engine);
      }
      if (this.#isCalledOff || mix !== this.#session.mix) throw new Error('It was stopped before it began.');
      this.#recording = recording;
      this.#moves = input && log && { input, log };
      this.#mix = mix;
      this.#since = new Date();
      this.#takes.begin();
      this.#timer = setInterval(() => {
        this.#endInSilence();
        this.#show();
      }, REFRESH_MILLISECONDS);
    } catch (failure) {
      log?.stop();
      for (const each of begun) await discard(each);
      this.#session.release(HOLDER);
      if (!this.#isCalledOff) showMessage(this.#error, `The recording did not start: ${messageOf(failure)}`);
    }
    key.disabled = false;
    if (hadFocus) key.focus();
    this.#show();
  }

  /**
   * Records what goes in, where the moves are wanted and can be had.
   * @param {(sentence: string) => void} onFull
   */
  async #startInput(onFull) {
    const { engine, input } = this.#session;
    if (!this.#takes.wantsMoves || !engine || !input) return null;
    if (engine.mode !== 'worklet') {
      this.#takes.complain(
        'Moves are kept where the engine runs on the audio thread: this is a take of the sound alone.',
      );
      return null;
    }
    return Recording.start(input, 'float', onFull);
  }

  /** Nobody wants a recording that runs on over silence, when what played has ended. */
  #endInSilence() {
    const plays = Boolean(this.#session.source || this.#session.mix?.added);
    if (this.#hasPlayed && !plays) this.#stop();
    this.#hasPlayed ||= plays;
  }

  async #stop() {
    const recording = this.#recording;
    this.#isCalledOff = true;
    if (!recording) return;
    const moves = this.#moves;
    const hadFocus = document.activeElement === this.#key;
    this.#recording = this.#moves = null;
    clearInterval(this.#timer);
    this.#key.disabled = true;
    const name = `Take ${localTime(this.#since)}`;
    /** @type {import('./recordings.js').Kept | null} */
    let kept = null;
    try {
      // All of it ends, though one of them may fail.
      const [sound] = await Promise.allSettled([recording.stop()]);
      const [input] = await Promise.allSettled([moves?.input.stop()]);
      if (moves) await untilHeard(this.#session.engine);
      const log = moves?.log.stop();
      if (sound.status === 'rejected') throw sound.reason;
      kept = { name, sound: sound.value };
      if (input.status === 'rejected') throw input.reason;
      if (log && input.value) kept.take = takeOf(name, log, input.value) ?? undefined;
      if (kept.take) kept.take.wasLooped = this.#mix?.addedSince(this.#beganAt) ?? false;
    } catch (failure) {
      showMessage(this.#error, `The take could not be kept: ${messageOf(failure)}`);
    }
    this.#takes.end(kept);
    this.#session.release(HOLDER);
    this.#key.disabled = false;
    if (hadFocus) this.#key.focus();
    this.#show();
  }

  #show() {
    const recording = this.#recording;
    this.#key.setAttribute('aria-pressed', String(recording !== null));
    this.#key.title = recording ? 'Stop the recording' : 'Record the output';
    if (recording) this.#takes.progress(recording.seconds, recording.bytes + (this.#moves?.input.bytes ?? 0));
  }
}

/** @param {Recording} recording one that is given up */
async function discard(recording) {
  const [ended] = await Promise.allSettled([recording.stop()]);
  if (ended.status === 'fulfilled') await ended.value?.discard();
}

/**
 * Waits until the audio thread has told of every change that was made: by message that takes some time.
 * @param {import('../../worklet/engine.js').Engine | null} engine
 */
async function untilHeard(engine) {
  for (let tries = 0; engine && tries < HEARD_TRIES; tries++) {
    if (engine.meters().appliedSequence === engine.sequence) return;
    await new Promise((resolve) => setTimeout(resolve, HEARD_MILLISECONDS));
  }
}

/**
 * A moment by the visitor's own clock, as a part of a file's name.
 * @param {Date} when
 */
const localTime = (when) =>
  new Date(when.getTime() - when.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
    .replaceAll(':', '.');
