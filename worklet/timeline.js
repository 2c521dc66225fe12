/**
 * The schedule of one parameter, by AudioParam's rules (https://webaudio.github.io/web-audio-api/#AudioParam), resolved
 * into events for an audio thread that knows none of these rules. Pure logic: every method is told the time. Main
 * thread only.
 *
 * A method gives the events to send now: at most one 'cancel', and what follows it. A thrown call changes nothing.
 *
 * How it resolves: each entry of the schedule begins a law at a time; a ramp begins its law at the time of the entry
 * before it. Of the laws that begin in one frame the last counts. So when entries change, only some frames have
 * another law than before; each is sent, and wins over what was sent for its frame earlier. Only what is taken away
 * needs a 'cancel'.
 */

import { OrderedList } from './ordered-list.js';

/**
 * @typedef {import('./events.js').ParameterEvent} ParameterEvent
 * @typedef {import('./events.js').CancelEvent} CancelEvent
 */

/**
 * How far the context's time can lag on the main thread. What is cancelled so near may have begun on the audio thread,
 * which is told what is in force instead.
 */
const LAG_SECONDS = 0.25;

/**
 * What a parameter does from a time on; times in seconds.
 * @typedef {{ law: 'hold', start: number, to: number }} Hold
 * @typedef {{ law: 'linear' | 'exponential', start: number, from: number, end: number, to: number }} Ramp
 * @typedef {{ law: 'target', start: number, from: number, to: number, timeConstant: number }} Target
 * @typedef {{ law: 'curve', start: number, duration: number, values: Float32Array }} Curve
 * @typedef {Hold | Ramp | Target | Curve} Law
 */

/** An event in AudioParam's sense. The end of a curve is one too: its last value, set. */
class Entry {
  /**
   * The law that it begins; resolved once it has its place.
   * @type {Law}
   */
  law;
  /** @type {Entry | null} */
  previous = null;
  /** @type {Entry | null} */
  next = null;
  /** Whether its time was not given, but is that of the call: it is heard smoothly. */
  smooth = false;
  /**
   * For a ramp after a target that was under way: that target, and when the ramp was made, which is where it begins.
   * @type {{ target: Entry, time: number } | null}
   */
  anchor = null;
  /**
   * Where it stays, after what was under way behind it was cancelled.
   * @type {Hold | null}
   */
  stay = null;

  /**
   * @param {'set' | 'linear' | 'exponential' | 'target' | 'curve' | 'end'} kind
   * @param {number} time seconds: when it begins, or, of a ramp, when it ends
   * @param {number} value where it leads
   * @param {Law} [law]
   */
  constructor(kind, time, value, law = { law: 'hold', start: time, to: value }) {
    this.kind = kind;
    this.time = time;
    this.value = value;
    this.law = law;
    /** When a value curve is over, or was ended; the others' time. */
    this.end = law.law === 'curve' ? law.start + law.duration : time;
  }

  get isRamp() {
    return this.kind === 'linear' || this.kind === 'exponential';
  }

  /**
   * The value at its time or later, as long as no other entry has begun.
   * @param {number} time
   */
  valueAt(time) {
    return lawAt(this.ownLaw, time);
  }

  /**
   * What is in force from its time on, until another entry begins.
   * @returns {Law}
   */
  get ownLaw() {
    if (this.stay) return this.stay;
    return this.isRamp ? { law: 'hold', start: this.time, to: this.value } : this.law;
  }
}

/** One parameter's schedule. */
export class Timeline {
  /** @type {OrderedList<Entry>} */
  #entries = new OrderedList();
  /** The value before the first entry. */
  #base;
  #sampleRate;
  /** Whether anything was ever scheduled. */
  #touched = false;
  /**
   * The frames that have another law than was sent.
   * @type {Set<number>}
   */
  #changed = new Set();
  /**
   * The frames to come for which a law was sent though none begins there: sent again with every change.
   * @type {Set<number>}
   */
  #echoes = new Set();
  /** The frame from which on all that was sent is to be forgotten, and is sent again. */
  #cancelled = Infinity;

