/**
 * The few lines of DOM that every panel needs. Data becomes text and properties, never markup. Main thread.
 */

/**
 * A new element with its properties, its attributes (`aria-…`, `data-…`, `role`, `for`) and its children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) Object.assign(node, { [key]: value });
    else node.setAttribute(key, String(value));
  }
  node.append(...children);
  return node;
}

/**
 * The element of the page's own markup that a selector names.
 * @template {Element} Kind
 * @param {ParentNode} within
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 * @throws {TypeError} where there is none of this kind: the page's parts are not of one version
 */
export function find(within, selector, kind) {
  const node = within.querySelector(selector);
  if (node instanceof kind) return node;
  throw new TypeError(`The page has no ${kind.name} ${selector}.`);
}

/**
 * Sets an element's text, touching the document only where it changes.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Shows a sentence in an element that is hidden while there is none.
 * @param {HTMLElement} node
 * @param {string} message
 */
export function showMessage(node, message) {
  setText(node, message);
  node.hidden = message === '';
}

/**
 * The text of whatever was thrown.
 * @param {unknown} failure
 */
export const messageOf = (failure) => (failure instanceof Error ? failure.message : String(failure));

/**
 * A button that submits nothing.
 * @param {string} text
 * @param {Record<string, unknown>} [properties]
 */
export const button = (text, properties = {}) => element('button', { type: 'button', ...properties }, text);

/** A sentence about what went wrong, hidden until there is one: for showMessage(). */
export const errorMessage = (properties = {}) =>
  element('p', { className: 'error', role: 'alert', hidden: true, ...properties });

/**
 * A table's row under its heading.
 * @param {string} heading
 * @param {...Node} cells
 */
export function tableRow(heading, ...cells) {
  return element('tr', {}, element('th', { scope: 'row' }, heading), ...cells);
}

/**
 * A table's head.
 * @param {readonly string[]} headings
 * @param {(column: number) => string} [classOf] the class name of a column
 */
export function tableHead(headings, classOf = (column) => (column > 0 ? 'number' : '')) {
  const cells = headings.map((text, column) => element('th', { scope: 'col', className: classOf(column) }, text));
  return element('thead', {}, element('tr', {}, ...cells));
}

/**
 * A table's cell with a number, which aligns right.
 * @param {string} text
 */
export function numberCell(text) {
  return element('td', { className: 'number' }, text);
}

/**
 * Fills a slider's track up to its thumb.
 * @param {HTMLInputElement} range
 */
export function fillTrack(range) {
  const [low, high] = [Number(range.min), Number(range.max)];
  range.style.setProperty('--fill', `${(100 * (range.valueAsNumber - low)) / (high - low)}%`);
}

/**
 * A group of buttons of which one is chosen.
 * @template {string} Value
 * @param {string} label
 * @param {readonly (readonly [value: Value, label: string])[]} options
 * @param {(value: Value) => void} [onChoose]
 */
export function choice(label, options, onChoose = () => {}) {
  const group = element('div', { className: 'choice', role: 'radiogroup', 'aria-label': label });
  const name = `choice-${label.toLowerCase().replace(/\W+/g, '-')}`;
  const inputs = new Map(
    options.map(([value, text]) => {
      const input = element('input', { type: 'radio', name, value });
      input.addEventListener('change', () => onChoose(value));
      group.append(element('label', {}, input, element('span', {}, text)));
      return [value, input];
    }),
  );
  return {
    group,
    /** The one that is chosen. */
    get value() {
      return [...inputs].find(([, input]) => input.checked)?.[0];
    },
    /**
     * Shows a value as the chosen one.
     * @param {Value} value
     */
    show(value) {
      for (const [key, input] of inputs) input.checked = key === value;
    },
  };
}
