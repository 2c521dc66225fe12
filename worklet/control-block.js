/**
 * The control block, as the main thread sees it. Its layout is written down in Rust (src/control.rs) and
 * asked from the wasm:
 *
 *     words  0 … 3                magic, ABI version, sequence number, flags     main thread writes
 *     words  parameters …         one f32 per row of the parameter table         main thread writes
 *     words  meters[0].word …     what the audio thread did and heard            audio thread writes
 *
 * One row of 32-bit words, carried in one of three ways:
 *
 * - shared: a SharedArrayBuffer that both threads see; nothing is ever posted
 * - message: a buffer on each side; the main thread posts the words it writes (message-transport.js),
 *   the audio thread posts the meters
 * - direct: a buffer that the fallback reads on the same thread
 *
 * A store comes first and the raised sequence number after it, so that whoever has read sequence number n
 * sees every store up to n.
 */

/**
 * The layout, in words from the start of the block.
 * @typedef {object} ControlLayout control_layout() in Rust
 * @property {number} magic
 * @property {number} abiVersion
 * @property {number} words
 * @property {number} magicWord
 * @property {number} abiWord
 * @property {number} sequence
 * @property {number} flags
 * @property {number} parameters
 * @property {number} inboundWords
 * @property {number} flagStop
 * @property {readonly Meter[]} meters
 *
 * @typedef {object} Meter
 * @property {keyof Meters} name
 * @property {number} word its first
 * @property {number} words 1, or one per channel
 * @property {'count' | 'sequence' | 'level'} kind
 *
 * @typedef {import('../types/tables.js').Meters} Meters
 */

export class ControlBlock {
  #layout;
  #floats;

  /**
   * @param {ControlLayout} layout
   * @param {boolean} shared in shared memory
   */
  constructor(layout, shared) {
    this.#layout = layout;
    const bytes = layout.words * Int32Array.BYTES_PER_ELEMENT;
    const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    /** All the words; the audio side follows these. */
    this.words = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.words[layout.magicWord] = layout.magic;
    this.words[layout.abiWord] = layout.abiVersion;
  }

  /** A copy of the words that the main thread writes, for a message. */
  inbound() {
    return this.words.slice(0, this.#layout.inboundWords);
  }

  /**
   * Stores all the parameters at once.
   * @param {import('./parameters.js').Parameters} parameters
   */
  storeAll({ values, sequence }) {
    this.#floats.set(values, this.#layout.parameters);
    Atomics.store(this.words, this.#layout.sequence, sequence);
  }

  /**
   * Stores a parameter and raises the sequence number.
   * @param {number} index
   * @param {number} value
   */
  store(index, value) {
    scratchFloat[0] = value;
    Atomics.store(this.words, this.#layout.parameters + index, scratchWord[0]);
    this.#raise();
  }

  /** Tells the processor to end itself. */
  requestStop() {
    Atomics.or(this.words, this.#layout.flags, this.#layout.flagStop);
    this.#raise();
  }

  /**
   * Takes in meters that came by message.
   * @param {Int32Array} words
   */
  takeMeters(words) {
    this.words.set(words, this.#layout.meters[0].word);
  }

  /**
   * The meters: counts as numbers modulo 2³², levels as arrays of linear values, one per channel.
   * @param {number} channels
   * @returns {Meters}
   */
  meters(channels) {
    /** @param {Meter} meter */
    const read = ({ word, words, kind }) => {
      if (kind !== 'level') return Atomics.load(this.words, word) >>> 0;
      return Array.from(this.#floats.subarray(word, word + Math.min(words, channels)));
    };
    const entries = this.#layout.meters.map((meter) => [meter.name, read(meter)]);
    return /** @type {Meters} */ (Object.fromEntries(entries));
  }

  #raise() {
    Atomics.add(this.words, this.#layout.sequence, 1);
  }
}

const scratchFloat = new Float32Array(1);
const scratchWord = new Int32Array(scratchFloat.buffer);
