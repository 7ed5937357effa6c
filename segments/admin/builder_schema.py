"""What the rule builder must know of the fields, from the one registry of fields."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import money
from config.shared.templatetags.vesile import capital
from segments.rules import parser, values
from segments.rules.fields import FAMILIES, GROUPS, Choices, Detail, Field
from segments.rules.operators import Operator
from segments.rules.wording import HAPPENINGS

from .builder_words import WORDS

MOST_LISTED: Final = 30
"""Up to so many choices travel with the page; more are searched."""

_EDITORS: Final[Mapping[values.Reader, str]] = {
    values.nothing: "none",
    values.text: "text",
    values.text_or_boolean: "text",
    values.texts: "texts",
    values.number: "number",
    values.number_pair: "numbers",
    values.whole: "whole",
    values.amount_pair: "wholes",
    values.boolean: "boolean",
    values.day: "day",
    values.day_pair: "days",
    values.span: "span",
    values.span_ahead: "span_ahead",
    values.days_away: "away",
    values.around: "area",
}
_OF_MONEY: Final = {"whole": "amount", "wholes": "amounts"}
# What people ask of a type most comes first: it is what a new condition begins with.
_FIRST: Final = {
    "count": ("gte", "lte", "eq"),
    "number": ("gte", "lte", "between"),
    "money": ("gte", "lte", "between"),
    "date": ("in_last", "more_than_ago"),
    "datetime": ("in_last", "more_than_ago"),
    "recurring": ("in_next",),
    "choice": ("in", "not_in"),
    "set": ("in", "not_in"),
}
_MEMBERS: Final[dict[str, Promise]] = {"in": _("one of"), "not_in": _("none of")}
_TIMES: Final[dict[str, Promise]] = {
    "gte": _("at least"),
    "lte": _("at most"),
    "eq": _("exactly"),
    "gt": _("more than"),
    "lt": _("less than"),
    "between": _("between"),
    "ne": _("any number but"),
}
_NUMBERS: Final = frozenset({"eq", "ne", "lt", "lte", "gt", "gte", "between"})


@dataclass(slots=True)
class _Seen:
    """What several fields share: comparisons by kind, and choices, which may be rows."""

    kinds: dict[str, list[dict[str, Any]]]
    choices: dict[Choices, Mapping[str, str | Promise]]

    def choices_of(self, choices: Choices) -> Mapping[str, str | Promise]:
        if choices not in self.choices:
            self.choices[choices] = choices()
        return self.choices[choices]


def schema(fields: Iterable[Field], *, currency: str) -> dict[str, Any]:
    """Everything the builder's script reads, for JSON: words, limits, and the fields by group.

    `currency` is the one that new amounts are in.
    """
    seen = _Seen({}, {})
    grouped: dict[str, list[dict[str, Any]]] = {}
    for field in fields:
        grouped.setdefault(field.group, []).append(_field(field, seen))
    groups = [
        {
            "label": capital(GROUPS.get(group, group)),
            "fields": described,
            "other": _own_fields(group, seen),
        }
        for group, described in grouped.items()
    ]
    currencies = [currency, *sorted(money.currencies_in_use() - {currency})]
    return {
        "words": WORDS,
        "language": translation.get_language() or "en",
        "limits": {
            "depth": parser.MAX_DEPTH,
            "conditions": parser.MAX_CONDITIONS,
            "where": parser.MAX_WHERE,
        },
        "units": [{"value": unit, "label": label} for unit, label in values.UNITS.items()],
        "currencies": currencies,
        "decimals": {
            code: money.exponent(code) for code in currencies if money.exponent(code) != 2
        },
        "kinds": seen.kinds,
        "groups": groups,
    }


def _field(field: Field, seen: _Seen) -> dict[str, Any]:
    described = {**_asked(field, seen), "label": capital(field.label)}
    if field.windowed:
        described["windowed"] = True
    if field.details:
        described["details"] = [_asked(one, seen) for one in field.details.values()]
    more = field.more_details("property.name") if field.more_details else None
    if more is not None:
        described["other"] = _own(_asked(more, seen), "property.", _("property of the event…"))
    return described


def _own_fields(group: str, seen: _Seen) -> dict[str, Any] | None:
    """The fields of a group in which people may write any name, where it has such."""
    family = FAMILIES.get(group)
    if family is None or not family.any_name:
        return None
    made = family.find("name")
    return _own(_field(made, seen), f"{group}.", family.any_name) if made else None


def _own(like: dict[str, Any], prefix: str, label: str | Promise) -> dict[str, Any]:
    return {"prefix": prefix, "label": label, "like": like}


def _asked(asked: Field | Detail, seen: _Seen) -> dict[str, Any]:
    """What a field and a detail have in common."""
    kind = _kind(asked)
    if kind not in seen.kinds:
        seen.kinds[kind] = list(_comparisons(asked, kind))
    described: dict[str, Any] = {"id": asked.id, "label": str(asked.label), "kind": kind}
    if asked.search is not None:
        described["search"] = True
    elif asked.choices is not None:
        choices = seen.choices_of(asked.choices)
        if len(choices) <= MOST_LISTED:
            described["choices"] = [[value, str(label)] for value, label in choices.items()]
        else:
            described["search"] = True
    if kind == "times":
        described["unit"] = _("times")
    return described


def _kind(asked: Field | Detail) -> str:
    if isinstance(asked, Detail):
        return asked.type
    if asked.type == "count" and asked.group in HAPPENINGS:
        return "times"
    return asked.type if asked.nullable else f"{asked.type}, known"


def _comparisons(asked: Field | Detail, kind: str) -> Iterator[dict[str, Any]]:
    """The comparisons in the order in which they are offered."""
    known = asked.operators
    if kind == "times":
        yield {"cmp": "gte", "value": 1, "label": _("at least once")}
        yield {"cmp": "eq", "value": 0, "label": _("never")}
    order = [name for name in _FIRST.get(asked.type, ()) if name in known]
    for name in [*order, *(name for name in known if name not in order)]:
        yield from _spelled(asked, kind, name, known[name])


def _spelled(
    asked: Field | Detail, kind: str, name: str, operator: Operator
) -> Iterator[dict[str, Any]]:
    """A comparison as one choice, or one for each value where there are but two."""
    label = {"times": _TIMES, "members": _MEMBERS, "members, known": _MEMBERS}.get(kind, {})
    made: dict[str, Any] = {"cmp": name, "label": label.get(name, operator.label)}
    editor = _EDITORS.get(operator.read, "kept")
    if asked.type == "property":
        made["heading"] = _("as a number") if name in _NUMBERS else _("as text")
    if editor == "boolean":
        yield {"cmp": name, "value": True, "label": _("yes")}
        yield {"cmp": name, "value": False, "label": _("no")}
        return
    made["editor"] = _OF_MONEY.get(editor, editor) if asked.type == "money" else editor
    yield made
    if operator.read is values.text_or_boolean:
        heading = _("as yes or no")
        yield {"cmp": name, "value": True, "label": _("is yes"), "heading": heading}
        yield {"cmp": name, "value": False, "label": _("is no"), "heading": heading}