  /**
   * @param {Pick<import('./module.js').Parameter, 'id' | 'min' | 'max' | 'default' | 'curve'>} row of the table
   * @param {number} sampleRate
   * @param {number} [value] in force now; the default otherwise
   */
  constructor(row, sampleRate, value = row.default) {
    this.row = row;
    this.#sampleRate = sampleRate;
    this.#base = value;
  }

  /**
   * Forgets all that was scheduled, of which the audio thread is told in another way.
   * @param {number} value in force from now on
   */
  reset(value) {
    this.#entries = new OrderedList();
    this.#base = value;
    this.#touched = false;
    this.#changed.clear();
    this.#echoes.clear();
    this.#cancelled = Infinity;
  }

  /**
   * The value that is scheduled for a time, clamped to the range; a float32.
   * @param {number} time seconds
   */
  valueAt(time) {
    const entry = this.#entries.findLast((other) => other.time <= time);
    const next = this.#after(entry);
    const value = next && next.law.start <= time ? lawAt(next.law, time) : entry ? entry.valueAt(time) : this.#base;
    return Math.fround(Math.min(Math.max(value, this.row.min), this.row.max));
  }

  /**
   * @param {unknown} value
   * @param {unknown} startTime seconds
   * @param {number} now seconds
   */
  setValueAtTime(value, startTime, now) {
    const to = this.#switched(float32(value, 'value'));
    const time = timeOf(startTime, 'startTime', now);
    return this.#insert(new Entry('set', time, to), now);
  }

  /**
   * @param {unknown} value
   * @param {unknown} endTime seconds
   * @param {number} now seconds
   */
  linearRampToValueAtTime(value, endTime, now) {
    this.#requireNoSwitch('linearRampToValueAtTime');
    const to = float32(value, 'value');
    const time = timeOf(endTime, 'endTime', now);
    return this.#insertRamp(new Entry('linear', time, to), now);
  }

  /**
   * @param {unknown} value not 0
   * @param {unknown} endTime seconds
   * @param {number} now seconds
   */
  exponentialRampToValueAtTime(value, endTime, now) {
    this.#requireNoSwitch('exponentialRampToValueAtTime');
    const to = float32(value, 'value');
    const time = timeOf(endTime, 'endTime', now);
    if (to === 0) throw new RangeError('An exponential ramp cannot lead to 0; use setTargetAtTime().');
    return this.#insertRamp(new Entry('exponential', time, to), now);
  }

  /**
   * @param {unknown} target
   * @param {unknown} startTime seconds
   * @param {unknown} timeConstant seconds
   * @param {number} now seconds
   */
  setTargetAtTime(target, startTime, timeConstant, now) {
    this.#requireNoSwitch('setTargetAtTime');
    const to = float32(target, 'target');
    const asked = double(startTime, 'startTime');
    const constant = float32(timeConstant, 'timeConstant');
    const start = timeOf(asked, 'startTime', now);
    if (constant < 0) throw new RangeError(`timeConstant must be 0 or more, not ${constant}.`);
    if (constant === 0) return this.#insert(new Entry('set', start, to), now);
    // From which value is known once it has its place.
    const law = /** @type {const} */ ({ law: 'target', start, from: to, to, timeConstant: constant });
    return this.#insert(new Entry('target', start, to, law), now);
  }

  /**
   * @param {unknown} values two or more
   * @param {unknown} startTime seconds
   * @param {unknown} duration seconds
   * @param {number} now seconds
   */
  setValueCurveAtTime(values, startTime, duration, now) {
    this.#requireNoSwitch('setValueCurveAtTime');
    const numbers = float32s(values);
    const asked = double(startTime, 'startTime');
    const seconds = double(duration, 'duration');
    const start = timeOf(asked, 'startTime', now);
    if (seconds <= 0) throw new RangeError(`duration must be over 0, not ${seconds}.`);
    if (numbers.length < 2) {
      throw new DOMException(`A curve needs two values or more, not ${numbers.length}.`, 'InvalidStateError');
    }
    const end = start + seconds;
    this.#requireFree(start, end);
    const last = numbers[numbers.length - 1];
    this.#begin(now);
    const curve = new Entry('curve', start, last, { law: 'curve', start, duration: seconds, values: numbers });
    this.#place(curve, now);
    this.#place(new Entry('end', end, last), now);
    return this.#finish(now);
  }

