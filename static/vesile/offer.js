// The rows of an offer's form: shows the fields that the chosen kind uses, adds rows, and completes
// the names of goods.
//
// Without this script every field of a row is there. A field that holds something stays in view
// whatever the kind is, because the server will ask for it to be emptied.

function isFilled(field) {
  return [...field.querySelectorAll("input, select, textarea")].some((control) => {
    if (control.type === "checkbox") return control.checked;
    return control.multiple ? control.selectedOptions.length > 0 : control.value !== "";
  });
}

// Whether the field waits for another one of its row, which this kind uses as well: for any choice
// (“aim”), or for one (“cmp=between”).
function waits(row, field, kind) {
  const [name, wanted] = (field.dataset.needs ?? "").split("=");
  const other = name && row.querySelector(`[name$='-${name}']`);
  if (!other || (wanted === undefined ? other.value !== "" : other.value === wanted)) return false;
  return other.closest("[data-for]").dataset.for.split(" ").includes(kind);
}

function shape(row) {
  const kind = row.querySelector("select[name$='-kind']")?.value;
  if (kind === undefined) return;
  for (const field of row.querySelectorAll("[data-for]")) {
    const used = field.dataset.for.split(" ").includes(kind) && !waits(row, field, kind);
    field.hidden = !used && !isFilled(field) && !("wrong" in field.dataset);
  }
  for (const fold of row.querySelectorAll("details")) {
    fold.hidden = !fold.querySelector("[data-for]:not([hidden])");
  }
}

function add(rows) {
  const total = rows.querySelector("input[name$='-TOTAL_FORMS']");
  const most = Number(rows.querySelector("input[name$='-MAX_NUM_FORMS']").value);
  const number = Number(total.value);
  if (number >= most) return;
  const made = rows.querySelector("template").content.cloneNode(true).firstElementChild;
  for (const one of made.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace("__prefix__", number));
    }
  }
  rows.querySelector("template").before(made);
  total.value = number + 1;
  shape(made);
  made.querySelector("select").focus();
}

for (const rows of document.querySelectorAll("[data-rows]")) {
  for (const row of rows.querySelectorAll(":scope > [data-row]")) shape(row);
  const button = rows.querySelector("[data-add]");
  button.hidden = false;
  button.addEventListener("click", () => add(rows));
  rows.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) shape(row);
  });
}

// What people type into a field of goods is completed from the catalog: by what a segment's picker
// finds. Several names stand between commas, so every option begins with those already typed.
const PATIENCE = 200; // milliseconds without typing before the server is asked
const SEARCHED = { categories: "product.category_bought", brands: "product.brand_bought", products: "product.bought" };
const OF_GOODS = /-(?:not_|get_)?(categories|brands|products)$/;
const OF_PART = /^(.*-part\d)_names$/;

function searched(input) {
  if (input.name.endsWith("-gift")) return SEARCHED.products;
  const part = OF_PART.exec(input.name);
  if (part) return SEARCHED[input.form.elements[`${part[1]}_of`]?.value];
  return SEARCHED[OF_GOODS.exec(input.name)?.[1]];
}

function optionsOf(input) {
  if (!input.list) {
    const list = document.createElement("datalist");
    list.id = `${input.id}-options`;
    input.after(list);
    input.setAttribute("list", list.id);
    input.autocomplete = "off";
  }
  return input.list;
}

// Pairs of value and label; none where the server cannot be asked: then the field is a plain one.
async function foundAt(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).found : [];
  } catch {
    return [];
  }
}

async function complete(input, url) {
  const field = searched(input);
  if (!field) return;
  const several = !input.name.endsWith("-gift");
  const comma = several ? input.value.lastIndexOf(",") + 1 : 0;
  const before = comma ? `${input.value.slice(0, comma)} ` : "";
  const typed = input.value.slice(comma).trim();
  const query = new URLSearchParams({ field, q: typed });
  const found = await foundAt(`${url}?${query}`);
  if (input.value.slice(comma).trim() !== typed) return; // somebody typed on
  optionsOf(input).replaceChildren(...found.map(([value, label]) => {
    const option = document.createElement("option");
    option.value = before + value;
    if (label !== value) option.label = label;
    return option;
  }));
}

const waiting = new WeakMap();
function suggest(event) {
  const input = event.target;
  const url = input.closest?.("[data-goods]")?.dataset.goods;
  if (!url || input.tagName !== "INPUT" || !searched(input)) return;
  clearTimeout(waiting.get(input));
  waiting.set(input, setTimeout(() => complete(input, url), PATIENCE));
}

document.addEventListener("input", suggest);
document.addEventListener("focusin", suggest);
