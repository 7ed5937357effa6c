"""Reading campaigns: what would leave, without sending anything."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from campaigns.audience import due_customers
from campaigns.models import Campaign
from campaigns.occasions import due_rows, zones_in_use


@dataclass(frozen=True, slots=True)
class WouldBeDue:
    """An occurrence of a customer that a tick would decide."""

    customer_id: int
    occurrence_key: str
    due_at: datetime


_WOULD_BE_DUE = """
SELECT c.id, w.key, w.due_at {whom}
AND NOT EXISTS (
    SELECT FROM campaigns_decision d
    WHERE d.campaign_id = %(campaign)s AND d.customer_id = c.id AND d.occurrence_key = w.key)
ORDER BY w.due_at, c.id
"""


def due_between(
    campaign: Campaign, start: datetime, end: datetime, *, at: datetime
) -> list[WouldBeDue]:
    """Who would be due in (start, end], by the functions of the tick and the data of now.

    The audience is that of `at`; who has the occurrence already is left out. Works for drafts.
    """
    rows = due_rows(campaign, start, end, zones_in_use())
    if not rows:
        return []
    whom = due_customers(campaign, rows, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            _WOULD_BE_DUE.format(whom=whom.sql), {**whom.params, "campaign": campaign.pk}
        )
        return [WouldBeDue(*row) for row in cursor.fetchall()]
