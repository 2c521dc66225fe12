/** What the tour shows, step by step, in the order in which one meets it. Plain data. */

/** @typedef {{ target: string, title: string, text: string }} Step the target is a selector of the studio */

/** @type {readonly Step[]} */
export const STEPS = [
  {
    target: '.sources',
    title: 'Bring a sound',
    text:
      'The built-in loop, a string, your microphone, a file or a test signal. The arrow beside Microphone has its ' +
      'device, channel and gain. Wear headphones, or it howls.',
  },
  {
    target: '.playing',
    title: 'Find the place',
    text:
      'Press the waveform to play from there. Drag along it, and that stretch repeats until you clear it. Pause ' +
      'keeps the place.',
  },
  {
    target: '#rack',
    title: 'Shape it',
    text:
      'One card per effect, in the order in which they sound. Switch it on, move its knobs or sliders, type a value; ' +
      '↺ goes back. Move a card, and the effect sounds elsewhere in the chain.',
  },
  {
    target: '.monitor',
    title: 'See it',
    text: 'What comes in is orange, what goes out is green. The filters’ handles on the spectrum can be dragged.',
  },
  {
    target: '#keeping',
    title: 'Keep it',
    text:
      'Start from a preset, compare A with B, take anything back. A link holds every setting; the red key beside ' +
      'Stop records what you hear.',
  },
];
