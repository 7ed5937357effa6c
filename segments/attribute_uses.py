"""Which custom attributes the rules of segments look at."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import usages
from config.shared.usages import Usage
from customers.models import Attribute
from segments.derived_uses import fields_named
from segments.models import Segment

_PREFIX = "attribute."


def find(ids: Sequence[int]) -> Mapping[int, Sequence[Usage]]:
    """The segments that name each of these attributes; two statements."""
    by_key = dict(Attribute.objects.filter(pk__in=ids).values_list("key", "pk"))
    found: dict[int, list[Usage]] = {}
    for segment in Segment.objects.order_by("name"):
        named = {
            field.removeprefix(_PREFIX)
            for field in fields_named(segment.rules)
            if field.startswith(_PREFIX)
        }
        url = reverse("admin:segments_segment_change", args=[segment.pk])
        for key in sorted(named & by_key.keys()):
            found.setdefault(by_key[key], []).append(Usage(segment.name, _("segment"), url))
    return found


def declare() -> None:
    """Called once, when the app is ready."""
    usages.register("customers.Attribute", find)
