/**
 * "How am I running?": the run mode that the engine took and why, what this browser and this server offer, and the
 * figures of the moment: latency, part by part, and what was missed. The run mode can be changed here while it plays.
 * Main thread.
 */

import { BUFFER_SIZES, detect } from '../../worklet/engine.js';
import { choice, element, errorMessage, messageOf, numberCell, setText, showMessage, tableRow } from '../shared/dom.js';
import { quantumOf } from '../shared/quantum.js';

/**
 * @typedef {import('../session/session.js').Sound} Sound
 * @typedef {import('../session/session.js').Session} Session
 */

const REFRESH_MILLISECONDS = 500;
const UNKNOWN = '–';

/** What is shown before the engine runs. */
const NOT_STARTED = ['Not started', 'The engine starts with the first sound.'];

/** What each run mode is called with its transport, and what it means. */
const RUN_MODES = new Map([
  [
    'worklet shared',
    [
      'AudioWorklet, shared memory',
      'The audio thread reads the parameters where this page writes them; nothing is posted.',
    ],
  ],
  [
    'worklet message',
    ['AudioWorklet, messages', 'The audio thread gets the parameters by MessagePort, at most once per frame.'],
  ],
  [
    'script-processor direct',
    ['ScriptProcessorNode', 'The same engine on this page’s own thread, through a longer buffer.'],
  ],
]);

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const title = element('p', { className: 'run-mode' });
  const why = element('p', { className: 'hint' });
  const error = errorMessage();
  const modes = choice(
    'Run mode',
    [
      ['auto', 'Automatic'],
      ['worklet', 'AudioWorklet'],
      ['script-processor', 'Script processor'],
    ],
    (mode) => change(() => session.setMode(mode)),
  );
  const buffer = element(
    'select',
    { id: 'buffer-size' },
    new Option('automatic', 'auto'),
    ...BUFFER_SIZES.map((size) => new Option(`${size} frames`, String(size))),
  );
  const figures = new Figures();
  section.append(
    element('div', { className: 'run-mode-head' }, element('div', {}, title, why), modes.group),
    error,
    element('div', { className: 'columns' }, featureTable(), figures.table),
    element(
      'p',
      { className: 'labelled' },
      element('label', { for: 'buffer-size' }, 'The script processor’s buffer'),
      buffer,
      hint('A short one answers sooner, a long one breaks less. Automatic starts short, and grows when it breaks.'),
    ),
  );

  /** @param {() => Promise<void>} how */
  async function change(how) {
    showMessage(error, '');
    try {
      await how();
    } catch (failure) {
      showMessage(error, messageOf(failure));
    }
    show();
  }

  buffer.addEventListener('change', () => {
    const size = BUFFER_SIZES.find((each) => String(each) === buffer.value) ?? 'auto';
    change(() => session.setBufferSize(size));
  });

  function show() {
    modes.show(session.wantedMode);
    buffer.value = String(session.wantedBufferSize);
    const { engine } = session;
    const [name, sentence] = (engine && RUN_MODES.get(`${engine.mode} ${engine.transport}`)) ?? NOT_STARTED;
    const reason = engine?.fallbackReason;
    setText(title, name);
    setText(why, reason ? `${sentence} A better run mode did not start: ${reason.message}` : sentence);
    figures.show(session);
  }

  session.addEventListener('mode', show);
  session.addEventListener('engine', ({ detail: { context } }) => {
    context.addEventListener('statechange', show);
  });
  setInterval(() => {
    if (!document.hidden) figures.show(session);
  }, REFRESH_MILLISECONDS);
  show();
}

/** @param {string} text */
const hint = (text) => element('span', { className: 'hint' }, text);

function featureTable() {
  const rows = detect().map(({ label, present, remedy }) => {
    const row = tableRow(label, element('td', {}, element('b', {}, present ? 'yes' : 'no'), ' ', hint(remedy)));
    row.className = present ? 'present' : 'absent';
    return row;
  });
  return element(
    'table',
    { className: 'features' },
    element('caption', {}, 'What is there'),
    element('tbody', {}, ...rows),
  );
}

/** @param {number} seconds */
const milliseconds = (seconds) => (Number.isFinite(seconds) ? `${(1000 * seconds).toFixed(1)} ms` : UNKNOWN);

/** What the engine's count of underruns is made of, by its source. */
const COUNTED = {
  'playback-stats': 'counted by the browser',
  'quanta': 'blocks of sound not ready in time',
};

/**
 * The figures of the moment: `[label, what it means, text]`.
 * @type {readonly [string, string, (sound: Pick<Sound, 'context' | 'engine'>) => string][]}
 */
const FIGURES = [
  ['Audio context', 'The browser’s state of the sound', ({ context }) => context.state],
  ['Sample rate', 'Of the context and of the engine', ({ context }) => `${context.sampleRate} Hz`],
  [
    'Block size',
    'How much sound the browser asks for at once: a render quantum',
    ({ context }) => {
      const frames = quantumOf(context);
      return `${frames} frames, ${milliseconds(frames / context.sampleRate)}`;
    },
  ],
  ['Latency: context', 'From the graph to the system', ({ engine }) => milliseconds(engine.latency().base)],
  ['Latency: output', 'From the system to the ear', ({ engine }) => milliseconds(engine.latency().output || NaN)],
  ['Latency: engine', 'Of the effects themselves', ({ engine }) => milliseconds(engine.latency().engine)],
  [
    'Latency: script processor',
    'Its two buffers, where it runs',
    ({ engine }) =>
      `${milliseconds(engine.latency().buffer)}${engine.bufferSize ? ` (2 × ${engine.bufferSize} frames)` : ''}`,
  ],
  [
    'Latency: sum',
    'From the engine’s input to the ear, as far as known',
    ({ engine }) => milliseconds(engine.latency().total),
  ],
  [
    'Underruns',
    'How often sound came too late',
    ({ engine }) => {
      const { count, source } = engine.underruns();
      return `${count} (${COUNTED[source]})`;
    },
  ],
  [
    'Rendered',
    'By the engine since it was made',
    ({ engine, context }) => {
      const { quanta, frames } = engine.meters();
      return `${quanta} blocks, ${(frames / context.sampleRate).toFixed(1)} s`;
    },
  ],
];

class Figures {
  #cells = FIGURES.map(() => numberCell(UNKNOWN));

  constructor() {
    const rows = FIGURES.map(([label, meaning], index) =>
      element('tr', {}, element('th', { scope: 'row', title: meaning }, label), this.#cells[index]),
    );
    this.table = element(
      'table',
      { className: 'figures' },
      element('caption', {}, 'Figures of the moment'),
      element('tbody', {}, ...rows),
    );
  }

  /** @param {Session} session */
  show({ context, engine }) {
    for (const [index, [, , text]] of FIGURES.entries()) {
      setText(this.#cells[index], context && engine ? text({ context, engine }) : UNKNOWN);
    }
  }
}
