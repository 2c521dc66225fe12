// The page: loads the module, restores the settings, and brings up its panels. Main thread.
//
// For the console: `page.session` has the audio context, the engine and the source that plays.

import { mount as mountEffects } from './effects.js';
import { element } from './dom.js';
import { mount as mountGlitchLab } from './glitch-lab.js';
import { mount as mountLifecycle } from './lifecycle.js';
import { mount as mountMonteCarlo } from './monte-carlo.js';
import { mount as mountProof } from './proof.js';
import { mount as mountRunning } from './running.js';
import { Session } from './session.js';
import { Settings } from './settings.js';
import { mount as mountWave } from './wave.js';
import { loadModule } from './worklet/module.js';

const MODES = ['auto', 'worklet', 'script-processor'];
const TRANSPORTS = ['shared', 'message'];

/** What the page's address forces: `?mode=script-processor`, `?transport=message`. */
function forced() {
  const query = new URLSearchParams(location.search);
  const allowed = (name, values) => values.find((value) => value === query.get(name));
  return { mode: allowed('mode', MODES), transport: allowed('transport', TRANSPORTS) };
}

const section = (id) => document.getElementById(id);

try {
  const { parameters } = await loadModule();
  const session = new Session(parameters, new Settings(parameters), forced());
  const context = { session };
  mountLifecycle(section('notices'), context);
  mountEffects(section('effects'), context);
  mountRunning(section('running'), context);
  mountGlitchLab(section('glitch-lab'), context);
  mountProof(section('proof'), context);
  mountMonteCarlo(section('monte-carlo'));
  mountWave(section('wave'));
  globalThis.page = context;
} catch (error) {
  section('notices').append(element('div', { className: 'notice' },
    element('p', {}, element('b', {}, 'The engine cannot load.'), ` ${error.message}`)));
  throw error;
}
