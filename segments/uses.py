"""Which segments name a list or another segment in their rules, or ask for a field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import usages
from config.shared.usages import Usage, UsageFinder
from segments.derived_uses import fields_named
from segments.models import Segment, StaticList

LIST: Final = "list.member"
SEGMENT: Final = "segment.member"


def named(rules: Any, field: str) -> Iterator[str]:
    """The public ids that conditions on this field name, also in a rule that cannot be read."""
    if isinstance(rules, dict):
        value = rules.get("value")
        if rules.get("field") == field and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
        for inner in rules.values():
            yield from named(inner, field)
    elif isinstance(rules, list):
        for inner in rules:
            yield from named(inner, field)


def segments_asking(field: str) -> list[Usage]:
    """The segments whose rules name this field, by name; one statement."""
    return [
        Usage(segment.name, _("segment"), reverse("admin:segments_segment_page", args=[segment.pk]))
        for segment in Segment.objects.order_by("name")
        if field in fields_named(segment.rules)
    ]


def _finder(model: type[Model], field: str) -> UsageFinder:
    def find(ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
        """Two statements."""
        rows = model._default_manager.filter(pk__in=ids).values_list("public_id", "pk")
        by_public_id: dict[str, int] = dict(rows)
        found: dict[int, list[Usage]] = {}
        for segment in Segment.objects.order_by("name"):
            url = reverse("admin:segments_segment_page", args=[segment.pk])
            usage = Usage(segment.name, _("segment"), url)
            for public_id in sorted(set(named(segment.rules, field)) & by_public_id.keys()):
                found.setdefault(by_public_id[public_id], []).append(usage)
        return found

    return find


def declare() -> None:
    """Called once, when the app is ready."""
    usages.register("segments.StaticList", _finder(StaticList, LIST))
    usages.register("segments.Segment", _finder(Segment, SEGMENT))
