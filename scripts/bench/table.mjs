/** Numbers for people: medians, ratios of runs that were taken in turn, and Markdown tables. Node. */

/**
 * The median of numbers.
 * @param {number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times as long one took as the other: the median of their ratios round by round, for what slows the machine
 * in a round slows both.
 * @param {number[]} ours
 * @param {number[]} theirs
 */
export const ratio = (ours, theirs) => median(ours.map((value, round) => value / theirs[round]));

/**
 * A number with so many digits after the point; nothing where there is none.
 * @param {number} [value]
 */
export const fixed = (value = NaN, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '');

/**
 * A Markdown table: the first column to the left, the others to the right.
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => String(row[column]).length)));
  /**
   * @param {string | number} cell
   * @param {number} column
   */
  const pad = (cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]));
  /** @param {(string | number)[]} cells */
  const line = (cells) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return ['', line(head), line(rule), ...rows.map(line)].join('\n');
}

/**
 * A table of pairwise ratios from one run.
 * @param {Record<string, number[]>} times by name: its time in each round, all names in every round
 */
export function ratioTable(times) {
  const names = Object.keys(times);
  return table(
    ['time of row / time of column', ...names],
    names.map((row) => [row, ...names.map((column) => fixed(ratio(times[row], times[column])))]),
  );
}
