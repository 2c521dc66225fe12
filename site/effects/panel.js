// The effects section: its panels, each in a file of its own.

import { mount as mountMeters } from './meters.js';
import { mount as mountParameters } from './parameters.js';
import { mount as mountScope } from './scope.js';
import { mount as mountSources } from '../sources/panel.js';

export function mount(section, context) {
  mountSources(section, context);
  mountScope(section, context);
  mountMeters(section, context);
  mountParameters(section, context);
}
