/**
 * The AudioWorkletProcessor that ships, pkg/processor.js, in plain Node: in an AudioWorkletGlobalScope of this test's
 * own, whose clock and memory do what a browser's cannot be made to.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { root } from '../../scripts/lib/project.mjs';
import { controlBlock } from '../support/render.mjs';

const QUANTUM = 128;
const CHANNELS = 2;

describe('The processor', () => {
  let doors, Processor;
  /** Of the processor made last. */
  let memory;

  before(async () => {
    doors = await openDoors(SHIPPED.SIMD);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...args) {
        super(...args);
        ({ memory } = this.exports);
      }
    };
    Object.assign(globalThis, {
      sampleRate: 48000,
      currentFrame: 0,
      AudioWorkletProcessor: class {
        port = { postMessage() {} };
      },
      registerProcessor: (_name, made) => (Processor = made),
    });
    await import(pathToFileURL(join(root, 'pkg', 'processor.js')));
  });

  /** A processor from a context's first frame on, and its control block. */
  function start() {
    const { words, layout } = controlBlock(doors.glue, {});
    globalThis.currentFrame = 0;
    const processor = new Processor({
      processorOptions: { module: doors.module, words, channels: CHANNELS, shared: true },
    });
    return { processor, meter: (name) => words[layout.meters.find((meter) => meter.name === name).word] };
  }

  /** Calls it once, and lets the clock go on by that quantum. */
  function call(processor, sample = 0) {
    const channels = (value) => Array.from({ length: CHANNELS }, () => new Float32Array(QUANTUM).fill(value));
    const output = channels(0);
    assert.ok(processor.process([channels(sample)], [output]));
    globalThis.currentFrame += QUANTUM;
    return output;
  }

  test('counts every quantum that the clock passed without a call, but for those before its second call', () => {
    const { processor, meter } = start();
    let missed = 0;
    for (let i = 0; i < 1000; i++) {
      const skipped = i % 7 === 1 ? i % 5 : 0;
      globalThis.currentFrame += skipped * QUANTUM;
      if (i > 1) missed += skipped;
      call(processor);
    }
    // It looks at the clock every few calls.
    for (let i = 0; i < 20; i++) call(processor);
    assert.ok(missed > 200);
    assert.equal(meter('missed'), missed);
    assert.equal(meter('quanta'), 1020);
  });

  test('misses nothing where the clock goes on by a quantum a call, wherever it began', () => {
    const { processor, meter } = start();
    globalThis.currentFrame = 12345;
    for (let i = 0; i < 100; i++) call(processor);
    assert.equal(meter('missed'), 0);
  });

  test('plays on, the same bits, when its memory has grown under it', () => {
    const still = start();
    const stillOutput = Array.from({ length: 20 }, (_, i) => call(still.processor, i / 20));
    const growing = start();
    const growingOutput = Array.from({ length: 20 }, (_, i) => {
      if (i === 10) memory.grow(1);
      return call(growing.processor, i / 20);
    });
    assert.ok(stillOutput[19][0].every((sample) => sample !== 0));
    assert.deepEqual(growingOutput, stillOutput);
    assert.equal(growing.meter('quanta'), 20);
  });
});
