/** The files behind the server's URLs: what a path names, and what a file holds at this moment. Node. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { root } from '../lib/project.mjs';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};

/**
 * The media type of a file.
 * @param {string} file its name or path
 */
export const typeOf = (file) => TYPES[extname(file)] ?? 'application/octet-stream';

/**
 * The decoded path, or undefined where it is malformed or tries to name a place by more than plain segments.
 * @param {string} raw
 */
export function decode(raw) {
  let path;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  // A colon names drives and streams on Windows, as a backslash separates folders there.
  const climbs = path.split('/').some((segment) => segment === '.' || segment === '..');
  return !path.startsWith('/') || climbs || /[\0\\:]/.test(path) ? undefined : path;
}

/**
 * The real file that a path names, or undefined where there is none inside its mount.
 * @param {string} path decoded
 * @param {Record<string, string>} mounts URL prefix → folder, relative to the project's root; the first that fits wins
 */
export async function fileFor(path, mounts) {
  const [prefix, mounted] = Object.entries(mounts).find(([candidate]) => path.startsWith(candidate)) ?? [];
  if (prefix === undefined || mounted === undefined) return undefined;
  const inside = path.slice(prefix.length) + (path.endsWith('/') ? 'index.html' : '');
  if (inside.split('/').some((segment) => segment === '' || segment.startsWith('.'))) return undefined;
  try {
    const folder = await realpath(join(root, mounted));
    const file = await realpath(join(folder, inside));
    return file.startsWith(folder + sep) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** @type {Map<string, Buffer>} what was last read of each file */
const held = new Map();

/** @type {Map<string, Promise<Buffer>>} the reads under way */
const reads = new Map();

/**
 * What a file holds. It is read anew each time, so it is never stale; but all answers with the same content share one
 * buffer, however many clients are slow to take it.
 * @param {string} file
 */
export function contentOf(file) {
  const read = reads.get(file) ?? readShared(file).finally(() => reads.delete(file));
  reads.set(file, read);
  return read;
}

/** @param {string} file */
async function readShared(file) {
  const content = await readFile(file);
  const last = held.get(file);
  if (last?.equals(content)) return last;
  held.set(file, content);
  return content;
}
