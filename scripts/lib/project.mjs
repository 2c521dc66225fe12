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

/** In characters: how much of another program's words a sentence quotes. */
const LONGEST_REASON = 160;

/** An expected failure: its message is one sentence for the person at the terminal, with the way out. */
export class Failure extends Error {}

/**
 * Runs a script's body; a Failure becomes its sentence and exit code 1.
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    const found = Number(process.versions.node.split('.')[0]);
    if (found < OLDEST_NODE) {
      throw new Failure(
        `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or later from https://nodejs.org.`,
      );
    }
    await body();
  } catch (error) {
    printFailure(error);
    process.exitCode = 1;
  }
}

/**
 * Says why something failed: the sentence, or where none is known the whole error.
 * @param {unknown} error
 */
export function printFailure(error) {
  const failure = error instanceof Failure ? error : diskFailure(String(error));
  console.error(failure ? `\n${failure.message}` : error);
}

/** What a disk that takes no more says, in the words of Node, cargo, esbuild, TypeScript and npm; and the way out. */
const DISK_TROUBLES = [
  {
    pattern:
      /\b(ENOSPC|EDQUOT)\b|no space left on device|quota exceeded|os error (28|122)\b|not enough space on the disk/i,
    sentence: 'The disk is full: free some space',
  },
  {
    pattern: /\bEROFS\b|read-only file ?system|os error 30\b/i,
    sentence: "The disk is read-only: copy the project to one that can be written, or make this one's folder so",
  },
  {
    pattern: /\b(EACCES|EPERM)\b|permission denied|operation not permitted/i,
    sentence: "A file or folder may not be written: make all of the project's folder your own",
  },
];

/**
 * The Failure for a disk that cannot be written, where that is why a program failed.
 * @param {string} said what the program or the error said
 */
export function diskFailure(said) {
  for (const { pattern, sentence } of DISK_TROUBLES) {
    const line = said.split(/\r?\n/).find((candidate) => pattern.test(candidate));
    if (line === undefined) continue;
    return new Failure(`${sentence}, then run this command again (${line.trim().slice(0, LONGEST_REASON)}).`);
  }
  return undefined;
}

/**
 * The command line's options, all of them `--name value`.
 * @template {string} Name
 * @param {Record<Name, string>} defaults each option's name and its value where it is not given
 * @param {string} usage what to write instead, for the Failure
 * @returns {Record<Name, string>}
 */
export function readOptions(defaults, usage) {
  /** @type {[string, { type: 'string' }][]} */
  const options = Object.keys(defaults).map((name) => [name, { type: 'string' }]);
  try {
    const { values } = parseArgs({ options: Object.fromEntries(options) });
    return { ...defaults, ...values };
  } catch (error) {
    throw new Failure(`${messageOf(error).split(/[.\n]/)[0]}: ${usage}.`);
  }
}

/**
 * What an error says.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Says what is being done, and how long it took where that was over a second.
 * @template Result
 * @param {string} title
 * @param {() => Result | Promise<Result>} action
 * @returns {Promise<Result>}
 */
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
 * @param {NodeJS.ProcessEnv} [options.env] added to this process's environment
 * @param {string} [options.cwd] the project's root unless given
 * @param {boolean} [options.quiet] no sign of life every few seconds
 * @param {boolean} [options.show] its output goes to the terminal as it comes, too
 * @param {boolean} [options.shell] run by the system's shell
 * @returns {Promise<{ code: number, output: string, missing: boolean }>} `output` is both streams as they came;
 *   `missing` where there is no such command
 */
export function run(command, args, { env = {}, cwd = root, quiet = false, show = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const heartbeat = quiet || show ? undefined : startHeartbeat(() => output);
    /**
     * @param {import('node:stream').Readable} stream
     * @param {NodeJS.WriteStream} sink
     */
    const take = (stream, sink) => {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        if (show) sink.write(text);
      });
    };
    take(child.stdout, process.stdout);
    take(child.stderr, process.stderr);
    /**
     * @param {number} code
     * @param {boolean} missing
     */
    const end = (code, missing) => {
      clearInterval(heartbeat);
      resolve({ code, output, missing });
    };
    child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      output += error.message;
      end(127, error.code === 'ENOENT');
    });
    child.on('close', (code) => end(code ?? 1, false));
  });
}

/**
 * Shows every few seconds that a long command lives, by the last line that it wrote.
 * @param {() => string} output all that it wrote so far
 */
function startHeartbeat(output) {
  const start = performance.now();
  return setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    const last = lastLine(output()).trim().slice(0, 90);
    console.log(`  … ${seconds} s${last && `: ${last}`}`);
  }, HEARTBEAT_SECONDS * 1000);
}

/**
 * The last line of a text that is not empty.
 * @param {string} text
 */
export const lastLine = (text) =>
  text
    .trimEnd()
    .split(/[\r\n]/)
    .at(-1) ?? '';

/** How cargo (by curl), rustup and npm say that the network could not be reached. */
const OFFLINE = [
  /could ?n[o']t (resolve|connect)/i,
  /failed to (connect|download|fetch)/i,
  /network (failure|error|is unreachable)/i,
  /timed out/i,
  /error sending request/i,
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)\b/,
];

/**
 * Whether what a command said tells of a network that could not be reached.
 * @param {string} text
 */
export const soundsOffline = (text) => OFFLINE.some((pattern) => pattern.test(text));

/**
 * The full path of an executable on PATH, or undefined.
 * @param {string} name
 */
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

/**
 * Every file at or below the given paths (relative to the root, with `/`), sorted; what is not there is left out.
 * @param {...string} paths
 * @returns {string[]}
 */
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

/** What lies in the root and no person has written. */
const GENERATED = ['.git', 'dist', 'node_modules', 'pkg', 'target', 'types'];

/** Every file that people write, relative to the root, sorted. */
export const sourceFiles = () => filesBelow(...readdirSync(root).filter((name) => !GENERATED.includes(name)));

/**
 * A hash of these files' names and contents (SHA-256, hex).
 * @param {string[]} files
 */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
