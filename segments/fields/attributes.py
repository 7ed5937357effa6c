"""Custom attributes as the marketer defined them. A sensitive one is no field at all."""

import json
from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.models import Attribute, AttributeType, DataCategory
from segments.rules import expressions, passing
from segments.rules.binding import Binder
from segments.rules.fields import Family, Field, Predicate, register_family
from segments.rules.tree import Condition

# A day of the calendar as YYYY-MM-DD: comparing texts needs no cast, which would fail on others.
_LEAP: Final = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY: Final = (
    (
        "^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
        "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
        f"|{_LEAP}-02-29)$"
    )
    .replace("{", "{{")
    .replace("}", "}}")
)
# What is stored but does not fit the type counts as not known. The key is a parameter.
_TYPED = {
    AttributeType.TEXT: "CASE jsonb_typeof({v}) WHEN 'string' THEN {v} #>> '{{}}' END",
    AttributeType.NUMBER: "CASE jsonb_typeof({v}) WHEN 'number' THEN ({v} #>> '{{}}')::numeric END",
    AttributeType.MONEY: "CASE jsonb_typeof({v}) WHEN 'number' THEN ({v} #>> '{{}}')::numeric END",
    AttributeType.BOOLEAN: "CASE {v} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    AttributeType.DATE: f"CASE WHEN {{v}} #>> '{{{{}}}}' ~ '{_DAY}' THEN {{v}} #>> '{{{{}}}}' END",
    AttributeType.SET: "CASE jsonb_typeof({v}) WHEN 'array' THEN {v} END",
}
_FIELD_TYPE = {
    AttributeType.TEXT: "text",
    AttributeType.NUMBER: "number",
    AttributeType.MONEY: "money",
    AttributeType.BOOLEAN: "boolean",
    AttributeType.DATE: "date",
    AttributeType.SET: "set",
}
_PREDICATES = {
    AttributeType.TEXT: expressions.text,
    AttributeType.NUMBER: expressions.number,
    AttributeType.MONEY: expressions.number,
    AttributeType.BOOLEAN: expressions.boolean,
    AttributeType.DATE: expressions.calendar_day,
    AttributeType.SET: expressions.json_set,
}


def _field(attribute: Attribute) -> Field:
    kind = AttributeType(attribute.type)

    def typed(binder: Binder) -> str:
        return "(" + _TYPED[kind].format(v=f"(c.metadata -> {binder.value(attribute.key)})") + ")"

    def predicate(condition: Condition, binder: Binder) -> str:
        if kind == AttributeType.BOOLEAN and condition.cmp == "is":
            # The same as the value compared, but known to an index and to statistics.
            told = binder.value(json.dumps({attribute.key: condition.value}))
            return f"c.metadata @> {told}::jsonb"
        made: Predicate = _PREDICATES[kind](typed(binder))
        asked = made(condition, binder)
        # Amounts in another currency than the attribute's can be neither more nor less.
        if condition.currency and condition.currency != attribute.currency:
            return "TRUE" if condition.cmp == "ne" else "FALSE"
        return asked

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if kind != AttributeType.DATE:
            return None
        return passing.calendar_day(typed(binder))(condition, binder)

    return Field(
        f"attribute.{attribute.key}",
        attribute.name,
        _FIELD_TYPE[kind],
        DataCategory(attribute.data_category),
        predicate,
        lambda _condition, binder: f"({typed(binder)})::text",
        wakes=wakes,
        choices=(lambda: {one: one for one in attribute.choices}) if attribute.choices else None,
    )


def _usable() -> list[Attribute]:
    return list(Attribute.objects.filter(is_sensitive=False, retired_at=None))


def _find(key: str) -> Field | None:
    attribute = Attribute.objects.filter(is_sensitive=False, retired_at=None, key=key).first()
    return _field(attribute) if attribute else None


def register_fields() -> None:
    register_family(
        Family(
            "attribute",
            _find,
            lambda: [_field(attribute) for attribute in _usable()],
            _("There is no such attribute that may be used: it was removed, or is sensitive."),
        )
    )
