/** The transport: what plays, where in it, how loud, and how the engine keeps up. Main thread. */

import { find } from '../shared/dom.js';
import { mount as mountLimits } from './limits.js';
import { mount as mountOutputMenu } from './output-menu.js';
import { mount as mountPosition } from './position.js';
import { mount as mountRunStatus } from './run-status.js';
import { mount as mountSources } from './sources.js';
import { mount as mountVolume } from './volume.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, page) {
  mountSources(section, page);
  mountPosition(section, page);
  mountVolume(find(section, '#volume', HTMLElement), page);
  mountOutputMenu(find(section, '#volume', HTMLElement), page.session);
  mountLimits(find(section, '#limits', HTMLElement), page);
  mountRunStatus(find(section, '#run-status', HTMLElement), page);
}
