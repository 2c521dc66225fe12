/**
 * The npm package's promises: packed, and installed in another project, it holds what that needs, TypeScript knows it,
 * and it sounds, bundled and as it is.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import { build } from '../../scripts/build.mjs';
import { launch, openPage, skipUnless } from '../../scripts/lib/harness.mjs';
import { root, run } from '../../scripts/lib/project.mjs';
import { chain, errorInDecibels } from '../../scripts/lib/reference.mjs';
import { npm } from '../../scripts/lib/toolchain.mjs';
import { serve } from '../../scripts/serve.mjs';
import { PARAMS, SAMPLE_RATE, sine } from './sine.js';

const PAGE = '<!doctype html><link rel="icon" href="data:,"><title>Another project</title>';

describe('the npm package, installed in a project without a network', () => {
  let project, installed;
  before(async () => {
    await build();
    project = mkdtempSync(join(tmpdir(), 'audio-dsp-wasm-package-'));
    installed = join(project, 'node_modules', 'audio-dsp-wasm');
    await succeed(npm('pack', '--ignore-scripts', '--pack-destination', project));
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'));
    cpSync(join(root, 'tests', 'package'), project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(project, 'index.html'), PAGE);
    await succeed(npm('install', '--prefix', project, '--offline', '--no-audit', '--no-fund', join(project, tarball)));
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  test('holds, beside its declarations, only what an application loads, and who may use it', async () => {
    const { loaded } = await bundleWithAssets(join(project, 'loaded'));
    const papers = ['LICENSE', 'README.md', 'package.json'];
    const held = filesIn(installed).filter((file) => !file.endsWith('.d.ts'));
    assert.deepEqual(held, [...papers, ...loaded].sort());
  });

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
        run(
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
          { cwd: project, quiet: true },
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

    /** Renders with the module at this URL: an application's `render`. */
    async function plays(app, options = {}) {
      const page = await openPage(browser, server.url);
      const { mode, output } = await page.evaluate(
        async (app, options) => {
          const { render } = await import(app);
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
      await bundle(join(project, 'beside', 'js'));
      cpSync(join(installed, 'pkg'), join(project, 'beside', 'pkg'), { recursive: true });
      await plays('/beside/js/app.js');
    });

    test('by a bundler that leaves it alone, with wasmUrl and processorUrl', async () => {
      await bundle(join(project, 'told'));
      for (const file of ['audio_dsp_wasm_baseline.wasm', 'processor.js']) {
        copyFileSync(join(installed, 'pkg', file), join(project, 'told', `my-${file}`));
      }
      await plays('/told/app.js', {
        wasmUrl: 'told/my-audio_dsp_wasm_baseline.wasm',
        processorUrl: 'told/my-processor.js',
      });
    });

    test('by no bundler, from node_modules', async () => {
      const app = readFileSync(join(project, 'app.js'), 'utf8');
      const direct = app.replace("'audio-dsp-wasm'", "'./node_modules/audio-dsp-wasm/worklet/engine.js'");
      writeFileSync(join(project, 'unbundled.js'), direct);
      await plays('/unbundled.js');
    });
  });

  /** The application as one file. */
  const bundle = (outdir, more = {}) =>
    esbuild.build({
      entryPoints: [join(project, 'app.js')],
      outdir,
      bundle: true,
      format: 'esm',
      logLevel: 'error',
      ...more,
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
    const { metafile } = await bundle(outdir, { plugins: [plugin], splitting: true, metafile: true });
    const modules = Object.keys(metafile.inputs).map((path) => resolve(path));
    const loaded = [...modules, ...assets].map((path) => relative(installed, path).replaceAll('\\', '/'));
    return { loaded: loaded.filter((path) => !path.startsWith('..')) };
  }
});

/** Its output, if the command fails, is the test's failure. */
async function succeed(command) {
  const { code, output } = await command;
  assert.equal(code, 0, output);
}

/** All files below a folder, relative to it, sorted. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
