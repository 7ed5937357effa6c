"""The tab “Segments” of the customer page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.shared.screens.history import name_actions
from customers.models import Customer
from customers.panels import Panel, register
from segments.memberships import memberships_of
from segments.selectors import in_words, segments_of


def memberships(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """The segments this customer is in now, with what makes them so, and since when if known."""
    since = {one.segment.pk: one.since for one in memberships_of(customer.pk)}
    return {
        "memberships": [
            {
                "segment": segment,
                "sentence": in_words(segment.rules),
                "since": since.get(segment.pk),
            }
            for segment in segments_of(customer.pk, at=at)
        ]
    }


def declare() -> None:
    """Called once, when the app is ready."""
    register(
        Panel(
            key="segments",
            title=_("Segments"),
            permission="segments.view_segment",
            template="vesile/customer/segments.html",
            load=memberships,
            position=50,
        )
    )
    name_actions(
        {
            "segment.created": _("Segment created"),
            "segment.changed": _("Segment changed"),
            "segment.deleted": _("Segment deleted"),
            "list.created": _("List created"),
            "list.changed": _("List changed"),
            "list.filled": _("Customers put on the list"),
            "list.emptied": _("Customers taken off the list"),
            "list.deleted": _("List deleted"),
            "lifecycle.changed": _("Limits of new, active and lapsed changed"),
            "segment.kept": _("History of the segment wanted"),
            "segment.not_kept": _("History of the segment no longer wanted"),
        }
    )
