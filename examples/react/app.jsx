/** A tone through the engine: play it, turn its low-pass, see its level. */
import { useState } from 'react';
import { useEngine, useLevel } from './use-engine.js';

export function App() {
  const [playing, setPlaying] = useState(false);
  const [cutoff, setCutoff] = useState(1200);
  return (
    <>
      <button type="button" onClick={() => setPlaying(!playing)}>
        {playing ? 'Stop' : 'Play'}
      </button>
      <label>
        Low-pass{' '}
        <input
          type="range"
          min="100"
          max="5000"
          value={cutoff}
          onChange={({ target }) => setCutoff(target.valueAsNumber)}
        />
      </label>
      {/* It is there while it sounds, so its click has allowed the page to. */}
      {playing && <Tone cutoff={cutoff} />}
    </>
  );
}

function Tone({ cutoff }) {
  const { engine, error } = useEngine({ gain: 0.5, lpf_cutoff: cutoff });
  const level = useLevel(engine);
  return (
    <>
      <meter max="1" value={level} />
      <output>{error ?? (engine && `${engine.mode}, ${engine.transport}`)}</output>
    </>
  );
}
