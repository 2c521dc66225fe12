/**
 * The microphone's settings: device, channel, gain with a level and a lamp for clipping, and what the browser does to
 * it. The lamp is the menu's own button too, for it matters while the menu is shut. Main thread.
 */

import { button, choice, element, find, setText } from '../shared/dom.js';
import { decibels, fixed, formatLevel } from '../shared/numbers.js';
import { popup } from '../shared/overlays.js';
import { slider } from '../shared/slider.js';
import { devicesOf, onDevicesChange } from '../sources/devices.js';
import { GAIN_DECIBELS, PROCESSING } from '../sources/microphone.js';
import { deviceList, toggle } from './menu.js';

const NAME = 'Microphone settings';
const METER_MILLISECONDS = 100;
/** Where the level's bar begins. */
const BAR_FLOOR_DECIBELS = -60;
const CLIPS = 0.999;
const NAMES = {
  echoCancellation: 'Echo cancellation',
  noiseSuppression: 'Noise suppression',
  autoGainControl: 'Auto gain',
};
const NAMES_LATER = 'Browsers tell the devices’ names once the microphone is allowed: press “Microphone” first.';

/**
 * @param {HTMLElement} key the button that plays the microphone, beside which the menu stands
 * @param {import('../session/session.js').Session} session
 * @param {import('../sources/microphone.js').Microphone} microphone
 * @param {() => void} reopen plays it with what is set now
 */
export function mount(key, session, microphone, reopen) {
  /** @param {Parameters<typeof microphone.set>[0]} changes */
  const set = (changes) => {
    if (microphone.set(changes)) reopen();
  };
  const devices = deviceList('microphone-device', 'Device', (deviceId, deviceName) => set({ deviceId, deviceName }));
  const names = element('p', { className: 'hint', hidden: true }, NAMES_LATER);
  const channel = choice(
    'Channel',
    [
      ['both', 'Both'],
      ['left', 'Left'],
      ['right', 'Right'],
      ['mixed', 'Mixed'],
    ],
    (value) => set({ channel: value }),
  );
  const gain = slider({
    id: 'microphone-gain',
    label: 'Input gain',
    range: { ...GAIN_DECIBELS, step: 0.5 },
    format: (value) => `${value > 0 ? '+' : ''}${fixed(value, 1)} dB`,
    onInput: (value) => set({ gain: value }),
  });
  const meter = buildMeter(session);
  const switches = PROCESSING.map((name) => toggle(`microphone-${name}`, NAMES[name], (isOn) => set({ [name]: isOn })));

  const menu = popup({
    id: 'microphone-menu',
    summary: ['▾'],
    label: NAME,
    body: [
      devices.row,
      names,
      element('div', { className: 'labelled' }, element('span', {}, 'Channel'), channel.group),
      gain.row,
      meter.row,
      ...switches.map(({ row }) => row),
      element('p', { className: 'hint' }, 'These are made for calls. Off, the sound stays as it is.'),
    ],
  });
  key.after(menu);
  meter.lights(find(menu, 'summary', HTMLElement));

  async function show() {
    const { settings } = microphone;
    channel.show(settings.channel);
    gain.show(settings.gain);
    for (const [index, name] of PROCESSING.entries()) switches[index].input.checked = settings[name];
    const found = await devicesOf('audioinput');
    devices.show(found.devices, settings.deviceId, settings.deviceName);
    names.hidden = found.haveNames;
  }

  menu.addEventListener('toggle', () => {
    if (menu.open) show();
  });
  onDevicesChange(show);
  session.addEventListener('source', show);
  show();
}

/**
 * How loud the microphone is behind its gain.
 * @param {import('../session/session.js').Session} session
 */
function buildMeter(session) {
  const bar = element('i');
  const reading = element('b');
  const lamp = button('Clips', { className: 'lamp', disabled: true });
  const row = element('div', { className: 'level' }, element('div', { className: 'bar' }, bar), reading, lamp);
  /** The menu's button, which lights up too. @type {HTMLElement | undefined} */
  let summary;
  let timer = 0;

  /** @param {boolean} isLit */
  function light(isLit) {
    lamp.classList.toggle('lit', isLit);
    lamp.disabled = !isLit;
    lamp.title = isLit ? 'It was too loud: turn it down at the device, or here. Press to forget' : '';
    summary?.classList.toggle('lit', isLit);
    summary?.setAttribute('aria-label', isLit ? `${NAME}: it clips` : NAME);
  }

  function follow() {
    const peak = Math.max(0, ...(session.engine?.meters().inputPeak ?? []));
    const level = decibels(peak);
    bar.style.setProperty('--level', `${Math.max(0, 100 * (1 - level / BAR_FLOOR_DECIBELS))}%`);
    setText(reading, `${formatLevel(peak)} dB`);
    if (peak >= CLIPS) light(true);
  }

  lamp.addEventListener('click', () => light(false));
  session.addEventListener('source', () => {
    clearInterval(timer);
    light(false);
    bar.style.setProperty('--level', '0%');
    setText(reading, `${formatLevel(0)} dB`);
    if (session.source?.kind === 'microphone') timer = setInterval(follow, METER_MILLISECONDS);
  });
  setText(reading, `${formatLevel(0)} dB`);
  return {
    row,
    /** @param {HTMLElement} node */
    lights(node) {
      summary = node;
    },
  };
}
