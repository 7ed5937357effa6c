// The rule as a tree: the parsed JSON itself, changed in place, so that what is not known here stays.

const ids = new WeakMap();
let last = 0;

// A key of a node that stays while it is moved about.
export function idOf(node) {
  if (!ids.has(node)) ids.set(node, `n${(last += 1)}`);
  return ids.get(node);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const only = (node, names) => Object.keys(node).every((name) => names.includes(name));

export const isCondition = (node) => isObject(node) && "field" in node;
export const isEveryone = (tree) => isObject(tree) && tree.everyone === true && only(tree, ["everyone", "version"]);

// Whether a group can be shown as one; anything else is kept as it is written.
export function isGroup(node, atRoot = false) {
  return isObject(node)
    && only(node, atRoot ? ["op", "rules", "not", "version"] : ["op", "rules", "not"])
    && (node.op === "and" || node.op === "or")
    && Array.isArray(node.rules)
    && (node.not === undefined || typeof node.not === "boolean");
}

export const emptyGroup = (op = "and") => ({ op, rules: [] });

// A rule that is a single condition is shown in a group of its own.
export function rooted(tree) {
  if (tree === null || tree === undefined) return emptyGroup();
  if (isGroup(tree, true)) return tree;
  if (!isObject(tree)) return { ...emptyGroup(), rules: [tree] };
  const { version, ...rest } = tree;
  const group = { ...emptyGroup(), rules: [rest] };
  return version === undefined ? group : { version, ...group };
}

export function conditions(node) {
  if (Array.isArray(node?.rules)) return node.rules.reduce((sum, inner) => sum + conditions(inner), 0);
  const details = Array.isArray(node?.where) ? node.where.length : 0;
  return 1 + details;
}

// How many groups deep a node goes; a condition none.
export function height(node) {
  return Array.isArray(node?.rules) ? 1 + Math.max(0, ...node.rules.map(height)) : 0;
}

export const JOINS = { all: ["and", false], any: ["or", false], none: ["or", true], notall: ["and", true] };

export function joinOf(group) {
  return Object.keys(JOINS).find((name) => JOINS[name][0] === group.op && JOINS[name][1] === Boolean(group.not));
}

export function setJoin(group, name) {
  const [op, negated] = JOINS[name];
  group.op = op;
  if (negated) group.not = true;
  else delete group.not;
}

// Where the item at `index` of the last group of `trail` goes, one place up (-1) or down (1): past
// a condition, into a group or out of one. Null where there is nowhere to go.
export function target(trail, index, step, deepest) {
  const group = trail.at(-1);
  const item = group.rules[index];
  const next = group.rules[index + step];
  if (next === undefined) {
    if (trail.length < 2) return null;
    const outer = trail.at(-2);
    return { group: outer, at: outer.rules.indexOf(group) + (step > 0 ? 1 : 0), out: true };
  }
  if (isGroup(next) && trail.length + 1 + height(item) <= deepest) {
    return { group: next, at: step > 0 ? 0 : next.rules.length, into: true };
  }
  return { group, at: index + step };
}
