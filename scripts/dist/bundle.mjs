/**
 * The page's scripts and styles, each made into one file that browsers of 2021 can read. Node.
 *
 * What a module names by `new URL('…', import.meta.url)` becomes a file of its own beside it: a script as one file with
 * all that it imports, anything else as it is. Every file's name has its content's hash.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { diskFailure, Failure, messageOf } from '../lib/project.mjs';

/**
 * The oldest browsers whose syntax the scripts and styles keep to, of 2021: the first with private fields and methods.
 * Written for older ones each access to such a field is a look-up in a WeakMap, on the audio thread too, and the page
 * is a tenth larger; while its policy alone keeps them from playing.
 */
export const OLDEST_BROWSERS = ['chrome91', 'edge91', 'firefox90', 'safari15'];

/** Of the hash, in hexadecimal digits: 48 bits tell more files apart than a page will ever have. */
const HASH_DIGITS = 12;

/** A module that is imported when it is needed; in a comment the name of a type follows. */
const LAZY_IMPORT = /\bimport\('(\.[^']+)'\)(?![.}])/g;

const ASSET_URL = /new URL\(\s*'([^']+)',\s*import\.meta\.url\s*\)/g;

/** @param {string | Uint8Array} content */
export const hashOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, HASH_DIGITS);

/** Makes the files of one folder. */
export class Assets {
  #from;
  #to;
  /** @type {Map<string, Promise<string>>} the name of what was made of a file, by its path */
  #made = new Map();

  /**
   * @param {string} from the project's root, or a copy of it
   * @param {string} to the folder, which is made
   */
  constructor(from, to) {
    this.#from = from;
    this.#to = to;
    mkdirSync(to, { recursive: true });
  }

  /**
   * Puts a file into the folder.
   * @param {string} name as `icon.svg`
   * @param {string | Uint8Array} content
   * @returns {string} its name with the hash
   */
  emit(name, content) {
    const extension = extname(name);
    const hashed = `${basename(name, extension)}-${hashOf(content)}${extension}`;
    writeFileSync(join(this.#to, hashed), content);
    return hashed;
  }

  /**
   * A file of the project as it is.
   * @param {string} path
   */
  copy(path) {
    return this.emit(basename(path), readFileSync(join(this.#from, path)));
  }

  /**
   * A script with all that it imports.
   * @param {string} path in the project
   * @param {import('esbuild').Format} [format]
   */
  async script(path, format = 'esm') {
    return this.emit(basename(path), await this.#bundle({ entryPoints: [join(this.#from, path)], format }));
  }

  /**
   * Style sheets, in this order, as one.
   * @param {string} name
   * @param {string[]} paths in the project
   */
  async styles(name, paths) {
    const contents = paths.map((path) => `@import ${JSON.stringify(`./${path}`)};`).join('\n');
    return this.emit(name, await this.text(contents, 'css'));
  }

  /**
   * A text that imports files of the project, with them.
   * @param {string} contents
   * @param {'css' | 'js'} loader
   */
  text(contents, loader) {
    return this.#bundle({ stdin: { contents, loader, resolveDir: this.#from }, format: 'iife' });
  }

  /** @param {import('esbuild').BuildOptions} options */
  async #bundle(options) {
    const esbuild = await import('esbuild');
    try {
      const { outputFiles = [] } = await esbuild.build({
        bundle: true,
        minify: true,
        write: false,
        target: OLDEST_BROWSERS,
        legalComments: 'none',
        logLevel: 'error',
        plugins: [{ name: 'assets', setup: ({ onLoad }) => onLoad({ filter: /\.js$/ }, (file) => this.#load(file)) }],
        ...options,
      });
      return outputFiles[0].text;
    } catch (error) {
      throw diskFailure(messageOf(error)) ?? new Failure('The page does not bundle: mend the first error above.');
    }
  }

  /**
   * A module, with the names of its assets as they will be. What it imports lazily is in the same file anyway, and
   * takes less room there if it is imported at once.
   * @param {{ path: string }} file
   * @returns {Promise<import('esbuild').OnLoadResult>}
   */
  async #load({ path }) {
    let contents = readFileSync(path, 'utf8');
    for (const [whole, url] of contents.matchAll(ASSET_URL)) {
      const asset = await this.#asset(relative(this.#from, resolve(dirname(path), url)).replaceAll('\\', '/'));
      contents = contents.replace(whole, `new URL('./${asset}', import.meta.url)`);
    }
    const lazy = new Set([...contents.matchAll(LAZY_IMPORT)].map(([, url]) => url));
    for (const [nth, url] of [...lazy].entries()) {
      contents = `import * as lazy${nth} from '${url}';${contents}`.replaceAll(
        `import('${url}')`,
        `Promise.resolve(lazy${nth})`,
      );
    }
    return { contents, loader: 'js' };
  }

  /** @param {string} path in the project */
  #asset(path) {
    // What the build made is one file already.
    const isSource = path.endsWith('.js') && !path.startsWith('pkg/');
    const made = this.#made.get(path) ?? (isSource ? this.script(path) : Promise.resolve(this.copy(path)));
    this.#made.set(path, made);
    return made;
  }
}
