'use client';
/**
 * A tone through the engine: play it, turn its low-pass, see its level. The server renders this too, and so imports the
 * package: that touches nothing of a browser. The engine is made by the click.
 */
import { createEngine } from 'audio-dsp-wasm';
import { useEffect, useRef, useState } from 'react';

export function Player() {
  const engine = useRef(null);
  const [isReady, setReady] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [says, setSays] = useState('');
  const [level, setLevel] = useState(0);
  const [cutoff, setCutoff] = useState(1200);

  async function play() {
    setPlaying(true);
    try {
      const context = new AudioContext();
      const made = await createEngine(context, { params: { gain: 0.5, lpf_cutoff: cutoff } });
      const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 110 });
      tone.connect(made.input);
      made.connect(context.destination);
      tone.start();
      engine.current = made;
      setSays(`${made.mode}, ${made.transport}`);
    } catch (error) {
      setSays(error.message);
    }
  }

  // What the server drew does nothing until the browser's script is there.
  useEffect(() => setReady(true), []);

  // The page may go, by a link within the application: the sound goes with it.
  useEffect(() => () => void engine.current?.context.close(), []);

  useEffect(() => {
    engine.current?.set('lpf_cutoff', cutoff);
  }, [cutoff]);

  useEffect(() => {
    if (!isPlaying) return undefined;
    let frame = 0;
    const show = () => {
      setLevel(engine.current?.meters().outputPeak[0] ?? 0);
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  return (
    <>
      <button type="button" onClick={play} disabled={!isReady || isPlaying}>
        Play
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
      <meter max="1" value={level} />
      <output>{says}</output>
    </>
  );
}
