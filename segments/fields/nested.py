"""Other segments as conditions of a segment.

The parser puts their rules in place of the condition, so that they are compiled, gated and
explained like any other; this field is only how the condition is named and chosen.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.errors import RuleError
from segments.fields.pickers import SEGMENTS
from segments.models import Segment
from segments.rules.binding import Binder
from segments.rules.fields import Field, register
from segments.rules.tree import Condition


def _segments() -> Mapping[str, str]:
    """Segments by their public id."""
    return dict(Segment.objects.values_list("public_id", "name"))


def _never_compiled(condition: Condition, binder: Binder) -> str:
    raise RuleError(condition.path, _("The segments of this condition were not read."))


def register_fields() -> None:
    register(
        Field(
            "segment.member",
            _("in the segment"),
            "members",
            DataCategory.PROFILE,
            _never_compiled,
            _never_compiled,
            nullable=False,
            choices=_segments,
            search=SEGMENTS,
            nests=True,
            wakes=_never_compiled,
        )
    )
