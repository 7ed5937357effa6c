// The controls for the value of a condition, one kind for each kind of value.

import { h, select, sentence } from "./dom.js";
import * as numbers from "./numbers.js";
import { Picker } from "./picker.js";

// `at`: {builder, condition, asked, key, label} of the condition or detail that is written.
export function editor(at, comparison) {
  if ("value" in comparison) return [];
  const { asked, condition } = at;
  if (asked.choices || asked.search) {
    if (comparison.editor === "text") return asked.choices ? [oneOf(at)] : [picked(at, true)];
    if (comparison.editor === "texts") return [picked(at, false)];
  }
  const unit = asked.unit ? h("span", { class: "rb-word" }, asked.unit) : "";
  switch (comparison.editor) {
    case "text":
      return [input(at, { set: (text) => text.trim() || undefined, value: condition.value ?? "", kind: "rb-text", maxlength: 200 })];
    case "texts":
      return [picked(at, false, true)];
    case "number":
    case "whole":
    case "amount":
      return [numeric(at, comparison.editor), ...currency(at, comparison.editor), unit];
    case "numbers":
    case "wholes":
    case "amounts":
      return [pair(at, (place) => numeric(at, comparison.editor.slice(0, -1), place)), ...currency(at, comparison.editor), unit];
    case "day":
      return [day(at)];
    case "days":
      return [pair(at, (place) => day(at, place))];
    case "span":
    case "span_ahead":
      return span(at, comparison.editor === "span" ? "last" : "next");
    case "away":
      return away(at);
    case "area":
      return area(at);
    default:
      return [];
  }
}

// --- one input ---
// `set` gives the value of what was typed: undefined for nothing, null for what is no such value.
function input(at, { set, value, kind = "", label = at.label, part = "", put = null, wrong = "", ...more }) {
  const { builder, condition } = at;
  const write = put ?? ((made) => {
    if (made === undefined) delete condition.value;
    else condition.value = made;
  });
  const element = h("input", {
    type: "text", class: `rb-input ${kind}`, "aria-label": label, "data-key": `${at.key}:value${part}`,
    "data-part": "value", autocomplete: "off", ...more,
    oninput: () => {
      const made = set(element.value);
      builder.wrong(element, made === null ? wrong : "");
      write(made === null ? undefined : made);
      builder.changed(condition);
    },
  });
  element.value = value;
  return element;
}

// Puts one of two values; a pair of which nothing is written is none.
function half(condition, place) {
  return (made) => {
    const both = Array.isArray(condition.value) ? condition.value : [condition.value ?? null, condition.value ?? null];
    both[place] = made ?? null;
    if (both.every((one) => one === null)) delete condition.value;
    else condition.value = both;
  };
}

function halfOf(condition, place) {
  return Array.isArray(condition.value) ? condition.value[place] : condition.value;
}

function numeric(at, kind, place = null) {
  const { builder, condition, asked } = at;
  const { language, words } = builder;
  const decimals = () => builder.schema.decimals[condition.currency] ?? 2;
  const stored = place === null ? condition.value : halfOf(condition, place);
  const readers = {
    number: (text) => numbers.number(text, language),
    whole: (text) => numbers.whole(text, language),
    amount: (text) => numbers.minor(text, decimals(), language),
  };
  const shown = kind === "amount" ? numbers.major(stored, decimals(), language) : numbers.written(stored, language);
  return input(at, {
    set: (text) => (text.trim() ? readers[kind](text) : undefined),
    value: shown,
    kind: kind === "amount" ? "rb-amount" : "rb-number",
    inputmode: kind === "whole" ? "numeric" : "decimal",
    wrong: { number: words.notNumber, whole: words.notWhole, amount: words.notAmount }[kind],
    ...(place === null ? {} : {
      part: place, put: half(condition, place),
      label: `${at.label}, ${place ? words.upTo : words.from}`,
    }),
    ...(asked.example ? { placeholder: asked.example } : {}),
  });
}

function pair(at, one) {
  return sentence(at.builder.words.between, { low: one(0), high: one(1) });
}

// Amounts are stored in the smallest unit, so another currency means other numbers: read again.
function currency(at, kind) {
  if (!kind.startsWith("amount")) return [];
  const { builder, condition } = at;
  condition.currency ??= builder.schema.currencies[0];
  return [select(builder.schema.currencies.map((code) => [code, code]), condition.currency, {
    "aria-label": `${at.label}, ${builder.words.currency}`, "data-key": `${at.key}:currency`, "data-part": "currency",
    onchange: (event) => {
      condition.currency = event.target.value;
      for (const amount of event.target.closest(".rb-line").querySelectorAll(".rb-amount")) amount.dispatchEvent(new Event("input"));
      builder.changed(condition);
    },
  })];
}

