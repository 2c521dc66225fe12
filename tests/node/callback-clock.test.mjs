/** How the fallback hears itself glitch: its callbacks' clock, on schedules worked out by hand. No browser. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CallbackClock } from '../../worklet/callback-clock.js';

const RATE = 48000;
const SIZE = 512;
const seconds = (frames) => frames / RATE;

/** Feeds a clock with calls at these frames, of playbackTimes that `playback` tells; finds the calls that are late. */
function lateCalls(frames, playback) {
  const clock = new CallbackClock(SIZE, RATE);
  const late = frames.map((frame, k) => clock.called(seconds(frame), seconds(playback(frame, k))) && k);
  return { late: late.filter((k) => k !== false), latency: clock.latency };
}

/** Browsers that exchange two buffers say "now and one length", whenever the call comes. */
const twoBuffers = (frame) => frame + SIZE;
const calls = (count, frameOf) => Array.from({ length: count }, (_, k) => frameOf(k));

describe("The clock of a ScriptProcessorNode's callbacks", () => {
  test('finds no call late that comes within a buffer of its earliest time', () => {
    const jitter = [0, 384, 128, 512, 256];
    const { late, latency } = lateCalls(
      calls(200, (k) => (k + 1) * SIZE + jitter[k % 5]),
      twoBuffers,
    );
    assert.deepEqual(late, []);
    assert.ok(Math.abs(latency - seconds(2 * SIZE)) < 1e-9);
  });

  test('finds those late that a busy thread delays, and no call after it has caught up', () => {
    // From call 20 on the thread is blocked for ten buffers; the calls then come all at once.
    const blockedUntil = 31 * SIZE;
    const frames = calls(60, (k) => (k >= 20 ? Math.max((k + 1) * SIZE, blockedUntil) : (k + 1) * SIZE));
    // Call k is due one buffer after its earliest time: those up to 28 come later than that.
    assert.deepEqual(
      lateCalls(frames, twoBuffers).late,
      calls(9, (k) => 20 + k),
    );
  });

  test('takes the calls after dropped buffers for in time, once it has heard that they are steady', () => {
    // Three buffers are dropped at call 20: all later calls come three lengths later, for ever.
    const { late } = lateCalls(
      calls(100, (k) => (k + (k >= 20 ? 4 : 1)) * SIZE),
      twoBuffers,
    );
    assert.deepEqual(
      late,
      calls(8, (k) => 20 + k),
    );
  });

  test('believes a playbackTime that says when the output is due, as Firefox gives it', () => {
    // The queue is three buffers long; call 50 comes when its sound is due already.
    const due = (_frame, k) => (k + 4) * SIZE;
    const { late, latency } = lateCalls(
      calls(100, (k) => (k + 1) * SIZE + (k === 50 ? 4 * SIZE : 0)),
      due,
    );
    assert.deepEqual(late, [50]);
    assert.ok(latency > seconds(3 * SIZE) && latency < seconds(5 * SIZE), `${latency} s`);
  });
});
