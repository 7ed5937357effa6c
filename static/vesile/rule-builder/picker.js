// A field in which people search and choose: a combobox with what was chosen as chips before it.

import { filled, h, icon } from "./dom.js";

const PATIENCE = 200; // milliseconds without typing before the server is asked
let made = 0;

// `free`: no list to choose from, whatever is typed becomes a chip. `one`: a choice replaces the last.
export class Picker {
  constructor({ builder, asked, values, change, label, key, one = false, free = false }) {
    Object.assign(this, { builder, asked, change, label, key, one, free });
    this.words = builder.words;
    this.values = [...values];
    this.options = [];
    this.active = -1;
    this.id = `rb-list-${(made += 1)}`;
    this.#build();
    this.#showChips();
    if (!free) builder.lookup.name(asked, this.values).then((learnt) => learnt && this.#showChips());
  }

  #build() {
    this.chips = h("span", { class: "rb-chips" });
    this.input = h("input", {
      type: "text", class: "rb-picker-input", autocomplete: "off", spellcheck: "false",
      "aria-label": this.label, "data-key": this.key, "data-part": "value", maxlength: 200,
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.#left(),
    });
    this.list = h("ul", { class: "rb-options", role: "listbox", id: this.id, "aria-label": this.label, hidden: true });
    if (!this.free) {
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.id]]) {
        this.input.setAttribute(name, value);
      }
      this.input.addEventListener("click", () => this.list.hidden && this.#search(0));
    }
    const box = h("span", { class: "rb-picker-box", onclick: (event) => event.target === box && this.input.focus() }, this.chips, this.input);
    this.element = h("span", { class: `rb-picker ${this.one ? "rb-picker-one" : ""}` }, box, this.list);
  }

  #labelOf(value) {
    return this.free ? value : this.builder.lookup.known(this.asked, value) ?? value;
  }

  #showChips() {
    const hadFocus = this.chips.contains(document.activeElement);
    this.chips.replaceChildren(...this.values.map((value, index) => this.#chip(value, index)));
    this.input.placeholder = this.#placeholder();
    if (hadFocus) this.input.focus();
  }

  #placeholder() {
    if (this.free) return this.values.length ? "" : this.words.typeAndEnter;
    if (this.one && this.values.length) return this.words.searchOther;
    return this.values.length ? this.words.searchMore : this.words.search;
  }

  #chip(value, index) {
    const gone = !this.free && this.builder.lookup.known(this.asked, value) === null;
    const label = gone ? filled(this.words.gone, { value }) : this.#labelOf(value);
    const remove = h("button", {
      type: "button", class: "rb-chip-remove", "aria-label": filled(this.words.removeValue, { value: label }),
      onclick: () => this.#remove(index),
      onkeydown: (event) => this.#chipKey(event, index),
    }, icon("close"));
    return h("span", { class: `rb-chip ${gone ? "rb-chip-gone" : ""}` }, h("span", {}, label), remove);
  }

  #remove(index) {
    const [value] = this.values.splice(index, 1);
    const label = this.#labelOf(value);
    this.change([...this.values]);
    this.#showChips();
    const buttons = this.chips.querySelectorAll("button");
    (buttons[Math.min(index, buttons.length - 1)] ?? this.input).focus();
    this.builder.say(filled(this.words.valueRemoved, { value: label }));
  }

  #chipKey(event, index) {
    if (event.key === "Backspace" || event.key === "Delete") {
      event.preventDefault();
      this.#remove(index);
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) ([...this.chips.querySelectorAll("button"), this.input][index + step])?.focus();
  }

  #add(value, label) {
    if (this.one) this.values = [value];
    else if (!this.values.includes(value)) this.values.push(value);
    this.input.value = "";
    this.change([...this.values]);
    this.#close();
    this.#showChips();
    this.builder.say(filled(this.words.valueAdded, { value: label }));
  }

  // --- typing ---
  #typed() {
    if (this.free) return;
    this.#search(PATIENCE);
  }

  #search(wait) {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const found = await this.builder.lookup.find(this.asked, this.input.value, signal);
      if (!signal.aborted && document.activeElement === this.input) this.#open(found);
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(this.words.searchFailed);
    }
  }

  #open(found) {
    this.options = found;
    this.active = -1;
    if (!found.length) {
      this.#tell(this.words.nothingFound);
      return;
    }
    const here = (value) => this.values.includes(value);
    this.list.replaceChildren(...found.map(([value, label], index) => h("li", {
      role: "option", id: `${this.id}-${index}`, class: "rb-option", "aria-selected": String(here(value)),
      // The field keeps the focus, so that the list is not closed before the click arrives.
      onmousedown: (event) => event.preventDefault(),
      onclick: () => this.#choose(index),
    }, h("span", {}, label), here(value) ? icon("check") : "")));
    this.#expand(true);
    this.builder.say(filled(this.words.found, { n: found.length }));
  }

  // A sentence in the place of the list.
  #tell(words) {
    this.options = [];
    this.list.replaceChildren(h("li", { class: "rb-option-none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words));
    this.#expand(true);
    this.builder.say(words);
  }

  #expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
  }

  #close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.active = -1;
    if (!this.free) this.#expand(false);
  }

  #choose(index) {
    const [value, label] = this.options[index];
    const at = this.values.indexOf(value);
    if (at >= 0 && !this.one) {
      this.input.value = "";
      this.#close();
      this.#remove(at);
      this.input.focus();
    } else this.#add(value, label);
  }

  #move(to) {
    const rows = [...this.list.children];
    if (!this.options.length) return;
    rows[this.active]?.classList.remove("rb-option-active");
    this.active = (to + rows.length) % rows.length;
    rows[this.active].classList.add("rb-option-active");
    rows[this.active].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", rows[this.active].id);
  }

  #key(event) {
    const closed = this.list.hidden;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (this.free) return;
        event.preventDefault();
        if (closed) this.#search(0);
        else this.#move(event.key === "ArrowDown" ? this.active + 1 : this.active < 0 ? -1 : this.active - 1);
        break;
      case "Home":
      case "End":
        if (closed || this.active < 0) return;
        event.preventDefault();
        this.#move(event.key === "Home" ? 0 : -1);
        break;
      case "Enter":
        event.preventDefault(); // the form is saved by its buttons only
        if (this.free) this.#take();
        else if (!closed && this.active >= 0) this.#choose(this.active);
        else if (!closed && this.options.length === 1) this.#choose(0);
        break;
      case "Escape":
        if (closed) return;
        event.preventDefault();
        event.stopPropagation();
        this.#close();
        break;
      case "Backspace":
        if (!this.input.value && this.values.length) {
          event.preventDefault();
          this.#remove(this.values.length - 1);
          this.input.focus();
        }
        break;
      default:
    }
  }

  // What was typed freely becomes a chip; a pasted list becomes several.
  #take() {
    const typed = this.input.value.split(/[\n;\t]/).map((one) => one.trim()).filter(Boolean);
    this.input.value = "";
    if (!typed.length) return;
    for (const value of typed) if (!this.values.includes(value)) this.values.push(value);
    this.change([...this.values]);
    this.#showChips();
    this.builder.say(filled(this.words.valueAdded, { value: typed.join(", ") }));
  }

  #left() {
    if (this.free) this.#take();
    else {
      this.input.value = "";
      this.#close();
    }
  }
}
