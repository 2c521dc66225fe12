/**
 * The two displays of the sound, oscilloscope and spectrum: the engine's input under its output, drawn while the
 * context runs. Main thread.
 */

import { find } from '../shared/dom.js';
import { frames } from '../shared/frames.js';
import { mount as mountHandles } from './handles.js';
import { Oscilloscope } from './oscilloscope.js';
import { Spectrum } from './spectrum.js';
import { Trace } from './trace.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, page) {
  const { session } = page;
  const traces = { input: new Trace(), output: new Trace() };
  const oscilloscope = new Oscilloscope(find(section, '#oscilloscope', HTMLCanvasElement), traces);
  const spectrum = new Spectrum(find(section, '#spectrum', HTMLCanvasElement), traces, session);

  mountHandles(find(section, '#handles', HTMLElement), page);
  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      if (!oscilloscope.inSight && !spectrum.inSight) return;
      traces.input.read();
      traces.output.read();
      oscilloscope.show(now);
      spectrum.draw();
    },
  );
  session.addEventListener('engine', ({ detail: { context, input, output } }) => {
    traces.input.follow(input);
    traces.output.follow(output);
    context.addEventListener('statechange', wake);
    wake();
  });
  session.addEventListener('parameter', () => spectrum.draw());
}
