// Small helpers to make elements; texts are always set as text, never as markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function icon(name) {
  return h("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);
}

export function button(text, { symbol, kind = "", ...attributes }) {
  return h("button", { type: "button", class: `rb-button ${kind}`, ...attributes }, symbol ? icon(symbol) : "", text ? h("span", {}, text) : "");
}

// A select from [value, label] pairs, or from {label, options} for a heading with its own.
export function select(options, chosen, attributes) {
  const element = h("select", { class: "rb-input rb-select", ...attributes });
  const option = ([value, label]) => h("option", { value, selected: value === chosen }, label);
  for (const one of options) {
    element.append(Array.isArray(one) ? option(one) : h("optgroup", { label: one.label }, one.options.map(option)));
  }
  return element;
}

// “from {first} to {last}” with elements in the places of its words: their order is the language's.
export function sentence(template, parts) {
  return template.split(/(\{\w+\})/).map((piece) => {
    const name = piece.match(/^\{(\w+)\}$/)?.[1];
    if (name) return parts[name];
    return piece.trim() ? h("span", { class: "rb-word" }, piece.trim()) : "";
  });
}

export function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// The form in which text is compared: without marks and case, the four letters i of Turkish as one.
export function fold(text) {
  return text.replace(/[İIı]/g, "i").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
