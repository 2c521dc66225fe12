/**
 * The looper's samples, without a browser: every sample of the input is told from all others, and what is expected is
 * written down as sums of them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Loop } from '../../../site/looper/loop.js';

const FADE = 8;
const LEAST = 32;
const ROOM = 1000;
const NONE = { shift: 0, ahead: 0 };

/** The input: a different number at each frame, exact in 32 bits. */
const inputAt = (frame) => (frame % 997) / 1024 + 0.25;

/** A loop that hears the input from frame 0 on, and what it played. */
class Bench {
  loop = new Loop(FADE, LEAST);
  frame = 0;
  output = [];

  /** Lets time pass, in blocks that fit nothing. */
  run(until, silent = false) {
    while (this.frame < until) {
      const frames = Math.min(37, until - this.frame);
      const input = Float32Array.from({ length: frames }, (_, i) => (silent ? 0 : inputAt(this.frame + i)));
      const output = [new Float32Array(frames).fill(9)];
      this.loop.process(this.frame, [input], output, 0, frames);
      this.output.push(...output[0]);
      this.frame += frames;
    }
    return this;
  }

  /** A base over the frames from 100 to 300, and what is played until 600. */
  recordBase(latency = NONE) {
    this.run(100);
    this.loop.record(100, zeros(ROOM), latency);
    this.run(300);
    this.loop.close(300);
    return this;
  }

  /** What was played in a round, from its beginning or from later on. */
  round(index, { begin = 300, length = 200, from = 0, to = length } = {}) {
    return this.output.slice(begin + index * length + from, begin + index * length + to);
  }
}

const zeros = (length) => [new Float32Array(length)];