  /**
   * @param {unknown} cancelTime seconds
   * @param {number} now seconds
   */
  cancelScheduledValues(cancelTime, now) {
    const time = timeOf(cancelTime, 'cancelTime', now);
    this.#begin(now);
    const value = this.#valueBefore(now);
    let kept = this.#entries.findLast((entry) => entry.time < time);
    const curve = kept?.kind === 'curve' ? kept : null;
    // A curve that goes on beyond it is cancelled as a whole.
    const isBeyond = curve !== null && curve.end > time;
    const first = isBeyond ? curve : this.#after(kept);
    if (isBeyond) kept = curve.previous;
    this.#cut(first, now);
    if (curve && !isBeyond) this.#place(new Entry('end', time, curve.value), now);
    // What was under way is left where it is: the value stays.
    else if (first && kept && first.law.start < now) kept.stay = { law: 'hold', start: now, to: value };
    return this.#finish(now);
  }

  /**
   * @param {unknown} cancelTime seconds
   * @param {number} now seconds
   */
  cancelAndHoldAtTime(cancelTime, now) {
    const time = timeOf(cancelTime, 'cancelTime', now);
    this.#begin(now);
    const before = this.#entries.findLast((entry) => entry.time <= time);
    const after = this.#after(before);
    this.#cut(after, now);
    if (before?.kind === 'curve') {
      // It keeps its shape: its law goes on as it was, until this ends it.
      before.end = time;
      this.#place(new Entry('end', time, before.valueAt(time)), now);
    } else if (after?.isRamp) {
      const { kind, law, anchor } = after;
      this.#place(Object.assign(new Entry(kind, time, lawAt(law, time)), { anchor }), now);
    } else if (before?.kind === 'target') {
      this.#place(new Entry('set', time, before.valueAt(time)), now);
    }
    return this.#finish(now);
  }

