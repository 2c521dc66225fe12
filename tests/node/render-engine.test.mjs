/** render()'s engine in plain Node: the very samples of the worklet's Renderer, however the sound is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlBlock } from '../../scripts/lib/control.mjs';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { audibleEffects, switchesOf } from '../../scripts/lib/effects.mjs';
import { EngineInstance } from '../../worklet/engine-instance.js';
import { framesHeard, RenderEngine } from '../../worklet/render-engine.js';
import { renderInNode } from '../support/render.mjs';

const SAMPLE_RATE = 48000;
/** Longer than two pieces in the wasm memory, and no whole number of quanta. */
const FRAMES = 40_037;
const TAIL_FRAMES = 30_000;

const doors = await openDoors(SHIPPED.SIMD);
const table = doors.glue.parameter_table();
const allOn = Object.fromEntries(switchesOf(table).map((id) => [id, id === 'bypass' ? 0 : 1]));
const everything = Object.assign(allOn, ...audibleEffects(table).map(({ settings }) => settings));

/** A chirp, different in each channel. */
const sound = (channels) =>
  Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: FRAMES }, (_, n) => 0.7 * Math.sin(1e-6 * (channel + 1) * n * n)),
  );

/** The sound with silence behind it, as the worklet renders it. */
const expected = (input, params) =>
  renderInNode(
    doors,
    input.map((samples) => {
      const longer = new Float32Array(FRAMES + TAIL_FRAMES);
      longer.set(samples);
      return longer;
    }),
    SAMPLE_RATE,
    params,
  );

/** An engine with these parameters, in an instance of its own. */
function engineWith(params, channels, instance = new EngineInstance(doors.module)) {
  const { words, layout } = controlBlock(doors.glue, params);
  const inbound = words.slice(0, layout.inboundWords);
  return new RenderEngine(instance, { sampleRate: SAMPLE_RATE, channels, inbound, steps: [] });
}

/** Renders in parts that end at these frames; those behind the input are its tail. */
function renderInParts(engine, input, ends) {
  const output = input.map(() => new Float32Array(FRAMES + TAIL_FRAMES));
  let start = 0;
  for (const end of [...ends, FRAMES + TAIL_FRAMES]) {
    const part = input.map((samples, c) => {
      const isTail = start >= FRAMES;
      const room = output[c].subarray(start, end);
      if (isTail)
        room.fill(NaN); // What stands in a tail is not read.
      else room.set(samples.subarray(start, end));
      return room;
    });
    engine.render(part, start >= FRAMES);
    start = end;
  }
  return output;
}

for (const channels of [1, 2]) {
  for (const [name, params] of Object.entries({ 'its defaults': {}, 'everything on': everything })) {
    test(`gives the worklet's samples, in one part or in many, ${channels === 1 ? 'mono' : 'stereo'}, ${name}`, () => {
      const input = sound(channels);
      const want = expected(input, params);
      assert.ok(want[0].subarray(FRAMES).some((x) => x !== 0));
      for (const ends of [[FRAMES], [128, 128, 12_800, FRAMES, FRAMES + 1, FRAMES + 500]]) {
        const engine = engineWith(params, channels);
        assert.deepEqual(renderInParts(engine, input, ends), want);
        engine.close();
      }
    });
  }
}

test('is at rest when nothing rings on, and not while something waits in the rest of a quantum', () => {
  const engine = engineWith({ delay_time: 0.01, delay_feedback: 0 }, 1);
  const part = [new Float32Array(100).fill(0.5)];
  engine.render(part, false);
  assert.equal(engine.isAtRest, false);
  const tail = [new Float32Array(3 * SAMPLE_RATE)];
  engine.render(tail, true);
  assert.equal(engine.isAtRest, true);
  assert.ok(framesHeard(tail) > 400 && framesHeard(tail) < SAMPLE_RATE / 2);
  engine.close();
});

test('a thousand engines made and closed in one instance leave its memory as large as the first did', () => {
  const instance = new EngineInstance(doors.module);
  const size = () => instance.door.memory.buffer.byteLength;
  engineWith({}, 2, instance).close();
  const first = size();
  for (let i = 0; i < 1000; i++) engineWith({}, 2, instance).close();
  assert.equal(size(), first);
});

test('the last frame that is heard is that of the channel that is heard longest', () => {
  assert.equal(framesHeard([Float32Array.of(0, 0, 0)]), 0);
  assert.equal(framesHeard([Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 0, 1, 0)]), 3);
  assert.equal(framesHeard([Float32Array.of(0, 0, 1), Float32Array.of(1, 0, 0)]), 3);
});
