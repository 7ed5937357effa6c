"""What falls due between two ticks: nominal dates, dates of sending and their instants.

An occasion has a nominal date (the birthday, the holiday). A campaign sends `offset_days` before
(negative) or after it, at a local clock time. A tick asks for everything due in (start, end].
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.shared.localtime import local_dates_between, to_instant


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One nominal date that falls due in one zone: when it is sent, and what it is sent for."""

    due_at: datetime
    """The instant of sending, UTC."""
    send_date: date
    """The local date of sending. The one asked for, also where that zone skipped it."""
    nominal_date: date
    """The date of the occasion itself."""


def due_in_window(
    start: datetime, end: datetime, zone: str, send_time: time, offset_days: int = 0
) -> list[Due]:
    """Return what a tick has to look at: every nominal date due in (start, end] in a zone.

    For occasions that differ by customer: the caller looks up who has a birthday or another date
    on the nominal dates. Touching windows share nothing and miss nothing.
    """
    offset = timedelta(days=offset_days)
    return [
        Due(to_instant(send_date, send_time, zone), send_date, send_date - offset)
        for send_date in local_dates_between(start, end, send_time, zone)
    ]


def dates_due_in_window(
    nominal_dates: Iterable[date],
    start: datetime,
    end: datetime,
    zone: str,
    send_time: time,
    offset_days: int = 0,
) -> list[Due]:
    """Return which of the given dates (a holiday's) are due in (start, end] in a zone."""
    wanted = set(nominal_dates)
    due = due_in_window(start, end, zone, send_time, offset_days)
    return [each for each in due if each.nominal_date in wanted]


def due_at(nominal_date: date, zone: str, send_time: time, offset_days: int = 0) -> Due:
    """Return when one nominal date is due in a zone: what a calendar or a simulation shows."""
    send_date = nominal_date + timedelta(days=offset_days)
    return Due(to_instant(send_date, send_time, zone), send_date, nominal_date)
