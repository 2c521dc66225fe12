/** Finds sequences in recordings, away from the page's own thread. Worker. */

import { locate } from './correlate.js';

addEventListener('message', ({ data: { recording, sequence } }) => {
  postMessage(locate(recording, sequence));
});
