/**
 * A line chart as SVG: axes with their units, curves, and beside them what theory says, dashed. Node.
 *
 * @typedef {object} Axis
 * @property {string} title with the unit
 * @property {number} from
 * @property {number} to
 * @property {number[]} ticks where there is a line and a number
 * @property {boolean} [logarithmic]
 *
 * @typedef {[x: number, y: number]} Point
 *
 * @typedef {object} Curve
 * @property {string} name
 * @property {Point[]} points
 * @property {boolean} [isTheory] what was not measured: it is dashed, and grey
 */

const [WIDTH, HEIGHT] = [720, 400];
const EDGE = { left: 64, right: 20, top: 48, bottom: 76 };
const COLOURS = ['#0f766e', '#c2410c', '#4338ca', '#a21caf'];
const THEORY_COLOUR = '#64748b';

/**
 * @param {{ title: string, x: Axis, y: Axis, curves: Curve[] }} chart
 * @returns {string} the picture's text
 */
export function chart({ title, x, y, curves }) {
  const across = scale(x, EDGE.left, WIDTH - EDGE.right);
  const up = scale(y, HEIGHT - EDGE.bottom, EDGE.top);
  const grid = [
    ...x.ticks.map((tick) => line([across(tick), EDGE.top, across(tick), HEIGHT - EDGE.bottom])),
    ...y.ticks.map((tick) => line([EDGE.left, up(tick), WIDTH - EDGE.right, up(tick)])),
  ];
  const numbers = [
    ...x.ticks.map((tick) => text(written(tick), across(tick), HEIGHT - EDGE.bottom + 18, 'middle')),
    ...y.ticks.map((tick) => text(written(tick), EDGE.left - 8, up(tick) + 4, 'end')),
  ];
  const colours = coloursOf(curves);
  const paths = curves.map(({ points, isTheory }, nth) => {
    const places = points.map(([a, b]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`).join(' ');
    const dashes = isTheory ? ' stroke-dasharray="5 4"' : '';
    return `<polyline points="${places}" fill="none" stroke="${colours[nth]}" stroke-width="1.6"${dashes}/>`;
  });
  const middle = (EDGE.top + HEIGHT - EDGE.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif"
  font-size="13" fill="#334155" role="img" aria-label="${escaped(title)}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<clipPath id="plot"><rect x="${EDGE.left}" y="${EDGE.top}" width="${WIDTH - EDGE.left - EDGE.right}"
  height="${HEIGHT - EDGE.top - EDGE.bottom}"/></clipPath>
<text x="${EDGE.left}" y="28" font-size="16" font-weight="600" fill="#0f172a">${escaped(title)}</text>
<g stroke="#e2e8f0">
${grid.join('\n')}
</g>
${numbers.join('\n')}
${text(x.title, (EDGE.left + WIDTH - EDGE.right) / 2, HEIGHT - EDGE.bottom + 38, 'middle')}
<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>
<g clip-path="url(#plot)">
${paths.join('\n')}
</g>
${legend(curves, colours)}
</svg>
`;
}

/** @param {Curve[]} curves */
function coloursOf(curves) {
  let measured = 0;
  return curves.map(({ isTheory }) => (isTheory ? THEORY_COLOUR : COLOURS[measured++ % COLOURS.length]));
}

/**
 * The names of the curves in a row; curves of theory share one.
 * @param {Curve[]} curves
 * @param {string[]} colours
 */
function legend(curves, colours) {
  const names = new Map(curves.map(({ name }, nth) => [name, nth]));
  const width = (WIDTH - EDGE.left - EDGE.right) / names.size;
  return [...names]
    .map(([name, nth], place) => {
      const at = EDGE.left + place * width;
      const dashes = curves[nth].isTheory ? ' stroke-dasharray="5 4"' : '';
      const sample = `<path d="M${at} ${HEIGHT - 18}h22" stroke="${colours[nth]}" stroke-width="2.4"${dashes}/>`;
      return `${sample}${text(name, at + 28, HEIGHT - 14, 'start')}`;
    })
    .join('\n');
}

/**
 * @param {Axis} axis
 * @param {number} first the place of its least value
 * @param {number} last
 * @returns {(value: number) => number}
 */
function scale({ from, to, logarithmic }, first, last) {
  const law = logarithmic ? Math.log : Number;
  return (value) => first + ((last - first) * (law(value) - law(from))) / (law(to) - law(from));
}

/** @param {number[]} ends */
const line = ([x1, y1, x2, y2]) => `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}"/>`;

/**
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {'start' | 'middle' | 'end'} anchor
 */
const text = (words, x, y, anchor) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(words)}</text>`;

/** @param {number} tick */
const written = (tick) => String(tick).replace('-', '−');

/** @param {string} words */
const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
