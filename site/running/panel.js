// "How am I running?": the way the engine took and why, what this browser and this server offer, and
// the figures of the moment: latency, part by part, and what was missed. The way can be changed here
// while it plays.

import { choice, element, numberCell, setText, showMessage, tableRow } from '../shared/dom.js';
import { BUFFER_SIZES, detect } from '../../worklet/engine.js';
import { DEFAULT_QUANTUM } from '../../worklet/renderer.js';

const REFRESH_MS = 500;
const UNKNOWN = '–';

/** What each way is called, and what it means. */
const WAYS = {
  'worklet shared': [
    'AudioWorklet, shared memory',
    'The audio thread reads the parameters where this page writes them; nothing is posted.',
  ],
  'worklet message': [
    'AudioWorklet, messages',
    'The audio thread gets the parameters by MessagePort, at most once per frame.',
  ],
  'script-processor direct': [
    'ScriptProcessorNode',
    'The same engine on this page’s own thread, through a longer buffer.',
  ],
};

export function mount(section, { session }) {
  const title = element('p', { className: 'way' }, 'Not started');
  const why = element('p', { className: 'hint' }, 'The engine starts with the first sound.');
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const modes = choice(
    'Way to run',
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
    ...BUFFER_SIZES.map((size) => new Option(`${size} frames`, size)),
  );
  const figures = new Figures();
  section.append(
    element('div', { className: 'way-head' }, element('div', {}, title, why), modes.group),
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

  async function change(how) {
    showMessage(error, '');
    try {
      await how();
    } catch (failure) {
      showMessage(error, failure.message);
    }
    show();
  }

  buffer.addEventListener('change', () =>
    change(() => session.setBufferSize(buffer.value === 'auto' ? 'auto' : Number(buffer.value))),
  );

  function show() {
    modes.show(session.wantedMode);
    buffer.value = session.wantedBufferSize;
    if (session.engine) {
      const { mode, transport, fallbackReason } = session.engine;
      const [name, sentence] = WAYS[`${mode} ${transport}`];
      setText(title, name);
      setText(why, fallbackReason ? `${sentence} A better way did not start: ${fallbackReason.message}` : sentence);
    }
    figures.show(session);
  }

  session.addEventListener('mode', show);
  session.addEventListener('engine', () => {
    session.context.addEventListener('statechange', show);
  });
  setInterval(() => {
    if (!document.hidden) figures.show(session);
  }, REFRESH_MS);
  show();
}

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

const milliseconds = (seconds) => (Number.isFinite(seconds) ? `${(1000 * seconds).toFixed(1)} ms` : UNKNOWN);

/** What the engine's count of underruns is made of, by its source. */
const COUNTED = {
  'playback-stats': 'counted by the browser',
  'quanta': 'quanta not rendered in time',
};

/** The figures of the moment: `[label, what it means, (session) => text]`. */
const FIGURES = [
  ['Audio context', 'The browser’s state of the sound', ({ context }) => context.state],
  ['Sample rate', 'Of the context and of the engine', ({ context }) => `${context.sampleRate} Hz`],
  [
    'Quantum',
    'What the browser renders at once',
    ({ context }) => {
      const frames = context.renderQuantumSize ?? DEFAULT_QUANTUM;
      return `${frames} frames, ${milliseconds(frames / context.sampleRate)}`;
    },
  ],
  ['Latency: context', 'From the graph to the system', ({ engine }) => milliseconds(engine.latency().base)],
  ['Latency: output', 'From the system to the ear', ({ engine }) => milliseconds(engine.latency().output || NaN)],
  ['Latency: engine', 'Of the effects themselves', ({ engine }) => milliseconds(engine.latency().engine)],
  [
    'Latency: fallback’s buffers',
    'Of the ScriptProcessorNode, two buffers',
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
      return `${quanta} quanta, ${(frames / context.sampleRate).toFixed(1)} s`;
    },
  ],
];

class Figures {
  #cells;

  constructor() {
    this.#cells = FIGURES.map(() => numberCell(UNKNOWN));
    this.table = element(
      'table',
      { className: 'figures' },
      element('caption', {}, 'Figures of the moment'),
      element(
        'tbody',
        {},
        ...FIGURES.map(([label, meaning], index) =>
          element('tr', {}, element('th', { scope: 'row', title: meaning }, label), this.#cells[index]),
        ),
      ),
    );
  }

  show(session) {
    FIGURES.forEach(([, , text], index) => setText(this.#cells[index], session.engine ? text(session) : UNKNOWN));
  }
}
