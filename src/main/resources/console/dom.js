/**
 * Building the page. Everything that comes from the cluster goes in as text nodes or plain
 * attributes, never as markup, so that no key and no value can become code.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** The element with this id, which index.html is known to have. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new HTML element; attributes that are undefined or false are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** A new SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Writes only when it changes something, which keeps selections and screen readers calm. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * Lets the arrow keys, Home and End walk through the buttons of a scrolling list, which is itself
 * one stop of the Tab key however long it is.
 */
export function walkWithArrowKeys(list) {
  list.addEventListener('keydown', (event) => {
    const buttons = [...list.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement);
    const target = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (target !== undefined && buttons[target]) {
      event.preventDefault();
      buttons[target].focus();
    }
  });
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children);
  return element;
}
