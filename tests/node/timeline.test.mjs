/**
 * A parameter's schedule in Node: AudioParam's exceptions, values by the specification's formulas, and the events that
 * it resolves into, played frame by frame. The browsers' own AudioParams are in tests/browser/engine/param-reference.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeEvents, encodeEvents } from '../../worklet/events.js';
import { EngineParam } from '../../worklet/param.js';
import { Timeline } from '../../worklet/timeline.js';
import { EventPlayer } from '../support/automation.js';

const RATE = 1000;
const GAIN = { id: 'gain', min: 0, max: 4, default: 1, curve: 'decibel' };
const SWITCH = { id: 'delay_on', min: 0, max: 1, default: 1, curve: 'switch' };

/** A parameter as the engine gives it, its events played by frames; `at()` lets time pass. */
function parameter(row = GAIN) {
  const timeline = new Timeline(row, RATE);
  const player = new EventPlayer(row.default, row);
  const sent = [];
  let now = 0;
  const send = (events) => {
    sent.push(...events);
    player.send(events);
  };
  const set = (value) => {
    player.set(value);
    send(timeline.set(value, now));
  };
  const param = new EngineParam(timeline, { now: () => now, sampleRate: RATE, requireOpen: () => {}, send, set });
  const at = (time) => {
    const values = player.play(Math.round((time - now) * RATE));
    now = time;
    return values;
  };
  return { param, timeline, sent, at };
}

const close = (a, b) => assert.ok(Math.abs(a - b) <= 1e-6, `${a} is not ${b}`);
const named = (name) => (error) => error.name === name;

