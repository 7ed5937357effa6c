"""Segments, fields and answers as the API shows them."""

from typing import Any

from rest_framework import serializers

from customers.models import DataCategory
from segments.models import Segment
from segments.rules.fields import Detail, Field, all_fields
from segments.rules.parser import parse
from segments.rules.tree import unknowns
from segments.rules.wording import sentence
from segments.selectors import Explained


class MissingOut(serializers.Serializer):
    """A condition that nobody can answer any more, because what it asks about is gone."""

    path = serializers.CharField()
    field = serializers.CharField()
    why = serializers.CharField()


class SegmentOut(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["segment"])
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    rules = serializers.JSONField(help_text="As it was written.")
    sentence = serializers.CharField(help_text="What the rule says, in the asked language.")
    missing = MissingOut(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def segment(found: Segment) -> dict[str, Any]:
    tree = parse(found.rules, stored=True, of=found)
    return {
        "id": found.public_id,
        "object": "segment",
        "name": found.name,
        "description": found.description,
        "rules": found.rules,
        "sentence": sentence(tree),
        "missing": [
            {"path": one.path, "field": one.field, "why": str(one.why)} for one in unknowns(tree)
        ],
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


class CountOut(serializers.Serializer):
    count = serializers.IntegerField()
    exact = serializers.BooleanField()


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


class DetailOut(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    cmps = serializers.ListField(child=serializers.CharField())


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
    }


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
