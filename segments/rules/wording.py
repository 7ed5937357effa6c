"""A rule as a sentence in the reader's language."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from config.shared import money
from segments.rules.fields import Detail, Field, field_of
from segments.rules.operators import BY_TYPE
from segments.rules.tree import Condition, Everyone, Group, Leaf, Nested, Node, Unknown, Window
from segments.rules.values import Around

HAPPENINGS: Final = frozenset({"event"})
"""Groups whose counts say how often something happened."""

_OF_ONE: Final = {"in": "is", "not_in": "is_not"}
_OFTEN: Final[dict[str, Promise]] = {
    "gte": ngettext_lazy("%(field)s at least %(n)s time", "%(field)s at least %(n)s times", "n"),
    "lte": ngettext_lazy("%(field)s at most %(n)s time", "%(field)s at most %(n)s times", "n"),
    "gt": ngettext_lazy("%(field)s more than %(n)s time", "%(field)s more than %(n)s times", "n"),
    "lt": ngettext_lazy("%(field)s fewer than %(n)s time", "%(field)s fewer than %(n)s times", "n"),
    "eq": ngettext_lazy("%(field)s exactly %(n)s time", "%(field)s exactly %(n)s times", "n"),
    "ne": ngettext_lazy(
        "%(field)s any number of times but %(n)s", "%(field)s any number of times but %(n)s", "n"
    ),
}
_THE_LAST: Final[dict[str, Promise]] = {
    "hour": gettext_lazy("in the last hour"),
    "day": gettext_lazy("in the last day"),
    "week": gettext_lazy("in the last week"),
    "month": gettext_lazy("in the last month"),
    "year": gettext_lazy("in the last year"),
}


def sentence(node: Node) -> str:
    """What the rule says, for instance "customers for whom: country is Ireland and …"."""
    if isinstance(node, Everyone):
        return _("everyone")
    return _("customers for whom %(rule)s") % {"rule": _node(node, outermost=True)}


def _node(node: Node, *, outermost: bool = False) -> str:
    match node:
        case Everyone():
            return _("everyone")
        case Condition() | Nested() | Unknown():
            return leaf_in_words(node)
        case Group():
            word = _(" and ") if node.op == "and" else _(" or ")
            joined = word.join(_node(rule) for rule in node.rules)
            if node.negated:
                return _("it is not so that (%(rule)s)") % {"rule": joined}
            return joined if outermost or len(node.rules) == 1 else f"({joined})"


def leaf_in_words(leaf: Leaf) -> str:
    """One condition as a clause."""
    match leaf:
        case Unknown():
            return _("(%(field)s: nobody can answer this any more)") % {"field": leaf.field}
        case Nested():
            return _condition(leaf.condition)
    return _condition(leaf)


def _condition(condition: Condition) -> str:
    field = field_of(condition.field)
    if field is None:
        return condition.field
    words = _clause(condition, field)
    if condition.within:
        words += " " + _within(condition.within)
    details = [
        _clause(one, detail)
        for one in condition.where
        if (detail := field.detail(one.field)) is not None
    ]
    if details:
        words += " " + _("(where %(details)s)") % {"details": _(" and ").join(details)}
    return words


def _clause(condition: Condition, field: Field | Detail) -> str:
    if isinstance(field, Field) and field.type == "count" and field.group in HAPPENINGS:
        return _how_often(condition, field)
    return str(_words(condition, field)) % {
        "field": field.label,
        "value": _value(condition, field),
    }


def _words(condition: Condition, field: Field | Detail) -> str | Promise:
    """Of members: a detail is a noun (“brand of the product”), a field says what was done."""
    if field.type != "members":
        return field.operators[condition.cmp].words
    if isinstance(field, Detail):
        cmp = condition.cmp if len(condition.value) > 1 else _OF_ONE[condition.cmp]
        return BY_TYPE["choice"][cmp].words
    if len(condition.value) > 1:
        return field.operators[condition.cmp].words
    return _("%(field)s %(value)s") if condition.cmp == "in" else _("not %(field)s %(value)s")


def _how_often(condition: Condition, field: Field) -> str:
    """Of what happens, people say how often it did."""
    said: dict[str, Any] = {"field": field.label}
    match condition.cmp, condition.value:
        case ("gte", 1) | ("gt", 0) | ("ne", 0):
            return _("%(field)s at least once") % said
        case ("eq" | "lte", 0) | ("lt", 1):
            return _("never %(field)s") % said
        case ("between", _pair):
            return _("%(field)s between %(value)s times") % {
                **said,
                "value": _value(condition, field),
            }
    return str(_OFTEN[condition.cmp] % {**said, "n": condition.value})


def _within(window: Window) -> str:
    if window.count == 1:
        return str(_THE_LAST[window.unit])
    return _("in the last %(span)s") % {"span": span_in_words(window.count, window.unit)}


def _value(condition: Condition, field: Field | Detail) -> str:
    value = condition.value
    match condition.cmp:
        case "in_last" | "in_next" | "more_than_ago":
            return span_in_words(*value)
        case "anniversary":
            return _days_away(*value)
        case "within_km" | "beyond_km":
            return _around(value, within=condition.cmp == "within_km")
        case "between":
            low, high = (_one(one, condition, field) for one in value)
            return _("%(low)s and %(high)s") % {"low": low, "high": high}
    if isinstance(value, list):
        named = field.search.named(value) if field.search and field.search.coded else {}
        return ", ".join(named.get(one) or _one(one, condition, field) for one in value)
    return _one(value, condition, field)


def _one(value: Any, condition: Condition, field: Field | Detail) -> str:
    if condition.currency:
        return money.format_money(value, condition.currency, translation.get_language() or "en")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.date_format(value)
    if isinstance(value, int | Decimal):
        return formats.number_format(value)
    return str(field.choices().get(value, value)) if field.choices else str(value)


def _around(value: Around, *, within: bool) -> str:
    words = _("%(km)s km of %(lat)s, %(lon)s") if within else _("%(km)s km from %(lat)s, %(lon)s")
    return words % {
        "km": formats.number_format(value.km),
        "lat": value.lat,
        "lon": value.lon,
    }


def _days_away(first: int, last: int) -> str:
    if first == last:
        return _day_away(first)
    return _("from %(first)s to %(last)s") % {
        "first": _day_away(first),
        "last": _day_away(last),
    }


def _day_away(days: int) -> str:
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(n)s day ago", "%(n)s days ago", -days) % {"n": -days}
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def span_in_words(count: int, unit: str) -> str:
    """So many days (or hours, weeks, months, years)."""
    match unit:
        case "hour":
            return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}
        case "day":
            return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
        case "week":
            return ngettext("%(n)s week", "%(n)s weeks", count) % {"n": count}
        case "month":
            return ngettext("%(n)s month", "%(n)s months", count) % {"n": count}
    return ngettext("%(n)s year", "%(n)s years", count) % {"n": count}
