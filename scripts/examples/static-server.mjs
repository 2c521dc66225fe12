/**
 * The plainest of static hosts, below a sub path, without one header beyond the type: what the examples must do with.
 * Only for this machine, and for tests. Node.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

/**
 * @param {string} folder
 * @param {string} subPath as `/some/where/`
 * @returns {Promise<{ url: string, close: () => Promise<unknown> }>}
 */
export async function serveStatic(folder, subPath) {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    // A URL's path has no dots left; a decoded one can.
    const path = normalize(decodeURIComponent(pathname)).replaceAll('\\', '/');
    const file = path.endsWith('/') ? `${path}index.html` : path;
    try {
      if (!file.startsWith(subPath)) throw new Error('outside');
      const body = await readFile(join(folder, file.slice(subPath.length)));
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
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
