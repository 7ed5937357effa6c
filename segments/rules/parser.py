"""JSON to a tree, strictly: whatever is unknown, missing or too much is refused with its path.

A stored rule is read with `stored`: a condition whose subject is gone since (a deleted attribute,
segment, list, offer) becomes `Unknown` instead of an error, so the rule is kept and says what it
misses. Products, categories and brands that the shop does not tell of (any more, or yet) are never
an error, and always `Unknown`: rules about them may be written first. No rule asks about what is
sensitive; one that did before it was becomes `Unknown`.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.errors import CircularRule, RuleError
from segments.models import Segment
from segments.rules import values
from segments.rules.fields import FAMILIES, Detail, Field, field_of
from segments.rules.operators import Operator
from segments.rules.tree import Condition, Everyone, Group, Nested, Node, Unknown, Window

MAX_DEPTH: Final = 4
MAX_CONDITIONS: Final = 50
MAX_NESTED_CONDITIONS: Final = 200
MAX_WHERE: Final = 10
VERSION: Final = 1
_SENSITIVE: Final = _(
    "“%(name)s” is sensitive: what was bought there is known to no rule. Leave it out."
)


@dataclass(slots=True)
class _Reading:
    """What is counted and allowed while one rule, with the segments it names, is read.

    `trail` are the segments we are inside of, outermost first.
    """

    stored: bool
    trail: tuple[Segment, ...]
    counts: list[int]  # conditions: of this rule alone, of all nested ones together


class _Gone(Exception):
    """What a condition asks about is no more; or is not yet, where it `may_come`."""

    def __init__(self, path: str, why: str | Promise, *, may_come: bool = False) -> None:
        super().__init__()
        self.path, self.why, self.may_come = path, why, may_come


def parse(rules: Any, *, stored: bool = False, of: Segment | None = None) -> Node:
    """The tree of `rules`; raises RuleError naming the first place that cannot be used.

    `of` is the segment whose rules they are (or are to be): it may not contain itself.
    """
    return _read(rules, _Reading(stored, (of,) if of else (), [0, 0]))


def _read(rules: Any, reading: _Reading) -> Node:
    if isinstance(rules, dict) and "version" in rules:
        if rules["version"] != VERSION:
            raise RuleError(
                "rules.version",
                _("This rule was written for a newer version of Vesile; update Vesile first."),
            )
        rules = {name: value for name, value in rules.items() if name != "version"}
    return _node(rules, "rules", 1, reading)


def _node(raw: Any, path: str, depth: int, reading: _Reading) -> Node:
    if not isinstance(raw, dict):
        raise RuleError(path, _("Write a group or a condition, as a JSON object."))
    if depth > MAX_DEPTH + 1:
        raise RuleError(path, _("Groups may be nested %(n)s deep.") % {"n": MAX_DEPTH})
    if "everyone" in raw:
        if raw != {"everyone": True} or depth > 1:
            raise RuleError(path, _('“Everyone” stands alone: {"everyone": true}.'))
        return Everyone()
    if "field" in raw:
        _count(path, reading)
        try:
            return _condition(raw, path, reading)
        except _Gone as gone:
            if not (reading.stored or gone.may_come):
                raise RuleError(gone.path, gone.why) from None
            return Unknown(path, str(raw["field"]), gone.why)
    return _group(raw, path, depth, reading)


def _count(path: str, reading: _Reading) -> None:
    reading.counts[0] += 1
    reading.counts[1] += 1
    if reading.counts[0] > MAX_CONDITIONS:
        raise RuleError(path, _("A rule has at most %(n)s conditions.") % {"n": MAX_CONDITIONS})
    if reading.counts[1] > MAX_NESTED_CONDITIONS:
        raise RuleError(
            path,
            _("With the segments it names, a rule has at most %(n)s conditions.")
            % {"n": MAX_NESTED_CONDITIONS},
        )


def _group(raw: dict[str, Any], path: str, depth: int, reading: _Reading) -> Group:
    _only(raw, {"op", "rules", "not"}, path)
    if raw.get("op") not in ("and", "or"):
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
            _node(item, f"{path}.rules[{i}]", depth + 1, reading) for i, item in enumerate(inner)
        ),
        negated,
    )


def _field(raw: dict[str, Any], path: str) -> Field:
    name = raw["field"]
    if name == "":
        raise RuleError(f"{path}.field", _("Choose what to look at."))
    found = field_of(name) if isinstance(name, str) else None
    if found is None:
        family = FAMILIES.get(name.partition(".")[0]) if isinstance(name, str) else None
        if family is not None:
            raise _Gone(f"{path}.field", family.gone)
        raise RuleError(f"{path}.field", _("There is no such field."))
    return found


def _condition(raw: dict[str, Any], path: str, reading: _Reading) -> Condition | Nested:
    _only(raw, {"field", "cmp", "value", "within", "currency", "where"}, path)
    field = _field(raw, path)
    cmp, value = _compared(raw, field.operators, path)
    _known(field, value, f"{path}.value")
    condition = Condition(
        path=path,
        field=field.id,
        cmp=cmp,
        value=value,
        currency=_currency(field.type, cmp, raw, path),
        within=_window(field, raw, path),
        where=_where(field, raw, path, reading),
        settings=field.settings() if field.settings else None,
    )
    return _nested(condition, reading) if field.nests else condition


def _nested(condition: Condition, reading: _Reading) -> Nested:
    """The condition with the rules of the segments it names; refuses a circle, naming it."""
    named = {one.public_id: one for one in Segment.objects.filter(public_id__in=condition.value)}
    inside = []
    for public_id in condition.value:
        segment = named[public_id]
        names = [one.name for one in (*reading.trail, segment)]
        if any(one.pk == segment.pk for one in reading.trail):
            raise CircularRule(
                condition.path,
                _("A segment cannot contain itself: %(circle)s.") % {"circle": " → ".join(names)},
            )
        inner = _Reading(True, (*reading.trail, segment), [0, reading.counts[1]])
        try:
            inside.append(_read(segment.rules, inner))
        except CircularRule as error:
            raise CircularRule(condition.path, error.problem) from None
        except RuleError as error:
            raise RuleError(
                condition.path,
                _("The segment “%(name)s” cannot be used: %(problem)s")
                % {"name": segment.name, "problem": error.problem},
            ) from None
        reading.counts[1] = inner.counts[1]
    return Nested(condition, tuple(inside))


def _compared(raw: dict[str, Any], operators: Mapping[str, Operator], path: str) -> tuple[str, Any]:
    """The comparison and its value."""
    cmp = raw.get("cmp")
    operator = operators.get(cmp) if isinstance(cmp, str) else None
    if operator is None or not isinstance(cmp, str):
        raise RuleError(
            f"{path}.cmp",
            _("This field can be compared with: %(cmps)s.") % {"cmps": ", ".join(operators)},
        )
    if operator.takes_value and "value" not in raw:
        raise RuleError(f"{path}.value", _("Give a value."))
    return cmp, operator.read(raw.get("value"), f"{path}.value")


def _only(raw: dict[str, Any], known: set[str], path: str) -> None:
    for name in raw:
        if name not in known:
            raise RuleError(f"{path}.{name}", _("This is not known here; remove it."))


def _known(asked: Field | Detail, value: Any, path: str) -> None:
    """What is no choice was one once, so a stored rule may still name it."""
    if value is None:
        return
    wanted = value if isinstance(value, list) else [value]
    if asked.search is not None and asked.search.sensitive is not None:
        for item in asked.search.sensitive(wanted):
            raise _Gone(path, _SENSITIVE % {"name": item})
    if asked.choices is not None:
        known: Container[str] = asked.choices()
        why = _("“%(value)s” is not among the choices (or is no more).")
    elif asked.search is not None and asked.search.complete:
        known = asked.search.named(wanted)
        why = _("The shop has told of no “%(value)s”, or it is no more.")
    else:
        return
    for item in wanted:
        if item not in known:
            raise _Gone(path, why % {"value": item}, may_come=asked.choices is None)


def _currency(kind: str, cmp: str, raw: dict[str, Any], path: str) -> str:
    if kind == "money" and cmp not in ("empty", "not_empty"):
        return values.currency(raw.get("currency"), f"{path}.currency")
    if "currency" in raw:
        raise RuleError(f"{path}.currency", _("Only money has a currency; remove it."))
    return ""


def _window(field: Field, raw: dict[str, Any], path: str) -> Window | None:
    if "within" not in raw:
        return None
    if not field.windowed:
        raise RuleError(f"{path}.within", _("This field has no window; remove it."))
    return Window(*values.span(raw["within"], f"{path}.within"))


def _where(
    field: Field, raw: dict[str, Any], path: str, reading: _Reading
) -> tuple[Condition, ...]:
    if "where" not in raw:
        return ()
    given = raw["where"]
    if not field.details and field.more_details is None:
        raise RuleError(f"{path}.where", _("This field cannot be narrowed; remove it."))
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_WHERE:
        raise RuleError(
            f"{path}.where", _("Give a list of 1 to %(n)s conditions.") % {"n": MAX_WHERE}
        )
    return tuple(
        _narrowing(field, item, f"{path}.where[{i}]", reading) for i, item in enumerate(given)
    )


def _narrowing(field: Field, raw: Any, path: str, reading: _Reading) -> Condition:
    if not isinstance(raw, dict) or not isinstance(raw.get("field"), str):
        raise RuleError(path, _("Write a condition, as a JSON object."))
    _count(path, reading)
    _only(raw, {"field", "cmp", "value", "currency"}, path)
    detail: Detail | None = field.detail(raw["field"])
    if not raw["field"]:
        raise RuleError(f"{path}.field", _("Choose what to look at."))
    if detail is None:
        raise RuleError(
            f"{path}.field",
            _("Here you can use: %(names)s.") % {"names": ", ".join(field.details)},
        )
    cmp, value = _compared(raw, detail.operators, path)
    _known(detail, value, f"{path}.value")
    return Condition(path, detail.id, cmp, value, currency=_currency(detail.type, cmp, raw, path))