  /**
   * What a slider does: a step in the schedule now, which the audio thread is told of in another way, and smooths. It
   * wins over whatever is under way: a ramp goes on from here, a value curve ends. What comes later stays.
   * @param {number} value in range
   * @param {number} now seconds
   */
  set(value, now) {
    this.#begin(now);
    const underWay = this.#entries.findLast((other) => other.time <= now);
    if (underWay?.kind === 'curve') this.#removeCurve(underWay);
    this.#base = value;
    const entry = Object.assign(new Entry('set', now, value), { smooth: true });
    this.#place(entry, now);
    // What the audio thread is told in the other way ends the ramp there.
    if (entry.next?.isRamp) this.#send(entry.next);
    // What was sent for this very frame, or a little before, may not have begun yet, and would undo the set: the
    // fallback renders what is some buffers old.
    const frame = this.#frameOf(now);
    const isSent = underWay !== null && !underWay.smooth && underWay.time >= now - LAG_SECONDS;
    if (this.#inForce(frame).law === entry.law && !isSent) this.#changed.delete(frame);
    return this.#finish(now);
  }

  /**
   * All events that bring a fresh engine to where this one is, and on.
   * @param {number} now seconds
   * @param {number} sampleRate of the engine's context
   * @returns {ParameterEvent[]}
   */
  resume(now, sampleRate) {
    this.#sampleRate = sampleRate;
    if (!this.#touched) return [];
    const frame = this.#frameOf(now);
    this.#begin(now);
    for (let entry = this.#entries.first; entry; entry = entry.next) this.#send(entry, frame + 1);
    return [{ ...this.#eventAt(frame, now), glides: true }, ...this.#finish(now)];
  }

  /**
   * @param {Entry} entry
   * @param {number} now
   */
  #insert(entry, now) {
    this.#requireFree(entry.time);
    this.#begin(now);
    this.#place(entry, now);
    return this.#finish(now);
  }

  /**
   * @param {Entry} ramp
   * @param {number} now
   */
  #insertRamp(ramp, now) {
    this.#requireFree(ramp.time);
    this.#begin(now);
    if (!this.#entries.findLast((other) => other.time <= ramp.time)) {
      this.#place(Object.assign(new Entry('set', now, this.#base), { smooth: true }), now);
    }
    this.#place(ramp, now);
    return this.#finish(now);
  }

  /**
   * Forgets what is past and can no longer matter: all before the entry in force. What lies before a curve stays as
   * long as the curve can be cancelled.
   * @param {number} now
   */
  #begin(now) {
    this.#touched = true;
    const current = this.#entries.findLast((entry) => entry.time < now);
    const kept = current?.kind === 'curve' ? (current.previous ?? current) : current;
    const { first } = this.#entries;
    if (first && kept && kept !== first) this.#entries.remove(first, kept);
    // A ramp under way has taken the place of the target before it.
    const ramp = current?.next;
    if (current?.kind === 'target' && ramp?.isRamp && ramp.law.start < now) {
      const { start } = ramp.law;
      const from = current.valueAt(start);
      Object.assign(current, { kind: 'set', time: start, value: from, law: { law: 'hold', start, to: from } });
      current.smooth = ramp.anchor !== null;
    }
  }

  /**
   * The events for all that has changed. What has changed before now acts now.
   * @param {number} now
   * @returns {ParameterEvent[]}
   */
  #finish(now) {
    /** @type {ParameterEvent[]} */
    const events = [];
    const frame = this.#frameOf(now);
    if (this.#cancelled < Infinity) this.#addCancel(events, now);
    for (const echo of this.#echoes) {
      if (echo > frame) this.#changed.add(echo);
      else this.#echoes.delete(echo);
    }
    const frames = new Set([...this.#changed].map((changed) => Math.max(changed, frame)));
    for (const each of [...frames].sort((a, b) => a - b)) {
      if (each > frame && !this.#begins(each)) this.#echoes.add(each);
      events.push(this.#eventAt(each, now));
    }
    this.#changed.clear();
    this.#cancelled = Infinity;
    return events;
  }

  /**
   * @param {ParameterEvent[]} events
   * @param {number} now
   */
  #addCancel(events, now) {
    const frame = this.#cancelled;
    events.push({ id: this.row.id, law: 'cancel', frame });
    for (const echo of this.#echoes) if (echo >= frame) this.#echoes.delete(echo);
    const isNear = frame < this.#frameOf(now + LAG_SECONDS);
    if (isNear || this.#begins(frame)) this.#changed.add(frame);
  }

  /**
   * Whether the law in force in a frame begins there.
   * @param {number} frame
   */
  #begins(frame) {
    return this.#frameOf(this.#inForce(frame).law.start) === frame;
  }

  /**
   * Puts an entry in its place, and resolves it and those that depend on it.
   * @param {Entry} entry
   * @param {number} now
   */
  #place(entry, now) {
    this.#entries.insert(entry);
    entry.law = this.#resolve(entry, now);
    this.#send(entry);
    for (let next = entry.next; next && (next.isRamp || next.kind === 'target'); next = next.next) {
      const old = next.law;
      next.law = this.#resolve(next, now);
      if (isSame(old, next.law)) break;
      this.#changed.add(this.#frameOf(old.start));
      this.#send(next);
      if (next.isRamp) break;
    }
  }

  /**
   * The law that an entry begins, by what is before it.
   * @param {Entry} entry
   * @param {number} now
   * @returns {Law}
   */
  #resolve(entry, now) {
    const { kind, previous, time, value, law } = entry;
    if (law.law === 'target') return { ...law, from: previous ? previous.valueAt(time) : this.#base };
    if (kind !== 'linear' && kind !== 'exponential') return law;
    const { start, from } = this.#startOf(entry, now);
    // Without a length it is a step.
    if (start >= time) return { law: 'hold', start: time, to: value };
    // Over or from 0 it waits at its start.
    const isPossible = from !== 0 && Math.sign(from) === Math.sign(value);
    if (kind === 'exponential' && !isPossible) return { law: 'hold', start, to: from };
    return { law: kind, start, from, end: time, to: value };
  }

  /**
   * Where a ramp begins.
   * @param {Entry} ramp
   * @param {number} now
   */
  #startOf(ramp, now) {
    const { previous } = ramp;
    if (!previous) return { start: ramp.time, from: this.#base };
    // What ends where a value curve ends, but was there before the curve, is over at once.
    if (previous.kind === 'curve') return { start: ramp.time, from: previous.value };
    if (previous.law.law !== 'target') return { start: previous.time, from: previous.value };
    // A target that has not begun is replaced; one under way is left where it is now.
    if (ramp.anchor?.target !== previous) {
      ramp.anchor = previous.time < now ? { target: previous, time: now } : null;
    }
    const start = ramp.anchor?.time ?? previous.time;
    return { start, from: previous.valueAt(start) };
  }

  /**
   * Marks the frames at which an entry begins something.
   * @param {Entry} entry
   * @param {number} [earliest] leaves out the frames before
   */
  #send(entry, earliest = -Infinity) {
    const { law, isRamp, time, kind } = entry;
    const times = kind === 'end' && this.#isImplied(entry) ? [] : [law.start];
    // A ramp that waits reaches its value by a step.
    if (isRamp && law.law === 'hold') times.push(time);
    for (const frame of times.map((each) => this.#frameOf(each))) if (frame >= earliest) this.#changed.add(frame);
  }

  /**
   * Whether the end of a curve is part of the curve's law: it was not moved, and nothing else was sent for its frame.
   * @param {Entry} end
   */
  #isImplied({ time, previous }) {
    return previous?.law.law === 'curve' && previous.law.start + previous.law.duration === time;
  }

  /**
   * Removes an entry and all that come later.
   * @param {Entry | null} first
   * @param {number} now
   */
  #cut(first, now) {
    if (!first) return;
    const value = this.#valueBefore(now);
    this.#entries.remove(first);
    if (!this.#entries.findLast((entry) => entry.time <= now)) this.#base = value;
    this.#cancelled = this.#frameOf(first.law.start);
  }

  /** @param {Entry} curve */
  #removeCurve(curve) {
    // What was scheduled for the time of its end, before the curve was, lies between.
    let end = curve.next;
    while (end && end.kind !== 'end') end = end.next;
    if (end) {
      if (!this.#isImplied(end)) this.#changed.add(this.#frameOf(end.time));
      this.#entries.remove(end, end.next);
    }
    this.#entries.remove(curve, curve.next);
  }

  /**
   * The value that was reached when a time came, not yet changed by what begins then.
   * @param {number} time
   */
  #valueBefore(time) {
    const entry = this.#entries.findLast((other) => other.time < time);
    const next = this.#after(entry);
    if (next && next.law.start < time) return lawAt(next.law, time);
    return entry ? entry.valueAt(time) : this.#base;
  }

  /**
   * The law in force in a frame, and whether its time was not given.
   * @param {number} frame
   * @returns {{ law: Law, smooth: boolean }}
   */
  #inForce(frame) {
    const entry = this.#entries.findLast((other) => this.#frameOf(other.time) <= frame);
    const next = this.#after(entry);
    if (next && this.#frameOf(next.law.start) <= frame) {
      return { law: next.law, smooth: next.anchor !== null || (entry?.smooth ?? false) };
    }
    if (!entry) return { law: { law: 'hold', start: 0, to: this.#base }, smooth: true };
    return { law: entry.ownLaw, smooth: entry.smooth };
  }

  /**
   * What is sent for a frame. A law that began in the past is entered midway, at no time that was given: it glides.
   * @param {number} frame
   * @param {number} now
   * @returns {Exclude<ParameterEvent, CancelEvent>}
   */
  #eventAt(frame, now) {
    const { id } = this.row;
    const { law, smooth } = this.#inForce(frame);
    const glides = smooth || this.#frameOf(law.start) < this.#frameOf(now);
    const rate = this.#sampleRate;
    const start = law.start * rate;
    if (law.law === 'hold') return { id, law: 'hold', frame, to: law.to, glides };
    if (law.law === 'target') return { id, ...law, frame, start, timeConstant: law.timeConstant * rate, glides };
    if (law.law === 'curve') return { id, ...law, frame, start, duration: law.duration * rate, glides };
    return { id, ...law, frame, start, end: law.end * rate, glides };
  }

  /** @param {number} time */
  #frameOf(time) {
    return Math.round(time * this.#sampleRate);
  }

  /** @param {Entry | null} entry */
  #after(entry) {
    return entry ? entry.next : this.#entries.first;
  }

  /**
   * Nothing begins within a value curve, and a curve begins where nothing is until its end.
   * @param {number} start
   * @param {number} [end] of a new curve
   */
  #requireFree(start, end = start) {
    const before = this.#entries.findLast((entry) => entry.time <= start);
    let other = before?.kind === 'curve' ? before : null;
    for (let next = this.#after(before); next && next.time < end && !other; next = next.next) {
      if (next.kind !== 'end') other = next;
    }
    if (!other) return;
    const what = end > start ? `A value curve from ${start} s to ${end} s` : `What is to happen at ${start} s`;
    const whom = other.kind === 'curve' ? 'the value curve that begins' : 'what is scheduled';
    throw new DOMException(`${what} overlaps ${whom} at ${other.time} s.`, 'NotSupportedError');
  }

  /** @param {string} method */
  #requireNoSwitch(method) {
    if (this.row.curve !== 'switch') return;
    const sentence = `${this.row.id} is a switch, which has no values between; use setValueAtTime(), not ${method}().`;
    throw new DOMException(sentence, 'NotSupportedError');
  }

  /** @param {number} value */
  #switched(value) {
    return this.row.curve === 'switch' ? Number(value >= 0.5) : value;
  }
}