function day(at, place = null) {
  const { condition, builder } = at;
  const stored = place === null ? condition.value : halfOf(condition, place);
  return input(at, {
    type: "date", kind: "rb-date", set: (text) => text || undefined, value: stored ?? "",
    ...(place === null ? {} : {
      part: place, put: half(condition, place),
      label: `${at.label}, ${place ? builder.words.upTo : builder.words.from}`,
    }),
  });
}

// --- relative dates ---
export function spanControls(at, holder, name, property, label) {
  const { builder } = at;
  const { units } = builder.schema;
  const span = holder[property];
  const number = input(at, {
    label: `${label}, ${builder.words.howMany}`, part: `:${property}`, kind: "rb-number", inputmode: "numeric",
    set: (text) => {
      const made = text.trim() ? numbers.whole(text, builder.language) : undefined;
      return made === null || made < 1 ? null : made;
    },
    value: span[name] ?? "", wrong: builder.words.notCount, "data-part": property,
    put: (made) => { holder[property][name] = made ?? null; },
  });
  const unit = select(units.map((one) => [one.value, one.label]), span.unit, {
    "aria-label": `${label}, ${builder.words.unit}`, "data-key": `${at.key}:${property}-unit`, "data-part": property,
    onchange: (event) => { holder[property].unit = event.target.value; builder.changed(at.condition); },
  });
  return { n: number, unit };
}

function span(at, name) {
  const { condition } = at;
  condition.value ??= { [name]: null, unit: "day" };
  const controls = spanControls(at, condition, name, "value", at.label);
  return [controls.n, controls.unit];
}

function away(at) {
  const { builder, condition } = at;
  condition.value ??= [0, 0];
  const one = (place) => input(at, {
    kind: "rb-number", inputmode: "numeric", part: place, put: half(condition, place), wrong: builder.words.notWhole,
    value: String(halfOf(condition, place) ?? ""),
    set: (text) => (text.trim() ? numbers.whole(text, builder.language) : undefined),
    label: `${at.label}, ${place ? builder.words.upTo : builder.words.from}`,
  });
  return [sentence(builder.words.away, { first: one(0), last: one(1) }), h("span", { class: "rb-hint" }, builder.words.awayHint)];
}

// --- places ---
function area(at) {
  const { builder, condition } = at;
  const { words, language } = builder;
  const one = (name) => input(at, {
    kind: "rb-number", inputmode: "decimal", part: `:${name}`, label: `${at.label}, ${words[name]}`, placeholder: words[name],
    value: numbers.written(condition.value?.[name], language), wrong: words.notNumber,
    set: (text) => (text.trim() ? numbers.number(text, language) : undefined),
    put: (made) => {
      const place = { ...(condition.value ?? {}) };
      if (made === undefined) delete place[name];
      else place[name] = made;
      if (Object.keys(place).length) condition.value = place;
      else delete condition.value;
    },
  });
  return sentence(words.area, { km: one("km"), lat: one("lat"), lon: one("lon") });
}

// --- choices ---
function oneOf(at) {
  const { builder, condition, asked } = at;
  const chosen = condition.value ?? "";
  const options = [...asked.choices];
  if (chosen && !options.some(([value]) => value === chosen)) {
    options.push([chosen, builder.words.gone.replace("{value}", chosen)]);
  }
  if (!chosen) options.unshift(["", builder.words.choose]);
  return select(options, chosen, {
    "aria-label": at.label, "data-key": `${at.key}:value`, "data-part": "value",
    onchange: (event) => {
      if (event.target.value) condition.value = event.target.value;
      else delete condition.value;
      builder.changed(condition);
    },
  });
}

function picked(at, one, free = false) {
  const { builder, condition } = at;
  const stored = one ? condition.value : condition.value ?? [];
  return new Picker({
    builder, one, free, asked: at.asking, label: at.label, key: `${at.key}:value`,
    values: one ? (stored ? [stored] : []) : stored,
    change: (values) => {
      if (!values.length) delete condition.value;
      else condition.value = one ? values[0] : values;
      builder.changed(condition);
    },
  }).element;
}
