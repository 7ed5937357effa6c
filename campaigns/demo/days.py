"""Living through the demo shop's days: whenever somebody's hour comes, the tick and messages."""

from datetime import datetime, timedelta
from typing import Final

from campaigns.models import Campaign, CampaignState
from campaigns.occasions import due_rows, zones_in_use
from campaigns.services import handing_over, ticking
from config.shared import clock, dispatch
from customers.models import Customer
from messaging.services import sending

HISTORY: Final = timedelta(days=28)


def beginning(at: datetime) -> datetime:
    """When the demo's campaigns start: so long ago that there is something to look at."""
    return at - HISTORY


def live_until(at: datetime) -> int:
    """Do what beat and a worker would have done since the last tick, up to `at`; returns the ticks.

    What was lived through already is not lived again. After a long rest the last four weeks are;
    what was due before is recorded as too late, as after any outage.
    """
    moments = _moments(at)
    with dispatch.silently(), clock.use(clock.FrozenClock(at)) as hands:
        for moment in moments:
            hands.set(moment)
            ticking.tick(at=moment)
            handing_over.hand_over(at=moment)
            sending.deliver_due(at=moment)
    return len(moments)


def _moments(at: datetime) -> list[datetime]:
    """The moments since the last tick at which somebody's hour came, and `at`.

    Ticking every thirty seconds, as beat does, gives the same rows and takes an hour.
    """
    zones = zones_in_use()
    birthdays = set(
        Customer.objects.filter(month_day__isnull=False).values_list("zone", "month_day")
    )
    moments = {at}
    for campaign in Campaign.objects.filter(state=CampaignState.LIVE):
        start = campaign.ticked_until or at
        if start < beginning(at):
            start = beginning(at)
            moments.add(start)
        moments.update(
            row.due_at
            for row in due_rows(campaign, start, at, zones)
            if row.month_day is None or (row.zone, row.month_day) in birthdays
        )
    return sorted(moments)
