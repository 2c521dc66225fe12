/**
 * What this browser and this page offer the engine: found by trying, never by the browser's name.
 * Main thread only.
 */

/**
 * The smallest module that uses a SIMD instruction: a function that returns i8x16.splat(0). Bytes after the
 * WebAssembly core specification 2.0, "Binary Format".
 */
// biome-ignore format: a line for each section
const SIMD_MODULE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // "\0asm", version 1
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // types: () → v128
  0x03, 0x02, 0x01, 0x00, // functions: one, of type 0
  0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b, // code: i32.const 0, i8x16.splat, end
);

const probes = {
  webAssembly: () => typeof WebAssembly === 'object',
  simd: () => probes.webAssembly() && WebAssembly.validate(SIMD_MODULE),
  secureContext: () => globalThis.isSecureContext === true,
  crossOriginIsolated: () => globalThis.crossOriginIsolated === true,
  sharedMemory: () => probes.crossOriginIsolated() && typeof SharedArrayBuffer === 'function',
  audioWorklet: () =>
    typeof AudioWorkletNode === 'function' &&
    typeof AudioWorklet === 'function' &&
    typeof BaseAudioContext === 'function' &&
    'audioWorklet' in BaseAudioContext.prototype,
  scriptProcessor: () =>
    typeof BaseAudioContext === 'function' && 'createScriptProcessor' in BaseAudioContext.prototype,
  playbackStats: () => typeof AudioContext === 'function' && 'playbackStats' in AudioContext.prototype,
};

/** @type {[id: keyof typeof probes, label: string, remedy: string][]} */
const FEATURES = [
  ['webAssembly', 'WebAssembly', 'Use a browser from 2017 or later.'],
  ['simd', 'WebAssembly SIMD', 'Use a browser from 2021 (Safari: 2023) or later; the baseline build plays meanwhile.'],
  ['secureContext', 'Secure context', 'Open the page over https, or on localhost.'],
  [
    'crossOriginIsolated',
    'Cross-origin isolation',
    'Serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
  ],
  ['sharedMemory', 'SharedArrayBuffer', 'Isolate the page (above), in a browser that has shared memory.'],
  ['audioWorklet', 'AudioWorklet', 'Use a secure context (above), in a browser from 2021 or later.'],
  ['scriptProcessor', 'ScriptProcessorNode', 'Nothing to do: it is only needed where there is no AudioWorklet.'],
  ['playbackStats', 'Playback statistics', 'Nothing to do: the engine counts its own quanta instead.'],
];

/**
 * Whether one feature is there.
 * @param {keyof typeof probes} id
 */
export function has(id) {
  return probes[id]();
}

/** @type {Promise<boolean> | undefined} */
let waits;

/**
 * Whether an OfflineAudioContext waits for its ScriptProcessorNodes: Chromium's and WebKit's do, Firefox's renders
 * on and gets silence. Found by rendering four buffers of a constant.
 * @returns {Promise<boolean>}
 */
export function waitsForScriptProcessor() {
  waits ??= renderThroughScriptProcessor();
  return waits;
}

/** How long each buffer of the trial takes the script. */
const DAWDLE_MILLISECONDS = 3;

async function renderThroughScriptProcessor() {
  const bufferSize = 256;
  const context = new OfflineAudioContext(1, 4 * bufferSize, 44100);
  const node = context.createScriptProcessor(bufferSize, 1, 1);
  node.onaudioprocess = ({ outputBuffer }) => {
    // Who does not wait has rendered all of it by then; otherwise a busy machine could let both keep up by chance.
    const end = Date.now() + DAWDLE_MILLISECONDS;
    while (Date.now() < end);
    outputBuffer.getChannelData(0).fill(1);
  };
  const source = new ConstantSourceNode(context);
  source.connect(node).connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  return rendered.getChannelData(0)[context.length - 1] === 1;
}

/**
 * All that matters to the engine, in the order in which one thing needs another.
 * @returns {{ id: string, label: string, present: boolean, remedy: string }[]} `remedy`: the one line that would
 *   provide what is missing; empty where it is there
 * @example
 * for (const { label, present, remedy } of detect()) console.log(label, present, remedy);
 */
export function detect() {
  return FEATURES.map(([id, label, remedy]) => {
    const present = has(id);
    return { id, label, present, remedy: present ? '' : remedy };
  });
}