describe('a parameter', () => {
  it('has the table’s values as float32, and its methods chain', () => {
    const { param } = parameter({ ...GAIN, max: 0.95, default: 0.3 });
    assert.deepEqual([param.minValue, param.maxValue], [0, Math.fround(0.95)]);
    assert.deepEqual([param.defaultValue, param.value], [Math.fround(0.3), Math.fround(0.3)]);
    const last = param.setValueAtTime(0, 0).linearRampToValueAtTime(1, 1).exponentialRampToValueAtTime(2, 2);
    const same = last.setTargetAtTime(0, 2, 1).setValueCurveAtTime([1, 2], 3, 1).cancelAndHoldAtTime(9);
    assert.equal(same.cancelScheduledValues(0), param);
  });

  it('throws what AudioParam throws, and changes nothing', () => {
    const { param, sent } = parameter();
    param.setValueCurveAtTime([1, 2], 1, 1).setValueAtTime(1, 5);
    const before = sent.length;
    const calls = {
      TypeError: [
        () => param.setValueAtTime(NaN, 1),
        () => param.setValueAtTime(1e39, 1),
        () => param.setValueAtTime(1),
        () => param.setValueAtTime(1n, 1),
        () => param.setValueAtTime(1, Symbol('time')),
        () => param.setTargetAtTime(1, 3, 1e39),
        () => param.setValueCurveAtTime('12', 3, 1),
        () => param.setValueCurveAtTime([1, Infinity], 3, 1),
        () => param.cancelScheduledValues(NaN),
        () => Object.assign(param, { value: NaN }),
      ],
      RangeError: [
        () => param.setValueAtTime(1, -1),
        () => param.exponentialRampToValueAtTime(1e-50, 3),
        () => param.setTargetAtTime(1, 3, -1),
        () => param.setValueCurveAtTime([1, 2], 3, 0),
        () => param.setValueCurveAtTime([1], -1, 1),
        () => param.cancelAndHoldAtTime(-1),
      ],
      InvalidStateError: [() => param.setValueCurveAtTime([1], 3, 1)],
      NotSupportedError: [
        () => param.setValueAtTime(1, 1),
        () => param.linearRampToValueAtTime(1, 1.5),
        () => param.setValueCurveAtTime([1, 2], 1, 1),
        () => param.setValueCurveAtTime([1, 2], 4.5, 1),
      ],
    };
    for (const [name, all] of Object.entries(calls)) for (const call of all) assert.throws(call, named(name));
    assert.equal(sent.length, before);
    param.setValueAtTime(1, 2).setValueCurveAtTime([1, 2], 4, 1).setValueCurveAtTime([1, 2], 5, 1);
  });

  it('follows the specification’s formulas, clamped, as does what is sent', () => {
    const { param, timeline, at } = parameter();
    param.setValueAtTime(1, 0.1).linearRampToValueAtTime(6, 0.2).exponentialRampToValueAtTime(0.5, 0.4);
    param.setTargetAtTime(2, 0.5, 0.05).setValueCurveAtTime([0, 1, 0.5], 0.7, 0.2);
    const formula = (t) => {
      if (t < 0.1) return 1;
      if (t < 0.2) return 1 + 50 * (t - 0.1);
      if (t < 0.4) return 6 * (0.5 / 6) ** ((t - 0.2) / 0.2);
      if (t < 0.5) return 0.5;
      if (t < 0.7) return 2 - 1.5 * Math.exp(-(t - 0.5) / 0.05);
      if (t < 0.8) return (t - 0.7) / 0.1;
      return Math.max(1 - (0.5 * (t - 0.8)) / 0.1, 0.5);
    };
    const scheduled = Float64Array.from({ length: RATE }, (_, x) => timeline.valueAt(x / RATE));
    for (const [x, value] of at(1).entries()) {
      close(value, Math.min(formula(x / RATE), 4));
      close(scheduled[x], value);
    }
  });

  it('begins a ramp without an event before it now, smoothly', () => {
    const { param, sent, at } = parameter();
    at(0.5);
    param.linearRampToValueAtTime(2, 1);
    assert.deepEqual(sent, [
      { id: 'gain', law: 'linear', frame: 500, start: 500, from: 1, end: 1000, to: 2, glides: true },
    ]);
    close(at(1)[250], 1.5);
  });

  it('leaves a ramp from a target under way where it is, and replaces one to come', () => {
    const under = parameter();
    under.param.setTargetAtTime(0, 0, 0.5);
    under.at(0.5);
    under.param.linearRampToValueAtTime(1, 1);
    close(under.at(1)[250], (Math.exp(-1) + 1) / 2);
    const future = parameter();
    future.param.setTargetAtTime(0, 0.2, 0.5).linearRampToValueAtTime(2, 0.4);
    close(future.at(1)[300], 1.5);
  });

  it('holds a curve in its own shape, and the value that it had', () => {
    const { param, at } = parameter();
    const values = param.setValueCurveAtTime([0, 1, 3], 0, 1).cancelAndHoldAtTime(0.75) && at(1);
    close(values[250], 0.5);
    close(values[600], 1.4);
    close(values[900], 2);
  });

  it('waits with an exponential ramp to the other sign or from 0 until its end', () => {
    const { param, at } = parameter({ ...GAIN, min: -4 });
    param.setValueAtTime(0, 0).exponentialRampToValueAtTime(1, 0.2).exponentialRampToValueAtTime(-1, 0.4);
    const values = at(1);
    assert.deepEqual([values[199], values[200], values[399], values[400]], [0, 1, 1, -1]);
  });

  it('goes on from a value that is set amid a ramp, and ends a curve by it', () => {
    const ramp = parameter();
    ramp.param.setValueAtTime(0, 0).linearRampToValueAtTime(1, 1);
    ramp.at(0.5);
    ramp.param.value = 3;
    assert.equal(ramp.param.value, 3);
    assert.equal(ramp.sent.at(-1).glides, true);
    close(ramp.at(1)[250], 2);
    const curve = parameter();
    curve.param.setValueCurveAtTime([0, 1], 0, 1);
    curve.at(0.5);
    curve.param.value = 3;
    for (const value of curve.at(2)) assert.equal(value, 3);
  });

  it('brings back what was before a ramp that is cancelled, or stays where it was under way', () => {
    const { param, at } = parameter();
    param.setValueAtTime(2, 0).linearRampToValueAtTime(0, 1).cancelScheduledValues(0.5);
    assert.equal(at(0.5)[400], 2);
    param.linearRampToValueAtTime(0, 1);
    at(0.75);
    param.cancelScheduledValues(0.75);
    close(at(1)[200], 0.5);
  });

  it('brings a fresh engine to where this one is, and on, at another sample rate', () => {
    const { param, timeline, at } = parameter();
    param.setValueAtTime(0, 0).linearRampToValueAtTime(1, 1).setTargetAtTime(3, 1.5, 0.1);
    at(0.5);
    const events = timeline.resume(0.5, 2 * RATE);
    assert.deepEqual(
      events.map(({ law, frame, glides }) => ({ law, frame, glides })),
      [
        { law: 'linear', frame: 1000, glides: true },
        { law: 'target', frame: 3000, glides: false },
      ],
    );
    const player = new EventPlayer(1);
    player.send(events);
    const values = player.play(4 * RATE);
    close(values[1500], 0.75);
    close(values[3200], 3 - 2 * Math.exp(-1));
  });

  it('as a switch takes steps and cancels alone', () => {
    const { param, at } = parameter(SWITCH);
    const calls = [
      () => param.linearRampToValueAtTime(1, 1),
      () => param.exponentialRampToValueAtTime(1, 1),
      () => param.setTargetAtTime(1, 1, 1),
      () => param.setValueCurveAtTime([0, 1], 1, 1),
    ];
    for (const call of calls) assert.throws(call, { name: 'NotSupportedError', message: /switch/ });
    param.setValueAtTime(0.4, 0.1).setValueAtTime(0.6, 0.2).cancelScheduledValues(3).cancelAndHoldAtTime(3);
    const values = at(1);
    assert.deepEqual([values[0], values[150], values[250]], [1, 0, 1]);
  });

  it('takes 100,000 events in any order in time that grows little faster than their number', () => {
    for (const place of [(i) => i, (i) => (i * 7919) % 100003]) {
      const { timeline } = parameter();
      let sent = 0;
      for (let i = 0; i < 100000; i++) sent += timeline.setValueAtTime(i % 3, place(i), 0).length;
      assert.equal(sent, 100000);
      assert.equal(timeline.valueAt(place(4711)), 4711 % 3);
    }
  });
});

describe('events as numbers', () => {
  it('come back as they were, eight words each and a curve’s values', () => {
    const id = 'gain';
    const events = [
      { id, law: 'cancel', frame: 3 },
      { id, law: 'hold', frame: 4, to: 0.5, glides: true },
      { id, law: 'linear', frame: 5, start: 5.25, from: 0, end: 9.5, to: 1, glides: false },
      { id, law: 'curve', frame: 9, start: 9.5, duration: 20, values: [1, 2, 3], glides: false },
      { id, law: 'exponential', frame: 30, start: 30, from: 1, end: 40, to: 2, glides: true },
      { id, law: 'target', frame: 40, start: 40.25, from: 2, to: 0, timeConstant: 7, glides: false },
    ];
    const words = encodeEvents(events, () => 6);
    assert.equal(words.length, 6 * 8 + 3);
    assert.deepEqual([...words.subarray(16, 24)], [2, 6, 5, 0, 5.25, 0, 9.5, 1]);
    assert.deepEqual(
      decodeEvents(words, (index) => (index === 6 ? 'gain' : '')),
      events,
    );
  });
});
