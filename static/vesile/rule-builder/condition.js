// One condition as a row: what is looked at, how it is compared, with what, when, and of which facts.

import { button, filled, h, icon, select } from "./dom.js";
import { editor, spanControls } from "./editors.js";
import { comparisonOf, detailOf, fieldOf, fits, understood } from "./fits.js";
import { idOf } from "./tree.js";

const OWN = "own:"; // an option whose name people write themselves

export function conditionRow(builder, condition, place) {
  const { words, schema } = builder;
  const field = condition.field ? fieldOf(schema, condition.field) : null;
  const known = understood(schema, condition);
  const name = known ? field?.label ?? words.newCondition : String(condition.field ?? words.notShown);
  const key = idOf(condition);
  const body = known
    ? [h("div", { class: "rb-line" }, sides(builder, condition, field, key)), field ? narrowing(builder, condition, field, key) : ""]
    : kept(builder, condition, field);
  const row = h("div", { class: "rb-condition", role: "group", "aria-label": name, tabindex: "-1", "data-key": `${key}:row`, "data-path": place.path },
    h("div", { class: "rb-condition-body" }, body),
    builder.actions(condition, place, name));
  row.remade = () => conditionRow(builder, condition, place);
  return row;
}

// The row made anew around the select that was used: that one stays, with what somebody is typing
// to find an option in it.
export function reshape(control) {
  const row = control.closest("[data-path]");
  const fresh = row.remade();
  const same = [...fresh.querySelectorAll("select")].find((one) => one.dataset.key === control.dataset.key);
  exchange(control.parentElement, control, same.parentElement, same);
  row.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  if (control.parentElement.dataset.where !== undefined) {
    control.parentElement.setAttribute("aria-label", same.parentElement.getAttribute("aria-label"));
    if (control.parentElement.nextElementSibling?.matches(".rb-problem")) control.parentElement.nextElementSibling.remove();
    return;
  }
  const [body, actions] = row.children;
  exchange(body, control.parentElement, fresh.children[0], same.parentElement);
  actions.replaceWith(fresh.children[1]);
}

// Gives `home` the children that `other` has around `same`, and keeps `kept` in its place.
function exchange(home, kept, other, same) {
  const children = [...other.childNodes];
  const at = children.indexOf(same);
  for (const child of [...home.childNodes]) if (child !== kept) child.remove();
  kept.before(...children.slice(0, at));
  kept.after(...children.slice(at + 1));
}

// What the builder cannot show is kept as it is written, and can be moved and removed.
function kept(builder, condition, field) {
  const why = field ? builder.words.keptAsWritten : builder.words.keptFieldGone;
  return [
    h("p", { class: "rb-kept" }, icon("info"), h("span", {}, filled(why, { field: String(condition.field ?? "") }))),
    h("pre", { class: "v-pre rb-kept-json", tabindex: "0" }, JSON.stringify(condition, null, 1)),
  ];
}

function sides(builder, condition, field, key) {
  const { words, schema } = builder;
  const options = schema.groups.filter((group) => group.fields.length || group.other).map((group) => ({
    label: group.label,
    options: [...group.fields.map((one) => [one.id, one.label]), ...(group.other ? [[OWN + group.other.prefix, group.other.label]] : [])],
  }));
  const chosen = field?.own ? OWN + field.own.prefix : condition.field;
  if (!condition.field) options.unshift(["", words.chooseField]);
  const fields = select(options, chosen, {
    class: "rb-input rb-select rb-field", "aria-label": words.field, "data-key": `${key}:field`, "data-part": "field",
    onchange: (event) => chooseField(builder, condition, event.target),
  });
  if (!field) return [fields];
  const at = { builder, condition, asked: field, asking: { field: condition.field, choices: field.choices }, key, name: field.label };
  return [fields, field.own ? ownName(at, words.ownName) : "", comparing(at), field.windowed ? within(at) : ""];
}

// The name of an event or property of the shop's own.
function ownName(at, label) {
  const { builder, condition, asked } = at;
  const { prefix } = asked.own;
  const element = h("input", {
    type: "text", class: "rb-input rb-own", "aria-label": label, placeholder: label, maxlength: 300,
    "data-key": `${at.key}:own`, "data-part": "field", autocomplete: "off",
    oninput: () => { condition.field = prefix + element.value.trim(); builder.changed(condition); },
  });
  element.value = condition.field.slice(prefix.length);
  return element;
}

// The name that an option stands for; an own one is written afterwards.
const named = (option) => (option.startsWith(OWN) ? option.slice(OWN.length) : option);

function chooseField(builder, condition, control) {
  const { schema } = builder;
  const option = control.value;
  for (const name of Object.keys(condition)) if (name !== "within") delete condition[name];
  condition.field = named(option);
  const field = fieldOf(schema, condition.field);
  const { within } = condition;
  delete condition.within;
  start(schema, condition, field);
  if (within && field.windowed) condition.within = within;
  builder.reshaped(control);
}

// A comparison to begin with.
function start(schema, condition, asked) {
  const [first] = schema.kinds[asked.kind];
  condition.cmp = first.cmp;
  if ("value" in first) condition.value = first.value;
}

