/**
 * The control block, as the main thread sees it. Its layout is written down in Rust (src/control.rs) and
 * asked from the wasm:
 *
 *     words  0 …                  magic, ABI version, sequence number, flags …   main thread writes
 *     words  parameters …         one f32 per row of the parameter table         main thread writes
 *     words  setAt …              by which change each was last set              main thread writes
 *     words  order …              the effects' order, by places                  main thread writes
 *     words  meters[0].word …     what the audio thread did and heard            audio thread writes
 *     words  journal …            when it took the last changes in               audio thread writes
 *
 * One row of 32-bit words, carried in one of three ways:
 *
 * - shared: a SharedArrayBuffer that both threads see; none of it is ever posted
 * - message: a buffer on each side; the main thread posts the words it writes (message-transport.js),
 *   the audio thread posts the meters
 * - direct: a buffer that the fallback reads on the same thread
 *
 * A change, of one parameter or of everything, is taken whole: its number is announced first, then it is stored, then
 * the sequence number is raised to it. Who reads looks at the announcement last: where it is ahead of the sequence
 * number that was read first, the next change was under way, and it reads again later.
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
 * @property {number} announced
 * @property {number} clearedAt
 * @property {number} loudnessAt
 * @property {number} parameters
 * @property {number} setAt
 * @property {number} order
 * @property {number} inboundWords
 * @property {number} clock
 * @property {number} entries
 * @property {number} journal
 * @property {number} journalRows
 * @property {number} journalColumns
 * @property {number} flagStop
 * @property {number} flagForgotten
 * @property {readonly Meter[]} meters
 *
 * @typedef {object} Meter
 * @property {keyof Meters} name
 * @property {number} word its first
 * @property {number} words 1, or one per channel
 * @property {'count' | 'sequence' | 'level' | 'value' | 'loudness'} kind
 *
 * @typedef {import('../types/tables.js').Meters} Meters
 * @typedef {import('./parameters.js').Parameters} Parameters
 * @typedef {{ nth: number, sequence: number, messages: number, clock: number }} JournalEntry
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
    for (const { word, kind } of layout.meters) if (kind === 'loudness') this.#floats[word] = -Infinity;
  }

  /** A copy of the words that the main thread writes, for a message. */
  inbound() {
    return this.words.slice(0, this.#layout.inboundWords);
  }

  /**
   * Stores all that the engine is set to, as one change.
   * @param {Parameters} parameters
   */
  storeAll(parameters) {
    const { clearedAt, loudnessAt, order } = this.#layout;
    this.#change(parameters.sequence, () => {
      for (const { index } of parameters.table) this.#storeOne(parameters, index);
      for (const [nth, place] of parameters.order.entries()) Atomics.store(this.words, order + nth, place);
      Atomics.store(this.words, clearedAt, parameters.clearedAt);
      Atomics.store(this.words, loudnessAt, parameters.loudnessAt);
    });
  }

  /**
   * Stores a parameter that was set.
   * @param {Parameters} parameters
   * @param {number} index
   */
  store(parameters, index) {
    this.#change(parameters.sequence, () => this.#storeOne(parameters, index));
  }

  /**
   * @param {Parameters} parameters
   * @param {number} index
   */
  #storeOne({ values, setAt }, index) {
    scratchFloat[0] = values[index];
    Atomics.store(this.words, this.#layout.parameters + index, scratchWord[0]);
    Atomics.store(this.words, this.#layout.setAt + index, setAt[index]);
  }

  /** Tells the processor to end itself. */
  requestStop() {
    this.#raiseFlag(this.#layout.flagStop);
  }

  /** Tells the processor that nobody can reach its engine any more. */
  forget() {
    this.#raiseFlag(this.#layout.flagForgotten);
  }

  /** @param {number} flag */
  #raiseFlag(flag) {
    const { flags, sequence } = this.#layout;
    this.#change(Atomics.load(this.words, sequence) + 1, () => Atomics.or(this.words, flags, flag));
  }

  /**
   * Takes in meters that came by message.
   * @param {Int32Array} words
   */
  takeMeters(words) {
    this.words.set(words, this.#layout.meters[0].word);
  }

  /**
   * The meters: counts as numbers modulo 2³², levels as arrays of linear values, one per channel, values and
   * loudness as numbers.
   * @param {number} channels
   * @returns {Meters}
   */
  meters(channels) {
    /** @param {Meter} meter */
    const read = ({ word, words, kind }) => {
      if (kind === 'loudness' || kind === 'value') return this.#floats[word];
      if (kind !== 'level') return Atomics.load(this.words, word) >>> 0;
      return Array.from(this.#floats.subarray(word, word + Math.min(words, channels)));
    };
    const entries = this.#layout.meters.map((meter) => [meter.name, read(meter)]);
    return /** @type {Meters} */ (Object.fromEntries(entries));
  }

  /** The context's frame up to which is rendered, modulo 2³². */
  get clock() {
    return Atomics.load(this.words, this.#layout.clock) >>> 0;
  }

  /** How many entries the journal had so far. */
  get entries() {
    return Atomics.load(this.words, this.#layout.entries) >>> 0;
  }

  /**
   * The journal's entries from the nth on, as far back as it goes: by when the audio thread had taken in which change
   * and how many messages, by the context's frame modulo 2³².
   * @param {number} from
   * @returns {JournalEntry[]}
   */
  journal(from) {
    const { journal, journalRows, journalColumns } = this.#layout;
    const count = this.entries;
    const first = Math.max(from, count - journalRows);
    return Array.from({ length: Math.max(0, count - first) }, (_, nth) => {
      const row = journal + ((first + nth) % journalRows) * journalColumns;
      const [sequence, messages, clock] = Array.from(
        this.words.subarray(row, row + journalColumns),
        (word) => word >>> 0,
      );
      return { nth: first + nth, sequence, messages, clock };
    });
  }

  /**
   * @param {number} number
   * @param {() => void} store
   */
  #change(number, store) {
    Atomics.store(this.words, this.#layout.announced, number);
    store();
    Atomics.store(this.words, this.#layout.sequence, number);
  }
}

const scratchFloat = new Float32Array(1);
const scratchWord = new Int32Array(scratchFloat.buffer);
