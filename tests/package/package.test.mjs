/**
 * The npm package's promises: packed, and installed in another project, it holds what that needs, TypeScript knows it,
 * and it sounds, bundled and as it is.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { launch, openPage, skipUnless } from '../../scripts/lib/harness.mjs';
import { root } from '../../scripts/lib/project.mjs';
import { chain, errorInDecibels } from '../../scripts/lib/reference.mjs';
import { serve } from '../../scripts/serve.mjs';
import { bundle, filesIn, packedProject, runQuietly, succeed } from './project.mjs';
import { PARAMS, SAMPLE_RATE, sine } from './sine.js';

describe('the npm package, installed in a project without a network', () => {
  let project, installed, remove;
  before(async () => {
    ({ project, installed, remove } = await packedProject());
  });
  after(() => remove());

  test('holds, beside its declarations, only what an application loads, and who may use it', async () => {
    const { loaded } = await bundleWithAssets(join(project, 'loaded'));
    const papers = ['LICENSE', 'README.md', 'package.json'];
    const held = filesIn(installed).filter((file) => !file.endsWith('.d.ts'));
    assert.deepEqual(held, [...papers, 'pkg/single.js', ...loaded].sort());
  });

  /** What may not grow unnoticed, in bytes; each limit is about a twentieth above what it was when this was written. */
  const BUDGETS = [
    ['the wasm with SIMD, by gzip -9', 75_000, () => gzipped('pkg/audio_dsp_wasm_bg.wasm')],
    ['the baseline wasm, by gzip -9', 83_000, () => gzipped('pkg/audio_dsp_wasm_baseline.wasm')],
    ['the worklet script, by gzip -9', 4_050, () => gzipped('pkg/processor.js')],
    ['the single file, by gzip -9', 116_000, () => gzipped('pkg/single.js')],
    ["the engine's JavaScript, minified, by Brotli", 26_800, minifiedEngine],
    ['the package, unpacked', 1_110_000, () => filesIn(installed).reduce((sum, file) => sum + sizeOf(file), 0)],
  ];
  for (const [what, limit, measure] of BUDGETS) {
    test(`${what}: ${limit} bytes at most`, async (t) => {
      const bytes = await measure();
      t.diagnostic(`${bytes} bytes`);
      assert.ok(bytes <= limit, `${bytes} bytes`);
    });
  }

  const sizeOf = (file) => statSync(join(installed, file)).size;
  const gzipped = (file) => gzipSync(readFileSync(join(installed, file)), { level: 9 }).length;

  /** All that an application loads on the main thread, the glue among it. */
  async function minifiedEngine() {
    const more = { entryPoints: [join(installed, 'worklet', 'engine.js')], minify: true, write: false };
    const { outputFiles } = await bundle(project, join(project, 'minified'), more);
    return brotliCompressSync(outputFiles[0].contents).length;
  }

  test('names no folder of the machine that it was built on', () => {
    for (const file of filesIn(installed)) {
      const bytes = readFileSync(join(installed, file));
      for (const folder of [root, homedir()]) assert.ok(!bytes.includes(folder), `${folder} in ${file}`);
    }
  });

  test('brings no other package, and runs nothing when it is installed', () => {
    const { dependencies, scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    assert.equal(dependencies, undefined);
    assert.deepEqual(
      Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name)),
      [],
    );
    assert.deepEqual(
      readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['audio-dsp-wasm'],
    );
  });

  test('is imported without a browser, as a server that renders pages does, and nothing happens', async () => {
    for (const name of ['audio-dsp-wasm', 'audio-dsp-wasm/single']) {
      const script = `const { createEngine, detect } = await import('${name}');
        console.log(typeof createEngine, detect().length > 0);`;
      const command = runQuietly(process.execPath, ['--input-type=module', '-e', script], project);
      assert.equal(await succeed(command), 'function true\n');
    }
  });

  test('costs nothing where it is imported and not used', async () => {
    const contents = "import { createEngine, loadModule } from 'audio-dsp-wasm';";
    const { outputFiles } = await esbuild.build({
      stdin: { contents, resolveDir: project },
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'error',
    });
    assert.equal(outputFiles[0].text.trim(), '');
  });

  for (const [resolution, module] of [
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ]) {
    test(`has declarations that accept good calls and refuse bad ones (moduleResolution ${resolution})`, async () => {
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      await succeed(
        runQuietly(
          process.execPath,
          [
            tsc,
            'consumer.ts',
            '--ignoreConfig',
            '--strict',
            '--noEmit',
            '--target',
            'es2022',
            '--lib',
            'es2022,dom',
            '--types',
            '',
            '--module',
            module,
            '--moduleResolution',
            resolution,
          ],
          project,
        ),
      );
    });
  }

  describe('plays a sine by the formulas, to −100 dB', { skip: skipUnless('chromium') }, () => {
    let server, browser;
    before(async () => {
      server = await serve({ isolated: false, mounts: { '/': relative(root, project) } });
      browser = await launch('chromium');
    });
    after(async () => {
      await browser.close();
      await server.close();
    });

    /** Renders with the module at this URL: an application's `render`. A classic script has it as `app.render`. */
    async function plays(app, options = {}, { isClassic = false } = {}) {
      const page = await openPage(browser, server.url);
      if (isClassic) await page.addScriptTag({ url: app });
      const { mode, output } = await page.evaluate(
        async (app, options) => {
          const { render } = globalThis.app ?? (await import(app));
          return render(options);
        },
        app,
        options,
      );
      assert.equal(mode, 'worklet');
      const error = errorInDecibels(output, chain(sine(), SAMPLE_RATE, PARAMS));
      assert.ok(error <= -100, `error ${error} dB`);
      assert.deepEqual(page.errors, []);
      await page.close();
    }

    test('by a bundler that takes new URL(…, import.meta.url) for an asset and renames it', async () => {
      await bundleWithAssets(join(project, 'renamed'));
      await plays('/renamed/app.js');
    });

    test('by a bundler that leaves it alone, with pkg/ copied beside the bundle', async () => {
      await bundle(project, join(project, 'beside', 'js'));
      cpSync(join(installed, 'pkg'), join(project, 'beside', 'pkg'), { recursive: true });
      await plays('/beside/js/app.js');
    });

    test('by a bundler that leaves it alone, with wasmUrl and processorUrl', async () => {
      await bundle(project, join(project, 'told'));
      for (const file of ['audio_dsp_wasm_baseline.wasm', 'processor.js']) {
        copyFileSync(join(installed, 'pkg', file), join(project, 'told', `my-${file}`));
      }
      await plays('/told/app.js', {
        wasmUrl: 'told/my-audio_dsp_wasm_baseline.wasm',
        processorUrl: 'told/my-processor.js',
      });
    });

    test('by a classic script that knows no import.meta, with wasmUrl and processorUrl', async () => {
      const outdir = join(project, 'classic');
      await bundle(project, outdir, { format: 'iife', globalName: 'app', logLevel: 'silent' });
      cpSync(join(installed, 'pkg'), join(outdir, 'pkg'), { recursive: true });
      const urls = { wasmUrl: 'classic/pkg/audio_dsp_wasm_bg.wasm', processorUrl: 'classic/pkg/processor.js' };
      await plays('/classic/app.js', urls, { isClassic: true });
    });

    test('by no bundler, from node_modules', async () => {
      const app = readFileSync(join(project, 'app.js'), 'utf8');
      const direct = app.replace("'audio-dsp-wasm'", "'./node_modules/audio-dsp-wasm/worklet/engine.js'");
      writeFileSync(join(project, 'unbundled.js'), direct);
      await plays('/unbundled.js');
    });
  });

  /**
   * The application as webpack, Vite, Rollup and Parcel make it: what a module names by `new URL('…', import.meta.url)`
   * is copied into the bundle under a name of its content's hash.
   * @returns {Promise<{ loaded: string[] }>} the package's files in the bundle
   */
  async function bundleWithAssets(outdir) {
    const assets = new Set();
    mkdirSync(outdir);
    const emit = (from, url) => {
      const file = resolve(dirname(from), url);
      const content = readFileSync(file);
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
      const name = `${basename(file, extname(file))}-${hash}${extname(file)}`;
      writeFileSync(join(outdir, name), content);
      assets.add(file);
      return `new URL('./${name}', import.meta.url)`;
    };
    const plugin = {
      name: 'assets',
      setup: ({ onLoad }) =>
        onLoad({ filter: /\.js$/ }, ({ path }) => ({
          contents: readFileSync(path, 'utf8').replace(/new URL\('([^']+)', import\.meta\.url\)/g, (_, url) =>
            emit(path, url),
          ),
        })),
    };
    const { metafile } = await bundle(project, outdir, { plugins: [plugin], splitting: true, metafile: true });
    const modules = Object.keys(metafile.inputs).map((path) => resolve(path));
    const loaded = [...modules, ...assets].map((path) => relative(installed, path).replaceAll('\\', '/'));
    return { loaded: loaded.filter((path) => !path.startsWith('..')) };
  }
});
