/**
 * The two displays of the sound, oscilloscope and spectrum: the engine's input under its output, drawn while the
 * context runs. Main thread.
 */

import { find } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { Oscilloscope } from './oscilloscope.js';
import { Spectrum } from './spectrum.js';
import { Trace } from './trace.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const traces = { input: new Trace(), output: new Trace() };
  const oscilloscope = new Oscilloscope(find(section, '#oscilloscope', HTMLCanvasElement), traces);
  const spectrum = new Spectrum(find(section, '#spectrum', HTMLCanvasElement), traces, session);
  const legend = find(section, '#response-legend', HTMLElement);

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      traces.input.read();
      traces.output.read();
      oscilloscope.show(now);
      spectrum.draw();
    },
  );
  session.addEventListener('engine', ({ detail: { context, input, output } }) => {
    traces.input.follow(input);
    traces.output.follow(output);
    legend.hidden = false;
    context.addEventListener('statechange', wake);
    wake();
  });
  session.addEventListener('parameter', () => spectrum.draw());
}
