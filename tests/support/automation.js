/**
 * Schedules of a parameter, for tests: random ones, and how the audio thread plays the events that a Timeline gives,
 * in float64, frame by frame. For Node and for pages.
 */

/** Random numbers from 0 up to 1, the same for the same seed: the generator of Numerical Recipes, modulo 2³². */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  // Seeds that are near each other begin near each other.
  for (let i = 0; i < 8; i++) next();
  return next;
}

/** A law's value at a frame, by its definition; see worklet/events.js. */
function valueAt(event, x) {
  const elapsed = Math.max(x - event.start, 0);
  if (event.law === 'hold') return event.to;
  if (event.law === 'target') return event.to + (event.from - event.to) * Math.exp(-elapsed / event.timeConstant);
  if (event.law === 'curve') {
    const { values } = event;
    const position = ((values.length - 1) * elapsed) / event.duration;
    const index = Math.floor(position);
    if (x >= Math.round(event.start + event.duration) || index >= values.length - 1) return values[values.length - 1];
    return values[index] * (1 - (position - index)) + values[index + 1] * (position - index);
  }
  if (x >= Math.round(event.end)) return event.to;
  const share = elapsed / (event.end - event.start);
  if (event.law === 'linear') return event.from * (1 - share) + event.to * share;
  return event.from * (event.to / event.from) ** share;
}

/** What the audio thread makes of events: those that have not begun, by their frames, and the one in force. */
export class EventPlayer {
  #waiting = [];
  #range;
  #now = 0;

  constructor(value, { min = -Infinity, max = Infinity } = {}) {
    this.inForce = { law: 'hold', to: value };
    this.#range = { min, max };
  }

  /** Events as they come; what is late acts at once. */
  send(events) {
    for (const event of events) {
      const after = this.#waiting.findIndex(({ frame }) => frame > event.frame - (event.law === 'cancel' ? 1 : 0));
      const index = after < 0 ? this.#waiting.length : after;
      if (event.law === 'cancel') this.#waiting.length = index;
      else this.#waiting.splice(index, 0, event);
    }
  }

  /** What `engine.set` does, without the smoothing. */
  set(value) {
    this.inForce = { law: 'hold', to: value };
  }

  /** The values of the next frames. */
  play(frames) {
    const { min, max } = this.#range;
    return Float64Array.from({ length: frames }, () => {
      const x = this.#now++;
      while (this.#waiting.length > 0 && this.#waiting[0].frame <= x) this.inForce = this.#waiting.shift();
      return Math.min(Math.max(valueAt(this.inForce, x), min), max);
    });
  }
}

const DOORS = {
  set: 'setValueAtTime',
  linear: 'linearRampToValueAtTime',
  exponential: 'exponentialRampToValueAtTime',
  target: 'setTargetAtTime',
  curve: 'setValueCurveAtTime',
  cancel: 'cancelScheduledValues',
  hold: 'cancelAndHoldAtTime',
};

/**
 * Random calls of an AudioParam's methods, made one by one: `next()` gives `[method, ...arguments]`, `accept()` says
 * that the call before threw nothing. What `avoids` names is left out: each a case in which a browser does not do what
 * the specification says. To know these cases it keeps a plain list of what is scheduled.
 */
export class RandomCalls {
  #random;
  #avoids;
  #seconds;
  #time;
  #events = [{ kind: 'set', time: 0, end: 0 }];
  #call;

  constructor(seed, { seconds, time, avoids = [] }) {
    this.#random = randomNumbers(seed);
    this.#seconds = seconds;
    this.#time = time;
    this.#avoids = avoids;
  }

