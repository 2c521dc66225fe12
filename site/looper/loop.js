/**
 * A loop and what is played over it, sample by sample. No DOM; it runs on the audio thread, and processing allocates
 * nothing: whoever calls brings the memory.
 *
 * The first recording is the base, and sets the length; each overdub is a layer of that length, added to the others
 * when they are played. So undoing one gives back the very samples of before, and what plays is the same in each round.
 *
 * Edges are faded over `fade` frames. The base goes on for so long after its end, faded out over its faded-in
 * beginning: the seam sounds as if it had gone on. That is heard from the second round on; in the first it is the sound
 * itself.
 *
 * Time: position p is played at frame `origin + p`. What a player plays to it comes back `shift` frames later, the way
 * out to the ears and in again, and is written where it was played to. `ahead` frames of the shift are the way out: a
 * key pressed to what is heard means what was played so long ago.
 */

/**
 * @typedef {object} Layer
 * @property {readonly Float32Array[]} channels
 * @property {number} zero the frame at which its position 0 comes in
 * @property {number} from the position from which it is written
 * @property {number} until the position from which it fades out
 * @property {number} gain as it is heard
 * @property {number} target of its gain
 * @property {boolean} isComplete nothing more comes in
 *
 * @typedef {'empty' | 'recording' | 'playing' | 'overdubbing' | 'stopped'} State
 *
 * @typedef {object} Latency in frames
 * @property {number} shift
 * @property {number} ahead
 */

export class Loop {
  #fade;
  #least;
  /** The base first. @type {Layer[]} */
  #layers = [];
  /** The layer that is being played into. @type {Layer | null} */
  #open = null;
  /** 0 until the base is closed. */
  #length = 0;
  #origin = 0;
  /** When the base began and is to end. */
  #begin = 0;
  #closeAt = Infinity;
  #isPlaying = false;
  /** All is forgotten, unless it is undone before something else is recorded. */
  #isCleared = false;
  #playedBefore = false;
  /** Of all, as it begins and ends. */
  #gain = 0;
  /** @type {Latency} */
  #latency = { shift: 0, ahead: 0 };

  /**
   * @param {number} fade frames
   * @param {number} least frames that a loop lasts
   */
  constructor(fade, least) {
    this.#fade = fade;
    this.#least = Math.max(least, 2 * fade);
  }

