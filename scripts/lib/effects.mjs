/**
 * The effects, each at settings where it is plainly heard: read from tests/data/audible.txt, the one place that has
 * them, for benches and tests alike. Node.
 *
 * A line is an effect's switch, a colon, and values by id: `distortion_on: distortion=0.7`. The one effect without a
 * switch, the gain, stands by its own id. `#` begins a comment.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const FILE = 'tests/data/audible.txt';

/**
 * @typedef {object} Effect
 * @property {string} id its switch in the parameter table, or `gain`
 * @property {Record<string, number>} settings values by parameter id; the switch itself is not among them
 *
 * @typedef {{ id: string, curve: string }} Row what is read here of a row of the parameter table
 */

/**
 * Every effect, in the order of the file.
 * @param {Row[]} [table] the parameter table: with it, an effect's switch that the file lacks is an error
 * @returns {Effect[]}
 */
export function audibleEffects(table = []) {
  const effects = parseEffects(readFileSync(join(root, FILE), 'utf8'));
  const silent = switchesOf(table).filter((id) => !effects.some((effect) => effect.id === id));
  if (silent.length > 0) throw new Error(`${FILE} lacks settings at which these are heard: ${silent.join(', ')}`);
  return effects;
}

/**
 * The effects that a text in the file's format names.
 * @param {string} text
 * @returns {Effect[]}
 */
function parseEffects(text) {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  return lines.filter(Boolean).map((line) => {
    const [, id, values] = line.match(/^(\w+):(.*)$/) ?? [];
    if (id === undefined) throw new Error(`${FILE}: no effect and colon in \`${line}\``);
    const settings = values.split(' ').filter(Boolean).map(parseSetting);
    return { id, settings: Object.fromEntries(settings) };
  });
}

/** @param {string} text `id=value` */
function parseSetting(text) {
  const [, id, value] = text.match(/^(\w+)=(.+)$/) ?? [];
  if (id === undefined || !Number.isFinite(Number(value))) throw new Error(`${FILE}: \`${text}\` is no id=value`);
  return /** @type {const} */ ([id, Number(value)]);
}

/**
 * The parameters with which one effect is heard alone: its settings, its own switch on, all other switches off.
 * @param {Row[]} table the parameter table
 * @param {Effect} effect
 * @returns {Record<string, number>} values by id
 */
export function onlyEffect(table, { id, settings }) {
  const unknown = [id, ...Object.keys(settings)].find((name) => !table.some((row) => row.id === name));
  if (unknown !== undefined) throw new Error(`${FILE}: the parameter table has no ${unknown}`);
  const switches = switchesOf(table).map((name) => [name, name === id ? 1 : 0]);
  return { ...Object.fromEntries(switches), ...settings };
}

/**
 * The ids of the effects' switches; the bypass is no effect's.
 * @param {Row[]} table
 */
export const switchesOf = (table) =>
  table.filter(({ id, curve }) => curve === 'switch' && id !== 'bypass').map(({ id }) => id);
