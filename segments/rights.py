"""Segments hold rules, not people; who is in one is answered from the live tables."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.shared import clock
from customers.rights import Section, add_section, impersonal
from segments.models import Segment
from segments.selectors import segments_of


def _segments(customer_id: int) -> list[dict[str, Any]]:
    return [
        {"name": segment.name, "description": segment.description}
        for segment in segments_of(customer_id, at=clock.now())
    ]


def declare() -> None:
    """Called once, when the app is ready."""
    impersonal(
        Segment,
        *("id", "public_id", "brand", "name", "description", "rules", "created_at", "updated_at"),
        because="rules; whoever writes a person's name into one writes about a rule",
    )
    add_section(Section("segments", _("Segments"), _segments))
