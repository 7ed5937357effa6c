// The rows of an offer's form: shows the fields that the chosen kind uses, and adds rows.
//
// Without this script every field of a row is there. A field that holds something stays in view
// whatever the kind is, because the server will ask for it to be emptied.

function shape(row) {
  const kind = row.querySelector("select[name$='-kind']");
  if (!kind) return;
  for (const field of row.querySelectorAll("[data-for]")) {
    const used = field.dataset.for.split(" ").includes(kind.value);
    const control = field.querySelector("input, select, textarea");
    const filled = control.multiple ? control.selectedOptions.length > 0 : control.value !== "";
    field.hidden = !used && !filled && !("wrong" in field.dataset);
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
