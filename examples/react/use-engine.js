/** Hooks: an engine that lives as long as its component, and its level. */
import { createEngine } from 'audio-dsp-wasm';
import { useEffect, useState } from 'react';

/**
 * A tone through an engine. The effect that makes it ends it, ready or not: the signal does both. The parameters follow
 * what the component says; their change is no reason for another engine.
 */
export function useEngine(params) {
  const [engine, setEngine] = useState(null);
  const [error, setError] = useState(null);

  useEffect(() => {
    const life = new AbortController();
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 110 });
    createEngine(context, { signal: life.signal }).then(
      (made) => {
        tone.connect(made.input);
        made.connect(context.destination);
        tone.start();
        setEngine(made);
      },
      (failure) => life.signal.aborted || setError(failure.message),
    );
    return () => {
      life.abort();
      context.close();
      setEngine(null);
    };
  }, []);

  useEffect(() => {
    engine?.set(params);
  }, [engine, params]);

  return { engine, error };
}

/** The level of an engine's output, again for each frame that the browser paints. */
export function useLevel(engine) {
  const [level, setLevel] = useState(0);

  useEffect(() => {
    let frame = 0;
    const show = () => {
      setLevel(engine?.meters().outputPeak[0] ?? 0);
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, [engine]);

  return level;
}
