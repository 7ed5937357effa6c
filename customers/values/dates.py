"""Birth dates, days and moments, as people and systems write them."""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from config.shared import localtime
from config.shared.invalid import marked as _

from .unusable import UnusableValue

DAY_ORDERS: Final = ("ymd", "dmy", "mdy")
"""In which order day, month and year stand in dates that are not written as ISO 8601 has it."""
OLDEST_YEAR: Final = 1900
EARLIEST_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE: Final = timedelta(days=1)
_ANY_LEAP_YEAR: Final = 2000

_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_NO_YEAR: Final = re.compile(r"--([0-9]{2})-?([0-9]{2})", re.ASCII)
_NUMBERS: Final = re.compile(
    r"([0-9]{1,4})[./\- ]+([0-9]{1,2})(?:[./\- ]+([0-9]{1,4}))?[./]?", re.ASCII
)
_T_BETWEEN: Final = re.compile(r"(?<=[0-9])T(?=[0-9])")
_CLOCK: Final = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


class BirthDate(NamedTuple):
    """A birth date, `year` None where it is not known."""

    year: int | None
    month: int
    day: int


def check_birth_date(*, month: int, day: int, year: int | None, today: date) -> None:
    """Raise UnusableValue for a day that is none, lies ahead or more than a long life back."""
    if (
        not 1 <= month <= 12
        or not 1 <= day <= calendar.monthrange(year or _ANY_LEAP_YEAR, month)[1]
    ):
        raise _no_birth_date(_("Check the month and the day."))
    if year is None:
        return
    if year < OLDEST_YEAR:
        raise _no_birth_date(
            _("The year must be %(year)s or later; leave it out if it is not known."),
            year=OLDEST_YEAR,
        )
    if date(year, month, day) > today:
        raise _no_birth_date(_("It lies in the future."))


def birth_date(written: str | date, *, today: date, order: str = "ymd") -> BirthDate | None:
    """A birth date from 1990-05-31, from --05-31 without its year, or in the told `order`.

    A time of day after it is not looked at. Two-digit years are refused: they may be of either
    century. None for nothing.
    """
    if isinstance(written, date):
        found = BirthDate(written.year, written.month, written.day)
    else:
        said = written.strip()
        if not said:
            return None
        matched = _ISO_DAY.match(said)
        if matched and (len(said) == 10 or said[10] in "T "):
            year, month, day_of = map(int, matched.groups())
            found = BirthDate(year, month, day_of)
        else:
            found = _birth_date_in(said, order)
    check_birth_date(month=found.month, day=found.day, year=found.year, today=today)
    return found


def _birth_date_in(said: str, order: str) -> BirthDate:
    without_year = _NO_YEAR.fullmatch(said)
    if without_year:
        month, day_of = map(int, without_year.groups())
        return BirthDate(None, month, day_of)
    written = _NUMBERS.fullmatch(said.split("T")[0].strip() if ":" in said else said)
    if written is None:
        raise _no_birth_date(_("Write it as 1990-05-31, or as --05-31 without the year."))
    first, second, third = (int(part) if part else None for part in written.groups())
    if third is None:
        if order == "dmy":
            return BirthDate(None, second or 0, first or 0)
        return BirthDate(None, first or 0, second or 0)
    year, month, day_of = _in_order(written.groups(), order)
    return BirthDate(year, month, day_of)


def _in_order(parts: tuple[str, ...], order: str) -> tuple[int, int, int]:
    """Year, month and day; a year of four digits in front is always understood."""
    first, second, third = parts
    if len(first) == 4:
        year, month, day_of = first, second, third
    elif order == "dmy":
        day_of, month, year = first, second, third
    elif order == "mdy":
        month, day_of, year = first, second, third
    else:
        raise UnusableValue(
            _("The order of day and month is not known."),
            _("Write the date as 1990-05-31, or say in which order it is written."),
        )
    if len(year) != 4 or len(day_of) > 2:
        raise UnusableValue(_("The year has not four digits."), _("Write the date as 1990-05-31."))
    return int(year), int(month), int(day_of)


