/**
 * The single file's promises: alone, under any name, it plays and renders as the package with its folder does; and what
 * a page's policy does to it. Chromium.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { alterations, launch, openPage, skipUnless } from '../../scripts/lib/harness.mjs';
import { root } from '../../scripts/lib/project.mjs';
import { chain, errorInDecibels } from '../../scripts/lib/reference.mjs';
import { serve } from '../../scripts/serve.mjs';
import { bundle, packedProject } from './project.mjs';
import { PARAMS, SAMPLE_RATE, sine } from './sine.js';

/** A policy that lets the single file do all that it can, and nothing be fetched. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval' data:",
  'worker-src': 'data:',
  'img-src': 'data:',
};

describe('the single file', { skip: skipUnless('chromium') }, () => {
  let project, browser, remove;
  before(async () => {
    let installed;
    ({ project, installed, remove } = await packedProject());
    mkdirSync(join(project, 'alone'));
    copyFileSync(join(installed, 'pkg', 'single.js'), join(project, 'alone', 'my-engine.js'));
    const app = readFileSync(join(project, 'app.js'), 'utf8');
    writeFileSync(join(project, 'alone.js'), app.replace("'audio-dsp-wasm'", "'./alone/my-engine.js'"));
    writeFileSync(join(project, 'single.js'), app.replace("'audio-dsp-wasm'", "'audio-dsp-wasm/single'"));
    browser = await launch('chromium');
  });
  after(async () => {
    await browser.close();
    remove();
  });

  /** Runs a function in a page of the project under a policy; `script` is a classic one that is there first. */
  async function inPage(body, { policy = {}, isolated = false, script, args } = {}) {
    const text = Object.entries({ ...POLICY, ...policy }).map((directive) => directive.join(' '));
    const alter = { '/': alterations.policy(text.join('; ')) };
    const server = await serve({ isolated, mounts: { '/': relative(root, project) }, alter });
    const page = await openPage(browser, server.url);
    try {
      if (script) await page.addScriptTag({ url: script });
      return await page.evaluate(body, args);
    } finally {
      await page.close();
      await server.close();
    }
  }

  /** In the page: the sine through the application's engine. */
  const play = async (options) => {
    const { render } = globalThis.app ?? (await import('/alone.js'));
    return render(options ?? {});
  };

  const assertSine = (output) => {
    const error = errorInDecibels(output, chain(sine(), SAMPLE_RATE, PARAMS));
    assert.ok(error <= -100, `error ${error} dB`);
  };

  for (const isolated of [false, true]) {
    test(`plays alone, under any name, and fetches nothing (${isolated ? '' : 'not '}isolated)`, async () => {
      const { mode, output } = await inPage(play, { isolated });
      assert.equal(mode, 'worklet');
      assertSine(output);
    });
  }

  test('plays in a classic script, by a bundler without settings', async () => {
    await bundle(project, join(project, 'classic'), {
      entryPoints: [join(project, 'single.js')],
      format: 'iife',
      globalName: 'app',
      logOverride: { 'empty-import-meta': 'error' },
    });
    const { mode, output } = await inPage(play, { script: '/classic/single.js' });
    assert.equal(mode, 'worklet');
    assertSine(output);
  });

  /** In the page: the sine by render(), in a worker. */
  const renderSine = async ({ input, sampleRate, params }) => {
    const { render } = await import('/alone/my-engine.js');
    const sound = { channels: [Float32Array.from(input)], sampleRate };
    try {
      const { channels } = await render(sound, { state: { version: 1, params }, tail: 0 });
      return { output: Array.from(channels[0]) };
    } catch ({ code, message }) {
      return { code, message };
    }
  };
  const args = { input: Array.from(sine()), sampleRate: SAMPLE_RATE, params: PARAMS };

  test('renders in a worker, and fetches nothing', async () => {
    const { output, message } = await inPage(renderSine, { args });
    assert.equal(message, undefined);
    assertSine(output);
  });

  test('says what to do where the policy forbids the worker', async () => {
    const { code, message } = await inPage(renderSine, { args, policy: { 'worker-src': "'self'" } });
    assert.equal(code, 'worker-blocked');
    assert.match(message, /the worker script data:text\/javascript…; allow data: in worker-src, or .* workerUrl/);
  });

  test('falls back where the policy forbids the worklet script, and says what to do', async () => {
    const body = async () => {
      const { createEngine } = await import('/alone/my-engine.js');
      const engine = await createEngine(new OfflineAudioContext(1, 128, 48000));
      const { mode, fallbackReason } = engine;
      await engine.close();
      return { mode, code: fallbackReason?.code, message: fallbackReason?.message };
    };
    const { mode, code, message } = await inPage(body, { policy: { 'script-src': "'self' 'wasm-unsafe-eval'" } });
    assert.equal(mode, 'script-processor');
    assert.equal(code, 'worklet-script-blocked');
    assert.match(message, /the worklet script data:text\/javascript…; allow data: in script-src, or .* processorUrl/);
  });

  for (const [what, take] of Object.entries({
    SIMD: () => (WebAssembly.validate = () => false),
    DecompressionStream: () => delete globalThis.DecompressionStream,
  })) {
    test(`says what to do in a browser without ${what}`, async () => {
      const body = `async () => {
        (${take})();
        const { createEngine } = await import('/alone/my-engine.js');
        const context = new OfflineAudioContext(1, 128, 48000);
        return createEngine(context).catch(({ code, message }) => ({ code, message }));
      }`;
      const { code, message } = await inPage(`(${body})()`);
      assert.equal(code, 'simd-unsupported');
      assert.match(message, new RegExp(`${what}.*wasmUrl`));
    });
  }
});
