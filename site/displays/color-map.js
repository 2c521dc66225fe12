/**
 * Colours for levels, in even steps to the eye: lightness rises evenly from black to white in OKLab (B. Ottosson, "A
 * perceptual color space for image processing", 2020), the hue goes from violet through red to yellow. On a dark page
 * silence is the dark end; on a light page it is the light one. No DOM.
 */

/** How many colours there are. */
export const COLORS = 256;

const DARKEST = 0.17;
const LIGHTEST = 0.96;
/** The most colourful, half-way; at both ends there is none, as in the page's own greys. */
const CHROMA = 0.155;
/** In degrees, at the dark end and at the light one. */
const HUES = [285, 445];

/**
 * The colours from silence to full scale, as canvases have them: red, green, blue and opacity in memory.
 * @param {boolean} isDark whether the page is
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function colorMap(isDark) {
  const bytes = new Uint8ClampedArray(4 * COLORS);
  for (let i = 0; i < COLORS; i++) {
    const share = i / (COLORS - 1);
    bytes.set([...palette(isDark ? share : 1 - share).map((part) => Math.round(255 * part)), 255], 4 * i);
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * The colour at a share of the way from dark to light.
 * @param {number} share
 * @returns {number[]} red, green and blue, 0 … 1
 */
export function palette(share) {
  const lightness = DARKEST + (LIGHTEST - DARKEST) * share;
  const chroma = CHROMA * Math.sin(Math.PI * share);
  const hue = ((HUES[0] + (HUES[1] - HUES[0]) * share) * Math.PI) / 180;
  return toSrgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
}

/**
 * From OKLab to sRGB.
 * @param {number} lightness
 * @param {number} a
 * @param {number} b
 */
function toSrgb(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
}
