// <rule-builder>: writes the JSON of a rule in a textarea, so that nobody needs to see it.
//
// Attributes: schema (id of the JSON script that describes fields, comparisons and words), choices
// (where values are searched), problem-path and problem (what the server refused, and where),
// everyone="off" (where a rule for everybody makes no sense). Without this script the textarea is
// the form field that it is. The parsed JSON is changed in place, so what is not understood stays.

import { button, filled, h, icon, select } from "./rule-builder/dom.js";
import { conditionRow, reshape } from "./rule-builder/condition.js";
import { Lookup } from "./rule-builder/lookup.js";
import * as tree from "./rule-builder/tree.js";

class RuleBuilder extends HTMLElement {
  connectedCallback() {
    if (this.stage) return;
    this.textarea = this.querySelector("textarea");
    this.schema = JSON.parse(document.getElementById(this.getAttribute("schema")).textContent);
    this.words = this.schema.words;
    this.language = this.schema.language;
    this.lookup = new Lookup(this.getAttribute("choices"));
    this.comparing = new WeakMap(); // the comparison chosen for a condition, where its value would say another
    this.problem = this.getAttribute("problem") ? { path: this.getAttribute("problem-path"), text: this.getAttribute("problem") } : null;
    this.#frame();
    this.#read();
    this.render();
    this.#label();
    if (this.problem) this.#focusProblem();
  }

  // --- what is around the rule ---
  #frame() {
    this.stage = h("div", { class: "rb-stage" });
    this.live = h("p", { class: "v-hidden", role: "status", "aria-live": "polite" });
    this.broken = h("p", { class: "rb-problem", hidden: true });
    this.toggle = button("", { kind: "rb-button-quiet rb-toggle", onclick: () => this.#switch() });
    this.append(this.stage, this.broken, h("div", { class: "rb-foot" }, this.toggle), this.live);
    this.addEventListener("keydown", (event) => {
      // Enter in a field would save the whole form; its buttons do that.
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    });
    // A label of the textarea leads to the builder while that is shown.
    for (const label of this.textarea.labels ?? []) {
      label.addEventListener("click", (event) => {
        if (this.json) return;
        event.preventDefault();
        this.stage.querySelector("select, input, button")?.focus();
      });
    }
  }

  #label() {
    const label = this.textarea.labels?.[0]?.textContent.trim().replace(/\*$/, "");
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", label || this.words.rule);
  }

