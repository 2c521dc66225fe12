// The proof: the same two seconds, with the settings in force on this page, by each way that the engine
// can run, compared sample by sample. The largest difference is 0, or the engine is broken.

import { builtInLoop } from '../sources/built-in.js';
import { element, numberCell, setText, showMessage, tableRow } from '../shared/dom.js';
import { formatLevel } from '../shared/curves.js';
import { createEngine } from '../../worklet/engine.js';
import { renderThroughScriptProcessor } from './fallback-render.js';

const SAMPLE_RATE = 48000;
const FRAMES = 2 * SAMPLE_RATE;
const CHANNELS = 2;
const HEADINGS = ['Way', 'Rendered in', 'Peak', 'Largest difference'];

const WAYS = [
  ['AudioWorklet, shared memory', (input, params) => byWorklet(input, params, 'shared')],
  ['AudioWorklet, messages', (input, params) => byWorklet(input, params, 'message')],
  ['Script processor', byScriptProcessor],
];

export function mount(section, { session }) {
  const button = element('button', { type: 'button', className: 'primary', id: 'prove' }, 'Render and compare');
  const verdict = element('p', { className: 'verdict', role: 'status' }, 'Not rendered yet.');
  const error = element('p', { className: 'error', role: 'alert', hidden: true });
  const body = element('tbody');
  section.append(
    element('div', { className: 'buttons' }, button, verdict),
    error,
    element(
      'table',
      { className: 'ways' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...HEADINGS.map((text, column) => element('th', { scope: 'col', className: column ? 'number' : '' }, text)),
        ),
      ),
      body,
    ),
  );
  body.append(...WAYS.map(([name]) => rowOfNumbers(name, '–', '–', '–')));

  button.addEventListener('click', async () => {
    button.disabled = true;
    showMessage(error, '');
    setText(verdict, 'Rendering…');
    try {
      const input = builtInLoop(SAMPLE_RATE).map((channel) => channel.subarray(0, FRAMES));
      const params = Object.fromEntries(session.parameters.map(({ id }) => [id, session.get(id)]));
      const results = [];
      for (const [name, render] of WAYS) results.push(await attempt(name, render, input, params));
      show(results);
    } catch (failure) {
      showMessage(error, failure.message);
      setText(verdict, 'Not rendered.');
    }
    button.disabled = false;
  });

  function show(results) {
    const rendered = results.filter(({ output }) => output);
    const [reference] = rendered;
    body.replaceChildren(...results.map((result) => rowOf(result, reference)));
    const largest = Math.max(...rendered.flatMap((a) => rendered.map((b) => largestDifference(a.output, b.output))));
    const samples = (FRAMES * CHANNELS).toLocaleString('en');
    verdict.dataset.difference = largest;
    verdict.dataset.ways = rendered.length;
    setText(
      verdict,
      rendered.length < 2
        ? 'Only one way works here: there is nothing to compare.'
        : `Largest difference between any two of ${rendered.length} ways, over ${samples} samples: ${largest}`,
    );
    verdict.classList.toggle('good', rendered.length > 1 && largest === 0);
    verdict.classList.toggle('bad', largest !== 0);
  }
}

const rowOfNumbers = (name, ...texts) => tableRow(name, ...texts.map(numberCell));

function rowOf({ name, output, milliseconds, failure }, reference) {
  if (failure) return tableRow(name, element('td', { colSpan: HEADINGS.length - 1 }, failure.message));
  const peak = output.reduce((most, channel) => channel.reduce((max, x) => Math.max(max, Math.abs(x)), most), 0);
  const { output: first } = reference;
  const difference = output === first ? 'the reference' : String(largestDifference(output, first));
  return rowOfNumbers(name, `${milliseconds.toFixed(0)} ms`, `${formatLevel(peak)} dBFS`, difference);
}

/** A way that this browser lacks is told, not hidden; the others are compared all the same. */
async function attempt(name, render, input, params) {
  const start = performance.now();
  try {
    const output = await render(input, params);
    return { name, output, milliseconds: performance.now() - start };
  } catch (failure) {
    if (failure.name !== 'EngineError') throw failure;
    return { name, failure };
  }
}

async function byWorklet(input, params, transport) {
  const context = new OfflineAudioContext(CHANNELS, FRAMES, SAMPLE_RATE);
  const engine = await createEngine(context, { mode: 'worklet', transport, channels: CHANNELS, params });
  const buffer = context.createBuffer(CHANNELS, FRAMES, SAMPLE_RATE);
  input.forEach((data, channel) => buffer.copyToChannel(data, channel));
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  await engine.close();
  return Array.from({ length: CHANNELS }, (_, channel) => rendered.getChannelData(channel));
}

function byScriptProcessor(input, params) {
  return renderThroughScriptProcessor(input, { sampleRate: SAMPLE_RATE, params });
}

/** The largest difference of two renders; infinite where one of them holds what is no number. */
export function largestDifference(a, b) {
  let largest = 0;
  a.forEach((channel, index) =>
    channel.forEach((sample, frame) => {
      const difference = Math.abs(sample - b[index][frame]);
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
    }),
  );
  return largest;
}
