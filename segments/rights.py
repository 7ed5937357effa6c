"""Segments hold rules, not people; lists hold who was put on them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.shared import clock
from customers.rights import Holding, Section, add_section, hold, impersonal
from segments.models import (
    KeptSegment,
    LifecycleLimits,
    ListMember,
    Membership,
    MembershipChange,
    PendingEvaluation,
    RfmMoment,
    RfmScore,
    Segment,
    SizePoint,
    StaticList,
)
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
        LifecycleLimits,
        *("id", "new_count", "new_unit", "lapsed_count", "lapsed_unit"),
        because="what the shop calls new and lapsed, not who is",
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
    _declare_memberships()
    add_section(Section("segments", _("Segments"), _segments))


def _declare_memberships() -> None:
    impersonal(
        KeptSegment,
        *("segment", "asked", "state", "version", "digest", "because", "gated", "position"),
        *("since", "built_at", "size", "size_at"),
        because="whether and how far memberships are kept; they themselves are rows of their own",
    )
    impersonal(RfmMoment, "id", "at", because="as of when scores are, not whose")
    hold(
        Holding(
            model=RfmScore,
            kind="rfm_scores",
            title=_("RFM scores"),
            owner=lambda customer_ids: Q(customer_id__in=customer_ids),
            shown=("recency", "frequency", "monetary"),
            internal=("customer_id", "pending"),
        )
    )
    impersonal(SizePoint, "id", "segment", "at", "size", because="how many, not who")
    hold(
        Holding(
            model=Membership,
            kind="memberships",
            title=_("Memberships of segments"),
            owner="customer",
            shown=("inside", "since", "next_change_at"),
            internal=("id", "segment", "customer"),
            also={"segment": "segment__name"},
        )
    )
    hold(
        Holding(
            model=MembershipChange,
            kind="membership_changes",
            title=_("Segments entered and left"),
            owner="customer",
            shown=("entered", "because", "at", "noticed_at"),
            internal=("id", "segment", "customer"),
            also={"segment": "segment__name"},
        )
    )
    hold(
        Holding(
            model=PendingEvaluation,
            kind="pending_evaluations",
            title=_("Waiting to be looked at again"),
            owner=lambda customer_ids: Q(customer_id__in=customer_ids),
            shown=("at",),
            internal=("customer_id",),
        )
    )
