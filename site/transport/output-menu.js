/** Which output device the sound goes to, where the browser lets a page say so. Main thread. */

import { button, element, errorMessage, messageOf, showMessage } from '../shared/dom.js';
import { popup } from '../shared/overlays.js';
import { askForNames, devicesOf, onDevicesChange } from '../sources/devices.js';
import { deviceList } from './menu.js';

/**
 * @param {HTMLElement} before the menu stands behind it, where there is a choice
 * @param {import('../session/session.js').Session} session
 */
export function mount(before, session) {
  if (!('setSinkId' in AudioContext.prototype) || !navigator.mediaDevices) return;
  const error = errorMessage();
  const list = deviceList('output-device', 'Output device', async (id) => {
    showMessage(error, '');
    try {
      await session.setSink(id);
    } catch (failure) {
      showMessage(error, `The sound does not go there (${messageOf(failure)}). It stays where it was.`);
    }
    show();
  });
  const ask = button('Show the devices');
  const names = element(
    'div',
    { className: 'names' },
    element(
      'p',
      { className: 'hint' },
      'Browsers tell the output devices only to a page that may hear the microphone.',
    ),
    ask,
  );
  const menu = popup({ id: 'output-menu', summary: ['▾'], label: 'Output device', body: [list.row, names, error] });
  before.after(menu);

  ask.addEventListener('click', async () => {
    const isAllowed = await askForNames();
    showMessage(error, isAllowed ? '' : 'The microphone was refused. Allow it in the browser’s address bar.');
    show();
  });

  async function show() {
    const { devices, haveNames } = await devicesOf('audiooutput');
    list.show(devices, session.wantedSink, '');
    names.hidden = haveNames;
    return devices;
  }

  menu.addEventListener('toggle', () => {
    if (menu.open) show();
  });
  onDevicesChange(async () => {
    const devices = await show();
    const { wantedSink } = session;
    // Without names there are no devices in the list, and nothing to conclude.
    if (wantedSink && devices.length > 0 && !devices.some(({ id }) => id === wantedSink)) session.sinkIsGone();
  });
  session.addEventListener('device', show);
  session.addEventListener('source', show);
  show();
}
