// What the server knows of the values of a field: found by typing, and named where they are stored.

import { fold } from "./dom.js";

export class Lookup {
  #url;
  #names = new Map();
  #asking = new Map();

  constructor(url) {
    this.#url = url;
  }

  // `asked`: {field, detail, choices} of what is compared.
  #key(asked, value) {
    return JSON.stringify([asked.field, asked.detail ?? "", value]);
  }

  async #get(asked, more, signal) {
    const query = new URLSearchParams([["field", asked.field], ["detail", asked.detail ?? ""], ...more]);
    const response = await fetch(`${this.#url}?${query}`, { signal, headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
  }

  // Pairs of value and label for what was typed, the likeliest first.
  async find(asked, text, signal) {
    const pairs = asked.choices
      ? asked.choices.filter(([value, label]) => fold(label).includes(fold(text)) || fold(value).includes(fold(text)))
      : (await this.#get(asked, [["q", text]], signal)).found;
    for (const [value, label] of pairs) this.#names.set(this.#key(asked, value), label);
    return pairs;
  }

  // The label of a stored value; null where it exists no longer, undefined where nobody asked yet.
  known(asked, value) {
    const choice = asked.choices?.find(([one]) => one === value);
    if (choice) return choice[1];
    return asked.choices ? null : this.#names.get(this.#key(asked, value));
  }

  // Ask for the labels of these values once; resolves to whether anything was learnt.
  async name(asked, values) {
    const open = values.filter((value) => this.known(asked, value) === undefined);
    if (!open.length) return false;
    const key = this.#key(asked, open);
    if (!this.#asking.has(key)) this.#asking.set(key, this.#get(asked, open.map((value) => ["value", value])));
    try {
      const { named } = await this.#asking.get(key);
      for (const value of open) this.#names.set(this.#key(asked, value), named[value] ?? null);
      return true;
    } catch {
      this.#asking.delete(key);
      return false;
    }
  }
}
