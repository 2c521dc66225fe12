/**
 * The plainest of static hosts, below a sub path, without one header beyond the type: what the examples and dist/ must
 * do with. Only for this machine, and for tests. Node.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { typeOf } from '../server/files.mjs';

/** @typedef {{ status: number, headers?: Record<string, string> }} Refusal */

/**
 * @param {string} folder
 * @param {string} subPath as `/some/where/`
 * @param {object} [options]
 * @param {Record<string, string>} [options.headers] that it sends all the same
 * @param {(file: string) => Promise<Refusal | undefined> | undefined} [options.hold] what a file below the path waits
 *   for before it is answered, and what may come in its place
 * @returns {Promise<{ url: string, close: () => Promise<unknown> }>}
 */
export async function serveStatic(folder, subPath, { headers = {}, hold } = {}) {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    // A URL's path has no dots left; a decoded one can.
    const path = normalize(decodeURIComponent(pathname)).replaceAll('\\', '/');
    const file = path.endsWith('/') ? `${path}index.html` : path;
    try {
      if (!file.startsWith(subPath)) throw new Error('outside');
      const inside = file.slice(subPath.length);
      const refusal = await hold?.(inside);
      if (refusal) {
        response.writeHead(refusal.status, { ...refusal.headers, 'Content-Type': 'text/plain' }).end('Not now.\n');
        return;
      }
      const body = await readFile(join(folder, inside));
      response.writeHead(200, { ...headers, 'Content-Type': typeOf(file) }).end(body);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such file here.\n');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${subPath}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
