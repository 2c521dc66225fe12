/**
 * The proof: the same two seconds, with the settings in force on this page, by each run mode that the engine has,
 * compared sample by sample. The largest difference is 0, or the engine is broken. Main thread.
 */

import { createEngine, EngineError } from '../../worklet/engine.js';
import {
  button,
  element,
  errorMessage,
  messageOf,
  numberCell,
  setText,
  showMessage,
  tableHead,
  tableRow,
} from '../shared/dom.js';
import { formatLevel, grouped } from '../shared/numbers.js';
import { builtInLoop } from '../sources/built-in.js';
import { renderThroughScriptProcessor } from './fallback-render.js';

/**
 * @typedef {{ params: Record<string, number>, order: readonly string[] }} Settings in force
 * @typedef {{ name: string, output: Float32Array[], milliseconds: number }} Render
 * @typedef {{ name: string, failure: EngineError }} Failure
 */

const SAMPLE_RATE = 48000;
const FRAMES = 2 * SAMPLE_RATE;
const CHANNELS = 2;
const HEADINGS = ['Run mode', 'Rendered in', 'Peak', 'Largest difference'];

/** @type {readonly [name: string, render: (input: Float32Array[], settings: Settings) => Promise<Float32Array[]>][]} */
const RUN_MODES = [
  ['AudioWorklet, shared memory', (input, settings) => byWorklet(input, settings, 'shared')],
  ['AudioWorklet, messages', (input, settings) => byWorklet(input, settings, 'message')],
  ['Script processor', byScriptProcessor],
];

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const prove = button('Render and compare', { className: 'primary', id: 'prove' });
  const verdict = element('p', { className: 'verdict', role: 'status' }, 'Not rendered yet.');
  const error = errorMessage();
  const body = element('tbody');
  section.append(
    element('div', { className: 'buttons' }, prove, verdict),
    error,
    element('table', { className: 'renders' }, tableHead(HEADINGS), body),
  );
  body.append(...RUN_MODES.map(([name]) => rowOfNumbers(name, '–', '–', '–')));

  prove.addEventListener('click', async () => {
    prove.disabled = true;
    showMessage(error, '');
    setText(verdict, 'Rendering…');
    try {
      const input = builtInLoop(SAMPLE_RATE).map((channel) => channel.subarray(0, FRAMES));
      const params = Object.fromEntries(session.parameters.map(({ id }) => [id, session.get(id)]));
      const settings = { params, order: session.order };
      const results = [];
      for (const [name, render] of RUN_MODES) results.push(await attempt(name, () => render(input, settings)));
      show(results);
    } catch (failure) {
      showMessage(error, messageOf(failure));
      setText(verdict, 'Not rendered.');
    }
    prove.disabled = false;
  });

  /** @param {(Render | Failure)[]} results */
  function show(results) {
    const renders = results.filter((result) => 'output' in result);
    body.replaceChildren(...results.map((result) => rowOf(result, renders[0]?.output)));
    const largest = Math.max(
      ...renders.flatMap((one) => renders.map((other) => largestDifference(one.output, other.output))),
    );
    verdict.dataset.difference = String(largest);
    verdict.dataset.renders = String(renders.length);
    setText(
      verdict,
      renders.length < 2
        ? 'Only one run mode works here: there is nothing to compare.'
        : `Largest difference between any two of ${renders.length} run modes, over ${grouped(FRAMES * CHANNELS)} ` +
            `samples: ${largest}`,
    );
    verdict.classList.toggle('good', renders.length > 1 && largest === 0);
    verdict.classList.toggle('bad', largest !== 0);
  }
}

/**
 * @param {string} name
 * @param {...string} texts
 */
const rowOfNumbers = (name, ...texts) => tableRow(name, ...texts.map(numberCell));

/**
 * @param {Render | Failure} result
 * @param {Float32Array[]} reference what the others are compared with
 */
function rowOf(result, reference) {
  if ('failure' in result) {
    return tableRow(result.name, element('td', { colSpan: HEADINGS.length - 1 }, result.failure.message));
  }
  const { name, output, milliseconds } = result;
  const peak = output.reduce((most, channel) => channel.reduce((max, x) => Math.max(max, Math.abs(x)), most), 0);
  const difference = output === reference ? 'the reference' : String(largestDifference(output, reference));
  return rowOfNumbers(name, `${milliseconds.toFixed(0)} ms`, `${formatLevel(peak)} dBFS`, difference);
}

/**
 * A run mode that this browser lacks is told, not hidden; the others are compared all the same.
 * @param {string} name
 * @param {() => Promise<Float32Array[]>} render
 * @returns {Promise<Render | Failure>}
 */
async function attempt(name, render) {
  const start = performance.now();
  try {
    const output = await render();
    return { name, output, milliseconds: performance.now() - start };
  } catch (failure) {
    if (failure instanceof EngineError) return { name, failure };
    throw failure;
  }
}

/**
 * @param {Float32Array[]} input
 * @param {Settings} settings
 * @param {'shared' | 'message'} transport
 */
async function byWorklet(input, { params, order }, transport) {
  const context = new OfflineAudioContext(CHANNELS, FRAMES, SAMPLE_RATE);
  const engine = await createEngine(context, { mode: 'worklet', transport, channels: CHANNELS, params });
  engine.setOrder(order);
  const buffer = context.createBuffer(CHANNELS, FRAMES, SAMPLE_RATE);
  for (const [channel, data] of input.entries()) buffer.copyToChannel(new Float32Array(data), channel);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(engine.input);
  engine.output.connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  await engine.close();
  return Array.from({ length: CHANNELS }, (_, channel) => rendered.getChannelData(channel));
}

/**
 * @param {Float32Array[]} input
 * @param {Settings} settings
 */
function byScriptProcessor(input, settings) {
  return renderThroughScriptProcessor(input, { sampleRate: SAMPLE_RATE, ...settings });
}

/**
 * The largest difference of two renders; infinite where one of them holds what is no number.
 * @param {Float32Array[]} one
 * @param {Float32Array[]} other
 */
function largestDifference(one, other) {
  let largest = 0;
  for (const [index, channel] of one.entries()) {
    for (const [frame, sample] of channel.entries()) {
      const difference = Math.abs(sample - other[index][frame]);
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
    }
  }
  return largest;
}
