/** An application that uses the package by its name. */
import { createEngine } from 'audio-dsp-wasm';
import { renderSine } from './sine.js';

export const render = (options) => renderSine(createEngine, options);
