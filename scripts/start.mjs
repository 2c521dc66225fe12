/** `npm start`: builds what is not up to date, serves the site, and says where; `--port` and `--host` choose. */
import { build } from './build.mjs';
import { Failure, main, readOptions } from './lib/project.mjs';
import { LOOPBACK, serve } from './serve.mjs';
import { listensEverywhere, networkAddresses } from './server/names.mjs';

const USAGE = `use \`npm start -- --port 8080 --host ${LOOPBACK}\`, both optional`;

function place() {
  const { port, host } = readOptions({ port: '8080', host: LOOPBACK }, USAGE);
  if (/^\d+$/.test(port) && port >= 1 && port <= 65535) return { port: Number(port), host };
  throw new Failure(`--port takes a number from 1 to 65535, not ${port}: ${USAGE}.`);
}

await main(async () => {
  const { port, host } = place();
  await build();
  const { url } = await serve({ port, host });
  console.log(`\nServing ${url} (Ctrl+C ends it)`);
  if (listensEverywhere(host)) {
    // Browsers give microphone and AudioWorklet only to secure contexts, which plain http by address is not.
    const others = networkAddresses()
      .map((address) => `http://${address}:${port}`)
      .join(', ');
    console.log(`Other machines: ${others} (plain http by address: no microphone, script-processor mode only)`);
  }
});