/**
 * A law's value at a time; before its start the one at its start.
 * @param {Law} law
 * @param {number} time
 */
function lawAt(law, time) {
  const elapsed = Math.max(time - law.start, 0);
  switch (law.law) {
    case 'hold':
      return law.to;
    case 'linear':
      return time >= law.end ? law.to : law.from + (law.to - law.from) * (elapsed / (law.end - law.start));
    case 'exponential':
      return time >= law.end ? law.to : law.from * (law.to / law.from) ** (elapsed / (law.end - law.start));
    case 'target':
      return law.to + (law.from - law.to) * Math.exp(-elapsed / law.timeConstant);
    case 'curve': {
      const last = law.values.length - 1;
      const position = Math.min((last * elapsed) / law.duration, last);
      const index = Math.min(Math.floor(position), last - 1);
      return law.values[index] + (law.values[index + 1] - law.values[index]) * (position - index);
    }
  }
}

/**
 * @param {Law} a
 * @param {Law} b of the same entry
 */
function isSame(a, b) {
  if (a.law === 'hold') return b.law === 'hold' && a.start === b.start && a.to === b.to;
  if (a.law === 'curve' || b.law === 'hold' || b.law === 'curve') return a === b;
  return a.law === b.law && a.start === b.start && a.from === b.from;
}

