/** For pages: a loudspeaker that the microphone hears, made of Web Audio's own nodes. */

const SECONDS = 0.04;
/** 3 dB over unity at the frequency that the room favours, by a resonance 60 Hz wide; as much under it elsewhere. */
const GAIN = 10 ** (3 / 20);
const HERTZ = 1000;
const WIDTH_HERTZ = 60;

/**
 * Leads what goes out back in.
 * @param {AudioNode} from
 * @param {AudioNode} to
 * @returns {() => void} ends it
 */
export function feedBack(from, to) {
  const { context } = from;
  const air = new DelayNode(context, { delayTime: SECONDS });
  const elsewhere = new GainNode(context, { gain: 1 / GAIN });
  const room = new BiquadFilterNode(context, { type: 'bandpass', frequency: HERTZ, Q: HERTZ / WIDTH_HERTZ });
  const favoured = new GainNode(context, { gain: GAIN - 1 / GAIN });
  from.connect(air);
  air.connect(elsewhere).connect(to);
  air.connect(room).connect(favoured).connect(to);
  return () => air.disconnect();
}