  #read() {
    const text = this.textarea.value.trim();
    try {
      const stored = text ? JSON.parse(text) : null;
      this.everyone = tree.isEveryone(stored) && this.getAttribute("everyone") !== "off";
      this.stored = this.everyone ? stored : null;
      this.root = this.everyone ? this.root ?? tree.emptyGroup() : tree.rooted(stored);
      this.#show(false);
      return true;
    } catch {
      this.#show(true);
      this.#tellBroken();
      return false;
    }
  }

  #show(json) {
    this.json = json;
    this.textarea.hidden = !json;
    this.stage.hidden = json;
    this.toggleAttribute("json", json);
    this.broken.hidden = true;
    const symbol = json ? "account_tree" : "data_object";
    this.toggle.replaceChildren(icon(symbol), h("span", {}, json ? this.words.asBuilder : this.words.asJson));
  }

  #tellBroken() {
    this.broken.textContent = this.words.notJson;
    this.broken.hidden = false;
    this.say(this.words.notJson);
  }

  #switch() {
    if (!this.json) this.#show(true);
    else if (this.#read()) this.render();
    else return;
    this.say(this.json ? this.words.nowJson : this.words.nowBuilder);
    this.toggle.focus();
  }

  // --- changes ---
  // A value was written: the rows stand as they are.
  changed(node) {
    if (this.problem && this.#rowOf(node)?.querySelector(".rb-problem-server")) this.#clearProblem();
    this.#write();
  }

  // The shape changed: rows are made anew and the focus goes to a part of `node`.
  restructured(node, part) {
    this.problem = null;
    this.render(`${tree.idOf(node)}:${part}`);
    this.#write();
  }

  // Another field or comparison was chosen in `control`: its row is made anew around it.
  reshaped(control) {
    this.#clearProblem();
    reshape(control);
    this.#write();
  }

  #write() {
    const rule = this.everyone ? this.stored ?? { everyone: true } : this.root;
    this.textarea.value = JSON.stringify(rule, null, 2);
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
    this.textarea.dispatchEvent(new Event("change", { bubbles: true }));
  }

  say(words) {
    this.live.textContent = "";
    setTimeout(() => { this.live.textContent = words; }, 50);
  }

  isFull() {
    return tree.conditions(this.root) >= this.schema.limits.conditions;
  }

  // --- making the rows ---
  render(focusKey) {
    const before = this.stage.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    this.stage.replaceChildren(...(this.getAttribute("everyone") === "off" ? [] : [this.#whom()]), this.everyone ? "" : this.#group([this.root], "rules"));
    if (this.problem) this.#showProblem();
    const key = focusKey ?? before;
    if (key) this.#at(key)?.focus();
  }

  #at(key) {
    return [...this.stage.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  }

  #whom() {
    const choice = (value, text) => h("label", { class: "rb-whom-choice" },
      h("input", {
        type: "radio", name: `${this.getAttribute("schema")}-whom`, value, checked: (value === "everyone") === this.everyone,
        "data-key": `whom:${value}`,
        onchange: () => {
          this.everyone = value === "everyone";
          this.problem = null;
          this.render(`whom:${value}`);
          this.#write();
        },
      }), h("span", {}, text));
    return h("fieldset", { class: "rb-whom" },
      h("legend", { class: "v-hidden" }, this.words.whom),
      choice("some", this.words.some), choice("everyone", this.words.everyone));
  }

  // `trail`: the groups from the root to this one.
  #group(trail, path) {
    const group = trail.at(-1);
    const { words } = this;
    const key = tree.idOf(group);
    const join = tree.joinOf(group);
    const name = words[join];
    const joins = Object.keys(tree.JOINS).filter((one) => one !== "notall" || join === "notall");
    const deep = trail.length >= this.schema.limits.depth;
    const rows = group.rules.map((item, index) => this.#row(trail, item, index, `${path}.rules[${index}]`, join));
    const head = h("div", { class: "rb-head" },
      select(joins.map((one) => [one, words[one]]), join, {
        class: "rb-input rb-select rb-join-select", "aria-label": words.join, "data-key": `${key}:join`, "data-part": "op",
        onchange: (event) => { tree.setJoin(group, event.target.value); this.restructured(group, "join"); },
      }),
      trail.length > 1 ? this.actions(group, { trail: trail.slice(0, -1) }, filled(words.groupNamed, { name })) : "");
    const full = this.isFull();
    const add = h("div", { class: "rb-add" },
      button(words.addCondition, { symbol: "add", "data-key": `${key}:add`, "aria-label": filled(words.addConditionTo, { group: name }), disabled: full, onclick: () => this.#add(group, { field: "" }) }),
      deep ? "" : button(words.addGroup, { symbol: "library_add", kind: "rb-button-quiet", "data-key": `${key}:add-group`, "aria-label": filled(words.addGroupTo, { group: name }), disabled: full, onclick: () => this.#addGroup(group) }),
      full ? h("span", { class: "rb-hint" }, filled(words.full, { n: this.schema.limits.conditions })) : "");
    return h("fieldset", { class: `rb-group ${trail.length > 1 ? "rb-group-inner" : ""}`, "data-path": path, "data-join": join },
      h("legend", { class: "v-hidden" }, trail.length > 1 ? filled(words.groupNamed, { name }) : words.rule),
      head,
      rows.length ? h("ul", { class: "rb-rows", role: "list" }, rows) : h("p", { class: "rb-empty" }, trail.length > 1 ? words.emptyGroup : words.empty),
      add);
  }

  #row(trail, item, index, path, join) {
    const inner = tree.isGroup(item) ? this.#group([...trail, item], path) : conditionRow(this, item, { trail, path });
    const word = { all: this.words.and, any: this.words.or, none: this.words.nor, notall: this.words.and }[join];
    return h("li", { class: "rb-row" }, index ? h("span", { class: "rb-join" }, word) : "", inner);
  }

  // Moving and removing a condition or a group of the last group of the trail.
  actions(item, { trail }, name) {
    const { words } = this;
    const key = tree.idOf(item);
    const group = trail.at(-1);
    const index = group.rules.indexOf(item);
    const one = (part, symbol, text, act, disabled) => h("button", {
      type: "button", class: "rb-icon", title: filled(text, { field: name }), "aria-label": filled(text, { field: name }),
      "data-key": `${key}:${part}`, disabled, onclick: act,
    }, icon(symbol));
    const goal = (step) => tree.target(trail, index, step, this.schema.limits.depth);
    return h("div", { class: "rb-actions" },
      one("up", "arrow_upward", words.moveUp, () => this.#move(trail, item, goal(-1), "up", name), goal(-1) === null),
      one("down", "arrow_downward", words.moveDown, () => this.#move(trail, item, goal(1), "down", name), goal(1) === null),
      one("remove", "delete", words.remove, () => this.#remove(group, item, name), false));
  }

  #add(group, item) {
    group.rules.push(item);
    this.restructured(item, "field");
    this.say(this.words.conditionAdded);
  }

  #addGroup(group) {
    const inner = tree.emptyGroup(group.op === "and" && !group.not ? "or" : "and");
    const first = { field: "" };
    inner.rules.push(first);
    group.rules.push(inner);
    this.restructured(first, "field");
    this.say(this.words.groupAdded);
  }

  #move(trail, item, goal, part, name) {
    const group = trail.at(-1);
    group.rules.splice(group.rules.indexOf(item), 1);
    goal.group.rules.splice(goal.at, 0, item);
    this.restructured(item, part);
    // At the end of the way the button is off; its sister keeps the focus nearby.
    if (document.activeElement === document.body || !this.contains(document.activeElement)) {
      this.#at(`${tree.idOf(item)}:${part === "up" ? "down" : "up"}`)?.focus();
    }
    const at = goal.group.rules.indexOf(item) + 1;
    const words = goal.into ? this.words.movedInto : goal.out ? this.words.movedOut : this.words.moved;
    this.say(filled(words, { name, at, of: goal.group.rules.length, group: this.words[tree.joinOf(goal.group)] }));
  }

  #remove(group, item, name) {
    const index = group.rules.indexOf(item);
    group.rules.splice(index, 1);
    const next = group.rules[Math.min(index, group.rules.length - 1)];
    this.restructured(next ?? group, next ? "remove" : "add");
    this.say(filled(this.words.removed, { name }));
  }

  // --- what is wrong ---
  // Beside a control whose text is no value of its kind; nothing is written of it.
  wrong(element, words) {
    const id = `${element.dataset.key.replace(/\W/g, "-")}-wrong`;
    const shown = document.getElementById(id);
    if (!words) {
      shown?.remove();
      element.removeAttribute("aria-invalid");
      element.removeAttribute("aria-describedby");
    } else if (!shown) {
      element.setAttribute("aria-invalid", "true");
      element.setAttribute("aria-describedby", id);
      element.closest(".rb-line").after(h("p", { class: "rb-problem", id, role: "alert" }, words));
    }
  }

  #rowOf(node) {
    return this.#at(`${tree.idOf(node)}:field`)?.closest("[data-path]");
  }

  #problemRow() {
    const rows = [...this.stage.querySelectorAll("[data-path]")].filter((row) => {
      const rest = this.problem.path.slice(row.dataset.path.length);
      return this.problem.path.startsWith(row.dataset.path) && (rest === "" || /^[.[]/.test(rest));
    });
    return rows.sort((a, b) => b.dataset.path.length - a.dataset.path.length)[0];
  }

  // The control that the path means, within the row that it means.
  #problemControl(row) {
    const rest = this.problem.path.slice(row.dataset.path.length);
    const where = rest.match(/^\.where\[(\d+)\]/);
    const inside = (where && row.querySelector(`[data-where="${where[1]}"]`)) || row;
    const part = rest.replace(/^\.where\[\d+\]/, "").match(/^\.(\w+)/)?.[1];
    const controls = [...inside.querySelectorAll(`[data-part="${part}"]`)];
    const name = rest.match(/\.value\.(\w+)$/)?.[1];
    const byName = name && controls.find((one) => one.dataset.key.endsWith(`:${name}`));
    if (byName) return byName;
    const place = Number(rest.match(/\.value\[(\d+)\]/)?.[1] ?? 0);
    return controls[place] ?? controls[0] ?? (row.matches("fieldset") ? row.querySelector(".rb-add button") : row);
  }

  #showProblem() {
    const row = this.#problemRow();
    if (!row) return;
    const control = this.#problemControl(row);
    const id = `${this.getAttribute("schema")}-problem`;
    row.classList.add("rb-has-problem");
    const home = row.querySelector(":scope > .rb-condition-body, :scope > .rb-head") ?? row;
    const words = h("p", { class: "rb-problem rb-problem-server", id }, this.problem.text);
    if (home.matches(".rb-head")) home.after(words);
    else home.append(words);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", id);
  }

  #focusProblem() {
    const row = this.json ? null : this.#problemRow();
    if (row) this.#problemControl(row).focus();
  }

  #clearProblem() {
    this.problem = null;
    for (const one of this.stage.querySelectorAll(".rb-problem-server")) one.remove();
    for (const one of this.stage.querySelectorAll(".rb-has-problem")) one.classList.remove("rb-has-problem");
    for (const one of this.stage.querySelectorAll(`[aria-describedby="${this.getAttribute("schema")}-problem"]`)) {
      one.removeAttribute("aria-invalid");
      one.removeAttribute("aria-describedby");
    }
  }
}

customElements.define("rule-builder", RuleBuilder);
