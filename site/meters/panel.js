/** The meters of what goes into the engine and of all that is heard, drawn while the context runs. Main thread. */

import { frames } from '../shared/frames.js';
import { Meter, SUBJECTS } from './meter.js';

/**
 * @param {HTMLElement} section
 * @param {import('../main.js').PageParts} page
 */
export function mount(section, { session }) {
  const [input, output] = SUBJECTS.map((subject) => new Meter(subject));
  section.append(input.node, output.node);

  const wake = frames(
    () => session.context?.state === 'running',
    (now) => {
      input.show(session.engine?.meters(), now);
      output.show(session.mix?.meters(), now);
    },
  );
  session.addEventListener('engine', ({ detail: { context } }) => {
    context.addEventListener('statechange', wake);
    wake();
  });
}
