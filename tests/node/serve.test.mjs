/** The web server's promises, over raw sockets where a client library would tidy the request first. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Failure, root } from '../../scripts/lib/project.mjs';
import { serve } from '../../scripts/serve.mjs';
import { networkAddresses } from '../../scripts/server/names.mjs';

const ISOLATION = ['cross-origin-opener-policy', 'cross-origin-embedder-policy', 'cross-origin-resource-policy'];

/** Sends bytes as they are; resolves to everything that comes back. */
async function raw(port, bytes) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** The answer as it comes, still compressed. */
async function ask(port, path, headers = {}, method = 'GET') {
  const asked = request({ port, host: '127.0.0.1', path, method, headers }).end();
  const [response] = await once(asked, 'response');
  const body = Buffer.concat(await response.toArray());
  return { status: response.statusCode, headers: response.headers, body };
}

const statusOf = (answer) => Number(answer.split(' ')[1]);

/** The answer to a GET by itself, Host and all as they are given. */
const get = (port, target, ...headers) =>
  raw(port, [`GET ${target} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'));

/** A request as a connection has many of, one after the other. */
const asking = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Until a connection is over, in whatever way. */
const over = (socket) =>
  new Promise((resolve) => {
    socket.on('error', () => {}); // a reset is as good an end as another
    socket.once('close', resolve);
  });

// Against a server that never lets go; the tests wait for events.
const HANGS = { timeout: 20_000 };

describe('the server', () => {
  let folder;
  let server;
  const alter = {};

  before(async () => {
    mkdirSync(join(root, 'target'), { recursive: true });
    folder = mkdtempSync(join(root, 'target', 'served-'));
    mkdirSync(join(folder, 'site', 'inner'), { recursive: true });
    writeFileSync(join(folder, 'site', 'index.html'), 'the page');
    writeFileSync(join(folder, 'site', 'module.wasm'), 'first build');
    writeFileSync(join(folder, 'site', 'two words ü.js'), 'export {};');
    writeFileSync(join(folder, 'site', '.hidden'), 'secret');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    mkdirSync(join(folder, 'site-secrets'));
    writeFileSync(join(folder, 'site-secrets', 'key.txt'), 'secret');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'site', 'link.txt'));
    symlinkSync(folder, join(folder, 'site', 'up'));
    server = await serve({ mounts: { '/': `target/${basename(folder)}/site` }, alter });
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('refuses every path outside its root, however it is written', async () => {
    const paths = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e%2fsecret.txt',
      '/inner/../../secret.txt',
      '/..\\secret.txt',
      '/..%5csecret.txt',
      '/./../secret.txt',
      '//secret.txt',
      '/../site-secrets/key.txt',
      '/link.txt',
      '/up/secret.txt',
      '/.hidden',
      '/%2ehidden',
      '/secret.txt%00.html',
      '/%00',
      '/%',
      '/%zz',
      '/%c0%ae%c0%ae/secret.txt',
      '/C:/secret.txt',
      '/module.wasm::$DATA',
      `${join(folder, 'secret.txt')}`,
      `/${join(folder, 'secret.txt')}`,
      '*',
      'http://localhost/../secret.txt',
      'secret.txt',
      '..',
    ];
    for (const path of paths) {
      const answer = await raw(server.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      assert.ok([400, 404].includes(statusOf(answer)), `${path}: ${answer.split('\r\n')[0]}`);
      assert.doesNotMatch(answer, /\r\n\r\n.*secret/s, path);
    }
  });

  test('puts isolation, policy and protection on every response, errors too', async () => {
    const end = 'Connection: close\r\n\r\n';
    const host = 'Host: localhost\r\n';
    const answers = {
      [`GET / HTTP/1.1\r\n${host}${end}`]: 200,
      [`HEAD /module.wasm HTTP/1.1\r\n${host}${end}`]: 200,
      [`GET /module.wasm HTTP/1.1\r\n${host}If-None-Match: *\r\n${end}`]: 304,
      [`GET /nothing HTTP/1.1\r\n${host}${end}`]: 404,
      [`GET /%zz HTTP/1.1\r\n${host}${end}`]: 400,
      [`POST / HTTP/1.1\r\n${host}${end}`]: 405,
      [`GET / HTTP/1.1\r\n${end}`]: 400,
      [`GET / HTTP/1.1\r\nHost: example.org\r\n${end}`]: 421,
      [`GET / HTTP/1.1\r\n${host}Expect: miracles\r\n${end}`]: 417,
      [`not http at all\r\n${host}${end}`]: 400,
    };
    for (const [request, status] of Object.entries(answers)) {
      const answer = await raw(server.port, request);
      assert.equal(statusOf(answer), status, request);
      const head = answer.split('\r\n\r\n')[0].toLowerCase();
      for (const header of [
        'cross-origin-opener-policy: same-origin',
        'cross-origin-embedder-policy: require-corp',
        'cross-origin-resource-policy: same-origin',
        'x-content-type-options: nosniff',
        'referrer-policy: no-referrer',
        'permissions-policy: microphone=(self)',
        'cache-control: no-cache',
        "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval';",
      ]) {
        assert.ok(head.includes(header), `${request} lacks ${header}`);
      }
      assert.doesNotMatch(head, /unsafe-inline|'unsafe-eval'/);
    }
  });

  test('answers to its own names, and refuses every other with a sentence (DNS rebinding)', async () => {
    for (const name of ['localhost', 'LocalHost', `localhost:${server.port}`, '127.0.0.1', '[::1]:80']) {
      assert.equal(statusOf(await get(server.port, '/', `Host: ${name}`)), 200, name);
    }
    for (const name of ['example.org', 'localhost.example.org', '192.0.2.1', '[2001:db8::1]', hostname()]) {
      const answer = await get(server.port, '/', `Host: ${name}`);
      assert.equal(statusOf(answer), 421, name);
      assert.match(answer, /\r\n\r\nThis server has another name: .+\.\n$/);
    }
    for (const hosts of [[], ['Host:'], ['Host: a@localhost'], ['Host: localhost', 'Host: localhost']]) {
      assert.equal(statusOf(await get(server.port, '/', ...hosts)), 400, hosts.join());
    }
  });

  test("answers to this machine's name and addresses where it listens on all interfaces", async () => {
    const everywhere = await serve({ host: '0.0.0.0' });
    for (const name of [hostname(), ...networkAddresses(), 'localhost']) {
      assert.equal(statusOf(await get(everywhere.port, '/nothing', `Host: ${name}:${everywhere.port}`)), 404, name);
    }
    assert.equal(statusOf(await get(everywhere.port, '/', 'Host: example.org')), 421);
    await everywhere.close();
  });

  test('serves a target in absolute form where its authority is ours, whatever the Host says', async () => {
    const host = 'Host: example.org';
    for (const target of [`http://localhost:${server.port}/module.wasm`, 'HTTP://127.0.0.1/module.wasm?query']) {
      assert.match(await get(server.port, target, host), /^HTTP\/1.1 200 .*\r\n\r\n(first|other) build$/s, target);
    }
    assert.match(await get(server.port, 'http://localhost', host), /^HTTP\/1.1 200 .*\r\n\r\nthe page$/s);
    assert.equal(statusOf(await get(server.port, 'http://example.org/', 'Host: localhost')), 421);
  });

  test('says the right type for each kind of file', async () => {
    const typeOf = async (path) => (await fetch(server.url + path)).headers.get('content-type');
    assert.match(await typeOf('/'), /^text\/html/);
    assert.equal(await typeOf('/module.wasm'), 'application/wasm');
    assert.match(await typeOf('/two%20words%20%C3%BC.js'), /^text\/javascript/);
  });

  test('answers 304 to whoever has the build, and the new one as soon as there is a new one', async () => {
    const first = await fetch(`${server.url}/module.wasm`);
    const headers = { 'If-None-Match': first.headers.get('etag') };
    assert.equal((await fetch(`${server.url}/module.wasm`, { headers })).status, 304);
    writeFileSync(join(folder, 'site', 'module.wasm'), 'other build');
    const second = await fetch(`${server.url}/module.wasm`, { headers });
    assert.equal(second.status, 200);
    assert.equal(await second.text(), 'other build');
    assert.notEqual(second.headers.get('etag'), first.headers.get('etag'));
  });

  test('takes If-None-Match as the standard has it: a list, weak tags, and * for whatever there is', async () => {
    const etag = (await fetch(`${server.url}/module.wasm`)).headers.get('etag');
    const statusFor = async (tags) =>
      (await fetch(`${server.url}/module.wasm`, { headers: { 'If-None-Match': tags } })).status;
    assert.equal(await statusFor('*'), 304);
    assert.equal(await statusFor(`"other", W/${etag}`), 304);
    assert.equal(await statusFor('"other"'), 200);
    assert.equal((await fetch(`${server.url}/nothing`, { headers: { 'If-None-Match': '*' } })).status, 404);
  });

  test('gives HEAD the headers of GET and no body', async () => {
    const head = await raw(server.port, 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    assert.match(head, /content-length: 8\r\n/i);
    assert.ok(head.endsWith('\r\n\r\n'));
  });

  /** A text file that is worth compressing, and how to undo that. */
  const TEXT = Array.from({ length: 4000 }, (_, line) => `const line${line} = ${line};\n`).join('');
  const DECODE = { br: brotliDecompressSync, gzip: gunzipSync, undefined: (body) => body };

  test('compresses as the client takes it: Brotli, gzip or not at all', async () => {
    writeFileSync(join(folder, 'site', 'text.js'), TEXT);
    const encodings = {
      'gzip, deflate, br, zstd': 'br',
      'gzip, deflate': 'gzip',
      'GZIP;q=1.0': 'gzip',
      'br;q=0.5, gzip;q=0.8': 'gzip',
      'br;q=0, gzip': 'gzip',
      'br;q=0, *': 'gzip',
      'gzip;q=0.5, identity': undefined,
      '*': 'br',
      '*;q=0': undefined,
      'deflate, zstd': undefined,
      'identity': undefined,
      '': undefined,
    };
    for (const [accepted, encoding] of Object.entries(encodings)) {
      const { status, headers, body } = await ask(server.port, '/text.js', { 'Accept-Encoding': accepted });
      assert.deepEqual([status, headers['content-encoding']], [200, encoding], accepted);
      assert.equal(headers.vary, 'Accept-Encoding');
      assert.equal(Number(headers['content-length']), body.length);
      assert.equal(DECODE[encoding](body).toString(), TEXT, accepted);
      if (encoding) assert.ok(body.length < TEXT.length / 3, `${accepted}: ${body.length} bytes`);
    }
    const { headers } = await ask(server.port, '/text.js');
    assert.equal(headers['content-encoding'], undefined);
  });

  test('compresses neither what is small nor what is compressed by nature', async () => {
    writeFileSync(join(folder, 'site', 'sound.wav'), Buffer.alloc(5000));
    for (const path of ['/', '/sound.wav']) {
      const { headers } = await ask(server.port, path, { 'Accept-Encoding': 'br, gzip' });
      assert.deepEqual([headers['content-encoding'], headers.vary], [undefined, undefined], path);
    }
  });

  test('never takes an encoding for another, nor an old file for the new one', async () => {
    writeFileSync(join(folder, 'site', 'text.js'), TEXT);
    const asking = (accepted, tag) =>
      ask(server.port, '/text.js', { 'Accept-Encoding': accepted, ...(tag && { 'If-None-Match': tag }) });
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (coding) => (await asking(coding)).headers.etag),
    );
    assert.equal(new Set(tags).size, 3);
    assert.deepEqual([(await asking('br', tags[0])).status, (await asking('gzip', tags[0])).status], [304, 200]);
    writeFileSync(join(folder, 'site', 'text.js'), `${TEXT}// and more`);
    const { status, body } = await asking('br', tags[0]);
    assert.equal(status, 200);
    assert.equal(brotliDecompressSync(body).toString(), `${TEXT}// and more`);
  });

  test('gives HEAD the headers of GET, compressed too', async () => {
    for (const accepted of ['br', 'gzip', 'identity']) {
      const asking = (method) => ask(server.port, '/text.js', { 'Accept-Encoding': accepted }, method);
      const [head, get] = [await asking('HEAD'), await asking('GET')];
      assert.equal(head.body.length, 0);
      for (const each of [head, get]) delete each.headers.date;
      assert.deepEqual(head.headers, get.headers, accepted);
    }
  });

  test('serves a part of a file, as it is, to whoever asks for one', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
    writeFileSync(join(folder, 'site', 'part.wasm'), bytes);
    const { headers } = await ask(server.port, '/part.wasm', { 'Accept-Encoding': 'identity' });
    assert.equal(headers['accept-ranges'], 'bytes');
    const parts = {
      'bytes=0-0': [0, 1],
      'bytes=10-19': [10, 20],
      'bytes=4990-': [4990, 5000],
      'bytes=-7': [4993, 5000],
      'bytes=-9999': [0, 5000],
      'bytes=4000-9999': [4000, 5000],
    };
    for (const [range, [from, to]] of Object.entries(parts)) {
      const part = await ask(server.port, '/part.wasm', { 'Range': range, 'Accept-Encoding': 'br' });
      assert.equal(part.status, 206, range);
      assert.equal(part.headers['content-range'], `bytes ${from}-${to - 1}/5000`);
      assert.equal(part.headers['content-encoding'], undefined);
      assert.ok(part.body.equals(bytes.subarray(from, to)), range);
    }
    const statusFor = async (more, method) => (await ask(server.port, '/part.wasm', more, method)).status;
    for (const range of ['bytes=5000-', 'bytes=-0']) {
      const refused = await ask(server.port, '/part.wasm', { Range: range });
      assert.deepEqual([refused.status, refused.headers['content-range']], [416, 'bytes */5000'], range);
    }
    // What is no range, or several of them, may be answered by the whole.
    for (const range of ['bytes=9-3', 'bytes=-', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=a-b']) {
      assert.equal(await statusFor({ Range: range }), 200, range);
    }
    assert.equal(await statusFor({ Range: 'bytes=0-9' }, 'HEAD'), 200);
    assert.equal(await statusFor({ 'Range': 'bytes=0-9', 'If-Range': headers.etag }), 206);
    assert.equal(await statusFor({ 'Range': 'bytes=0-9', 'If-Range': '"another"' }), 200);
  });

  test('lets a test alter an answer, headers and body', async () => {
    alter['/module.wasm'] = (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'Content-Type': 'text/plain' },
      body: answer.body.subarray(0, 3),
    });
    const response = await fetch(`${server.url}/module.wasm`);
    delete alter['/module.wasm'];
    assert.equal(response.headers.get('content-type'), 'text/plain');
    assert.equal((await response.text()).length, 3);
  });

  test('leaves out the isolation headers, and only those, where it is told to', async () => {
    const plain = await serve({ isolated: false });
    const { headers } = await fetch(`${plain.url}/nothing`);
    await plain.close();
    for (const header of ISOLATION) assert.equal(headers.get(header), null);
    assert.ok(headers.get('content-security-policy'));
  });

  test('names a taken port and the way out in one sentence', async () => {
    await assert.rejects(serve({ port: server.port }), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, new RegExp(`^Port ${server.port} is taken .*--port ${server.port + 1}\`\\.$`));
      return true;
    });
  });

  test('ends a connection that it refused, though the client does not', HANGS, async (t) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.resume().write('not http at all\r\n\r\n');
    await once(socket, 'end');
    // A client notices that the connection is gone by writing.
    const more = setInterval(() => socket.write('more'), 20);
    t.after(() => {
      clearInterval(more);
      socket.destroy();
    });
    await over(socket);
  });

  test('answers what a connection asks at once in the order in which it was asked', HANGS, async () => {
    const last = 'GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const answer = await raw(server.port, asking('/').repeat(3) + asking('/module.wasm').repeat(2) + last);
    const bodies = [...answer.matchAll(/the page|(first|other) build|no such file/g)].map(([body]) => body);
    assert.deepEqual(bodies.slice(0, 3), ['the page', 'the page', 'the page']);
    assert.match(bodies.slice(3).join(), /^(.+ build),\1,no such file$/);
  });

  test('ends a connection that asks and asks without waiting for answers', HANGS, async (t) => {
    const socket = connect(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    let answers = '';
    socket.setEncoding('utf8').on('data', (text) => {
      answers += text;
    });
    socket.write(asking('/module.wasm').repeat(100));
    await over(socket);
    assert.ok(answers.split('HTTP/1.1 200').length - 1 < 100);
  });

  test('holds a file once in memory, however many clients ask for it and do not read', HANGS, async () => {
    const SIZE = 2 ** 22;
    const CLIENTS = 20;
    writeFileSync(join(folder, 'site', 'large.wav'), Buffer.alloc(SIZE, 1));
    const before = process.memoryUsage().arrayBuffers;
    const clients = Array.from({ length: CLIENTS }, () => connect(server.port, '127.0.0.1'));
    for (const client of clients) client.write(asking('/large.wav').repeat(8));
    // The first bytes have come: the server has read what each client asked for, and waits for it to read.
    await Promise.all(clients.map((client) => once(client, 'readable')));
    const held = process.memoryUsage().arrayBuffers - before;
    for (const client of clients) client.destroy();
    // Two for each client were there if each had its own: one answered, one read and thrown away.
    assert.ok(held < CLIENTS * SIZE, `${held} bytes for ${CLIENTS} clients of a file of ${SIZE}`);
  });
});
