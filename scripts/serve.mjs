/**
 * The project's web server, for `npm start` and for the tests: static files, on loopback unless told otherwise,
 * isolated (so that the page gets SharedArrayBuffer), under a strict Content-Security-Policy, compressed, and never a
 * stale build: each answer is hashed and revalidated. Node.
 */
import { createHash } from 'node:crypto';
import { createServer, STATUS_CODES } from 'node:http';
import { Failure } from './lib/project.mjs';
import { compressed, encodingFor, isCompressible } from './server/compression.mjs';
import { contentOf, decode, fileFor, typeOf } from './server/files.mjs';
import { ISOLATION, PROTECTION } from './server/headers.mjs';
import { isOurs, nameOf, targetOf } from './server/names.mjs';
import { rangeOf } from './server/ranges.mjs';

/** Which folder answers which URLs; the first prefix that fits wins. */
export const MOUNTS = { '/worklet/': 'worklet', '/pkg/': 'pkg', '/': 'site' };

/** Where the server listens unless told otherwise: this machine only. */
export const LOOPBACK = '127.0.0.1';

/** A connection that sends more requests than this without an answer is ended; browsers wait for each answer. */
const MOST_UNANSWERED = 8;

/** How long a connection may stand still while an answer is under way. */
const STALLED_MILLISECONDS = 60_000;

/** What a client has to close its side in, once its connection was refused. */
const LINGER_MILLISECONDS = 1000;

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {{ status: number, headers: Record<string, string>, body: Buffer }} Answer
 */

