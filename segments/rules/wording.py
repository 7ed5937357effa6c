"""A rule as a sentence in the reader's language."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared import money
from segments.rules.fields import Detail, Field, field_of
from segments.rules.tree import Condition, Everyone, Group, Leaf, Nested, Node, Unknown
from segments.rules.values import Around


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
        words += " " + _("in the last %(span)s") % {
            "span": span_in_words(condition.within.count, condition.within.unit)
        }
    details = [
        _clause(one, detail)
        for one in condition.where
        if (detail := field.detail(one.field)) is not None
    ]
    if details:
        words += " " + _("(where %(details)s)") % {"details": _(" and ").join(details)}
    return words


def _clause(condition: Condition, field: Field | Detail) -> str:
    return str(field.operators[condition.cmp].words) % {
        "field": field.label,
        "value": _value(condition, field),
    }


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
        return ", ".join(_one(one, condition, field) for one in value)
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
