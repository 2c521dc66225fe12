/**
 * The displays of the sound: two panes, each of which shows one of several. They are drawn while the context runs, and
 * only what is in sight. Main thread.
 */

import { mount as mountLoudness } from '../listening/loudness.js';
import { mount as mountTuner } from '../listening/tuner.js';
import { choice, element, find } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { fixed } from '../shared/numbers.js';
import { readStored, store } from '../shared/storage.js';
import { mount as mountHandles } from './handles.js';
import { Oscilloscope } from './oscilloscope.js';
import { Spectrogram } from './spectrogram.js';
import { Spectrum } from './spectrum.js';
import { Trace } from './trace.js';

const KEY = 'audio-dsp-wasm.displays';

/** The panes by their elements' ids: what each is called, and what it can show, by the id of its figure. */
const PANES = {
  analysis: {
    label: 'Frequencies',
    shows: /** @type {const} */ ([
      ['spectrum-display', 'Spectrum'],
      ['spectrogram-display', 'Spectrogram'],
    ]),
  },
  listening: {
    label: 'Waveform and readings',
    shows: /** @type {const} */ ([
      ['oscilloscope-display', 'Scope'],
      ['tuner-display', 'Tuner'],
      ['loudness-display', 'Loudness'],
    ]),
  },
};

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, page) {
  const { session } = page;
  for (const [id, pane] of Object.entries(PANES)) mountPane(find(section, `#${id}`, HTMLElement), pane);
  const traces = { input: new Trace(), output: new Trace() };
  const wake = frames(
    () => session.context?.state === 'running' && displays.some(({ inSight }) => inSight),
    (now) => {
      if (oscilloscope.inSight) {
        traces.input.readWave();
        traces.output.readWave();
        oscilloscope.show(now);
      }
      if (spectrum.inSight) {
        traces.input.readLevels();
        traces.output.readLevels();
        spectrum.show(now);
      }
      if (spectrogram.inSight) spectrogram.show(now);
    },
  );
  const oscilloscope = new Oscilloscope(find(section, '#oscilloscope', HTMLCanvasElement), traces, () => wake());
  const spectrum = new Spectrum(find(section, '#spectrum', HTMLCanvasElement), traces, session, () => wake());
  const spectrogram = new Spectrogram(find(section, '#spectrogram', HTMLCanvasElement), () => wake());
  const displays = [oscilloscope, spectrum, spectrogram];

  mountHandles(find(section, '#handles', HTMLElement), page);
  mountTrigger(section, oscilloscope);
  mountTuner(find(section, '#tuner', HTMLElement), page);
  mountLoudness(find(section, '#loudness', HTMLElement), page);
  session.addEventListener('engine', ({ detail: { context, input, mix } }) => {
    traces.input.follow(input);
    traces.output.follow(mix.output);
    spectrogram.follow(mix.output);
    context.addEventListener('statechange', wake);
    wake();
  });
}

/**
 * Lets the visitor choose what a pane shows, and keeps it for the next visit.
 * @param {HTMLElement} pane
 * @param {{ label: string, shows: readonly (readonly [id: string, name: string])[] }} what
 */
function mountPane(pane, { label, shows }) {
  const key = `${KEY}.${pane.id}`;
  /** @param {string} chosen */
  const show = (chosen) => {
    for (const [id] of shows) find(pane, `#${id}`, HTMLElement).hidden = id !== chosen;
  };
  const { group, show: press } = choice(label, shows, (id) => {
    store(key, id);
    show(id);
  });
  const kept = readStored(key);
  const first = shows.find(([id]) => id === kept)?.[0] ?? shows[0][0];
  pane.prepend(group);
  press(first);
  show(first);
}

/**
 * The oscilloscope's trigger: whether it waits for a rise, and through which level.
 * @param {HTMLElement} section
 * @param {Oscilloscope} oscilloscope
 */
function mountTrigger(section, oscilloscope) {
  const select = find(section, '#trigger', HTMLSelectElement);
  const level = element('input', {
    'type': 'range',
    'className': 'trigger-level',
    'min': -0.9,
    'max': 0.9,
    'step': 0.05,
    'title': 'Trigger level: a double-click sets it back to zero',
    'aria-label': 'Trigger level',
    'aria-orientation': 'vertical',
  });
  find(section, '#oscilloscope', HTMLCanvasElement).after(level);

  function show() {
    oscilloscope.isTriggered = select.value === 'auto';
    oscilloscope.levelShare = level.valueAsNumber;
    level.hidden = !oscilloscope.isTriggered;
    level.setAttribute('aria-valuetext', `${fixed(100 * level.valueAsNumber, 0)} % of the way to the edge`);
    oscilloscope.refresh();
  }
  level.value = '0';
  level.addEventListener('input', show);
  level.addEventListener('dblclick', () => {
    level.value = '0';
    show();
  });
  select.addEventListener('change', show);
  show();
}
