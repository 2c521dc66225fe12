/** The web server's promises, over raw sockets where a client library would tidy the request first. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Failure, root } from '../../scripts/lib/project.mjs';
import { serve } from '../../scripts/serve.mjs';

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

const statusOf = (answer) => Number(answer.split(' ')[1]);

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
    const requests = [
      'GET / HTTP/1.1',
      'HEAD /module.wasm HTTP/1.1',
      'GET /nothing HTTP/1.1',
      'GET /%zz HTTP/1.1',
      'POST / HTTP/1.1',
      'not http at all',
    ];
    const statuses = [];
    for (const line of requests) {
      const answer = await raw(server.port, `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      statuses.push(statusOf(answer));
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
      ])
        assert.ok(head.includes(header), `${line} lacks ${header}`);
      assert.doesNotMatch(head, /unsafe-inline|'unsafe-eval'/);
    }
    assert.deepEqual(statuses, [200, 200, 404, 400, 405, 400]);
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

  test('gives HEAD the headers of GET and no body', async () => {
    const head = await raw(server.port, 'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    assert.match(head, /content-length: 8\r\n/i);
    assert.ok(head.endsWith('\r\n\r\n'));
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
});
