"""The tick: who is due since the last one gets a decision, once.

For each live campaign everything due in (watermark, at] is written in one statement, in the
transaction that moves the watermark. The unique key (campaign, customer, occurrence) makes it
repeatable: twice, two at once or after an outage give the same rows. Nothing is computed for
customers who are not due: the zones whose hour has come and the dates they celebrate travel into
the statement as rows, and an index leads from those to the customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from campaigns import occasions
from campaigns.audience import due_customers
from campaigns.hours import zones_due
from campaigns.models import Campaign, DecisionState
from campaigns.occasions import DueRow
from config.shared import facts
from config.shared.localtime import zone_names
from segments.errors import RuleError

log = structlog.get_logger("vesile.ticking")

LOOKBACK = "campaigns.lookback"
LOOKBACK_KINDS = {"customer.created", "customer.changed"}
LOOKBACK_BATCH = 2_000  # facts
LONGEST_STRETCH = timedelta(days=31)  # of one statement, after a long outage or pause


@dataclass(slots=True)
class Ticked:
    """Decisions written by a tick."""

    due: int = 0
    too_late: int = 0

    def add(self, other: "Ticked") -> None:
        self.due += other.due
        self.too_late += other.too_late


def tick(*, at: datetime) -> Ticked:
    """Decide everything due up to `at`. Safe at any time, any number at once.

    A campaign that another tick holds is left to it; what it does not reach, the next tick does.
    One whose audience cannot be used stands still, and catches up once that is mended.
    """
    total = look_back(at=at)
    for campaign_id in _move_quiet_ones(at):
        try:
            total.add(_tick_campaign(campaign_id, at))
        except RuleError as error:
            log.error("audience_unusable", campaign=campaign_id, path=error.path)
    return total


def _move_quiet_ones(at: datetime) -> list[int]:
    """Move the watermark of campaigns whose hour comes nowhere; returns the other ones."""
    with transaction.atomic():
        live = list(
            Campaign.objects.live(at=at)
            .filter(ticked_until__lt=at)
            .select_for_update(skip_locked=True, no_key=True)
            .order_by("id")
        )
        busy = [campaign.pk for campaign in live if _hour_comes(campaign, at)]
        quiet = [campaign.pk for campaign in live if campaign.pk not in set(busy)]
        if quiet:
            Campaign.objects.filter(pk__in=quiet).update(ticked_until=at)
    return busy


def _hour_comes(campaign: Campaign, at: datetime) -> bool:
    """Whether the hour of sending has come in any zone at all since the watermark."""
    start = campaign.ticked_until or at
    return bool(zones_due(start, at, campaign.send_time, zone_names()))


def _tick_campaign(campaign_id: int, at: datetime) -> Ticked:
    """One campaign from its watermark to `at`, in stretches that each commit."""
    total = Ticked()
    while True:
        with transaction.atomic():
            campaign = (
                Campaign.objects.live(at=at)
                .filter(pk=campaign_id, ticked_until__lt=at)
                .select_related("segment")
                .select_for_update(skip_locked=True, no_key=True, of=("self",))
                .first()
            )
            if campaign is None or campaign.ticked_until is None:
                return total
            start = campaign.ticked_until
            end = min(at, start + LONGEST_STRETCH)
            rows = occasions.due_rows(campaign, start, end, occasions.zones_in_use())
            total.add(decide(campaign, rows, at=at))
            campaign.ticked_until = end
            campaign.save(update_fields=["ticked_until"])


def look_back(*, at: datetime) -> Ticked:
    """Decide again for customers who are new or changed, over the lateness of each live campaign.

    A new customer, a new zone or a new birth date may have put somebody behind the watermark.
    Campaigns are locked while it runs, so that a tick does not insert the same rows meanwhile.
    """
    total = Ticked()
    while facts.behind(LOOKBACK):
        with facts.following(LOOKBACK, kinds=LOOKBACK_KINDS, limit=LOOKBACK_BATCH) as found:
            customer_ids = sorted({fact.subject_id for fact in found})
            if not customer_ids:
                continue
            zones = occasions.zones_of(customer_ids)
            for campaign in (
                Campaign.objects.live(at=at)
                .select_related("segment")
                .select_for_update(no_key=True, of=("self",))
                .order_by("id")
            ):
                start = at - campaign.lateness
                rows = occasions.due_rows(campaign, start, at, zones)
                try:
                    total.add(decide(campaign, rows, at=at, only=customer_ids))
                except RuleError as error:
                    log.error("audience_unusable", campaign=campaign.pk, path=error.path)
    return total


_DECIDE = """
WITH made AS (
    INSERT INTO campaigns_decision
        (campaign_id, customer_id, occurrence_key, due_at, state, decided_at)
    SELECT %(campaign)s, c.id, w.key, w.due_at,
           CASE WHEN w.due_at < %(latest)s THEN 'too_late' ELSE 'due' END, %(at)s
    {whom}
    ON CONFLICT (campaign_id, customer_id, occurrence_key) DO NOTHING
    RETURNING state
)
SELECT state, count(*) FROM made GROUP BY state
"""


def decide(
    campaign: Campaign,
    rows: Sequence[DueRow],
    *,
    at: datetime,
    only: Sequence[int] | None = None,
) -> Ticked:
    """Write the decisions of these rows for the campaign's audience, `only` for some customers.

    The caller holds the campaign's row. Customers who have the occurrence already keep it.
    """
    if not rows:
        return Ticked()
    whom = due_customers(campaign, rows, at=at, only=only)
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDE.format(whom=whom.sql),
            {**whom.params, "campaign": campaign.pk, "at": at, "latest": at - campaign.lateness},
        )
        counts = dict(cursor.fetchall())
    return Ticked(counts.get(DecisionState.DUE, 0), counts.get(DecisionState.TOO_LATE, 0))
