/**
 * The page: loads the module, restores the settings, and brings up its panels. Main thread.
 *
 * For the console: `page.session` has the audio context, the engine and the source that plays.
 */

import { loadModule, MODES, TRANSPORTS } from '../worklet/engine.js';
import { mount as mountDisplays } from './displays/panel.js';
import { mount as mountHowlGuard } from './howl-guard/panel.js';
import { mount as mountKeeping } from './keeping/panel.js';
import { Commands } from './keys/commands.js';
import { mount as mountKeys } from './keys/panel.js';
import { Tempo } from './keys/tempo.js';
import { mount as mountLooper } from './looper/panel.js';
import { mount as mountMeters } from './meters/panel.js';
import { MidiInput } from './midi/input.js';
import { mount as mountMidi } from './midi/panel.js';
import { startOffline } from './offline/start.js';
import { mount as mountRack } from './rack/panel.js';
import { mount as mountRecording } from './recording/panel.js';
import { mount as mountLifecycle } from './session/lifecycle.js';
import { Session } from './session/session.js';
import { Settings } from './session/settings.js';
import { element, find, messageOf } from './shared/dom.js';
import { mount as mountString } from './string/panel.js';
import { mount as mountTransport } from './transport/panel.js';
import { mount as mountViews } from './views/views.js';
import { mount as mountWelcome } from './welcome/panel.js';

/**
 * What every panel is given.
 * @typedef {object} PageParts
 * @property {Session} session
 * @property {Commands} commands what single keys do
 * @property {Tempo} tempo
 * @property {MidiInput} midi
 */

/**
 * What the page's address forces: `?mode=script-processor`, `?transport=message`. A transport that the mode cannot have
 * is left out.
 * @returns {import('./session/session.js').Forced}
 */
function forced() {
  const query = new URLSearchParams(location.search);
  const mode = MODES.find((each) => each === query.get('mode'));
  /** @type {readonly import('../worklet/options.js').Transport[]} */
  const transports = TRANSPORTS[mode ?? 'auto'];
  return { mode, transport: transports.find((each) => each === query.get('transport')) };
}

/** @typedef {(section: HTMLElement, page: PageParts) => void | Promise<void>} Mount brings up a panel */

/** The studio's panels, by the section's id. @type {Record<string, Mount>} */
const PANELS = {
  'notices': mountLifecycle,
  'transport': mountTransport,
  'string': mountString,
  'recording': mountRecording,
  'howl-guard': mountHowlGuard,
  'looper': mountLooper,
  'rack': mountRack,
  'studio': mountDisplays,
  'meters': mountMeters,
  'keeping': mountKeeping,
  'welcome': mountWelcome,
  'keys': mountKeys,
  'midi': mountMidi,
};

/** The other views' panels; they load when the studio is up. @type {Record<string, () => Promise<{ mount: Mount }>>} */
const LATER_PANELS = {
  'running': () => import('./running/panel.js'),
  'latency': () => import('./latency/panel.js'),
  'glitch-lab': () => import('./glitch-lab/panel.js'),
  'proof': () => import('./proof/panel.js'),
  'comparison': () => import('./monte-carlo/comparison-panel.js'),
  'monte-carlo': () => import('./monte-carlo/panel.js'),
  'wave': () => import('./wave/panel.js'),
};

/**
 * @param {string} title
 * @param {string} sentence
 */
function say(title, sentence) {
  const text = element('p', {}, element('b', {}, title), ` ${sentence}`);
  find(document, '#notices', HTMLElement).append(element('div', { className: 'notice' }, text));
}

/**
 * Brings up one panel; where it fails, it says so and the others still come.
 * @param {string} id
 * @param {Mount} mount
 * @param {PageParts} page
 */
async function bringUp(id, mount, page) {
  try {
    await mount(find(document, `#${id}`, HTMLElement), page);
  } catch (error) {
    const sentence = `Reload the page, or try another browser. ${messageOf(error)}`;
    say(`A part of this page (${id}) cannot start.`, sentence);
    console.error(error);
  }
}

mountViews();
startOffline(find(document, '#notices', HTMLElement));
try {
  const { parameters, effects, glue } = await loadModule();
  const session = new Session(parameters, glue.frequency_response, new Settings(parameters, effects), forced());
  const page = { session, commands: new Commands(), tempo: new Tempo(), midi: new MidiInput() };
  Object.assign(globalThis, { page });
  for (const [id, mount] of Object.entries(PANELS)) bringUp(id, mount, page);
  const later = Object.entries(LATER_PANELS).map(([id, load]) =>
    bringUp(id, async (section, parts) => (await load()).mount(section, parts), page),
  );
  await Promise.all(later);
  for (const view of document.querySelectorAll('[aria-busy]')) view.removeAttribute('aria-busy');
} catch (error) {
  say('The engine cannot load.', messageOf(error));
  console.error(error);
}
