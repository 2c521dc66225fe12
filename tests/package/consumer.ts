/** What TypeScript says of good and bad calls. Never run: `tsc` accepts this file, or the declarations are wrong. */
import {
  type BUFFER_SIZES,
  type Curve,
  createEngine,
  createString,
  detect,
  Engine,
  EngineError,
  type EngineOptions,
  type EngineParam,
  type EngineState,
  type ERROR_CODES,
  type ErrorCode,
  loadModule,
  type Meters,
  type Parameter,
  type ParameterId,
  type PlanarSound,
  PluckedString,
  type RenderedSound,
  type RenderedStream,
  type RenderOptions,
  type RenderProgress,
  render,
  type SoundStream,
  type StateChange,
  type StringOptions,
  type StringSound,
  type Take,
  type TakeLog,
  type Transport,
  type Unit,
} from 'audio-dsp-wasm';
import type * as Processor from 'audio-dsp-wasm/processor';
import type * as RenderWorker from 'audio-dsp-wasm/render-worker';
import type { createEngine as createSingle } from 'audio-dsp-wasm/single';
import init, { AudioProcessor, monte_carlo_pi, WaveSimulation } from 'audio-dsp-wasm/wasm';

/** Compiles only where both types are the same, so `any` for neither. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

const options: EngineOptions = {
  mode: 'auto',
  transport: 'message',
  channels: 1,
  bufferSize: 512,
  timeout: 5,
  fixed: true,
};
const engine: Engine = await createEngine(new AudioContext(), { ...options, params: { gain: 0.8, bypass: true } });
const processorUrl = new URL('processor.js', document.baseURI);
await createEngine(new OfflineAudioContext(1, 128, 48000), { wasmUrl: '/engine.wasm', processorUrl });
// @ts-expect-error no context
await createEngine();
// @ts-expect-error an element is no context
await createEngine(document.body);
// @ts-expect-error no such mode
await createEngine(new AudioContext(), { mode: 'thread' });
// @ts-expect-error no such number of channels
await createEngine(new AudioContext(), { channels: 6 });
// @ts-expect-error no switch
await createEngine(new AudioContext(), { fixed: 1 });
// @ts-expect-error no such buffer size
await createEngine(new AudioContext(), { bufferSize: 500 });
// @ts-expect-error no such parameter
await createEngine(new AudioContext(), { params: { volume: 1 } });
// @ts-expect-error no such option
await createEngine(new AudioContext(), { latency: 1 });
// @ts-expect-error only createEngine() makes engines
new Engine(new AudioContext(), options);

new ConstantSourceNode(engine.context).connect(engine.input).connect(engine.output);
same<typeof engine.context, BaseAudioContext>(true);
same<typeof engine.mode, 'worklet' | 'script-processor'>(true);
same<typeof engine.transport, 'shared' | 'message' | 'direct'>(true);
same<typeof engine.channels, 1 | 2>(true);
same<typeof engine.bufferSize, 0 | (typeof BUFFER_SIZES)[number]>(true);
same<typeof engine.sequence, number>(true);
same<typeof engine.closed, boolean>(true);
same<typeof engine.fallbackReason, EngineError | null>(true);
// @ts-expect-error read-only
engine.mode = 'worklet';

const inForce = engine.set('lpf_cutoff', 1200);
same<typeof inForce, number>(true);
engine.set('delay_on', false);
engine.set('delay_on', 1);
for (const { id, min } of engine.parameters) engine.set(id, min);
// @ts-expect-error no such parameter
engine.set('lpf', 1200);
// @ts-expect-error no number
engine.set('gain', '1');
// @ts-expect-error no switch
engine.set('gain', true);
const value = engine.get('gain');
same<typeof value, number>(true);
// @ts-expect-error no such parameter
engine.get('volume');
engine.reset();
engine.reset('gain');

const several = engine.set({ gain: 0.5, delay_on: false });
same<typeof several, { gain: number; delay_on: number }>(true);
// @ts-expect-error no such parameter
engine.set({ gain: 0.5, volume: 1 });
// @ts-expect-error no switch
engine.set({ gain: false });
same<ReturnType<Engine['param']>, EngineParam>(true);

const state: EngineState = engine.state();
engine.load(state);
const take = engine.record();
same<typeof take, Take>(true);
const log = take.stop();
same<typeof log, TakeLog>(true);
same<Engine['tail'], number>(true);

engine.connect(engine.context.destination).connect(engine.input);
engine.connect(new GainNode(engine.context).gain, 0);
same<ReturnType<typeof createSingle>, Promise<Engine>>(true);
same<Parameter['unit'], Unit>(true);
same<Parameter['curve'], Curve>(true);
engine.connect(engine).disconnect(engine);
engine.disconnect();
// @ts-expect-error a context is no destination
engine.connect(engine.context);

const [parameter] = engine.parameters;
same<typeof engine.parameters, readonly Parameter[]>(true);
same<typeof parameter.id, ParameterId>(true);
same<typeof parameter.default, number>(true);
same<typeof parameter.curve, 'linear' | 'logarithmic' | 'decibel' | 'switch'>(true);
// @ts-expect-error the table is nobody's to change
engine.parameters[0] = parameter;

const meters = engine.meters();
same<typeof meters, Meters>(true);
same<typeof meters.quanta, number>(true);
same<typeof meters.inputPeak, number[]>(true);
// @ts-expect-error no such meter
meters.loudness;
same<ReturnType<Engine['latency']>['total'], number>(true);
same<ReturnType<Engine['underruns']>['count'], number>(true);
same<ReturnType<Engine['response']>, Float64Array>(true);

await engine.setMode('script-processor', { bufferSize: 1024 });
same<ReturnType<Engine['setMode']>, Promise<void>>(true);
await engine.setMode('worklet', { transport: 'shared' });
// @ts-expect-error no such mode
await engine.setMode('shared');
// @ts-expect-error not while it plays
await engine.setMode('worklet', { channels: 1 });
same<ReturnType<Engine['resume']>, Promise<void>>(true);
same<ReturnType<Engine['close']>, Promise<void>>(true);
same<ReturnType<Engine[typeof Symbol.asyncDispose]>, Promise<void>>(true);
same<ReturnType<Engine[typeof Symbol.dispose]>, void>(true);
await createEngine(new AudioContext(), { signal: new AbortController().signal });
// @ts-expect-error a controller is no signal
await createEngine(new AudioContext(), { signal: new AbortController() });

engine.addEventListener('modechange', () => {});
engine.addEventListener('error', ({ detail }) => same<typeof detail, EngineError>(true), { once: true });
const hear = ({ detail }: CustomEvent<StateChange>) => same<typeof detail.state, AudioContextState>(true);
engine.addEventListener('statechange', hear);
engine.removeEventListener('statechange', hear);
engine.addEventListener('statechange', ({ detail }) => same<typeof detail.state, AudioContextState>(true));

same<typeof ERROR_CODES, readonly ErrorCode[]>(true);
same<EngineError['code'], ErrorCode>(true);
new EngineError('engine-closed') satisfies Error;
// @ts-expect-error no such code
new EngineError('broken');

const renderOptions: RenderOptions = { state, log, tail: 'auto', onProgress: (_: RenderProgress) => {} };
const planar: PlanarSound = { channels: [new Float32Array(8)], sampleRate: 48000 };
const rendered = render(planar, renderOptions);
same<typeof rendered, Promise<RenderedSound>>(true);
const buffer = new AudioBuffer({ length: 8, sampleRate: 48000 });
const renderedBuffer = render(buffer);
same<typeof renderedBuffer, Promise<AudioBuffer>>(true);
const endless: SoundStream = { stream: new ReadableStream<Float32Array[]>(), sampleRate: 48000, channels: 1 };
const renderedStream = render(endless);
same<typeof renderedStream, Promise<RenderedStream>>(true);
const stringOptions: StringOptions = { note: 45, damping: 2, pickup: 0.1, mode: 'worklet', transport: 'message' };
const string: PluckedString = await createString(new OfflineAudioContext(1, 128, 48000), stringOptions);
string.connect(engine.input).connect(engine.context.destination);
string.pluck(0.5, 1, 0.1, 2);
string.note(57.5, 0.8, string.context.currentTime);
string.off(57.5);
string.set({ brightness: 0.5 });
same<typeof string.sound, Required<StringSound>>(true);
same<ReturnType<PluckedString['view']>, Float32Array>(true);
same<ReturnType<PluckedString['close']>, Promise<void>>(true);
string.addEventListener('error', ({ detail }) => same<typeof detail, EngineError>(true));
// @ts-expect-error no note
string.note();
// @ts-expect-error no such value
string.set({ gain: 1 });
// @ts-expect-error no such option
await createString(new AudioContext(), { channels: 2 });
// @ts-expect-error only createString() makes strings
new PluckedString();

// Scripts that are there for their URLs export nothing.
same<keyof typeof Processor | keyof typeof RenderWorker, never>(true);
same<NonNullable<EngineOptions['transport']>, Transport>(true);

const [feature] = detect();
same<typeof feature, { id: string; label: string; present: boolean; remedy: string }>(true);
const { glue, module, parameters } = await loadModule();
same<typeof parameters, readonly Parameter[]>(true);
same<typeof module, WebAssembly.Module>(true);
same<ReturnType<typeof glue.monte_carlo_pi>, number>(true);

await init({ module_or_path: module });
new AudioProcessor(48000).process(new Float32Array(128), 1, 20000, 20, 0.5, 0.5, 0.3, 0.2);
new WaveSimulation(100, 0.5).add_impulse(50, monte_carlo_pi(100));
// @ts-expect-error no sample rate
new AudioProcessor();
