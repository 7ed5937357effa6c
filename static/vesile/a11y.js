// Makes every control of the theme usable with the keyboard and named for screen readers.
(() => {
  const FOCUSABLE = 'a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, [tabindex="0"]';
  const names = () => JSON.parse(document.getElementById("a11y-names")?.textContent || "{}");
  const visible = (element) => element.offsetParent !== null;

  // Elements that only listen to clicks get a role, a tab stop and the keys of a button.
  function asButton(element) {
    if (element.matches("a[href], button, input, select, textarea, label, summary, li, nav, tr, #changelist-filter-close")) return;
    if (element.dataset.a11y || element.closest("button")) return;
    element.dataset.a11y = "1";
    let control = element;
    if (element.matches("td, th, h2")) {
      control = document.createElement("span");
      control.append(...element.childNodes);
      element.append(control);
    }
    control.setAttribute("role", "button");
    control.tabIndex = 0;
    control.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      control.click();
    });
  }

  // Icons are drawn by a font whose letters would be read out; what owns only an icon gets its name.
  function nameIcons(root) {
    const words = names();
    for (const icon of root.querySelectorAll(".material-symbols-outlined")) {
      const name = words[icon.textContent.trim()];
      const owner = icon.closest('a, button, [role="button"]');
      if (owner === icon) icon.setAttribute("aria-label", name || icon.textContent.trim());
      else icon.setAttribute("aria-hidden", "true");
      if (owner && name && owner !== icon && owner.textContent.trim() === icon.textContent.trim() && !owner.hasAttribute("aria-label")) owner.setAttribute("aria-label", name);
    }
  }

  function improve(root) {
    for (const element of root.querySelectorAll("[x-on\\:click]")) asButton(element);
    nameIcons(root);
    // On narrow screens a cell says its heading: as a heading is written, and as the language writes it.
    const language = document.documentElement.lang || "en";
    for (const cell of root.querySelectorAll("#result_list [data-label]")) {
      const [first = "", ...rest] = cell.dataset.label;
      cell.dataset.label = first.toLocaleUpperCase(language) + rest.join("");
    }
    for (const canvas of root.querySelectorAll("canvas.chart")) canvas.setAttribute("role", "img");
    for (const table of root.querySelectorAll("th:empty")) table.setAttribute("aria-hidden", "true");
  }

  function landmarks() {
    const words = names();
    const give = (selector, attributes) => {
      const element = document.querySelector(selector);
      if (element) for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    };
    give("#content", { role: "main" });
    give("#header-inner", { role: "banner" });
    give("#nav-sidebar-inner", { "aria-label": words.navigation });
    give('[x-on\\:click*="openTheme"]', { "aria-label": words.theme });
    give("#login-form", { role: "main" });
    give("#tabs-items", { "aria-label": words.tabs });
    give("#searchbar", { "aria-label": words.search });
    give("#search-input-command", { "aria-label": words.search });
    for (const list of document.querySelectorAll("ul")) if ([...list.children].some((child) => child.tagName !== "LI")) list.setAttribute("role", "presentation");
  }

  // A dialog: named, focus inside, Tab stays within, Escape gives the focus back.
  let opener = null;
  function openDialog(box) {
    const heading = box.querySelector("h1");
    if (heading) heading.id = "dialog-title";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-labelledby", "dialog-title");
    if (!opener) opener = document.activeElement;
    improve(box);
    const fields = [...box.querySelectorAll("input:not([type=hidden]), select, textarea, button[type=submit]")];
    setTimeout(() => (box.querySelector("[aria-invalid]") || fields[0])?.focus(), 60);
  }
  function keepInside(event) {
    const box = document.getElementById("modal-content");
    if (!box || !visible(box)) return;
    if (event.key === "Escape") setTimeout(() => { opener?.focus(); opener = null; }, 60);
    if (event.key !== "Tab") return;
    const stops = [...box.querySelectorAll(FOCUSABLE)].filter(visible);
    const last = stops[stops.length - 1];
    if (!box.contains(document.activeElement)) { event.preventDefault(); stops[0]?.focus(); }
    else if (event.shiftKey && document.activeElement === stops[0]) { event.preventDefault(); last?.focus(); }
    else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); stops[0]?.focus(); }
  }

  // Of a tab that was opened by its address: the tab is in sight, and on a phone what it shows is.
  function showOpenTab() {
    const tab = document.querySelector(".v-tabs [aria-current]");
    if (!tab) return;
    const asked = new URLSearchParams(location.search).has("tab");
    const narrow = matchMedia("(max-width: 720px)").matches;
    if (asked && narrow) tab.scrollIntoView({ block: "start", inline: "center" });
    else tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft;
  }

  // A field marked with data-submit sends its form when it changes (no inline handler needed).
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", keepInside);
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.target.closest?.("#modal-content") || document.querySelector("#modal-content #dialog")?.parentElement;
    if (box) openDialog(box);
    else improve(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => { landmarks(); improve(document); showOpenTab(); });
})();
