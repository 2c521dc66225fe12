/** `npm start`: builds what is not up to date, serves the site, and says where. `--port` and `--host` choose the place. */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Failure, main } from './lib/project.mjs';
import { networkAddresses, serve } from './serve.mjs';

function options() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' }, host: { type: 'string' } } });
    const port = Number(values.port);
    if (/^\d+$/.test(values.port) && port >= 1 && port <= 65535) return { port, host: values.host };
    throw new Error(`--port takes a number from 1 to 65535, not ${values.port}`);
  } catch ({ message }) {
    throw new Failure(`${message.split('. ')[0]}: use \`npm start -- --port 8080 --host 127.0.0.1\`, both optional.`);
  }
}

await main(async () => {
  const place = options();
  await build();
  const { url } = await serve(place);
  console.log(`\nServing ${url} (Ctrl+C ends it)`);
  if (place.host === '0.0.0.0' || place.host === '::') {
    // Browsers give microphone and AudioWorklet only to secure contexts, which plain http by address is not.
    const others = networkAddresses().map((address) => `http://${address}:${place.port}`).join(', ');
    console.log(`Other machines: ${others} (plain http by address: no microphone, script-processor mode only)`);
  }
});
