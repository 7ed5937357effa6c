"""Segments, fields and answers as the API shows them."""

from collections.abc import Sequence
from typing import Any, Final

from rest_framework import serializers

from customers.api import wire as customers_wire
from customers.models import Customer, DataCategory
from segments.kept_rules import tree_of
from segments.memberships import Size
from segments.models import Segment
from segments.rules.fields import Detail, Field, all_fields
from segments.rules.tree import Node, unknowns
from segments.rules.wording import sentence
from segments.selectors import Explained

_MOST_CHOICES: Final = 50


class MissingOut(serializers.Serializer):
    """A condition that nobody can answer any more, because what it asks about is gone."""

    path = serializers.CharField()
    field = serializers.CharField()
    why = serializers.CharField()


class SizeOut(serializers.Serializer):
    """How many customers were in a segment when they were last counted."""

    count = serializers.IntegerField()
    counted_at = serializers.DateTimeField()


class SegmentOut(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["segment"])
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    rules = serializers.JSONField(help_text="As it was written.")
    sentence = serializers.CharField(help_text="What the rule says, in the asked language.")
    missing = MissingOut(many=True)
    size = SizeOut(
        allow_null=True, help_text="As last counted; null while the membership is not kept."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def segment(found: Segment, size: Size | None) -> dict[str, Any]:
    tree = tree_of(found)
    return {
        "id": found.public_id,
        "object": "segment",
        "name": found.name,
        "description": found.description,
        "rules": found.rules,
        "sentence": sentence(tree),
        "missing": missing(tree),
        "size": size and {"count": size.size, "counted_at": size.at},
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def missing(tree: Node) -> list[dict[str, str]]:
    """The conditions that nobody can answer, with their places and reasons."""
    return [{"path": one.path, "field": one.field, "why": str(one.why)} for one in unknowns(tree)]


class CountOut(serializers.Serializer):
    count = serializers.IntegerField()
    exact = serializers.BooleanField()
    missing = MissingOut(many=True, required=False, help_text="Left out where nothing is missing.")


def counted(count: int, tree: Node) -> dict[str, Any]:
    told: dict[str, Any] = {"count": count, "exact": True}
    if gone := missing(tree):
        told["missing"] = gone
    return told


class ConditionOut(serializers.Serializer):
    """One condition for one customer; `answer` is null where nobody can say, see `why`."""

    path = serializers.CharField()
    words = serializers.CharField()
    answer = serializers.BooleanField(allow_null=True)
    seen = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True)


class CheckOut(serializers.Serializer):
    object = serializers.ChoiceField(["segment_check"])
    customer = serializers.CharField()
    member = serializers.BooleanField()
    conditions = ConditionOut(many=True)


def check(customer_id: str, member: bool, explained: list[Explained]) -> dict[str, Any]:
    return {
        "object": "segment_check",
        "customer": customer_id,
        "member": member,
        "conditions": [
            {
                "path": one.path,
                "words": one.words,
                "answer": one.answer,
                "seen": one.seen,
                "why": one.why,
            }
            for one in explained
        ],
    }


class ChoiceOut(serializers.Serializer):
    value = serializers.CharField()
    name = serializers.CharField()


class DetailOut(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    cmps = serializers.ListField(child=serializers.CharField())
    choices = ChoiceOut(many=True, help_text="All there are, where they are few and no rows.")


class FieldOut(DetailOut):
    group = serializers.CharField()
    data_category = serializers.ChoiceField(DataCategory.values)
    windowed = serializers.BooleanField()
    where = DetailOut(many=True)


class FieldsOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["fields"])
    fields = FieldOut(many=True)  # type: ignore[assignment]
    total = serializers.IntegerField()


def _named(found: Field | Detail) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": str(found.label),
        "type": found.type,
        "cmps": list(found.operators),
        "choices": [{"value": value, "name": str(name)} for value, name in _choices(found)],
    }


def _choices(found: Field | Detail) -> Sequence[tuple[str, object]]:
    if found.choices is None or found.search is not None:
        return ()
    known = found.choices()
    return list(known.items()) if len(known) <= _MOST_CHOICES else ()


def fields() -> dict[str, Any]:
    listed = [
        {
            **_named(field),
            "group": field.group,
            "data_category": field.category.value,
            "windowed": field.windowed,
            "where": [_named(detail) for detail in field.details.values()],
        }
        for field in all_fields()
    ]
    return {"object": "list", "data_ref": "fields", "fields": listed, "total": len(listed)}


def customers(rows: Sequence[Customer], *, more: bool) -> dict[str, Any]:
    """A page in ascending order of being known to us, so nobody is missed or shown twice."""
    return {
        "object": "list",
        "data_ref": "customers",
        "customers": [customers_wire.customer(one) for one in rows],
        "has_more": more,
        "more_starting_after_id": rows[-1].public_id if more else None,
    }
