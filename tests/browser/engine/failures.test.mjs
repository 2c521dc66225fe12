/** What can go wrong does so by name: the next best way, or an EngineError with a code and a sentence. Chromium. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { alterations, skipUnless } from '../../../scripts/lib/harness.mjs';
import { ABI_VERSION } from '../../../worklet/engine-instance.js';
import { openBrowser } from '../../support/open-browser.mjs';

const PROCESSOR = '/pkg/processor.js';
const PROCESSOR_NAME = `audio-dsp-wasm/${ABI_VERSION}`;
const GLUE = '/pkg/audio_dsp_wasm.js';
const WASM = ['/pkg/audio_dsp_wasm_bg.wasm', '/pkg/audio_dsp_wasm_baseline.wasm'];
const alterWasm = (alteration) => ({ alter: Object.fromEntries(WASM.map((path) => [path, alteration])) });

/** A module whose one export, abi_version, answers 99. */
// biome-ignore format: a line for each section
const OTHER_VERSION = Buffer.from([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // "\0asm", version 1
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f, // types: () → i32
  0x03, 0x02, 0x01, 0x00, // functions: one, of type 0
  0x07, 0x0f, 0x01, 0x0b, ...Buffer.from('abi_version'), 0x00, 0x00, // exports: function 0
  0x0a, 0x07, 0x01, 0x05, 0x00, 0x41, 0xe3, 0x00, 0x0b, // code: i32.const 99, end
]);

/** In the page: makes an engine and reports how it went. */
async function attempt(options) {
  const t = await import('/tests/support/in-page.mjs');
  const context = await t.runningContext();
  try {
    const engine = await t.createEngine(context, options);
    const { mode, transport, fallbackReason } = engine;
    engine.output.connect(context.destination);
    const { quanta } = engine.meters();
    while (engine.meters().quanta === quanta) await t.wait(0.01);
    await engine.close();
    return { mode, transport, fallback: fallbackReason?.code ?? null };
  } catch (error) {
    if (!(error instanceof t.EngineError)) throw error;
    return { code: error.code, message: error.message, listed: t.ERROR_CODES.includes(error.code) };
  } finally {
    await context.close();
  }
}