/**
 * A number, as AudioParam takes it: whatever becomes a finite one.
 * @param {unknown} value
 * @param {string} name of the argument
 * @throws {TypeError}
 */
function double(value, name) {
  // Unary plus throws a TypeError for a Symbol and a BigInt, which Number() does not.
  const number = +(/** @type {number} */ (value));
  if (!Number.isFinite(number)) throw new TypeError(`${name} must be a finite number, not ${number}.`);
  return number;
}

/**
 * A number as float32, which is what AudioParam keeps.
 * @param {unknown} value
 * @param {string} name of the argument
 * @throws {TypeError}
 */
export function float32(value, name) {
  return double(Math.fround(double(value, name)), name);
}

/**
 * @param {unknown} values
 * @throws {TypeError}
 */
function float32s(values) {
  if (typeof values !== 'object' || values === null || !(Symbol.iterator in values)) {
    throw new TypeError('values must be a list of numbers.');
  }
  return Float32Array.from(/** @type {Iterable<unknown>} */ (values), (value) => float32(value, 'a value'));
}

/**
 * A time, not before now.
 * @param {unknown} value seconds
 * @param {string} name of the argument
 * @param {number} now seconds
 * @throws {TypeError | RangeError}
 */
function timeOf(value, name, now) {
  const time = double(value, name);
  if (time < 0) throw new RangeError(`${name} must be 0 or more, not ${time}.`);
  return Math.max(time, now);
}
