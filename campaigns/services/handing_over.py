"""From decisions that are due to deliveries, in bulk."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from campaigns.models import Decision, DecisionState
from config.shared import dispatch
from customers.models import Channel, Identity
from messaging.models import Delivery

SOURCE_KIND: Final = "campaign"
BATCH = 1_000  # decisions in one transaction


def hand_over(*, at: datetime) -> int:
    """Make a delivery of each decision that is due; returns how many.

    Any number at once: each takes decisions that no other holds. A delivery that exists stays.
    """
    handed = 0
    while batch := _hand_over_batch(at):
        handed += batch
    return handed


def _hand_over_batch(at: datetime) -> int:
    with transaction.atomic():
        decisions = list(
            Decision.objects.filter(state=DecisionState.DUE)
            .select_related("campaign")
            .annotate(
                main_identity=Subquery(
                    Identity.objects.filter(customer_id=OuterRef("customer_id"))
                    .order_by("id")
                    .values("pk")[:1]
                )
            )
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("id")[:BATCH]
        )
        reachable = [decision for decision in decisions if decision.main_identity]
        Delivery.objects.bulk_create(
            (_delivery(decision, at) for decision in reachable), ignore_conflicts=True
        )
        _settle(reachable, DecisionState.HANDED_OVER)
        _settle([d for d in decisions if not d.main_identity], DecisionState.NO_IDENTITY)
        if reachable:
            dispatch.after_commit("messaging.deliver_due")
    return len(decisions)


def _delivery(decision: Decision, at: datetime) -> Delivery:
    return Delivery(
        identity_id=decision.main_identity,
        source_kind=SOURCE_KIND,
        source_id=decision.campaign_id,
        occurrence_key=decision.occurrence_key,
        channel=Channel.EMAIL,
        template_id=decision.campaign.template_id,
        not_before=decision.due_at,
        created_at=at,
    )


def _settle(decisions: list[Decision], state: DecisionState) -> None:
    if decisions:
        Decision.objects.filter(pk__in=[decision.pk for decision in decisions]).update(state=state)
