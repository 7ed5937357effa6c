"""Segments hold rules, not people; lists hold who was put on them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.shared import clock
from customers.rights import Holding, Section, add_section, hold, impersonal
from segments.models import ListMember, Segment, StaticList
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
    impersonal(
        StaticList,
        *("id", "public_id", "brand", "name", "description", "categories"),
        *("created_at", "updated_at"),
        because="what a list is called; who is on it are its members",
    )
    hold(
        Holding(
            model=ListMember,
            kind="lists",
            title=_("Lists"),
            owner="customer",
            shown=("added_at",),
            internal=("id", "list", "customer"),
            also={"list": "list__name"},
        )
    )
    add_section(Section("segments", _("Segments"), _segments))