def _no_birth_date(remedy: str, **params: object) -> UnusableValue:
    return UnusableValue(_("This is not a possible birth date."), remedy, **params)


def day(written: str | date, *, order: str = "ymd") -> date | None:
    """A calendar day from 2026-05-31 or in the told `order`; None for nothing."""
    if isinstance(written, date):
        return written.date() if isinstance(written, datetime) else written
    said = written.strip()
    if not said:
        return None
    matched = _ISO_DAY.match(said)
    try:
        if matched and (len(said) == 10 or said[10] in "T "):
            year, month, day_of = map(int, matched.groups())
            return date(year, month, day_of)
        numbers = _NUMBERS.fullmatch(said)
        if numbers is None or numbers[3] is None:
            raise _no_day()
        year, month, day_of = _in_order(numbers.groups(), order)
        return date(year, month, day_of)
    except UnusableValue:
        raise
    except ValueError:
        raise _no_day() from None


def _no_day() -> UnusableValue:
    return UnusableValue(_("This is not a day of the calendar."), _("Write it as 2026-05-31."))


def moment(
    written: str | datetime, *, zone: str, now: datetime, order: str = "ymd"
) -> datetime | None:
    """A moment in UTC; one without an offset is local time of `zone`, a day alone its midnight.

    Raises UnusableValue for moments before 1970 and more than a day after `now`.
    """
    if isinstance(written, datetime):
        found = written
    else:
        said = written.strip()
        if not said:
            return None
        found = _moment_in(said, order)
    try:
        if found.tzinfo is None:
            found = localtime.to_instant(found.date(), found.time(), zone)
        found = found.astimezone(UTC)
    except OverflowError:
        raise _no_moment() from None
    if found < EARLIEST_MOMENT:
        raise UnusableValue(_("It lies before 1970; check the year."))
    if found > now + CLOCK_TOLERANCE:
        raise UnusableValue(
            _("It lies more than a day in the future; check the clock and the year.")
        )
    return found


def local_moment(written: str, *, order: str) -> str:
    """What a clock on a wall showed, as 2010-12-01 08:26:00; one with an offset is refused."""
    found = _moment_in(written.strip(), order)
    if found.tzinfo is not None:
        raise _no_moment()
    return found.isoformat(" ", "seconds")


def _moment_in(said: str, order: str) -> datetime:
    """Naive where no offset is written."""
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        said = _T_BETWEEN.sub(" ", said, count=1)
    day_part, _blank, clock_part = said.partition(" ")
    if not _ISO_DAY.fullmatch(day_part) and not _NUMBERS.fullmatch(day_part):
        raise _no_moment()
    on = day(day_part.rstrip(","), order=order)
    if on is None:
        raise _no_moment()
    return _at_clock(on, clock_part.strip()) if clock_part.strip() else datetime.combine(on, time())


def _at_clock(on: date, said: str) -> datetime:
    matched = _CLOCK.fullmatch(said)
    if matched is None:
        raise _no_moment()
    hour, minute, second = int(matched[1]), int(matched[2]), int(matched[3] or 0)
    if matched[5]:
        if not 1 <= hour <= 12:
            raise _no_moment()
        hour = hour % 12 + (12 if matched[5][0] in "pP" else 0)
    try:
        at = datetime.combine(on, time(hour, minute, second))
        offset = matched[6]
        if not offset:
            return at
        if offset in {"Z", "UTC", "GMT"}:
            return at.replace(tzinfo=UTC)
        return datetime.fromisoformat(f"{at.isoformat()}{offset}")
    except ValueError:
        raise _no_moment() from None


def _no_moment() -> UnusableValue:
    return UnusableValue(
        _("This is not a moment."),
        _("Write date, time and offset as in 2026-05-01T09:30:00+03:00."),
    )
