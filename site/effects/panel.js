/**
 * The effects section: its panels, each in a file of its own. Main thread.
 */

import { mount as mountSources } from '../sources/panel.js';
import { mount as mountDisplays } from './displays.js';
import { mount as mountMeters } from './meters.js';
import { mount as mountParameters } from './parameters.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, page) {
  mountSources(section, page);
  mountDisplays(section, page);
  mountMeters(section, page);
  mountParameters(section, page);
}
