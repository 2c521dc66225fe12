/** `npm start` as a process: it serves, the page as it is published too, and ends with npm. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { before, describe, test } from 'node:test';
import { buildAll } from '../../scripts/build.mjs';
import { freePort } from '../../scripts/lib/harness.mjs';
import { root } from '../../scripts/lib/project.mjs';

describe('npm start', { skip: process.platform === 'win32' && 'Windows has no signals', timeout: 60_000 }, () => {
  before(buildAll);

  /** Starts it, and resolves when it serves. */
  async function start(t, ...args) {
    const port = await freePort();
    // A process group of its own, so that the test leaves nothing behind where npm does.
    const npm = spawn('npm', ['start', '--', '--port', String(port), ...args], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => {
      try {
        process.kill(-npm.pid, 'SIGKILL');
      } catch {} // they are gone, as they should be
    });
    const lines = createInterface({ input: npm.stdout });
    const url = `http://localhost:${port}`;
    await new Promise((resolve) => {
      lines.on('line', (line) => line.startsWith(`Serving ${url}`) && resolve());
    });
    return { npm, url };
  }

  for (const signal of ['SIGTERM', 'SIGHUP']) {
    test(`leaves no server behind when ${signal} ends npm`, { timeout: 20_000 }, async (t) => {
      const { npm } = await start(t);
      npm.kill(signal);
      // Its output is closed when the last of npm, the shell and the server has ended.
      await once(npm, 'close');
    });
  }

  test('serves the page as it is published where it is asked to, and as it is written otherwise', async (t) => {
    const pageOf = async (...args) => (await fetch((await start(t, ...args)).url)).text();
    assert.match(await pageOf('--folder', 'dist'), /<meta name="build"/);
    assert.match(await pageOf(), /src="main\.js"/);
  });
});
