/**
 * The project's web server, for `npm start` and for the tests: static files, on loopback unless told otherwise,
 * isolated (so that the page gets SharedArrayBuffer), under a strict Content-Security-Policy, and never a stale build:
 * each answer is hashed and revalidated.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer, STATUS_CODES } from 'node:http';
import { networkInterfaces } from 'node:os';
import { extname, join, sep } from 'node:path';
import { Failure, root } from './lib/project.mjs';

/** Which folder answers which URLs; the first prefix that fits wins. */
export const MOUNTS = { '/worklet/': 'worklet', '/pkg/': 'pkg', '/': 'site' };

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

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const PROTECTION = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
};

/** Where the server listens unless told otherwise: this machine only. */
export const LOOPBACK = '127.0.0.1';

/**
 * Starts the server.
 * @param {object} [options]
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.host] the address to listen on
 * @param {boolean} [options.isolated] false leaves out the isolation headers, as most static hosts do
 * @param {Record<string, string>} [options.mounts] URL prefix → folder, relative to the project's root
 * @param {Record<string, (answer: Answer) => Answer>} [options.alter] by URL path: what a test makes of the answer
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 *
 * @typedef {{ status: number, headers: Record<string, string>, body: Buffer }} Answer
 */
export async function serve({ port = 0, host = LOOPBACK, isolated = true, mounts = MOUNTS, alter = {} } = {}) {
  const common = { ...(isolated ? ISOLATION : {}), ...PROTECTION, 'Cache-Control': 'no-cache' };
  const server = createServer(async (request, response) => {
    const asked = await answer(request, mounts).catch(() => refusal(500, 'The server could not read this file.'));
    const full = { ...asked, headers: { ...common, ...asked.headers } };
    send(request, response, alter[pathOf(request.url)]?.(full) ?? full);
  });
  // What the HTTP parser itself refuses gets the same headers.
  server.on('clientError', (error, socket) => {
    if (!socket.writable) return;
    const headers = Object.entries({ ...common, 'Content-Length': 0, Connection: 'close' });
    socket.end(`HTTP/1.1 400 Bad Request\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  });
  await listen(server, port, host);
  const { port: actual } = server.address();
  return {
    url: `http://${nameOf(host)}:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function listenFailure({ code, message }, port, host) {
  if (code === 'EADDRINUSE') {
    return new Failure(
      `Port ${port} is taken by another program: stop that one, or choose another with ` +
        `\`npm start -- --port ${port + 1}\`.`,
    );
  }
  if (code === 'EACCES') {
    return new Failure(
      `Port ${port} is not allowed to you: choose one from 1024 up, ` + 'as with `npm start -- --port 8080`.',
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Failure(`${host} is no address of this machine: choose one that is, or leave --host out.`);
  }
  return new Failure(
    `The server cannot listen on ${host}, port ${port} (${message}): ` + 'choose another with --port or --host.',
  );
}

/** The name that a browser on this machine can use for the address that the server listens on. */
function nameOf(host) {
  if (['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** This machine's addresses on its networks (IPv4). */
export const networkAddresses = () =>
  Object.values(networkInterfaces())
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

const pathOf = (url) => url.split(/[?#]/, 1)[0];

/** The answer to a request, before the common headers. */
async function answer({ method, url }, mounts) {
  if (method !== 'GET' && method !== 'HEAD') {
    return { ...refusal(405, 'Only GET and HEAD are served here.'), headers: { Allow: 'GET, HEAD' } };
  }
  const path = decode(pathOf(url));
  if (path === undefined) return refusal(400, 'This is no path that this server can have.');
  const file = await fileFor(path, mounts);
  if (file === undefined) return refusal(404, 'There is no such file here.');
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return { status: 200, headers: { 'Content-Type': type }, body: await readFile(file) };
}

const refusal = (status, sentence) => ({
  status,
  headers: { 'Content-Type': TYPES['.txt'] },
  body: Buffer.from(`${sentence}\n`),
});

/** The decoded path, or undefined where it is malformed or tries to name a place by more than plain segments. */
function decode(raw) {
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

/** The real file that a path names, or undefined where there is none inside its mount. */
async function fileFor(path, mounts) {
  const prefix = Object.keys(mounts).find((candidate) => path.startsWith(candidate));
  const inside = path.slice(prefix.length) + (path.endsWith('/') ? 'index.html' : '');
  if (inside.split('/').some((segment) => segment === '' || segment.startsWith('.'))) return undefined;
  try {
    const folder = await realpath(join(root, mounts[prefix]));
    const file = await realpath(join(folder, inside));
    return file.startsWith(folder + sep) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

function send(request, response, { status, headers, body }) {
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const all = status === 200 ? { ...headers, ETag: tag } : headers;
  const known = request.headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
  if (status === 200 && known) {
    response.writeHead(304, all).end();
    return;
  }
  response.writeHead(status, STATUS_CODES[status], { ...all, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
