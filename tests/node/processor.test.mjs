/**
 * The AudioWorkletProcessor that ships, pkg/processor.js, in plain Node: in an AudioWorkletGlobalScope of this test's
 * own, whose clock and memory do what a browser's cannot be made to.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { controlBlock } from '../../scripts/lib/control.mjs';
import { openDoors, SHIPPED } from '../../scripts/lib/doors.mjs';
import { root } from '../../scripts/lib/project.mjs';
import { ABI_VERSION } from '../../worklet/engine-instance.js';

const QUANTUM = 128;
const CHANNELS = 2;

describe('The processor', () => {
  let doors, Processor;
  /** The instances made so far. */
  const instances = [];

  before(async () => {
    doors = await openDoors(SHIPPED.SIMD);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...args) {
        super(...args);
        instances.push(this);
      }
    };
    Object.assign(globalThis, {
      sampleRate: 48000,
      currentFrame: 0,
      AudioWorkletProcessor: class {
        port = { posted: [], postMessage: (message) => this.port.posted.push(message) };
      },
      registerProcessor: (_name, made) => (Processor = made),
    });
    await import(pathToFileURL(join(root, 'pkg', 'processor.js')));
  });

  /** What ends the processors that a test has started. */
  const started = [];

  /** A processor from a context's first frame on, and its control block. */
  function start() {
    const { words, layout } = controlBlock(doors.glue, {});
    globalThis.currentFrame = 0;
    const processor = new Processor({
      processorOptions: { module: doors.module, url: 'engine.wasm', words, channels: CHANNELS, shared: true },
    });
    const end = () => {
      words[layout.flags] |= layout.flagStop;
      assert.equal(processor.process([[]], [[new Float32Array(QUANTUM)]]), false);
    };
    started.push(end);
    return { processor, end, meter: (name) => words[layout.meters.find((meter) => meter.name === name).word] };
  }

  /** Ends every processor of a test, so that the next one finds a scope without any. */
  afterEach(() => {
    for (const end of started.splice(0)) end();
  });

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
      if (i === 10) instances.at(-1).exports.memory.grow(1);
      return call(growing.processor, i / 20);
    });
    assert.ok(stillOutput[19][0].every((sample) => sample !== 0));
    assert.deepEqual(growingOutput, stillOutput);
    assert.equal(growing.meter('quanta'), 20);
  });

  test('shares one wasm instance with all others of its scope, and lets it go with the last of them', () => {
    const before = instances.length;
    const processors = Array.from({ length: 100 }, start);
    for (const { processor } of processors) call(processor, 0.5);
    assert.equal(instances.length, before + 1);
    const [last, ...others] = processors;
    for (const { end } of others) end();
    start();
    assert.equal(instances.length, before + 1, 'one engine still has the instance');
    last.end();
    for (const end of started.splice(0)) end();
    start();
    assert.equal(instances.length, before + 2);
  });

  test('plays the same bits beside others as alone', () => {
    const alone = start();
    const want = Array.from({ length: 20 }, (_, i) => call(alone.processor, i / 20));
    alone.end();
    started.length = 0;
    const [one, other] = [start(), start()];
    for (let i = 0; i < 20; i++) {
      assert.deepEqual(call(one.processor, i / 20), want[i]);
      call(other.processor, -0.9);
    }
  });

  test('whose engine traps says so, and so do its neighbours; the next one plays in a fresh instance', () => {
    const [broken, neighbour] = [start(), start()];
    call(broken.processor);
    call(neighbour.processor);
    // Frames that cannot be read trap in JavaScript as a wasm trap does: by an exception out of the call.
    const bad = {
      get length() {
        throw new WebAssembly.RuntimeError('unreachable');
      },
    };
    const output = () => [[new Float32Array(QUANTUM), new Float32Array(QUANTUM)]];
    assert.equal(broken.processor.process([[bad]], output()), false);
    assert.equal(neighbour.processor.process([[]], output()), false);
    assert.match(broken.processor.port.posted.at(-1).died, /^unreachable$/);
    assert.match(neighbour.processor.port.posted.at(-1).died, /another engine of this context failed: .*unreachable/);
    const made = instances.length;
    const next = start();
    call(next.processor);
    assert.equal(instances.length, made + 1);
    assert.deepEqual(next.processor.port.posted, [{ ready: ABI_VERSION }]);
  });

  test('that there is no memory for says that, and the others play on', () => {
    const { processor } = start();
    const { memory } = instances.at(-1).exports;
    // All that an instance can have: reserved, not used.
    memory.grow(65536 - memory.buffer.byteLength / 65536);
    const filled = Array.from({ length: 20 }, start);
    const failed = filled.map((each) => each.processor.port.posted[0]).filter((message) => message.failed);
    assert.ok(failed.length > 0);
    for (const { failed: reason, isOutOfMemory } of failed) {
      assert.equal(isOutOfMemory, true);
      assert.match(reason, /^\d+ engines have \d+ MiB$/);
    }
    call(processor, 0.5);
  });
});
