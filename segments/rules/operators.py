"""Comparisons: which there are for each type of field, what value each takes, how it is said."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.rules import values


@dataclass(frozen=True, slots=True)
class Operator:
    """`words` has %(field)s and %(value)s, and makes one readable clause."""

    label: Promise
    words: Promise
    read: values.Reader
    takes_value: bool = True


def _plain(label: Promise, words: Promise) -> Operator:
    return Operator(label, words, values.nothing, takes_value=False)


_IS = Operator(_("is"), _("%(field)s is %(value)s"), values.text)
_IS_NOT = Operator(_("is not"), _("%(field)s is not %(value)s"), values.text)
_IN = Operator(_("is one of"), _("%(field)s is one of %(value)s"), values.texts)
_NOT_IN = Operator(_("is none of"), _("%(field)s is none of %(value)s"), values.texts)
_EMPTIES = {
    "empty": _plain(_("is not known"), _("%(field)s is not known")),
    "not_empty": _plain(_("is known"), _("%(field)s is known")),
}
_CHOICES = {"is": _IS, "is_not": _IS_NOT, "in": _IN, "not_in": _NOT_IN, **_EMPTIES}


def _numbers(read: values.Reader, pair: values.Reader) -> dict[str, Operator]:
    return {
        "eq": Operator(_("is exactly"), _("%(field)s is exactly %(value)s"), read),
        "ne": Operator(_("is not"), _("%(field)s is not %(value)s"), read),
        "lt": Operator(_("is less than"), _("%(field)s is less than %(value)s"), read),
        "lte": Operator(_("is at most"), _("%(field)s is at most %(value)s"), read),
        "gt": Operator(_("is more than"), _("%(field)s is more than %(value)s"), read),
        "gte": Operator(_("is at least"), _("%(field)s is at least %(value)s"), read),
        "between": Operator(_("is between"), _("%(field)s is between %(value)s"), pair),
        **_EMPTIES,
    }


_DAYS = {
    "before": Operator(_("is before"), _("%(field)s is before %(value)s"), values.day),
    "after": Operator(_("is after"), _("%(field)s is after %(value)s"), values.day),
    "on": Operator(_("is on"), _("%(field)s is on %(value)s"), values.day),
    "between": Operator(_("is between"), _("%(field)s is between %(value)s"), values.day_pair),
    "in_last": Operator(_("is in the last"), _("%(field)s is in the last %(value)s"), values.span),
    "in_next": Operator(
        _("is in the next"), _("%(field)s is in the next %(value)s"), values.span_ahead
    ),
    "more_than_ago": Operator(
        _("is longer ago than"), _("%(field)s is more than %(value)s ago"), values.span
    ),
    "today": _plain(_("is today"), _("%(field)s is today")),
    "this_week": _plain(_("is this week"), _("%(field)s is this week")),
    "this_month": _plain(_("is this month"), _("%(field)s is this month")),
    "anniversary": Operator(
        _("has its day, in any year,"),
        _("%(field)s has its day, in any year, %(value)s"),
        values.days_away,
    ),
    **_EMPTIES,
}
# A birthday has a day and a month, and rarely a year that counts.
_RECURRING = {
    name: _DAYS[name]
    for name in ("in_next", "today", "this_week", "this_month", "anniversary", *_EMPTIES)
}
_MEMBERS = {
    "in": Operator(_("is one of"), _("%(field)s one of %(value)s"), values.texts),
    "not_in": Operator(_("is none of"), _("%(field)s none of %(value)s"), values.texts),
}

_TEXTS = {
    "is": _IS,
    "is_not": _IS_NOT,
    "contains": Operator(_("contains"), _("%(field)s contains %(value)s"), values.text),
    "starts_with": Operator(_("starts with"), _("%(field)s starts with %(value)s"), values.text),
    "ends_with": Operator(_("ends with"), _("%(field)s ends with %(value)s"), values.text),
    "in": _IN,
    "not_in": _NOT_IN,
    **_EMPTIES,
}

BY_TYPE: Final[dict[str, dict[str, Operator]]] = {
    "choice": _CHOICES,
    "text": _TEXTS,
    # What a shop sends with an event has the type it was sent with.
    "property": {
        **_TEXTS,
        **_numbers(values.number, values.number_pair),
        "is": Operator(_("is"), _("%(field)s is %(value)s"), values.text_or_boolean),
    },
    "count": {
        name: operator
        for name, operator in _numbers(values.whole, values.amount_pair).items()
        if name not in _EMPTIES
    },
    "number": _numbers(values.number, values.number_pair),
    "money": _numbers(values.whole, values.amount_pair),
    "date": _DAYS,
    "datetime": _DAYS,
    "recurring": _RECURRING,
    "boolean": {
        "is": Operator(_("is"), _("%(field)s: %(value)s"), values.boolean),
        **_EMPTIES,
    },
    "set": {
        "contains": Operator(_("has"), _("%(field)s has %(value)s"), values.text),
        "in": Operator(_("has one of"), _("%(field)s has one of %(value)s"), values.texts),
        "not_in": Operator(_("has none of"), _("%(field)s has none of %(value)s"), values.texts),
        **_EMPTIES,
    },
    "members": _MEMBERS,
    "point": {
        "within_km": Operator(_("is within"), _("%(field)s is within %(value)s"), values.around),
        "beyond_km": Operator(
            _("is farther away than"), _("%(field)s is farther away than %(value)s"), values.around
        ),
        **_EMPTIES,
    },
}
