/**
 * What every script of this project shares: where things are, how a step is told, how a command is run, and how a
 * script fails: with one sentence that names the way out. Node's own modules only, for it runs before `npm ci` has.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The project's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const HEARTBEAT_SECONDS = 5;
const OLDEST_NODE = 20;

/** An expected failure: its message is one sentence for the person at the terminal, with the way out. */
export class Failure extends Error {}

/** Runs a script's body; a Failure becomes its sentence and exit code 1. */
export async function main(body) {
  try {
    const found = Number(process.versions.node.split('.')[0]);
    if (found < OLDEST_NODE) {
      throw new Failure(
        `Node ${process.versions.node} is too old: ` + `install Node ${OLDEST_NODE} or later from https://nodejs.org.`,
      );
    }
    await body();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/**
 * The command line's options, all of them `--name value`.
 * @param {Record<string, string>} defaults each option's name and its value where it is not given
 * @param {string} usage what to write instead, for the Failure
 */
export function readOptions(defaults, usage) {
  const options = Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }]);
  try {
    return parseArgs({ options: Object.fromEntries(options) }).values;
  } catch ({ message }) {
    throw new Failure(`${message.split(/[.\n]/)[0]}: ${usage}.`);
  }
}

/** Says what is being done, and how long it took where that was over a second. */
export async function step(title, action) {
  console.log(`• ${title}`);
  const start = performance.now();
  const result = await action();
  const seconds = (performance.now() - start) / 1000;
  if (seconds > 1) console.log(`  done in ${seconds.toFixed(1)} s`);
  return result;
}

/**
 * Runs a command to its end, without a terminal's input.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] added to this process's environment
 * @param {string} [options.cwd] the project's root unless given
 * @param {boolean} [options.quiet] no sign of life every few seconds
 * @param {boolean} [options.show] its output goes to the terminal as it comes, too
 * @param {boolean} [options.shell] run by the system's shell
 * @returns {Promise<{ code: number, output: string, missing: boolean }>} `output` is both streams as they came;
 *   `missing` where there is no such command
 */
export function run(command, args, { env = {}, cwd = root, quiet = false, show = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, shell, stdio, env: { ...process.env, ...env } });
    let output = '';
    const heartbeat = quiet || show ? undefined : startHeartbeat(() => output);
    const take = (stream, sink) => {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        if (show) sink.write(text);
      });
    };
    take(child.stdout, process.stdout);
    take(child.stderr, process.stderr);
    const end = (code, missing) => {
      clearInterval(heartbeat);
      resolve({ code, output, missing });
    };
    child.on('error', (error) => {
      output += error.message;
      end(127, error.code === 'ENOENT');
    });
    child.on('close', (code) => end(code ?? 1, false));
  });
}

/** Shows every few seconds that a long command lives, by the last line that it wrote. */
function startHeartbeat(output) {
  const start = performance.now();
  return setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    const last = output()
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)
      .trim()
      .slice(0, 90);
    console.log(`  … ${seconds} s${last && `: ${last}`}`);
  }, HEARTBEAT_SECONDS * 1000);
}

/** How cargo (by curl), rustup and npm say that the network could not be reached. */
const OFFLINE = [
  /could ?n[o']t (resolve|connect)/i,
  /failed to (connect|download|fetch)/i,
  /network (failure|error|is unreachable)/i,
  /timed out/i,
  /error sending request/i,
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)\b/,
];

/** Whether what a command said tells of a network that could not be reached. */
export const soundsOffline = (text) => OFFLINE.some((pattern) => pattern.test(text));

/** The full path of an executable on PATH, or undefined. */
export function which(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (folder && statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    }
  }
  return undefined;
}

/** Every file at or below the given paths (relative to the root, with `/`), sorted; what is not there is left out. */
export function filesBelow(...paths) {
  return paths
    .flatMap((path) => {
      const found = statSync(join(root, path), { throwIfNoEntry: false });
      if (!found) return [];
      if (!found.isDirectory()) return [path];
      return filesBelow(...readdirSync(join(root, path)).map((name) => `${path}/${name}`));
    })
    .sort();
}

/** A hash of these files' names and contents (SHA-256, hex). */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