describe('the loop', () => {
  it('is silent until the base ends, and repeats it to the sample from then on', () => {
    const bench = new Bench().recordBase().run(1100);
    assert.ok(bench.output.slice(0, 300).every((sample) => sample === 0));
    const expected = Array.from({ length: 200 }, (_, i) => inputAt(100 + i));
    assert.deepEqual(bench.round(0, { from: FADE }), expected.slice(FADE));
    assert.deepEqual(bench.round(1, { from: FADE }), expected.slice(FADE));
    assert.deepEqual(bench.round(2), bench.round(1));
    assert.deepEqual(bench.round(3), bench.round(1));
  });

  it('fades what came after its end out over its beginning, so that the seam goes on as the sound did', () => {
    const bench = new Bench().recordBase().run(700);
    for (let i = 0; i < FADE; i++) {
      const expected = inputAt(100 + i) * (i / FADE) + inputAt(300 + i) * (1 - i / FADE);
      assert.ok(Math.abs(bench.round(1)[i] - expected) < 1e-6, `frame ${i}`);
    }
  });

  it('adds an overdub exactly, heard from the next round on, and only where it was played', () => {
    const bench = new Bench().recordBase().run(540);
    bench.loop.overdub(540, zeros(200));
    bench.run(640);
    bench.loop.endOverdub(640);
    bench.run(1100);
    const before = bench.round(1, { to: 40 });
    const layered = bench.round(3);
    assert.deepEqual(bench.round(2, { to: 40 }), before, 'as it was, until it comes around');
    // Played from position 40 to 140, with fades at both ends.
    for (let i = 40 + FADE; i < 140; i++) {
      const base = inputAt(100 + i);
      assert.equal(layered[i], Math.fround(base + inputAt(500 + i)), `position ${i}`);
    }
    for (const i of [FADE, 39, 140 + FADE, 199]) assert.equal(layered[i], inputAt(100 + i));
  });

  it('lets an overdub go on over several rounds, each added to the one before', () => {
    const bench = new Bench().recordBase().run(500);
    bench.loop.overdub(500, zeros(200));
    bench.run(900);
    bench.loop.endOverdub(900);
    bench.run(1300);
    const [position] = [50];
    const sum = inputAt(150) + Math.fround(inputAt(550) + inputAt(750));
    assert.equal(bench.round(4)[position], Math.fround(sum));
  });

  it('gives the bits of before after undo, those of the overdub after redo, any number of times', () => {
    const bench = new Bench().recordBase().run(500);
    const plain = bench.round(0, { from: FADE });
    bench.loop.overdub(500, zeros(200));
    bench.run(700);
    bench.loop.endOverdub(700);
    bench.run(1100);
    const layered = bench.round(3);
    assert.notDeepEqual(layered.slice(FADE), plain);
    for (let times = 0; times < 2; times++) {
      bench.loop.undo(bench.frame);
      assert.deepEqual([bench.loop.overdubs, bench.loop.undone], [0, 1]);
      bench.run(bench.frame + 400);
      assert.deepEqual(bench.output.slice(-200 + FADE), plain, 'undone');
      bench.loop.redo();
      assert.deepEqual([bench.loop.overdubs, bench.loop.undone], [1, 0]);
      bench.run(bench.frame + 400);
      assert.deepEqual(bench.output.slice(-200), layered, 'redone');
    }
  });

  it('undo in the middle of an overdub ends it, and the next overdub takes the undone one’s place', () => {
    const bench = new Bench().recordBase().run(500);
    const plain = bench.round(0, { from: FADE });
    bench.loop.overdub(500, zeros(200));
    bench.run(580);
    bench.loop.undo(580);
    assert.equal(bench.loop.state, 'playing');
    bench.run(900);
    assert.deepEqual(bench.output.slice(-200 + FADE), plain);
    bench.loop.overdub(900, zeros(200));
    assert.deepEqual([bench.loop.overdubs, bench.loop.undone], [1, 0]);
  });

  it('writes what is played to it where it was heard: a latency leaves no trace', () => {
    // The player hears a frame 20 later, and the microphone gives what is played 30 later.
    const [ahead, shift] = [20, 50];
    const heardAt = 20;
    const cameInAt = 30;
    const bench = new Bench().recordBase({ shift, ahead }).run(1100);
    // The key was pressed at frame 100: what was played then came in at 130, and is the loop's first sample.
    const expected = Array.from({ length: 200 }, (_, i) => inputAt(100 + i + cameInAt));
    // The first round begins where it is heard in time: the key of frame 300 means position 0, which would sound then.
    const second = bench.output.slice(300 + 200 - heardAt, 300 + 400 - heardAt);
    assert.deepEqual(second.slice(FADE), expected.slice(FADE));

    // A note played to what is heard: position 60 is heard at frame 1160, and played to; it comes in at 1190.
    bench.run(1110, true);
    bench.loop.overdub(1110, zeros(200));
    bench.run(1190, true);
    bench.run(1191);
    bench.run(1290, true);
    // What is played before the key comes in until 1320, and is the loop's; what is played after it is not.
    bench.loop.endOverdub(1290);
    bench.run(1310, true);
    bench.run(1312);
    bench.run(1340, true);
    bench.run(1342);
    bench.run(2000, true);
    const round = bench.output.slice(1700 - heardAt, 1900 - heardAt);
    const changed = round.flatMap((sample, i) => (i >= FADE && sample !== expected[i] ? [i] : []));
    assert.deepEqual(changed, [60, 180, 181]);
    assert.equal(round[60], Math.fround(expected[60] + inputAt(1190)));
  });

  it('ends on a beat: the next one where the key came early, the last one where it came late', () => {
    for (const [pressed, length] of [
      [270, 200],
      [330, 200],
      [390, 300],
    ]) {
      const bench = new Bench().run(100);
      bench.loop.record(100, zeros(ROOM), NONE);
      bench.run(pressed);
      bench.loop.close(pressed, 100);
      assert.equal(bench.loop.begin, 100, 'until it is closed, the recording counts from where it began');
      bench.run(1500);
      assert.equal(bench.loop.length, length);
      const second = bench.round(1, { begin: 100 + length, length });
      assert.deepEqual(
        second.slice(FADE),
        Array.from({ length }, (_, i) => inputAt(100 + i)).slice(FADE),
        `pressed at ${pressed}`,
      );
      assert.ok(Math.abs(second[2] - (inputAt(102) * 2 + inputAt(102 + length) * (FADE - 2)) / FADE) < 1e-6, 'seam');
    }
  });

  it('ends by itself where its memory does, and is never shorter than it may be', () => {
    const full = new Bench();
    full.loop.record(0, zeros(ROOM), NONE);
    full.run(ROOM + 1);
    assert.deepEqual([full.loop.state, full.loop.length], ['playing', ROOM]);
    const short = new Bench();
    short.loop.record(0, zeros(ROOM), NONE);
    short.run(5);
    short.loop.close(5);
    short.run(LEAST + 1);
    assert.deepEqual([short.loop.state, short.loop.length], ['playing', LEAST]);
  });

  it('stops by a fade, plays from the beginning again, and is emptied by a fade when it is cleared', () => {
    const bench = new Bench().recordBase().run(550);
    bench.loop.stop(550);
    bench.run(600);
    assert.ok(Math.abs(bench.output[553]) < Math.abs(bench.output[550]));
    assert.ok(bench.output.slice(550 + FADE, 600).every((sample) => sample === 0));
    assert.equal(bench.loop.state, 'stopped');
    bench.loop.play(600);
    bench.run(1000);
    assert.deepEqual(bench.output.slice(600 + FADE, 800), bench.round(0, { from: FADE }));
    bench.loop.clear(1000);
    bench.run(1100);
    assert.deepEqual([bench.loop.state, bench.loop.length], ['empty', 0]);
    assert.ok(Math.abs(bench.output[1003]) < Math.abs(bench.output[999]));
    assert.ok(bench.output.slice(1000 + FADE, 1100).every((sample) => sample === 0));
  });

  it('is brought back after it was cleared, with all overdubs and in time', () => {
    const bench = new Bench().recordBase().run(500);
    bench.loop.overdub(500, zeros(200));
    bench.run(700);
    bench.loop.endOverdub(700);
    bench.run(1100);
    bench.loop.clear(1100);
    bench.run(1300);
    assert.deepEqual([bench.loop.state, bench.loop.overdubs, bench.loop.cleared], ['empty', 0, true]);
    bench.loop.undo(1300);
    bench.run(1700);
    assert.deepEqual([bench.loop.state, bench.loop.overdubs, bench.loop.cleared], ['playing', 1, false]);
    assert.deepEqual(bench.round(5, { from: FADE }), bench.round(3, { from: FADE }));
    assert.deepEqual(bench.round(6), bench.round(3));
    bench.loop.stop(1700);
    bench.loop.clear(1720);
    bench.loop.undo(1740);
    assert.equal(bench.loop.state, 'stopped', 'as it was');
  });

  it('keeps what was under way when it was cleared, to its very end', () => {
    const latency = { shift: 30, ahead: 10 };
    const [cleared, closed] = [new Bench().run(100), new Bench().recordBase(latency)];
    cleared.loop.record(100, zeros(ROOM), latency);
    cleared.run(300).loop.clear(300);
    cleared.run(350);
    assert.ok(cleared.output.every((sample) => sample === 0));
    cleared.loop.undo(350);
    // The round that both have begun anew.
    for (const bench of [cleared, closed]) bench.run(1000);
    assert.deepEqual(cleared.output.slice(700, 1000), closed.output.slice(700, 1000));
    assert.ok(cleared.output.slice(700, 900).some((sample) => sample !== 0));
  });

  it('records anew after it was cleared, and then that is all there is', () => {
    const bench = new Bench().recordBase().run(600);
    bench.loop.clear(600);
    bench.run(700);
    bench.loop.record(700, zeros(ROOM), NONE);
    bench.run(900);
    bench.loop.close(900);
    bench.run(1300);
    const expected = Array.from({ length: 200 }, (_, i) => inputAt(700 + i));
    assert.deepEqual(bench.round(0, { begin: 900, from: FADE }), expected.slice(FADE));
    assert.equal(bench.loop.cleared, false);
  });
});
