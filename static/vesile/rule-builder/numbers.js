// Numbers and amounts as people of a language write them; null where it is no such number.

function separators(language) {
  const parts = new Intl.NumberFormat(language).formatToParts(12345.6);
  const of = (type) => parts.find((part) => part.type === type)?.value;
  return { group: of("group") || ",", decimal: of("decimal") || "." };
}

// [sign, digits before, digits after] of “1.234,50”, “1,234.50”, “1234.5”.
function taken(text, language) {
  const plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace("−", "-");
  const found = plain.match(/^([+-]?)(\d[\d.,]*)$/);
  if (!found) return null;
  const [, sign, digits] = found;
  const marks = [...digits.matchAll(/[.,]/g)];
  if (!marks.length) return [sign, digits, ""];
  const last = marks.at(-1);
  const kinds = new Set(marks.map((mark) => mark[0]));
  const after = digits.slice(last.index + 1);
  const grouped = kinds.size === 1 && after.length === 3
    && (marks.length > 1 || last[0] === separators(language).group);
  if (kinds.size === 1 && marks.length > 1 && !grouped) return null;
  const whole = grouped ? digits : digits.slice(0, last.index);
  const groups = whole.split(/[.,]/);
  if (groups.length > 1 && (groups[0].length > 3 || groups.slice(1).some((group) => group.length !== 3))) return null;
  if (!grouped && !after) return null;
  return [sign, groups.join(""), grouped ? "" : after];
}

export function number(text, language) {
  const read = taken(text, language);
  if (!read) return null;
  const [sign, whole, decimals] = read;
  const value = Number(`${sign}${whole}${decimals ? `.${decimals}` : ""}`);
  return Math.abs(value) <= 1e15 ? value : null;
}

export function whole(text, language) {
  // “1.000” may be a thousand elsewhere: nobody's whole number has decimals.
  return taken(text, language)?.[2] === "" ? number(text, language) : null;
}

// Minor units of an amount in whole currency: “12,50” with two decimals is 1250.
export function minor(text, decimals, language) {
  const read = taken(text, language);
  if (!read || read[2].length > decimals) return null;
  const value = Number(read[0] + read[1] + read[2].padEnd(decimals, "0"));
  return Math.abs(value) <= 1e15 ? value : null;
}

export function written(value, language) {
  return typeof value === "number" ? String(value).replace(".", separators(language).decimal) : "";
}

export function major(value, decimals, language) {
  if (typeof value !== "number") return "";
  const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
  const after = decimals ? digits.slice(-decimals) : "";
  const before = decimals ? digits.slice(0, -decimals) : digits;
  const end = /[1-9]/.test(after) ? separators(language).decimal + after : "";
  return (value < 0 ? "-" : "") + before + end;
}