/**
 * Starts the server.
 * @param {object} [options]
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.host] the address to listen on
 * @param {string[]} [options.names] further names that it answers to
 * @param {boolean} [options.isolated] false leaves out the isolation headers, as most static hosts do
 * @param {Record<string, string>} [options.mounts] URL prefix → folder, relative to the project's root
 * @param {Record<string, (answer: Answer) => Answer>} [options.alter] by URL path: what a test makes of the answer
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function serve(options = {}) {
  const { port = 0, host = LOOPBACK, names = [], isolated = true, mounts = MOUNTS, alter = {} } = options;
  /** @type {Record<string, string>} */
  const common = { ...(isolated ? ISOLATION : {}), ...PROTECTION, 'Cache-Control': 'no-cache' };
  /** @param {Answer} answer */
  const complete = (answer) => ({ ...answer, headers: { ...common, ...answer.headers } });

  const handle = inTurn(async (request, response) => {
    const asked = await answer(request, { mounts, host, names }).catch(() => UNREADABLE);
    const path = targetOf(request)?.path ?? '';
    const whole = alter[path]?.(complete(asked)) ?? complete(asked);
    send(request, response, await represented(request, whole));
  });
  // Node's own refusals come without our headers, so we make them: for a request without a Host, in answer(); for an
  // expectation; and for what is no HTTP at all.
  const server = createServer({ requireHostHeader: false }, handle);
  server.on(
    'checkExpectation',
    inTurn(async (request, response) => send(request, response, complete(UNEXPECTED))),
  );
  server.on('clientError', (_, socket) => refuseConnection(socket, common));
  server.setTimeout(STALLED_MILLISECONDS);
  const actual = await listen(server, port, host);
  return {
    url: `http://${nameOf(host)}:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Listens, and resolves to the port.
 * @param {import('node:http').Server} server
 * @param {number} port
 * @param {string} host
 * @returns {Promise<number>}
 */
function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, port, host)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * @param {NodeJS.ErrnoException} error
 * @param {number} port
 * @param {string} host
 */
function listenFailure({ code, message }, port, host) {
  if (code === 'EADDRINUSE') {
    return new Failure(
      `Port ${port} is taken by another program: stop that one, or choose another with ` +
        `\`npm start -- --port ${port + 1}\`.`,
    );
  }
  if (code === 'EACCES') {
    return new Failure(
      `Port ${port} is not allowed to you: choose one from 1024 up, as with \`npm start -- --port 8080\`.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Failure(`${host} is no address of this machine: choose one that is, or leave --host out.`);
  }
  return new Failure(
    `The server cannot listen on ${host}, port ${port} (${message}): choose another with --port or --host.`,
  );
}

/** @type {WeakMap<import('node:net').Socket, { unanswered: number, last: Promise<void> }>} by connection */
const queues = new WeakMap();

/**
 * Handles a connection's requests one after the other: the next when the answer to the last one has left. Else a client
 * that asks without reading would fill the memory with answers.
 * @param {(request: Request, response: Response) => Promise<void>} handle
 * @returns {(request: Request, response: Response) => void}
 */
function inTurn(handle) {
  return (request, response) => {
    const { socket } = request;
    const queue = queues.get(socket) ?? { unanswered: 0, last: Promise.resolve() };
    queues.set(socket, queue);
    if (queue.unanswered === MOST_UNANSWERED) {
      socket.destroy();
      return;
    }
    queue.unanswered += 1;
    const closed = new Promise((resolve) => response.once('close', resolve));
    queue.last = queue.last.then(async () => {
      if (socket.destroyed) return;
      await handle(request, response);
      await closed;
      queue.unanswered -= 1;
    });
  };
}

/**
 * Answers what is no HTTP, and ends the connection, whether or not the client does.
 * @param {import('node:stream').Duplex} socket
 * @param {Record<string, string>} common the headers of every answer
 */
function refuseConnection(socket, common) {
  if (socket.writableEnded) return; // refused already: what comes now is the rest of the same
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const headers = Object.entries({ ...common, 'Content-Length': 0, Connection: 'close' });
  socket.end(`HTTP/1.1 400 Bad Request\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  // Not at once: what the client has sent and we have not read would make the answer be lost on its way.
  const lingering = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
  socket.once('close', () => clearTimeout(lingering));
}

/**
 * The answer to a request, before the common headers.
 * @param {Request} request
 * @param {{ mounts: Record<string, string>, host: string, names: string[] }} served
 * @returns {Promise<Answer>}
 */
async function answer(request, { mounts, host, names }) {
  const target = targetOf(request);
  if (target === undefined) return refusal(400, 'A request names one host: the one that it asks.');
  if (!isOurs(target.name, host) && !names.includes(target.name)) {
    return refusal(421, 'This server has another name: ask it by the address that it gave when it started.');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const { headers, ...rest } = refusal(405, 'Only GET and HEAD are served here.');
    return { ...rest, headers: { ...headers, Allow: 'GET, HEAD' } };
  }
  const path = decode(target.path);
  if (path === undefined) return refusal(400, 'This is no path that this server can have.');
  const file = await fileFor(path, mounts);
  if (file === undefined) return refusal(404, 'There is no such file here.');
  return { status: 200, headers: { 'Content-Type': typeOf(file) }, body: await contentOf(file) };
}

/**
 * @param {number} status
 * @param {string} sentence
 * @returns {Answer}
 */
const refusal = (status, sentence) => ({
  status,
  headers: { 'Content-Type': typeOf('.txt') },
  body: Buffer.from(`${sentence}\n`),
});

const UNREADABLE = refusal(500, 'The server could not read this file.');
const UNEXPECTED = refusal(417, 'The only expectation that is met here is 100-continue.');

/**
 * What of a file a client gets: the whole of it, compressed where the client takes that; a part, as it is; or that it
 * has it already.
 * @param {Request} request
 * @param {Answer} answer
 * @returns {Promise<Answer>}
 */
async function represented(request, answer) {
  const { status, headers, body } = answer;
  if (status !== 200) return answer;
  const asked = request.headers;
  const compressible = isCompressible(headers['Content-Type'], body);
  const ranged = request.method === 'GET' ? asked.range : undefined;
  const encoding = compressible && ranged === undefined ? encodingFor(asked['accept-encoding']) : undefined;
  // Each encoding is other bytes, so each has another tag.
  const tag = tagOf(body, encoding);
  const all = {
    ...headers,
    'ETag': tag,
    'Accept-Ranges': 'bytes',
    ...(compressible && { 'Vary': 'Accept-Encoding' }),
    ...(encoding && { 'Content-Encoding': encoding }),
  };
  if (isKnown(tag, asked['if-none-match'])) return { status: 304, headers: all, body: EMPTY };
  if (encoding) return { status, headers: all, body: await compressed(body, encoding) };
  const isSame = asked['if-range'] === undefined || asked['if-range'] === tag;
  const range = isSame ? rangeOf(ranged, body.length) : undefined;
  if (range === undefined) return { status, headers: all, body };
  if (range === null)
    return { status: 416, headers: { ...all, 'Content-Range': `bytes */${body.length}` }, body: EMPTY };
  const { first, last } = range;
  const part = { ...all, 'Content-Range': `bytes ${first}-${last}/${body.length}` };
  return { status: 206, headers: part, body: body.subarray(first, last + 1) };
}

const EMPTY = Buffer.alloc(0);

/**
 * @param {Request} request
 * @param {Response} response
 * @param {Answer} answer
 */
function send(request, response, { status, headers, body }) {
  // That a client has it already says nothing of a length.
  const length = status === 304 ? {} : { 'Content-Length': body.length };
  response.writeHead(status, STATUS_CODES[status], { ...headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** @type {WeakMap<Buffer, string>} for bodies that are shared by many answers */
const tags = new WeakMap();

/**
 * @param {Buffer} body
 * @param {string} [encoding] in which it is sent
 */
function tagOf(body, encoding) {
  const hash = tags.get(body) ?? createHash('sha256').update(body).digest('base64url');
  tags.set(body, hash);
  return encoding ? `"${hash}-${encoding}"` : `"${hash}"`;
}

/**
 * Whether the client has the very content of this tag; `*` is whatever it has.
 * @param {string} tag
 * @param {string} [ifNoneMatch] the request's header
 */
const isKnown = (tag, ifNoneMatch) =>
  ifNoneMatch?.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, ''))) ?? false;
