/**
 * The page: loads the module, restores the settings, and brings up its panels. Main thread.
 *
 * For the console: `page.session` has the audio context, the engine and the source that plays.
 */

import { loadModule, MODES, TRANSPORTS } from '../worklet/engine.js';
import { mount as mountDisplays } from './displays/panel.js';
import { mount as mountGlitchLab } from './glitch-lab/panel.js';
import { mount as mountKeeping } from './keeping/panel.js';
import { mount as mountMeters } from './meters/panel.js';
import { mount as mountComparison } from './monte-carlo/comparison-panel.js';
import { mount as mountMonteCarlo } from './monte-carlo/panel.js';
import { mount as mountProof } from './proof/panel.js';
import { mount as mountRack } from './rack/panel.js';
import { mount as mountRecording } from './recording/panel.js';
import { mount as mountRunning } from './running/panel.js';
import { mount as mountLifecycle } from './session/lifecycle.js';
import { Session } from './session/session.js';
import { Settings } from './session/settings.js';
import { element, find, messageOf } from './shared/dom.js';
import { mount as mountTransport } from './transport/panel.js';
import { mount as mountViews } from './views/views.js';
import { mount as mountWave } from './wave/panel.js';
import { mount as mountWelcome } from './welcome/panel.js';

/** @typedef {{ session: Session }} PageParts what every panel is given */

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

/** @type {Record<string, (section: HTMLElement, page: PageParts) => void | Promise<void>>} by the section's id */
const PANELS = {
  'notices': mountLifecycle,
  'transport': mountTransport,
  'recording': mountRecording,
  'rack': mountRack,
  'studio': mountDisplays,
  'meters': mountMeters,
  'keeping': mountKeeping,
  'welcome': mountWelcome,
  'running': mountRunning,
  'glitch-lab': mountGlitchLab,
  'proof': mountProof,
  'comparison': mountComparison,
  'monte-carlo': mountMonteCarlo,
  'wave': mountWave,
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
 * @param {(typeof PANELS)[string]} mount
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
try {
  const { parameters, effects, glue } = await loadModule();
  const session = new Session(parameters, glue.frequency_response, new Settings(parameters, effects), forced());
  Object.assign(globalThis, { page: { session } });
  for (const [id, mount] of Object.entries(PANELS)) bringUp(id, mount, { session });
} catch (error) {
  say('The engine cannot load.', messageOf(error));
  console.error(error);
}