  next() {
    do this.#call = this.#draw();
    while (this.#avoids.some((name) => DEVIATIONS[name](this.#call, this.#around(this.#call), this.#events)));
    return [DOORS[this.#call.kind], ...this.#call.args];
  }

  accept() {
    const { kind, time, end } = this.#call;
    const events = this.#events;
    if (kind === 'cancel') {
      this.#events = events.filter((event) => event.time < time && !(event.kind === 'curve' && event.end > time));
    } else if (kind === 'hold') {
      const { before, after } = this.#around(this.#call);
      const kept = events.filter((event) => event.time <= time);
      if (before?.kind === 'curve' && before.end > time) before.end = time;
      else if (['linear', 'exponential'].includes(after?.kind)) kept.push({ ...after, time, end: time, held: true });
      else if (before?.kind === 'target') kept.push({ kind: 'set', time, end: time, held: true });
      this.#events = kept;
    } else {
      events.splice(events.findLastIndex((event) => event.time <= time) + 1, 0, { kind, time, end });
    }
  }

  #draw() {
    const random = this.#random;
    const kind = this.#kind();
    const time = this.#time(random() * this.#seconds);
    const value = 0.1 + 2 * random() - (random() < 0.2 ? 1 : 0);
    if (kind === 'cancel' || kind === 'hold') return { kind, time, args: [time] };
    if (kind === 'target') return { kind, time, end: time, args: [value, time, 0.002 + 0.05 * random()] };
    if (kind !== 'curve') return { kind, time, end: time, args: [value, time] };
    const duration = this.#time((random() * this.#seconds) / 100) + 2 ** -10;
    const values = Array.from({ length: 2 + Math.floor(6 * random()) }, () => 2 * random());
    return { kind, time, end: time + duration, args: [values, time, duration] };
  }

  /** Cancels are rare, and late, or nothing would be left. */
  #kind() {
    const random = this.#random();
    if (random > 0.98) return 'cancel';
    if (random > 0.94) return 'hold';
    return ['set', 'linear', 'exponential', 'target', 'curve'][Math.floor(5 * this.#random())];
  }

  #around({ time }) {
    return {
      before: this.#events.findLast((event) => event.time <= time),
      after: this.#events.find((event) => event.time > time),
    };
  }
}

const isRamp = (event) => event?.kind === 'linear' || event?.kind === 'exponential';

/** What browsers do otherwise than the specification says, by name: whether a call meets it. */
const DEVIATIONS = {
  /** Chromium, WebKit: a target begins at the value of the frame before, which is another while one is under way. */
  'target after target': ({ kind, time }, { before, after }, events) =>
    (kind === 'target' && (before?.kind === 'target' || after?.kind === 'target')) ||
    (kind === 'hold' && before?.kind === 'target' && before.time === time && events.length > 0),
  /** Chromium, WebKit: a target that a ramp has replaced is held, not the ramp. */
  'hold of a ramp after a target': ({ kind }, { before, after }) =>
    kind === 'hold' && before?.kind === 'target' && isRamp(after),
  /** Chromium, WebKit: a target that is held at a quantum's edge (128 of 32768 frames a second) has the next value. */
  'hold of a target at the edge of a quantum': ({ kind, time }, { before }) =>
    kind === 'hold' && before?.kind === 'target' && Number.isInteger(time * 256),
  /** Chromium, WebKit: a value curve that is held where it begins is gone. */
  'hold where a curve begins': ({ kind, time }, { before }) =>
    kind === 'hold' && before?.kind === 'curve' && before.time === time,
  /** Chromium, WebKit: what is held is computed only when it is played, from what lies before it by then; and a hold
   * before it forgets it. */
  'before what was held': ({ kind }, { after }) => kind !== 'cancel' && after?.held,
  /** Chromium, WebKit: a value curve may run over the time of a hold. */
  'curve over a hold': ({ kind, time, end }, _, events) =>
    kind === 'curve' && events.some((event) => event.held && event.time > time && event.time < end),
  /** Chromium, WebKit: a ramp to the very end of a value curve, there before the curve, takes its place. */
  'ramp to the end of a curve': ({ kind, end }, _, events) =>
    kind === 'curve' && events.some((event) => isRamp(event) && event.time === end),
  /** All: the end of a value curve is cancelled, but not the curve; then a ramp begins where the curve began. */
  'cancel at the end of a curve': ({ kind, time }, _, events) =>
    kind === 'cancel' && events.some((event) => event.kind === 'curve' && event.end === time),
  /** Chromium, WebKit: after an exponential ramp that waits, to the other sign, the next one in the quantum is late. */
  'value below 0': ({ kind, args }) => kind !== 'curve' && args.length > 1 && args[0] < 0,
  /** Chromium, WebKit: a ramp after a target that is held begins at 0. */
  'ramp after a held target': ({ kind }, { before }) => isRamp({ kind }) && before?.held && before.kind === 'set',
  /** Chromium, WebKit: off the grid of frames a target begins at the value of the frame before. */
  target: ({ kind }) => kind === 'target',
  /** Firefox: there is no cancelAndHoldAtTime(). */
  hold: ({ kind }) => kind === 'hold',
  /** Firefox: a value curve that a cancel meets goes on. */
  'cancel within a curve': ({ kind, time }, _, events) =>
    kind === 'cancel' && events.some((event) => event.kind === 'curve' && event.time < time && event.end > time),
  /** Firefox: a target goes on until the end of the ramp that follows. */
  'ramp after target': ({ kind }, { before, after }) =>
    (isRamp({ kind }) && before?.kind === 'target') || (kind === 'target' && isRamp(after)),
};

/** What to leave out of a comparison with Chromium or WebKit. */
export const BLINK = [
  'target after target',
  'hold of a ramp after a target',
  'hold of a target at the edge of a quantum',
  'hold where a curve begins',
  'before what was held',
  'curve over a hold',
  'ramp to the end of a curve',
  'cancel at the end of a curve',
  'value below 0',
  'ramp after a held target',
];
