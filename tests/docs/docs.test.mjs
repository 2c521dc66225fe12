/**
 * README and docs/ say what is true: every sample of JavaScript runs in headless Chromium, the Rust one is the crate's
 * own doctest, commands and links lead somewhere, and docs/api.md has every public name.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, openPage, serveProject, skipUnless } from '../../scripts/lib/harness.mjs';
import { root } from '../../scripts/lib/project.mjs';
import * as engineModule from '../../worklet/engine.js';
import { Engine, EngineParam, ERROR_CODES, PluckedString } from '../../worklet/engine.js';

const read = (file) => readFileSync(join(root, file), 'utf8');

const FILES = ['README.md', 'CHANGELOG.md', '.github/CONTRIBUTING.md', 'examples/README.md']
  .concat(readdirSync(join(root, 'docs')).map((file) => `docs/${file}`))
  .filter((file) => file.endsWith('.md') && existsSync(join(root, file)));

/** The blocks of a language, each with where it stands. */
const blocksOf = (language) =>
  FILES.flatMap((file) =>
    [...read(file).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
      .filter(([, name]) => name === language)
      .map(({ 2: text, index }) => ({ text, place: `${file}:${read(file).slice(0, index).split('\n').length}` })),
  );

/** Where the package's names are on the project's server. */
const MODULES = {
  'audio-dsp-wasm': '/worklet/engine.js',
  'audio-dsp-wasm/single': '/pkg/single.js',
  'audio-dsp-wasm/wasm': '/pkg/audio_dsp_wasm.js',
};

describe('A sample of JavaScript', { skip: skipUnless('chromium') }, () => {
  const samples = blocksOf('js');
  const path = (k) => `/samples/${k}.js`;
  let browser, server, page;
  before(async () => {
    const alter = {};
    for (const [k, { text }] of samples.entries()) {
      const body = text.replace(/from '(audio-dsp-wasm[^']*)'/g, (_, name) => `from '${MODULES[name]}'`);
      const type = 'text/javascript';
      alter[path(k)] = (answer) => ({
        status: 200,
        headers: { ...answer.headers, 'Content-Type': type },
        body: Buffer.from(body),
      });
    }
    // The single file has its scripts in data: URLs.
    const policy =
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' data:; worker-src 'self' data:; img-src data:";
    const blank = '/scripts/lib/blank.html';
    alter[blank] = (answer) => ({ ...answer, headers: { ...answer.headers, 'Content-Security-Policy': policy } });
    server = await serveProject({ alter });
    browser = await launch('chromium');
    page = await openPage(browser, server.url + blank);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  assert.ok(samples.length > 15, `${samples.length} samples`);
  for (const [k, { place }] of samples.entries()) {
    test(`runs: ${place}`, async () => {
      const failure = await page.evaluate(async (url) => {
        const { lay } = await import('/tests/docs/prelude.js');
        const assertTrue = (is) => {
          if (!is) throw new Error('console.assert() was not true');
        };
        console.assert = assertTrue;
        const away = await lay();
        try {
          await import(url);
          await globalThis.button.onclick?.();
        } catch (error) {
          return `${error.name}: ${error.message}`;
        } finally {
          await away();
        }
        return null;
      }, path(k));
      assert.equal(failure, null);
      assert.deepEqual(page.errors.splice(0), []);
    });
  }
});

describe('A sample of Rust', () => {
  const doctests = read('src/lib.rs').replace(/^\/\/! ?/gm, '');
  const samples = blocksOf('rust').filter(({ place }) => place.startsWith('docs/api.md'));

  test('in docs/api.md is the crate’s own doctest, word for word', () => {
    assert.ok(samples.length > 0);
    for (const { text, place } of samples) assert.ok(doctests.includes(text), place);
  });
});

describe('A command', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const lines = blocksOf('sh').flatMap(({ text, place }) =>
    text
      .split('\n')
      .map((line) => ({ line: line.replace(/\s#.*/, '').trim(), place }))
      .filter(({ line }) => line !== ''),
  );
  const flags = read('cli/args.rs');
  const ids = [...read('types/tables.d.ts').matchAll(/^ {2}(\w+): number( \| boolean)?;/gm)].map(([, id]) => id);

  test('names scripts of the package and files that are there', () => {
    assert.ok(lines.length > 10);
    for (const { line, place } of lines) {
      const [command, ...args] = line.split(' ');
      const script =
        command === 'npm' && (args[0] === 'run' ? args[1] : ['start', 'test'].includes(args[0]) && args[0]);
      // An example has scripts of its own.
      if (script && !place.startsWith('examples/')) assert.ok(script in scripts, `${place}: ${line}`);
      const file = args.find((each) => !each.startsWith('-'));
      if (command === 'node') assert.ok(existsSync(join(root, file)), `${place}: ${line}`);
    }
  });

  test('of the workflow is `npm ci` or a script of the package', () => {
    const runs = [...read('.github/workflows/test.yml').matchAll(/run: npm (?:run )?([\w-]+)/g)].map(
      ([, name]) => name,
    );
    for (const name of ['test', 'examples', 'audit']) assert.ok(runs.includes(name), name);
    for (const name of runs) assert.ok(name === 'ci' || name in scripts, name);
  });

  test('of the program has flags that it takes', () => {
    const ours = lines.filter(({ line }) => line.startsWith('audio-dsp-wasm '));
    assert.ok(ours.length > 3);
    for (const { line, place } of ours) {
      for (const [, flag] of line.matchAll(/ --([\w-]+)/g)) {
        const known = flags.includes(`.long("${flag}")`) || ids.includes(flag.replaceAll('-', '_'));
        assert.ok(known, `${place}: --${flag}`);
      }
    }
  });

  test('`npm …` between words names a script of the package, too', () => {
    for (const file of FILES.filter((each) => !each.startsWith('examples/'))) {
      for (const [, script] of read(file).matchAll(/`npm run ([\w-]+)/g))
        assert.ok(script in scripts, `${file}: ${script}`);
    }
  });
});

test('Every link of the documents leads to a file or to another site', () => {
  const links = FILES.flatMap((file) =>
    [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => ({ file, link })),
  ).filter(({ link }) => !/^https?:/.test(link));
  assert.ok(links.length > 5);
  const broken = links.filter(({ file, link }) => !existsSync(join(root, dirname(file), link)));
  assert.deepEqual(broken, []);
});

describe('docs/api.md names', () => {
  const api = read('docs/api.md');
  /** Which of these names it does not have as a whole word. */
  const missing = (names) => {
    assert.ok(names.length > 0);
    return names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(api));
  };
  const membersOf = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  const optionsOf = (file, typedef) => {
    const [, text] = read(file).match(new RegExp(`@typedef \\{object\\} ${typedef}\\b([\\s\\S]*?)(?:@typedef|\\*/)`));
    return [...text.matchAll(/@property \{.*\} \[?(\w+)/g)].map(([, name]) => name);
  };
  const metersText = read('types/tables.d.ts').split('interface Meters')[1];

  for (const [what, names] of Object.entries({
    'everything that the engine’s module exports': Object.keys(engineModule),
    'everything that an engine has': [...membersOf(Engine), 'input', 'output'],
    'everything that a parameter has': membersOf(EngineParam),
    'every error code': ERROR_CODES,
    'everything that a string has': [...membersOf(PluckedString), 'output'],
    'every option of createString()': ['StringSettings', 'StringSound'].flatMap((name) =>
      optionsOf('worklet/string/options.js', name),
    ),
    'every option of createEngine()': ['RunOptions', 'Settings'].flatMap((name) =>
      optionsOf('worklet/options.js', name),
    ),
    'every option of render()': optionsOf('worklet/render-options.js', 'RenderOptions'),
    'every event': optionsOf('worklet/engine.js', 'EngineEvents'),
    'every meter': [...metersText.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name),
    'everything of the wasm module': [
      ...read('pkg/audio_dsp_wasm.d.ts').matchAll(/^export (?:class|function|enum) (?!initSync)(\w+)/gm),
    ].map(([, name]) => name),
    'every way into the package': Object.keys(JSON.parse(read('package.json')).exports)
      .filter((way) => !/[*.]$|json$/.test(way) || way === '.')
      .map((way) => `audio-dsp-wasm${way.slice(1)}`),
  })) {
    test(what, () => assert.deepEqual(missing(names), []));
  }

  test('no error code that is not one', () => {
    const [, codes] = api.match(/one of `ERROR_CODES`:([\s\S]*?)\n## /);
    const named = [...codes.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, code]) => code);
    assert.deepEqual([...named].sort(), [...ERROR_CODES].sort());
  });
});
