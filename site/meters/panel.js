/** The meters of the engine's input and output, drawn while the context runs. Main thread. */

import { frames } from '../shared/frames.js';
import { Meter, SUBJECTS } from './meter.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const meters = SUBJECTS.map((subject) => new Meter(subject));
  section.append(...meters.map(({ node }) => node));

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      const report = session.engine?.meters();
      for (const meter of meters) meter.show(report, now);
    },
  );
  session.addEventListener('engine', ({ detail: { context } }) => {
    context.addEventListener('statechange', wake);
    wake();
  });
}
