"""JSON to a tree of conditions, strictly: whatever is unknown or missing is refused with its path.

    {"op": "and", "rules": [
        {"kind": "order_amount", "cmp": "gte", "value": 2500, "currency": "GBP"},
        {"op": "or", "not": true, "rules": [
            {"kind": "country", "in": ["FR"], "id": "far", "message": "Not sent to France."}]}]}

An empty object is the rule that allows everything. Conditions without an `id` get their number in
the order they are written.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from config.shared.invalid import marked as _
from rewards.conditions.kinds import KINDS
from rewards.conditions.tree import ALWAYS, Group, Leaf, Node, leaves
from rewards.reading import Given, ReadingError, boolean, text

MOST_DEEP: Final = 4
MOST_CONDITIONS: Final = 50
LONGEST_ID: Final = 40
VERSION: Final = 1


def parse(raw: Any, path: str = "rules") -> Node:
    """Return the tree of a rule; raises ReadingError naming the first place that is wrong."""
    if raw == {}:
        return ALWAYS
    if isinstance(raw, dict) and "version" in raw:
        if raw["version"] != VERSION:
            raise ReadingError(
                f"{path}.version",
                _("This rule was written for a newer version of Vesile; update Vesile first."),
            )
        raw = {name: value for name, value in raw.items() if name != "version"}
    rule = _node(raw, path, 1, count(1))
    seen: set[str] = set()
    for leaf in leaves(rule):
        if leaf.id in seen:
            raise ReadingError(path, _("Two conditions have the id “%(id)s”."), id=leaf.id)
        seen.add(leaf.id)
    return rule


def _node(raw: Any, path: str, depth: int, numbers: Iterator[int]) -> Node:
    given = Given(raw, path)
    if given.has("op"):
        return _group(given, depth, numbers)
    return _leaf(given, numbers)


def _group(given: Given, depth: int, numbers: Iterator[int]) -> Group:
    if depth > MOST_DEEP:
        raise ReadingError(given.path, _("Groups may be nested %(n)d deep."), n=MOST_DEEP)
    op = given.need("op", _and_or_or)
    negated = given.take("not", boolean, False)
    inner = given.need("rules", _some)
    given.finish()
    path = given.at("rules")
    nodes = (
        _node(item, f"{path}[{index}]", depth + 1, numbers) for index, item in enumerate(inner)
    )
    return Group(op, tuple(nodes), negated)


def _leaf(given: Given, numbers: Iterator[int]) -> Leaf:
    number = next(numbers)
    if number > MOST_CONDITIONS:
        raise ReadingError(given.path, _("A rule has at most %(n)d conditions."), n=MOST_CONDITIONS)
    kind = given.need("kind", text)
    if kind not in KINDS:
        raise ReadingError(
            given.at("kind"), _("Use one of: %(choices)s."), choices=", ".join(KINDS)
        )
    rule_id = given.take("id", _id, str(number))
    message = given.take("message", text, "")
    condition = KINDS[kind](given)
    given.finish()
    return Leaf(rule_id, condition, message)


def _id(raw: Any, path: str) -> str:
    rule_id = text(raw, path)
    if len(rule_id) > LONGEST_ID:
        raise ReadingError(path, _("Give a text of 1 to %(n)d characters."), n=LONGEST_ID)
    return rule_id


def _and_or_or(raw: Any, path: str) -> str:
    if raw not in ("and", "or"):
        raise ReadingError(path, _("Use “and” (all of these) or “or” (any of these)."))
    return str(raw)


def _some(raw: Any, path: str) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise ReadingError(path, _("A group holds at least one condition."))
    return raw
