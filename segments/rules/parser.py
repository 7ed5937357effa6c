"""JSON to a tree, strictly: whatever is unknown, missing or too much is refused with its path."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from segments.errors import RuleError
from segments.rules import operators
from segments.rules.fields import FIELDS, Field
from segments.rules.tree import Condition, Everyone, Group, Node, Window

MAX_DEPTH = 4
MAX_CONDITIONS = 50


def parse(rules: Any) -> Node:
    """The tree of `rules`; raises RuleError naming the first place that cannot be used."""
    counter = [0]
    return _node(rules, "rules", 1, counter)


def _node(raw: Any, path: str, depth: int, counter: list[int]) -> Node:
    if not isinstance(raw, dict):
        raise RuleError(path, _("Write a group or a condition, as a JSON object."))
    if depth > MAX_DEPTH + 1:
        raise RuleError(path, _("Groups may be nested %(n)s deep.") % {"n": MAX_DEPTH})
    if "everyone" in raw:
        if raw != {"everyone": True} or depth > 1:
            raise RuleError(path, _('“Everyone” stands alone: {"everyone": true}.'))
        return Everyone()
    if "field" in raw:
        counter[0] += 1
        if counter[0] > MAX_CONDITIONS:
            raise RuleError(path, _("A rule has at most %(n)s conditions.") % {"n": MAX_CONDITIONS})
        return _condition(raw, path)
    return _group(raw, path, depth, counter)


def _group(raw: dict[str, Any], path: str, depth: int, counter: list[int]) -> Group:
    _only(raw, {"op", "rules", "not"}, path)
    if raw.get("op") not in {"and", "or"}:
        raise RuleError(f"{path}.op", _("Use “and” (all of these) or “or” (any of these)."))
    inner = raw.get("rules")
    if not isinstance(inner, list) or not inner:
        raise RuleError(
            f"{path}.rules",
            _("A group without conditions would mean everyone; add one, or choose “everyone”."),
        )
    negated = raw.get("not", False)
    if not isinstance(negated, bool):
        raise RuleError(f"{path}.not", _("Give true or false."))
    if depth > MAX_DEPTH:
        raise RuleError(path, _("Groups may be nested %(n)s deep.") % {"n": MAX_DEPTH})
    return Group(
        raw["op"],
        tuple(
            _node(item, f"{path}.rules[{i}]", depth + 1, counter) for i, item in enumerate(inner)
        ),
        negated,
    )


def _condition(raw: dict[str, Any], path: str) -> Condition:
    _only(raw, {"field", "cmp", "value", "within", "currency"}, path)
    field = FIELDS.get(raw["field"]) if isinstance(raw["field"], str) else None
    if field is None:
        raise RuleError(f"{path}.field", _("There is no such field."))
    cmp = raw.get("cmp")
    operator = field.operators.get(cmp) if isinstance(cmp, str) else None
    if operator is None or not isinstance(cmp, str):
        raise RuleError(
            f"{path}.cmp",
            _("This field can be compared with: %(cmps)s.") % {"cmps": ", ".join(field.operators)},
        )
    if operator.takes_value and "value" not in raw:
        raise RuleError(f"{path}.value", _("Give a value."))
    value = operator.read(raw.get("value"), f"{path}.value")
    _known_choices(field, value, f"{path}.value")
    return Condition(
        path=path,
        field=field.id,
        cmp=cmp,
        value=value,
        currency=_currency(field, raw, path),
        within=_window(field, raw, path),
    )


def _only(raw: dict[str, Any], known: set[str], path: str) -> None:
    for name in raw:
        if name not in known:
            raise RuleError(f"{path}.{name}", _("This is not known here; remove it."))


def _known_choices(field: Field, value: Any, path: str) -> None:
    if field.choices is None or value is None:
        return
    known = field.choices()
    for item in value if isinstance(value, list) else [value]:
        if item not in known:
            raise RuleError(path, _("“%(value)s” is not among the choices.") % {"value": item})


def _currency(field: Field, raw: dict[str, Any], path: str) -> str:
    if field.type == "money":
        return operators.read_currency(raw.get("currency"), f"{path}.currency")
    if "currency" in raw:
        raise RuleError(f"{path}.currency", _("Only money has a currency; remove it."))
    return ""


def _window(field: Field, raw: dict[str, Any], path: str) -> Window | None:
    if "within" not in raw:
        return None
    if not field.windowed:
        raise RuleError(f"{path}.within", _("This field has no window; remove it."))
    return Window(*operators.read_span(raw["within"], f"{path}.within"))
