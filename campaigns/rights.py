"""Decisions say whose occasion was when; they go with the person."""

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Decision
from customers.rights import Holding, hold, impersonal


def declare() -> None:
    """Called once, when the app is ready."""
    hold(
        Holding(
            model=Decision,
            kind="decisions",
            title=_("Occasions that were noticed"),
            owner="customer",
            shown=("occurrence_key", "due_at", "state", "decided_at"),
            also={"campaign": "campaign__name"},
            internal=("id", "campaign", "customer"),
        )
    )
    impersonal(
        Campaign,
        *("id", "public_id", "brand", "name", "state", "segment", "promotion", "template"),
        *("occasion", "holiday_country", "holiday_key", "only_in_country", "leap_policy"),
        *("offset_days", "send_time", "max_lateness", "launched_at", "ticked_until"),
        *("created_at", "updated_at"),
        because="plans",
    )
