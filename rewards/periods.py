"""Stretches of the calendar by which limits and budgets are counted, in the zone of an offer."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from config.shared.localtime import MIDNIGHT, to_instant, to_local


class Period(StrEnum):
    """A stretch of the calendar; weeks begin on Monday."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def first_day(period: Period, at: datetime, zone: str) -> date | None:
    """Return the first local day of the period that an instant lies in; None for EVER."""
    today = to_local(at, zone).date()
    match period:
        case Period.EVER:
            return None
        case Period.DAY:
            return today
        case Period.WEEK:
            return today - timedelta(days=today.weekday())
        case Period.MONTH:
            return today.replace(day=1)
        case Period.YEAR:
            return today.replace(month=1, day=1)


def bounds(period: Period, at: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """Return the first instant of the period and the first after it; None for EVER.

    Every instant lies in exactly one period of each kind, whatever clocks do.
    """
    first = first_day(period, at, zone)
    if first is None:
        return None
    match period:
        case Period.DAY | Period.EVER:
            following = first + timedelta(days=1)
        case Period.WEEK:
            following = first + timedelta(days=7)
        case Period.MONTH:
            following = (first + timedelta(days=31)).replace(day=1)
        case Period.YEAR:
            following = first.replace(year=first.year + 1)
    return to_instant(first, MIDNIGHT, zone), to_instant(following, MIDNIGHT, zone)


def start(period: str, at: datetime, zone: str) -> datetime:
    """Return the first instant of the day, week, month or year that an instant lies in."""
    found = bounds(Period(period), at, zone)
    if found is None:
        raise ValueError("For ever has no start.")
    return found[0]


def key(period: str, at: datetime, zone: str) -> str:
    """Return what a period is called in `Budget.period_key`: `2026-11-01/month`."""
    return f"{to_local(start(period, at, zone), zone).date().isoformat()}/{period}"
