/**
 * Gets the tests' own tools: rustfmt and clippy by rustup, the browsers by apt-get where this is Debian and we are
 * root. Elsewhere it says what is missing and how to get it. Node.
 */
import { readFileSync } from 'node:fs';
import { browserNames, missing } from './browsers.mjs';
import { Failure, run, step, which } from './project.mjs';

/**
 * Debian's package for each executable that the browser tests need.
 * @type {Record<string, string>}
 */
const PACKAGES = {
  chromium: 'chromium',
  chromedriver: 'chromium-driver',
  firefox: 'firefox-esr',
  pulseaudio: 'pulseaudio',
  MiniBrowser: 'webkit2gtk-driver',
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
};

/** @type {Record<string, string>} */
const HOW_ELSEWHERE = {
  chromium: 'install Chromium or Chrome, or set CHROMIUM to its executable',
  chromedriver: "install Chromium's ChromeDriver of the same version, or set CHROMEDRIVER to it",
  firefox: 'install Firefox, or set FIREFOX to its executable',
  pulseaudio: 'install PulseAudio, or set PULSEAUDIO to its executable',
  MiniBrowser: "install WebKitGTK's MiniBrowser, or set MINIBROWSER to it (Linux only)",
  WebKitWebDriver: "install WebKitGTK's WebKitWebDriver, or set WEBKIT_DRIVER to it (Linux only)",
  Xvfb: 'install Xvfb, or set XVFB to it (Linux only)',
};

/** rustfmt and clippy. */
export async function needRustComponents() {
  for (const [component, command] of [
    ['rustfmt', 'fmt'],
    ['clippy', 'clippy'],
  ]) {
    const { code } = await run('cargo', [command, '--version'], { quiet: true });
    if (code === 0) continue;
    await step(`Adding ${component}`, async () => {
      const added = await run('rustup', ['component', 'add', component]);
      if (added.code === 0) return;
      console.error(added.output);
      throw new Failure(
        `${component} could not be added: add it with \`rustup component add ${component}\`, ` +
          'or from where this Rust came from, then run this command again.',
      );
    });
  }
}

/** Installs what these browsers' tests miss, where it can; says how to get what it cannot. */
export async function needBrowsers(browsers = browserNames) {
  const allMissing = () => [...new Set(browsers.flatMap(missing))];
  const absent = allMissing();
  if (absent.length === 0) return;
  const canInstall = which('apt-get') && process.getuid?.() === 0 && isDebian();
  if (canInstall) await installByApt([...new Set(absent.map((name) => PACKAGES[name]))]);
  for (const name of allMissing()) console.log(`  ${name} is not here: ${HOW_ELSEWHERE[name]}.`);
}

const isDebian = () => /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));

/** @param {string[]} packages */
async function installByApt(packages) {
  await step(`Installing ${packages.join(', ')} (once)`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    /** @param {...string} args */
    const aptGet = (...args) => run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], { env });
    await aptGet('update');
    const { code, output } = await aptGet('install', '-y', ...packages);
    if (code !== 0) console.error(`${output.trimEnd()}\n  apt-get could not install them.`);
  });
}
