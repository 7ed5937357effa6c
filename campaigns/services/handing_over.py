"""From decisions that are due to deliveries, in bulk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Min

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
            .select_related("campaign__template")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("id")[:BATCH]
        )
        identities = _main_identities({decision.customer_id for decision in decisions})
        reachable = [d for d in decisions if d.customer_id in identities]
        Delivery.objects.bulk_create(
            (_delivery(d, identities[d.customer_id], at) for d in reachable), ignore_conflicts=True
        )
        _settle(reachable, DecisionState.HANDED_OVER)
        _settle(
            [d for d in decisions if d.customer_id not in identities], DecisionState.NO_IDENTITY
        )
        if reachable:
            dispatch.after_commit("messaging.deliver_due")
    return len(decisions)


def _main_identities(customer_ids: Iterable[int]) -> dict[int, int]:
    """The oldest identity of each customer; who was merged away has none."""
    return dict(
        Identity.objects.filter(customer_id__in=customer_ids)
        .order_by()
        .values_list("customer_id")
        .annotate(Min("pk"))
    )


def _delivery(decision: Decision, identity_id: int, at: datetime) -> Delivery:
    return Delivery(
        identity_id=identity_id,
        source_kind=SOURCE_KIND,
        source_id=decision.campaign_id,
        occurrence_key=decision.occurrence_key,
        channel=Channel.EMAIL,
        template=decision.campaign.template,
        not_before=decision.due_at,
        created_at=at,
    )


def _settle(decisions: list[Decision], state: DecisionState) -> None:
    if decisions:
        Decision.objects.filter(pk__in=[decision.pk for decision in decisions]).update(state=state)
