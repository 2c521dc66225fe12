/** The controls that the transport's menus share. Main thread. */

import { element } from '../shared/dom.js';

/**
 * A switch with its name.
 * @param {string} id
 * @param {string} label
 * @param {(isOn: boolean) => void} onChange
 */
export function toggle(id, label, onChange) {
  const input = element('input', { type: 'checkbox', id });
  input.addEventListener('change', () => onChange(input.checked));
  return { input, row: element('label', { className: 'switch' }, input, element('span', {}, label)) };
}

/**
 * A list of devices to choose from, with the system's own choice first.
 * @param {string} id
 * @param {string} label
 * @param {(deviceId: string, name: string) => void} onChoose
 */
export function deviceList(id, label, onChoose) {
  const select = element('select', { id });
  const row = element('div', { className: 'device' }, element('label', { for: id }, label), select);
  select.addEventListener('change', () => onChoose(select.value, select.selectedOptions[0]?.text ?? ''));
  return {
    row,
    /**
     * @param {readonly import('../sources/devices.js').Device[]} devices
     * @param {string} chosen the id of one
     * @param {string} chosenName what it is called where it is not there
     */
    show(devices, chosen, chosenName) {
      const options = devices.map(({ id: value, name }) => new Option(name, value));
      const isThere = chosen === '' || devices.some((device) => device.id === chosen);
      if (!isThere) options.push(new Option(`${chosenName || 'The device chosen before'} (not there)`, chosen));
      select.replaceChildren(new Option('As the system says', ''), ...options);
      select.value = chosen;
    },
  };
}
