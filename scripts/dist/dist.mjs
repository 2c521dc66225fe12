/**
 * Makes the page ready for any static host, below any path.
 *
 *   index.html           the page, with its policy inside, for hosts that send no header
 *   assets/              all else that it loads; each name has its content's hash, so it can be kept for ever
 *   service-worker.js    adds the headers that a host does not send, and keeps the page for when there is no network
 *   _headers             the headers, in the format of the hosts that take such a file
 *   nginx.conf           the same for nginx, to be included in a `location`
 *   *.br, *.gz           each text and wasm file, compressed, for the hosts that look for it
 *
 * A build's version is a hash of the page and of the names of all that it loads. Node.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Failure, root } from '../lib/project.mjs';
import { ISOLATION, PAGE_POLICY, PROTECTION } from '../server/headers.mjs';
import { Assets, hashOf } from './bundle.mjs';

const ASSETS = 'assets';
const HEADERS = { ...ISOLATION, ...PROTECTION };

/** What gets smaller by compression. */
const COMPRESSED = ['.html', '.css', '.js', '.svg', '.wasm', '.webmanifest'];

const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * @param {object} [place]
 * @param {string} [place.from] the project's root, or a copy of its folders site/, worklet/ and pkg/
 * @param {string} [place.to] the folder that is made anew
 */
export async function makeDist({ from = root, to = join(root, 'dist') } = {}) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const assets = new Assets(from, join(to, ASSETS));
  const page = await pageOf(from, assets);
  const files = readdirSync(join(to, ASSETS))
    .sort()
    .map((name) => `${ASSETS}/${name}`);
  const version = hashOf([page, ...files].join('\0'));
  writeFileSync(join(to, 'index.html'), page.replace(VERSION, version));
  const worker = `import { serveBuild } from './site/offline/service-worker.js';
    serveBuild(${JSON.stringify({ version, files: ['./', ...files], headers: HEADERS })});`;
  writeFileSync(join(to, 'service-worker.js'), await assets.text(worker, 'js'));
  writeFileSync(join(to, '_headers'), headersFile());
  writeFileSync(join(to, 'nginx.conf'), nginxFile());
  await Promise.all(['index.html', 'service-worker.js', ...files].map((file) => compress(join(to, file))));
  return { version, files };
}

/** Stands in the page until the version is known, which is a hash of the page too. */
const VERSION = '{version}';

/**
 * The page, with the names of the files that it loads as they are in `assets/`.
 * @param {string} from
 * @param {Assets} assets
 */
async function pageOf(from, assets) {
  let page = readFileSync(join(from, 'site', 'index.html'), 'utf8');
  /**
   * @param {RegExp} pattern
   * @param {string} by
   */
  const replace = (pattern, by) => {
    if (!pattern.test(page))
      throw new Failure(`site/index.html has nothing like ${pattern}, which dist/ is made from.`);
    page = page.replace(pattern, by);
  };

  const sheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)">\s*/g)];
  const styles = await assets.styles(
    'style.css',
    sheets.map(([, path]) => `site/${path}`),
  );
  for (const [sheet] of sheets.slice(1)) page = page.replace(sheet, '');
  replace(/<link rel="stylesheet" href="[^"]+">/, `<link rel="stylesheet" href="${ASSETS}/${styles}">`);

  const check = await assets.script('site/start-check.js', 'iife');
  replace(/src="start-check\.js"/, `src="${ASSETS}/${check}"`);
  replace(/src="main\.js"/, `src="${ASSETS}/${await assets.script('site/main.js')}"`);

  const icons = ['icon.svg', 'icons/apple-180.png'];
  for (const icon of icons) replace(new RegExp(`"${icon}"`, 'g'), `"${ASSETS}/${assets.copy(`site/${icon}`)}"`);
  replace(/"manifest\.webmanifest"/, `"${ASSETS}/${manifest(from, assets)}"`);

  const policy = `<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">`;
  replace(/<meta charset="utf-8">/, `$&\n  ${policy}\n  <meta name="build" content="${VERSION}">`);
  return page;
}

/**
 * The web app's manifest, which is below the page's folder here.
 * @param {string} from
 * @param {Assets} assets
 */
function manifest(from, assets) {
  const app = JSON.parse(readFileSync(join(from, 'site', 'manifest.webmanifest'), 'utf8'));
  const icons = app.icons.map((/** @type {{ src: string }} */ icon) => ({
    ...icon,
    src: assets.copy(`site/${icon.src}`),
  }));
  return assets.emit('manifest.webmanifest', JSON.stringify({ ...app, start_url: '../', scope: '../', icons }));
}

function headersFile() {
  /**
   * @param {string} path
   * @param {Record<string, string>} headers
   */
  const rule = (path, headers) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');
  return [
    rule('/*', HEADERS),
    rule(`/${ASSETS}/*`, { 'Cache-Control': IMMUTABLE }),
    rule('/service-worker.js', { 'Cache-Control': 'no-cache' }),
  ].join('\n');
}

function nginxFile() {
  const headers = Object.entries(HEADERS).map(([name, value]) => `add_header ${name} "${value}" always;`);
  // A header that is set in an inner place takes the outer ones away, so a variable says what may be kept how long.
  return [
    `set $kept "no-cache";`,
    `if ($uri ~ "/${ASSETS}/") { set $kept "${IMMUTABLE}"; }`,
    'add_header Cache-Control $kept always;',
    ...headers,
    'gzip_static on;',
    '# brotli_static on;  where that module is there',
    '',
  ].join('\n');
}

/** @param {string} file */
async function compress(file) {
  if (!COMPRESSED.includes(extname(file))) return;
  const content = readFileSync(file);
  // Brotli is at its best unless told otherwise.
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, brotli),
    promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  writeFileSync(`${file}.br`, br);
  writeFileSync(`${file}.gz`, gz);
}
