"""Runs of local days, as dashboards compare them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.shared import localtime


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `first_day` on, as instants: from `start` up to, but without, `end`.

    `bounds` are the first instants of the days, so `bounds[0] == start`.
    """

    days: tuple[date, ...]
    bounds: tuple[datetime, ...]
    end: datetime

    @property
    def start(self) -> datetime:
        return self.bounds[0]


def days_until(at: datetime, *, days: int, zone: str) -> Period:
    """The `days` local days of `zone` that end with the moment `at` of the last of them."""
    today = localtime.to_local(at, zone).date()
    listed = tuple(today - timedelta(days=back) for back in reversed(range(days)))
    bounds = tuple(localtime.to_instant(day, time(0), zone) for day in listed)
    return Period(listed, bounds, at)


def days_before(at: datetime, *, days: int, zone: str) -> Period:
    """The period before `days_until`: as many days, up to the same local time of the day.

    Comparing with it is fair although today is not over yet.
    """
    local = localtime.to_local(at, zone)
    then = localtime.to_instant(
        local.date() - timedelta(days=days), local.time().replace(tzinfo=None), zone
    )
    return days_until(then, days=days, zone=zone)
