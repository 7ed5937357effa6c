"""A rule as a sentence in the reader's language."""

from datetime import date
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared import money
from segments.rules.fields import FIELDS
from segments.rules.tree import Condition, Everyone, Group, Node


def sentence(node: Node) -> str:
    """What the rule says, for instance "customers for whom: country is Ireland and …"."""
    if isinstance(node, Everyone):
        return _("everyone")
    return _("customers for whom %(rule)s") % {"rule": _node(node, outermost=True)}


def _node(node: Node, *, outermost: bool = False) -> str:
    match node:
        case Everyone():
            return _("everyone")
        case Condition():
            return condition_in_words(node)
        case Group():
            word = _(" and ") if node.op == "and" else _(" or ")
            joined = word.join(_node(rule) for rule in node.rules)
            if node.negated:
                return _("it is not so that (%(rule)s)") % {"rule": joined}
            return joined if outermost or len(node.rules) == 1 else f"({joined})"


def condition_in_words(condition: Condition) -> str:
    """One condition as a clause."""
    field = FIELDS[condition.field]
    words = str(field.operators[condition.cmp].words) % {
        "field": field.label,
        "value": _value(condition),
    }
    if condition.within:
        words += " " + _("in the last %(span)s") % {
            "span": _span(condition.within.count, condition.within.unit)
        }
    return words


def _value(condition: Condition) -> str:
    value = condition.value
    if condition.cmp in {"in_last", "more_than_ago"}:
        return _span(*value)
    if condition.cmp == "between":
        return _("%(low)s and %(high)s") % {
            "low": _one(condition, value[0]),
            "high": _one(condition, value[1]),
        }
    if isinstance(value, list):
        return ", ".join(_one(condition, item) for item in value)
    return _one(condition, value)


def _one(condition: Condition, value: Any) -> str:
    if condition.currency:
        return money.format_money(value, condition.currency, translation.get_language() or "en")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.date_format(value)
    choices = FIELDS[condition.field].choices
    return str(choices().get(value, value)) if choices else str(value)


def _span(count: int, unit: str) -> str:
    match unit:
        case "hour":
            return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}
        case "day":
            return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
        case "week":
            return ngettext("%(n)s week", "%(n)s weeks", count) % {"n": count}
    return ngettext("%(n)s month", "%(n)s months", count) % {"n": count}
