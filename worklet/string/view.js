/**
 * The picture of the string that sounds, on its way from the audio thread to the page. Any thread.
 *
 * A row of 32-bit words: a count, then the picture as float32. Where memory is shared, the audio thread writes into it
 * and nothing is posted: it raises the count to an odd number, writes, and raises it to the next even one; who reads
 * looks at the count before and after, and reads again where they differ or are odd (a seqlock). Else the picture comes
 * by message, and is written here.
 */

/** So often a reader tries again, before it keeps the picture before: a write takes less than a microsecond. */
const TRIES = 100;

export class StringView {
  #picture;

  /**
   * A picture of so many numbers, at rest.
   * @param {number} points
   * @param {boolean} shared in shared memory
   */
  static of(points, shared) {
    const bytes = Int32Array.BYTES_PER_ELEMENT * (1 + points);
    return new StringView(new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)));
  }

  /** @param {Int32Array} words those of another view, to see the same picture */
  constructor(words) {
    this.words = words;
    this.#picture = new Float32Array(words.buffer, Int32Array.BYTES_PER_ELEMENT);
  }

  /** How many numbers the picture has. */
  get points() {
    return this.#picture.length;
  }

  /**
   * Puts a picture in; one thread alone does.
   * @param {Float32Array} picture
   */
  write(picture) {
    const count = Atomics.load(this.words, 0);
    Atomics.store(this.words, 0, count + 1);
    this.#picture.set(picture);
    Atomics.store(this.words, 0, count + 2);
  }

  /**
   * Copies the picture. Where it is being written all the time, `copy` may hold parts of two.
   * @param {Float32Array} copy of as many numbers
   */
  read(copy) {
    for (let tries = 0; tries < TRIES; tries++) {
      const count = Atomics.load(this.words, 0);
      copy.set(this.#picture);
      if (count % 2 === 0 && Atomics.load(this.words, 0) === count) return;
    }
  }
}