  /** @returns {State} */
  get state() {
    if (this.#layers.length === 0 || this.#isCleared) return 'empty';
    if (this.#length === 0) return 'recording';
    if (!this.#isPlaying) return 'stopped';
    return this.#open ? 'overdubbing' : 'playing';
  }

  /** In frames; 0 while there is none. */
  get length() {
    return this.#isCleared ? 0 : this.#length;
  }

  /** Whether undo() brings back what was cleared. */
  get cleared() {
    return this.#isCleared;
  }

  /** The memory of what is heard: each layer's channels, of which the loop's length counts. */
  get sounding() {
    return this.#layers.filter(({ target }) => target > 0).map(({ channels }) => channels);
  }

  /** The frame at which the base began, or will have. */
  get begin() {
    return this.#begin;
  }

  /** The frame at which position 0 is played. */
  get origin() {
    return this.#origin;
  }

  /** How many overdubs are heard. */
  get overdubs() {
    return this.#isCleared ? 0 : this.#layers.filter(({ target }, index) => index > 0 && target > 0).length;
  }

  /** How many undone overdubs can come back. */
  get undone() {
    return this.#isCleared ? 0 : this.#layers.filter(({ target }) => target === 0).length;
  }

  /**
   * Begins the base; what was cleared is gone.
   * @param {number} frame
   * @param {readonly Float32Array[]} channels zeros, for the longest loop
   * @param {Latency} latency
   */
  record(frame, channels, latency) {
    if (this.state !== 'empty') return;
    this.#layers = [];
    this.#length = this.#gain = 0;
    this.#isCleared = this.#isPlaying = false;
    this.#latency = latency;
    this.#begin = frame;
    this.#origin = frame - latency.ahead;
    this.#closeAt = frame + channels[0].length;
    this.#open = this.#newLayer(channels, 0);
  }

  /**
   * Ends the base, which plays from here on. A length that is not reached yet is recorded until it is.
   * @param {number} frame
   * @param {number} [beat] the length becomes the nearest multiple of so many frames
   */
  close(frame, beat = 1) {
    if (this.state !== 'recording' || !this.#open) return;
    const wanted = Math.max(1, Math.round((frame - this.#begin) / beat)) * beat;
    const most = this.#open.channels[0].length;
    this.#closeAt = this.#begin + Math.round(Math.min(most, Math.max(this.#least, wanted)));
  }

  /**
   * Begins an overdub, in place of those that were undone.
   * @param {number} frame
   * @param {readonly Float32Array[]} channels zeros, of the loop's length
   */
  overdub(frame, channels) {
    if (this.state !== 'playing') return;
    while (this.undone > 0) this.#layers.pop();
    this.#open = this.#newLayer(channels, frame - this.#origin - this.#latency.ahead);
  }

  /** @param {number} frame */
  endOverdub(frame) {
    if (this.state !== 'overdubbing' || !this.#open) return;
    this.#open.until = frame - this.#origin - this.#latency.ahead;
    this.#open = null;
  }

  /** Takes the last overdub away, one under way ends; or brings back what was cleared, as if time had gone on. */
  undo(/** @type {number} */ frame) {
    if (this.#isCleared) {
      this.#isCleared = false;
      this.#isPlaying = this.#playedBefore && this.#length > 0;
      return;
    }
    this.endOverdub(frame);
    const last = this.#layers.length - 1 - this.undone;
    if (last > 0) this.#layers[last].target = 0;
  }

  /** Brings the overdub back that was undone last. */
  redo() {
    const first = this.#layers.findIndex(({ target }) => target === 0);
    if (first > 0) this.#layers[first].target = 1;
  }

  /**
   * Plays from the beginning.
   * @param {number} frame
   */
  play(frame) {
    if (this.state !== 'stopped') return;
    this.#origin = frame;
    this.#isPlaying = true;
  }

  /** @param {number} frame */
  stop(frame) {
    this.endOverdub(frame);
    if (this.#length > 0) this.#isPlaying = false;
  }

  /**
   * Empties it, by a fade. What is under way ends, and comes in to its end: undo() brings all back.
   * @param {number} frame
   */
  clear(frame) {
    if (this.state === 'empty') return;
    this.#playedBefore = this.state !== 'stopped';
    this.close(frame);
    this.stop(frame);
    this.#isCleared = true;
  }

  /**
   * Plays and records on.
   * @param {number} frame of the first sample
   * @param {readonly Float32Array[]} input none where nothing comes in; one is both sides
   * @param {readonly Float32Array[]} output
   * @param {number} start of the part of the buffers that is meant
   * @param {number} end
   */
  process(frame, input, output, start, end) {
    for (let i = start; i < end; i++) {
      const now = frame + i - start;
      if (now >= this.#closeAt) this.#closeNow(now);
      this.#read(now, output, i);
      for (let layer = 0; layer < this.#layers.length; layer++) this.#write(this.#layers[layer], now, input, i);
    }
  }

  /**
   * @param {readonly Float32Array[]} channels
   * @param {number} from
   */
  #newLayer(channels, from) {
    const layer = {
      channels,
      zero: this.#origin + this.#latency.shift,
      from,
      until: Infinity,
      gain: 1,
      target: 1,
      isComplete: false,
    };
    this.#layers.push(layer);
    return layer;
  }

  /** @param {number} now */
  #closeNow(now) {
    const length = this.#closeAt - this.#begin;
    const [base] = this.#layers;
    this.#length = base.until = length;
    this.#closeAt = Infinity;
    this.#open = null;
    this.#isPlaying = !this.#isCleared;
    this.#gain = this.#isPlaying ? 1 : 0;
    // Where it ends earlier than now, what belongs over the beginning has come in already.
    const written = Math.min(now - base.zero, length + this.#fade, base.channels[0].length);
    for (const samples of base.channels) {
      for (let at = length; at < written; at++) samples[at - length] += samples[at] * (1 - (at - length) / this.#fade);
    }
  }

  /**
   * @param {number} now
   * @param {readonly Float32Array[]} output
   * @param {number} at
   */
  #read(now, output, at) {
    const step = 1 / this.#fade;
    this.#gain = this.#isPlaying ? Math.min(1, this.#gain + step) : Math.max(0, this.#gain - step);
    for (let side = 0; side < output.length; side++) output[side][at] = 0;
    if (this.#length === 0) return;
    const position = modulo(now - this.#origin, this.#length);
    for (let i = 0; i < this.#layers.length; i++) {
      const layer = this.#layers[i];
      if (layer.gain < layer.target) layer.gain = Math.min(1, layer.gain + step);
      else if (layer.gain > layer.target) layer.gain = Math.max(0, layer.gain - step);
      if (layer.gain === 0 || this.#gain === 0) continue;
      for (let side = 0; side < output.length; side++) {
        output[side][at] += layer.channels[side][position] * layer.gain * this.#gain;
      }
    }
  }

  /**
   * @param {Layer} layer
   * @param {number} now
   * @param {readonly Float32Array[]} input
   * @param {number} at
   */
  #write(layer, now, input, at) {
    const position = now - layer.zero;
    if (layer.isComplete || position < layer.from) return;
    if (position >= layer.until + this.#fade) {
      layer.isComplete = true;
      return;
    }
    if (input.length === 0) return;
    const fadeIn = Math.min(1, (position - layer.from) / this.#fade);
    const fadeOut = Math.min(1, 1 - (position - layer.until) / this.#fade);
    const index = this.#length > 0 ? modulo(position, this.#length) : position;
    for (let side = 0; side < layer.channels.length; side++) {
      layer.channels[side][index] += input[Math.min(side, input.length - 1)][at] * fadeIn * fadeOut;
    }
  }
}

/**
 * @param {number} value
 * @param {number} length
 */
const modulo = (value, length) => ((value % length) + length) % length;
