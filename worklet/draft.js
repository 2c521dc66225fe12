/**
 * What the main thread wrote into the control block, read whole or not at all. It makes no object after it is built.
 *
 * Must load in AudioWorkletGlobalScope.
 */

export class Draft {
  #block;
  #sequenceWord;
  #announcedWord;

  /**
   * @param {Int32Array} block the control block
   * @param {{ inboundWords: number, sequence: number, announced: number }} layout
   */
  constructor(block, { inboundWords, sequence, announced }) {
    this.#block = block;
    this.#sequenceWord = sequence;
    this.#announcedWord = announced;
    /** The words of the last change that was read. */
    this.words = new Int32Array(inboundWords);
  }

  /** The number of the last change. */
  get sequence() {
    return Atomics.load(this.#block, this.#sequenceWord);
  }

  /**
   * Copies the words, and says whether they are whole: the change of this number was the last one that was begun, too.
   * @param {number} sequence read before
   */
  read(sequence) {
    const { words } = this;
    for (let word = 0; word < words.length; word++) words[word] = Atomics.load(this.#block, word);
    words[this.#sequenceWord] = sequence;
    return Atomics.load(this.#block, this.#announcedWord) === sequence;
  }
}
