/** `npm start` as a process: it serves, and ends with npm. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { before, describe, test } from 'node:test';
import { build } from '../../scripts/build.mjs';
import { freePort } from '../../scripts/lib/harness.mjs';
import { root } from '../../scripts/lib/project.mjs';

describe('npm start', { skip: process.platform === 'win32' && 'Windows has no signals', timeout: 60_000 }, () => {
  before(build);

  for (const signal of ['SIGTERM', 'SIGHUP']) {
    test(`leaves no server behind when ${signal} ends npm`, { timeout: 20_000 }, async (t) => {
      const port = await freePort();
      // A process group of its own, so that the test leaves nothing behind where npm does.
      const npm = spawn('npm', ['start', '--', '--port', String(port)], {
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
      await new Promise((resolve) => {
        lines.on('line', (line) => line.startsWith(`Serving http://localhost:${port}`) && resolve());
      });
      npm.kill(signal);
      // Its output is closed when the last of npm, the shell and the server has ended.
      await once(npm, 'close');
    });
  }
});