// --- comparing ---
function comparing(at) {
  const { builder, condition, asked, key } = at;
  const { schema, words } = builder;
  const known = schema.kinds[asked.kind];
  const chosen = known[builder.comparing.get(condition)] ?? comparisonOf(schema, asked, condition);
  const pair = (one) => [String(known.indexOf(one)), one.label];
  const headings = [...new Set(known.map((one) => one.heading ?? ""))];
  const options = headings.length > 1
    ? headings.map((label) => ({ label, options: known.filter((one) => (one.heading ?? "") === label).map(pair) }))
    : known.map(pair);
  const label = filled(words.comparison, { field: at.name });
  const comparisons = select(options, String(known.indexOf(chosen)), {
    class: "rb-input rb-select rb-cmp", "aria-label": label, "data-key": `${key}:cmp`, "data-part": "cmp",
    onchange: (event) => chooseComparison(at, known, event.target),
  });
  return [comparisons, ...editor({ ...at, label: filled(words.value, { field: at.name }) }, chosen)];
}

function chooseComparison(at, known, control) {
  const { builder, condition, asked } = at;
  const index = Number(control.value);
  const chosen = known[index];
  condition.cmp = chosen.cmp;
  builder.comparing.set(condition, index);
  if ("value" in chosen) condition.value = chosen.value;
  else condition.value = carried(condition.value, chosen.editor, builder.schema);
  if (condition.value === undefined) delete condition.value;
  if (asked.kind.startsWith("money") && !chosen.editor?.startsWith("amount")) delete condition.currency;
  builder.reshaped(control);
}

// What of the value still makes sense for another comparison: one text becomes a list of it.
function carried(value, editorKind, schema) {
  if (value === undefined || typeof value === "boolean") return undefined;
  if (fits(editorKind, value, schema)) return value;
  if (editorKind === "texts" && typeof value === "string") return [value];
  if (editorKind === "text" && Array.isArray(value)) return fits("text", value[0], schema) ? value[0] : undefined;
  const first = Array.isArray(value) ? value[0] : value;
  if (first !== null && fits(editorKind, first, schema)) return first;
  const both = [first, null];
  return ["numbers", "wholes", "amounts", "days"].includes(editorKind) && fits(editorKind, both, schema) ? both : undefined;
}

// --- when ---
function within(at) {
  const { builder, condition, key } = at;
  const { words } = builder;
  const label = filled(words.window, { field: at.name });
  const choice = select([["", words.anyTime], ["last", words.withinLast]], condition.within ? "last" : "", {
    "aria-label": label, "data-key": `${key}:window`, "data-part": "within",
    onchange: (event) => {
      if (event.target.value) condition.within = { last: 30, unit: "day" };
      else delete condition.within;
      builder.restructured(condition, "window");
    },
  });
  if (!condition.within) return h("span", { class: "rb-piece" }, choice);
  const controls = spanControls(at, condition, "last", "within", label);
  return h("span", { class: "rb-piece" }, choice, controls.n, controls.unit);
}

// --- which facts ---
function narrowing(builder, condition, field, key) {
  const { words, schema } = builder;
  if (!field.details?.length && !field.other) return "";
  const rows = (condition.where ?? []).map((one, index) => detailRow(builder, condition, field, one, index));
  const full = rows.length >= schema.limits.where || builder.isFull();
  const add = button(rows.length ? words.addDetail : field.narrow ?? words.narrow, {
    symbol: "filter_alt", kind: "rb-button-quiet", "data-key": `${key}:narrow`, disabled: full,
    "aria-label": `${rows.length ? words.addDetail : field.narrow ?? words.narrow} (${field.label})`,
    onclick: () => {
      const detail = { field: "" };
      condition.where = [...(condition.where ?? []), detail];
      builder.restructured(detail, "field");
      builder.say(words.detailAdded);
    },
  });
  return h("div", { class: "rb-where" }, rows, add);
}

function detailRow(builder, condition, field, detail, index) {
  const { words } = builder;
  const key = idOf(detail);
  const asked = detail.field ? detailOf(field, detail.field) : null;
  const name = asked?.label ?? words.newDetail;
  const options = field.details.map((one) => [one.id, one.label]);
  if (field.other) options.push([OWN + field.other.prefix, field.other.label]);
  if (!detail.field) options.unshift(["", words.chooseDetail]);
  const which = select(options, asked?.own ? OWN + asked.own.prefix : detail.field, {
    class: "rb-input rb-select rb-field rb-field-detail", "aria-label": words.detail, "data-key": `${key}:field`, "data-part": "field",
    onchange: (event) => {
      for (const property of Object.keys(detail)) delete detail[property];
      detail.field = named(event.target.value);
      start(builder.schema, detail, detailOf(field, detail.field));
      builder.reshaped(event.target);
    },
  });
  const at = { builder, condition: detail, asked, asking: { field: condition.field, detail: detail.field, choices: asked?.choices }, key, name };
  const remove = h("button", {
    type: "button", class: "rb-icon", "aria-label": filled(words.removeDetail, { field: name }), title: filled(words.removeDetail, { field: name }),
    "data-key": `${key}:remove`, onclick: () => dropDetail(builder, condition, index, name),
  }, icon("close"));
  return h("div", { class: "rb-line rb-detail", role: "group", "aria-label": name, "data-where": index },
    h("span", { class: "rb-word" }, index ? words.and : words.where), which,
    asked?.own ? ownName(at, words.ownProperty) : "", asked ? comparing(at) : "", remove);
}

function dropDetail(builder, condition, index, name) {
  const { words } = builder;
  condition.where.splice(index, 1);
  const next = condition.where[Math.min(index, condition.where.length - 1)];
  if (!condition.where.length) delete condition.where;
  builder.restructured(next ?? condition, next ? "remove" : "narrow");
  builder.say(filled(words.removed, { name }));
}
