// The page: loads the module, restores the settings, and brings up its panels. Main thread.
//
// For the console: `page.session` has the audio context, the engine and the source that plays.

import { mount as mountEffects } from './effects/panel.js';
import { element } from './shared/dom.js';
import { mount as mountGlitchLab } from './glitch-lab/panel.js';
import { mount as mountLifecycle } from './session/lifecycle.js';
import { mount as mountMonteCarlo } from './monte-carlo/panel.js';
import { mount as mountProof } from './proof/panel.js';
import { mount as mountRunning } from './running/panel.js';
import { Session } from './session/session.js';
import { MODES, Settings } from './session/settings.js';
import { mount as mountWave } from './wave/panel.js';
import { loadModule } from '../worklet/module.js';

const TRANSPORTS = ['shared', 'message'];

/** What the page's address forces: `?mode=script-processor`, `?transport=message`. */
function forced() {
  const query = new URLSearchParams(location.search);
  const allowed = (name, values) => values.find((value) => value === query.get(name));
  return { mode: allowed('mode', MODES), transport: allowed('transport', TRANSPORTS) };
}

const PANELS = {
  notices: mountLifecycle,
  effects: mountEffects,
  running: mountRunning,
  'glitch-lab': mountGlitchLab,
  proof: mountProof,
  'monte-carlo': mountMonteCarlo,
  wave: mountWave,
};

function say(title, sentence) {
  document
    .getElementById('notices')
    .append(element('div', { className: 'notice' }, element('p', {}, element('b', {}, title), ` ${sentence}`)));
}

/** Brings up one panel; where it fails, it says so and the others still come. */
async function bringUp(id, mount, context) {
  try {
    await mount(document.getElementById(id), context);
  } catch (error) {
    say(`A part of this page (${id}) cannot start.`, `Reload the page, or try another browser. ${error.message}`);
    console.error(error);
  }
}

try {
  const { parameters } = await loadModule();
  const session = new Session(parameters, new Settings(parameters), forced());
  globalThis.page = { session };
  for (const [id, mount] of Object.entries(PANELS)) bringUp(id, mount, { session });
} catch (error) {
  say('The engine cannot load.', error.message);
  console.error(error);
}
