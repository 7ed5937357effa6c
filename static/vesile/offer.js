// The rows of an offer's form: shows the fields that the chosen kind uses, and adds rows.
//
// Without this script every field of a row is there. A field that holds something stays in view
// whatever the kind is, because the server will ask for it to be emptied.

function isFilled(field) {
  return [...field.querySelectorAll("input, select, textarea")].some((control) => {
    if (control.type === "checkbox") return control.checked;
    return control.multiple ? control.selectedOptions.length > 0 : control.value !== "";
  });
}

// Whether the field waits for another one of its row to be chosen, which this kind uses as well.
function waits(row, field, kind) {
  const other = field.dataset.needs && row.querySelector(`[name$='-${field.dataset.needs}']`);
  if (!other || other.value !== "") return false;
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