describe('Where something is missing or broken, the engine', { skip: skipUnless('chromium') }, () => {
  let browser;
  before(async () => {
    const args = ['--host-resolver-rules=MAP plain.test 127.0.0.1', '--js-flags=--expose-gc'];
    browser = await openBrowser('chromium', { args });
  });
  after(() => browser.close());

  const fails = (what, code, sentence, settings) =>
    test(`says ${code} for ${what}`, async () => {
      const { args, ...rest } = settings;
      const result = await browser.inPage(attempt, { args, ...rest });
      assert.equal(result.code, code, JSON.stringify(result));
      assert.ok(result.listed);
      assert.match(result.message, sentence);
    });

  const plays = (what, expected, settings) =>
    test(`${what}`, async () => {
      assert.deepEqual(await browser.inPage(attempt, settings), expected);
    });

  // The page and the browser.
  plays(
    'plays by message without isolation headers',
    { mode: 'worklet', transport: 'message', fallback: null },
    {
      server: { isolated: false },
    },
  );
  fails('shared memory forced without isolation headers', 'shared-memory-unsupported', /Cross-Origin-Opener-Policy/, {
    args: { transport: 'shared' },
    server: { isolated: false },
  });
  const plainHttp = {
    server: { isolated: false, names: ['plain.test'] },
    at: (url) => url.replace('localhost', 'plain.test'),
  };
  plays(
    'plays through a ScriptProcessorNode over plain http by another name than localhost',
    {
      mode: 'script-processor',
      transport: 'direct',
      fallback: 'worklet-unsupported',
    },
    plainHttp,
  );
  fails('the worklet forced over plain http', 'worklet-unsupported', /https or on localhost/, {
    args: { mode: 'worklet' },
    ...plainHttp,
  });
  plays(
    'plays through a ScriptProcessorNode where AudioWorklet is deleted',
    {
      mode: 'script-processor',
      transport: 'direct',
      fallback: 'worklet-unsupported',
    },
    { first: () => delete globalThis.AudioWorkletNode },
  );
  fails('a browser without WebAssembly', 'wasm-unsupported', /has no WebAssembly/, {
    first: () => delete globalThis.WebAssembly,
  });
  fails('a browser without ScriptProcessorNode, where it is forced', 'script-processor-unsupported', /worklet mode/, {
    args: { mode: 'script-processor' },
    first: () => delete BaseAudioContext.prototype.createScriptProcessor,
  });
  test('takes the baseline build where SIMD is unavailable', async () => {
    const { url, mode } = await browser.inPage(
      async () => {
        const t = await import('/tests/support/in-page.mjs');
        const { url } = await t.loadModule();
        const engine = await t.createEngine(new OfflineAudioContext(2, 128, 48000));
        const { mode } = engine;
        await engine.close();
        return { url, mode };
      },
      { first: () => (WebAssembly.validate = () => false) },
    );
    assert.match(url, /audio_dsp_wasm_baseline\.wasm$/);
    assert.equal(mode, 'worklet');
  });

  // The WebAssembly file.
  fails('a missing wasm file', 'wasm-missing', /HTTP 404/, { server: alterWasm(alterations.missing) });
  fails('a truncated wasm file', 'wasm-invalid', /not a whole WebAssembly file/, {
    server: alterWasm(alterations.truncated),
  });
  fails('a page in the place of the wasm file', 'wasm-invalid', /sent a web page .* optimizeDeps.*exclude/, {
    server: alterWasm(alterations.body('<!doctype html>')),
  });
  fails('a wasm file of another version', 'wasm-version', new RegExp(`version 99 .* version ${ABI_VERSION}`), {
    server: alterWasm((answer) => ({ ...answer, body: OTHER_VERSION })),
  });
  fails('a wasm file of another program', 'wasm-version', /version none/, {
    server: alterWasm((answer) => ({ ...answer, body: OTHER_VERSION.subarray(0, 8) })),
  });
  fails('missing glue', 'wasm-missing', /audio_dsp_wasm\.js/, { server: { alter: { [GLUE]: alterations.missing } } });
  fails('a policy that forbids WebAssembly', 'wasm-blocked', /'wasm-unsafe-eval'/, {
    server: { alter: { '/scripts/lib/blank.html': alterations.policy("script-src 'self'") } },
  });
  const best = { mode: 'worklet', transport: 'shared', fallback: null };
  plays('plays a wasm file that is served with the wrong MIME type', best, {
    server: alterWasm(alterations.type('text/plain')),
  });
  plays('plays the baseline build where the SIMD file is missing', best, {
    server: { alter: { [WASM[0]]: alterations.missing } },
  });

  // The worklet script.
  const withScript = (alteration) => ({ server: { alter: { [PROCESSOR]: alteration } } });
  const scripts = [
    ['a missing worklet script', 'worklet-script-missing', /HTTP 404/, alterations.missing],
    [
      'a worklet script served as text',
      'worklet-script-missing',
      /served as text\/plain/,
      alterations.type('text/plain'),
    ],
    [
      'a worklet script that throws',
      'worklet-script-failed',
      /look at the console/,
      alterations.body('throw new Error();'),
    ],
    ['a worklet script that does not parse', 'worklet-script-missing', /./, alterations.body('this is no script')],
    [
      'a worklet script of another version',
      'worklet-script-failed',
      /files of one build/,
      alterations.body("registerProcessor('audio-dsp-wasm/0', class extends AudioWorkletProcessor {});"),
    ],
    [
      'a processor whose constructor throws',
      'processor-failed',
      /audio thread/,
      alterations.body(`registerProcessor('${PROCESSOR_NAME}', class { constructor() { throw new Error(); } });`),
    ],
  ];
  for (const [what, code, sentence, alteration] of scripts) {
    fails(what, code, sentence, { args: { mode: 'worklet' }, ...withScript(alteration) });
    plays(
      `plays through a ScriptProcessorNode by itself with ${what}, and keeps the reason`,
      {
        mode: 'script-processor',
        transport: 'direct',
        fallback: code,
      },
      withScript(alteration),
    );
  }
  for (const [how, processorUrl] of [
    ['', undefined],
    [', named by its path alone', PROCESSOR],
  ]) {
    const what = `a worklet script blocked by the policy${how}`;
    fails(what, 'worklet-script-blocked', /allow its origin in script-src/, {
      args: { mode: 'worklet', ...(processorUrl && { processorUrl }) },
      server: {
        alter: {
          '/scripts/lib/blank.html': alterations.policy(
            `script-src 'wasm-unsafe-eval' ${['/worklet/', '/tests/', '/scripts/', GLUE]
              .map((path) => `http://localhost:*${path}`)
              .join(' ')}`,
          ),
        },
      },
    });
  }
  for (const option of ['wasmUrl', 'processorUrl']) {
    const sentence = new RegExp(`^The option ${option} cannot be http://; use a URL\\.$`);
    fails(`a malformed ${option}`, 'bad-option', sentence, { args: { [option]: 'http://' } });
  }
  fails('a processor that never answers', 'processor-silent', /within 0\.5 s/, {
    args: { mode: 'worklet', timeout: 0.5 },
    ...withScript(
      alterations.body(
        `registerProcessor('${PROCESSOR_NAME}', class extends AudioWorkletProcessor { process() { return true; } });`,
      ),
    ),
  });
  test('says processor-failed where the module cannot be instantiated on the audio thread', async () => {
    const failure = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const context = await t.runningContext();
      const spy = await t.spyOn(context);
      await spy.sabotage('instance');
      const failure = await t.failureOf(t.createEngine(context, { mode: 'worklet' }));
      await context.close();
      return failure;
    });
    assert.equal(failure.code, 'processor-failed');
    assert.match(failure.message, /sabotaged/);
  });

  for (const transport of ['shared', 'message']) {
    test(`says processor-died where it fails while it plays (${transport}); setMode() brings it back`, async () => {
      const { code, message, events, goesOn } = await browser.inPage(
        async (transport) => {
          const t = await import('/tests/support/in-page.mjs');
          const context = await t.runningContext();
          const spy = await t.spyOn(context);
          const engine = await t.createEngine(context, { mode: 'worklet', transport });
          engine.output.connect(context.destination);
          let events = 0;
          const died = new Promise((resolve) => {
            engine.addEventListener('error', ({ detail }) => {
              events++;
              resolve(detail);
            });
          });
          await spy.sabotage('process');
          const { code, message } = await died;
          await engine.setMode('script-processor');
          const { quanta } = engine.meters();
          while (engine.meters().quanta === quanta) await t.wait(0.01);
          await engine.close();
          await context.close();
          return { code, message, events, goesOn: true };
        },
        { args: transport },
      );
      assert.equal(code, 'processor-died');
      assert.match(message, /sabotaged.*setMode/);
      assert.equal(events, 1);
      assert.ok(goesOn);
    });
  }

  // The caller.
  test('says what is wrong with its arguments, and starts nothing', async () => {
    const failures = await browser.inPage(async () => {
      const t = await import('/tests/support/in-page.mjs');
      const closed = await t.runningContext();
      await closed.close();
      const context = new OfflineAudioContext(2, 128, 48000);
      const calls = [
        [undefined, {}],
        [{}, {}],
        [closed, {}],
        [context, { mode: 'loud' }],
        [context, { transport: 'pigeon' }],
        [context, { mode: 'worklet', transport: 'direct' }],
        [context, { mode: 'script-processor', transport: 'shared' }],
        [context, { channels: 0 }],
        [context, { channels: 3 }],
        [context, { channels: '2' }],
        [context, { fixed: 1 }],
        [context, { bufferSize: 300 }],
        [context, { params: { volume: 1 } }],
        [context, { params: { gain: NaN } }],
        [context, { params: { gain: '1' } }],
      ];
      const failures = [];
      for (const [context, options] of calls) failures.push(await t.failureOf(t.createEngine(context, options)));
      return failures;
    });
    assert.deepEqual(
      failures.map(({ code }) => code),
      [
        'bad-context',
        'bad-context',
        'context-closed',
        ...Array(9).fill('bad-option'),
        'unknown-parameter',
        'bad-value',
        'bad-value',
      ],
    );
    for (const { name, message } of failures) {
      assert.equal(name, 'EngineError');
      assert.match(message, /^[A-Z].*[;,] .*\.$|^create.*\.$|^The .*\.$/);
    }
  });
});
