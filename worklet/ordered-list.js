/**
 * Items in the order of their times, and among equal times in the order in which they came. Each knows its neighbours.
 * Kept in blocks, so that a hundred thousand in any order cost well under a second. Pure; any thread.
 */

/** A block is split in two when it has more items. */
const MOST_IN_BLOCK = 512;

/**
 * @template Item
 * @typedef {{ time: number, previous: Item | null, next: Item | null }} Linked
 */

/** @template {Linked<Item>} Item */
export class OrderedList {
  /**
   * None is empty.
   * @type {Item[][]}
   */
  #blocks = [];

  /** @returns {Item | null} */
  get first() {
    return this.#blocks[0]?.[0] ?? null;
  }

  /** @returns {Item | null} */
  get last() {
    return this.#blocks.at(-1)?.at(-1) ?? null;
  }

  /**
   * The last item of those that are so.
   * @param {(item: Item) => boolean} is true for the items up to one of them, false for those after it
   * @returns {Item | null}
   */
  findLast(is) {
    const block = this.#blocks[countWhile(this.#blocks, ([first]) => is(first)) - 1];
    return block ? block[countWhile(block, is) - 1] : null;
  }

  /**
   * Puts an item after all that are not later.
   * @param {Item} item
   */
  insert(item) {
    const { time } = item;
    item.previous = this.findLast((other) => other.time <= time);
    item.next = item.previous ? item.previous.next : this.first;
    if (item.previous) item.previous.next = item;
    if (item.next) item.next.previous = item;
    const number = Math.max(countWhile(this.#blocks, ([first]) => first.time <= time) - 1, 0);
    const block = this.#blocks[number];
    if (!block) this.#blocks.push([item]);
    else {
      block.splice(
        countWhile(block, (other) => other.time <= time),
        0,
        item,
      );
      // What is appended fills the blocks; what comes between others leaves room in both halves.
      const half = item.next ? MOST_IN_BLOCK / 2 : MOST_IN_BLOCK;
      if (block.length > MOST_IN_BLOCK) this.#blocks.splice(number + 1, 0, block.splice(half));
    }
  }

  /**
   * Removes the items from one on, up to the end or to another that stays.
   * @param {Item} from
   * @param {Item | null} [to]
   */
  remove(from, to = null) {
    const { previous } = from;
    const [firstBlock, firstIndex] = this.#placeOf(from);
    const [lastBlock, lastIndex] = to ? this.#placeOf(to) : [this.#blocks.length, 0];
    const kept = [
      this.#blocks[firstBlock].slice(0, firstIndex),
      ...(to ? [this.#blocks[lastBlock].slice(lastIndex)] : []),
    ].filter((block) => block.length > 0);
    this.#blocks.splice(firstBlock, lastBlock + 1 - firstBlock, ...kept);
    if (previous) previous.next = to;
    if (to) to.previous = previous;
  }

  /**
   * @param {Item} item
   * @returns {[block: number, index: number]}
   */
  #placeOf(item) {
    let number = countWhile(this.#blocks, ([first]) => first.time <= item.time) - 1;
    // Many of the same time can fill several blocks.
    while (!this.#blocks[number].includes(item)) number -= 1;
    return [number, this.#blocks[number].indexOf(item)];
  }
}

/**
 * How many values are so, where those that are come first. By bisection.
 * @template Value
 * @param {readonly Value[]} values
 * @param {(value: Value) => boolean} is
 */
function countWhile(values, is) {
  // Most of what is scheduled comes last.
  if (values.length === 0 || is(values[values.length - 1])) return values.length;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(values[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
