/**
 * `npm start`: builds what is not up to date, serves the site, and says where; `--port` and `--host` choose. With
 * `--folder dist` it serves the page as it is published, service worker and all. Node.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build, buildAll } from './build.mjs';
import { Failure, main, readOptions } from './lib/project.mjs';
import { LOOPBACK, MOUNTS, serve } from './serve.mjs';
import { listensEverywhere, networkAddresses } from './server/names.mjs';

const USAGE = `use \`npm start -- --port 8080 --host ${LOOPBACK} --folder dist\`, each optional`;

/** What can be served: the sources, as one develops them, or what is made of them. */
const FOLDERS = {
  site: { build, mounts: MOUNTS },
  dist: { build: buildAll, mounts: { '/': 'dist' } },
};

/** How often it is looked whether npm is still there. */
const NPM_CHECK_MILLISECONDS = 500;

function place() {
  const { port, host, folder } = readOptions({ port: '8080', host: LOOPBACK, folder: 'site' }, USAGE);
  if (folder !== 'site' && folder !== 'dist') {
    throw new Failure(`--folder takes site or dist, not ${folder}: ${USAGE}.`);
  }
  if (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) {
    return { port: Number(port), host, ...FOLDERS[folder] };
  }
  throw new Failure(`--port takes a number from 1 to 65535, not ${port}: ${USAGE}.`);
}

/**
 * Ends this process when npm has ended. npm passes SIGTERM on to the shell between us alone, and SIGHUP to nobody; the
 * server would go on listening with nobody to end it.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const { parent: grandparent, command } = processOf(parent);
  // The shell's command line names this script; where a shell put us in its own place, our parent is npm.
  const npm = command.includes('start.mjs') ? grandparent : parent;
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(npm)) process.exit();
  }, NPM_CHECK_MILLISECONDS).unref();
}

/**
 * A process's parent and command line.
 * @param {number} pid
 */
function processOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    const [parent, ...command] = (stdout ?? '').trim().split(/\s+/);
    return { parent: Number(parent), command: command.join(' ') };
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

await main(async () => {
  endWithNpm();
  const { port, host, mounts, build: make } = place();
  await make();
  const { url } = await serve({ port, host, mounts });
  console.log(`\nServing ${url} (Ctrl+C ends it)`);
  if (listensEverywhere(host)) {
    // Browsers give microphone and AudioWorklet only to secure contexts, which plain http by address is not.
    const others = networkAddresses()
      .map((address) => `http://${address}:${port}`)
      .join(', ');
    console.log(`Other machines: ${others} (plain http by address: no microphone, script-processor mode only)`);
  }
});
