// The few lines of DOM that every panel needs. Data becomes text and properties, never markup.

/**
 * An element with its properties, its attributes (`aria-…`, `data-…`, `role`, `for`) and its children.
 * @param {string} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node|string)} children
 */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** Sets an element's text, touching the document only where it changes. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows a sentence in an element that is hidden while there is none. */
export function showMessage(node, message) {
  setText(node, message);
  node.hidden = message === '';
}

/** A table's row under its heading. */
export function tableRow(heading, ...cells) {
  return element('tr', {}, element('th', { scope: 'row' }, heading), ...cells);
}

/** A table's cell with a number, which aligns right. */
export function numberCell(text) {
  return element('td', { className: 'number' }, text);
}

/** A group of buttons of which one is chosen: `[[value, label], …]`. */
export function choice(label, options, onChoose) {
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
    /** Shows a value as the chosen one. */
    show(value) {
      for (const [key, input] of inputs) input.checked = key === value;
    },
  };
}
