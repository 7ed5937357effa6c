// What of a stored condition the builder understands. What it does not, it keeps as it is written.

const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "number";
const isWhole = (value) => Number.isInteger(value);
const isDay = (value) => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value);
// A pair or a span may be half written while somebody writes it.
const orNothing = (check) => (value) => value === null || check(value);
const pair = (check) => (value) => Array.isArray(value) && value.length === 2 && value.every(orNothing(check));

function span(name) {
  return (value, schema) => typeof value === "object" && value !== null
    && Object.keys(value).sort().join() === [name, "unit"].sort().join()
    && orNothing(isWhole)(value[name])
    && schema.units.some((unit) => unit.value === value.unit);
}

const FITS = {
  none: (value) => value === null,
  text: isText,
  texts: (value) => Array.isArray(value) && value.every(isText),
  number: isNumber,
  whole: isWhole,
  amount: isWhole,
  numbers: pair(isNumber),
  wholes: pair(isWhole),
  amounts: pair(isWhole),
  day: isDay,
  days: pair(isDay),
  span: span("last"),
  span_ahead: span("next"),
  away: (value) => isWhole(value) || pair(isWhole)(value),
  area: (value) => typeof value === "object" && value !== null
    && ["lat", "lon", "km"].every((name) => orNothing(isNumber)(value[name] ?? null))
    && Object.keys(value).every((name) => ["lat", "lon", "km"].includes(name)),
};

export function fits(editor, value, schema) {
  return value === undefined || (FITS[editor]?.(value, schema) ?? false);
}

// The field of this id: one of the list, or one of a group in which people name their own.
export function fieldOf(schema, id) {
  for (const group of schema.groups) {
    const found = group.fields.find((field) => field.id === id);
    if (found) return found;
    const { other } = group;
    if (other && isText(id) && id.startsWith(other.prefix)) {
      const name = id.slice(other.prefix.length);
      return { ...other.like, id, own: other, label: name || other.label };
    }
  }
  return null;
}

export function detailOf(field, id) {
  const found = field.details?.find((detail) => detail.id === id);
  if (found) return found;
  const { other } = field;
  if (!other || !isText(id) || !id.startsWith(other.prefix)) return null;
  const name = id.slice(other.prefix.length);
  return { ...other.like, id, own: other, label: name || other.label };
}

// The comparison of the field that a condition means: one with a value of its own comes first.
export function comparisonOf(schema, asked, condition) {
  const known = schema.kinds[asked.kind].filter((one) => one.cmp === condition.cmp);
  return known.find((one) => "value" in one && one.value === condition.value)
    ?? known.find((one) => !("value" in one) && fits(one.editor, condition.value, schema))
    ?? null;
}

function plain(schema, asked, condition, names) {
  if (!Object.keys(condition).every((name) => names.includes(name))) return false;
  if (condition.currency !== undefined && !schema.currencies.includes(condition.currency)) return false;
  return comparisonOf(schema, asked, condition) !== null;
}

export function understood(schema, condition) {
  if (condition.field === "") return Object.keys(condition).length === 1;
  const field = fieldOf(schema, condition.field);
  if (!field || !plain(schema, field, condition, ["field", "cmp", "value", "currency", "within", "where"])) return false;
  if (condition.within !== undefined && !(field.windowed && FITS.span(condition.within, schema))) return false;
  if (condition.where === undefined) return true;
  return Array.isArray(condition.where) && condition.where.every((one) => {
    if (one?.field === "") return Object.keys(one).length === 1;
    const detail = typeof one === "object" && one !== null ? detailOf(field, one.field) : null;
    return detail !== null && plain(schema, detail, one, ["field", "cmp", "value", "currency"]);
  });
}
