/** The layout of the project, read from the files themselves: which part imports which, how full a folder is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { test } from 'node:test';
import { root, sourceFiles } from '../../scripts/lib/project.mjs';
import { MOUNTS } from '../../scripts/serve.mjs';

const MOST_FILES = 12;
const LONGEST_LINE = 120;
const TEXTS = ['.js', '.mjs', '.ts', '.rs', '.css', '.html', '.md'];

/** The parts that JavaScript is in, and which parts each may import. Arrows run one way: site → worklet → pkg. */
const MAY_IMPORT = {
  worklet: ['worklet', 'pkg', 'types'],
  site: ['site', 'worklet', 'pkg', 'types'],
  scripts: ['scripts', 'site', 'worklet', 'pkg', 'types'],
};

/** The parts of the crate, and which others each may not name: doors → engine → chain → effects → dsp → params. */
const MAY_NOT_NAME = {
  dsp: ['control', 'effects', 'chain', 'engine', 'doors', 'simulations'],
  effects: ['control', 'chain', 'engine', 'doors', 'simulations'],
  listening: ['control', 'effects', 'chain', 'engine', 'doors', 'simulations'],
  simulations: ['control', 'effects', 'chain', 'engine', 'instruments', 'doors'],
  instruments: ['control', 'rack', 'schedule', 'chain', 'engine', 'doors'],
  'queue.rs': [
    'control',
    'dsp',
    'effects',
    'simulations',
    'rack',
    'schedule',
    'chain',
    'engine',
    'instruments',
    'doors',
  ],
  'params.rs': ['control', 'dsp', 'effects', 'simulations', 'chain', 'engine', 'doors'],
  'rack.rs': ['control', 'chain', 'schedule', 'engine', 'doors', 'simulations'],
  'schedule.rs': ['control', 'chain', 'engine', 'doors', 'simulations'],
  'chain.rs': ['control', 'schedule', 'engine', 'doors', 'simulations'],
  'control.rs': ['chain', 'schedule', 'engine', 'doors', 'simulations'],
  'engine.rs': ['doors', 'instruments', 'simulations'],
};

const files = sourceFiles();
const modulesOf = (part) => files.filter((file) => file.startsWith(`${part}/`) && /\.m?js$/.test(file));
const read = (file) => readFileSync(join(root, file), 'utf8');

/** What a module imports, as it stands there; names that are put together at run time are not seen. */
const importsOf = (text) =>
  [...text.matchAll(/(?:^|[^\w.])(?:import|export)\b[^'"`;()]*?(?:from\s*|\(\s*)?['"]([^'"]+)['"]/gm)].map(
    ([, specifier]) => specifier,
  );

/** The file that a specifier names, relative to the root; undefined for a package. */
function target(file, specifier) {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  if (!specifier.startsWith('/')) return undefined;
  const mounts = { '/tests/': 'tests', '/scripts/': 'scripts', ...MOUNTS };
  const [prefix, folder] = Object.entries(mounts).find(([candidate]) => specifier.startsWith(candidate));
  return posix.join(folder, specifier.slice(prefix.length));
}

/** The parts of the crate that a Rust file names, in its code and not in its comments. */
function namedIn(text) {
  const code = text.replace(/\/\/.*/g, '');
  const names = new Set();
  for (const [, name] of code.matchAll(/\b(?:crate|super::super)::(\w+)/g)) names.add(name);
  for (const [, group] of code.matchAll(/\bcrate::(\{[^;]*\});/g)) {
    // Of `{a, b::{c, d}}` the outermost names alone.
    let outer = group.slice(1, -1);
    while (/\{[^{}]*\}/.test(outer)) outer = outer.replace(/\{[^{}]*\}/g, '');
    for (const [, name] of outer.matchAll(/(?:^|,)\s*(\w+)/g)) names.add(name);
  }
  return [...names];
}

/** Nothing is wrong, or the test fails with a line for each thing that is. */
const assertNone = (wrong) => assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);

test('the reader of imports sees every form of them', () => {
  const text = `import './a.js';
    import x, { y } from "./b.js";
    export * from '/worklet/c.js';
    const { z } = await import('../d.js');
    /** @type {import('../e.js').E} */`;
  assert.deepEqual(importsOf(text), ['./a.js', './b.js', '/worklet/c.js', '../d.js', '../e.js']);
  assert.equal(target('site/wave/panel.js', '../../worklet/x.js'), 'worklet/x.js');
  assert.equal(target('tests/a.mjs', '/wave/panel.js'), 'site/wave/panel.js');
  const rust =
    'use crate::{control::Words, dsp::{lanes, svf}, chain};\n// crate::engine\nlet x = crate::params::TABLE;';
  assert.deepEqual(namedIn(rust).sort(), ['chain', 'control', 'dsp', 'params']);
});

for (const [part, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${part}/ imports from nowhere but ${allowed.map((name) => `${name}/`).join(', ')}`, () => {
    const modules = modulesOf(part);
    assert.ok(modules.length > 0);
    const arrows = modules.flatMap((file) =>
      importsOf(read(file)).map((specifier) => ({ file, imported: target(file, specifier) })),
    );
    const wrong = arrows.filter(({ imported }) => imported && !allowed.includes(imported.split('/')[0]));
    assertNone(wrong.map(({ file, imported }) => `${file} imports ${imported}`));
  });
}

test('no module imports itself by way of others', () => {
  // A comment imports types alone, which are no part of what runs.
  const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '');
  const arrows = new Map(
    Object.keys(MAY_IMPORT)
      .flatMap(modulesOf)
      .map((file) => [file, importsOf(withoutComments(read(file))).map((specifier) => target(file, specifier))]),
  );
  const circles = [];
  const done = new Set();
  const follow = (file, path) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const imported of arrows.get(file) ?? []) follow(imported, [...path, file]);
    done.add(file);
  };
  for (const file of arrows.keys()) follow(file, []);
  assertNone(circles);
});

for (const [part, forbidden] of Object.entries(MAY_NOT_NAME)) {
  test(`src/${part} names none of crate::${forbidden.join(', ')}`, () => {
    const modules = files.filter((file) => file === `src/${part}` || file.startsWith(`src/${part}/`));
    assert.ok(modules.length > 0);
    const wrong = modules.flatMap((file) =>
      namedIn(read(file))
        .filter((name) => forbidden.includes(name))
        .map((name) => `${file} names crate::${name}`),
    );
    assertNone(wrong);
  });
}

test(`no folder but worklet/ has more than ${MOST_FILES} files at one level`, () => {
  const counts = {};
  for (const file of files) counts[dirname(file)] = (counts[dirname(file)] ?? 0) + 1;
  const full = Object.entries(counts).filter(([folder, count]) => folder !== 'worklet' && count > MOST_FILES);
  assertNone(full.map(([folder, count]) => `${folder}/ has ${count}`));
});

test(`no line of a source file is longer than ${LONGEST_LINE} characters`, () => {
  const long = files
    .filter((file) => TEXTS.includes(extname(file)))
    .flatMap((file) =>
      read(file)
        .split(/\r?\n/)
        .map((line, index) => ({ place: `${file}:${index + 1}`, length: [...line].length }))
        .filter(({ length }) => length > LONGEST_LINE),
    );
  assertNone(long.map(({ place, length }) => `${place} has ${length}`));
});
