"""Durations of ISO 8601 (“P1M”, “P2DT3H”), added by the calendar of a zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.localtime import to_instant, to_local

MOST_DAYS: Final = 36_600
_ISO: Final = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?"
    r"(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_AVERAGE_MONTH: Final = timedelta(days=365.2425) / 12
_LONGEST_MONTH: Final = timedelta(days=31)


class DurationError(InvalidValueError):
    """A text that is no duration, or one that is empty or too long."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months and days, then an exact time; longer than nothing, at most a century."""

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta()

    def __post_init__(self) -> None:
        if min(self.months, self.days) < 0 or self.exact < timedelta():
            raise DurationError(_("A duration is not negative."))
        if not (self.months or self.days or self.exact):
            raise DurationError(_("A duration of nothing means nothing."))
        if self.longest > timedelta(days=MOST_DAYS):
            raise DurationError(_("A duration is at most a hundred years."))

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read a duration of ISO 8601 in whole numbers; raises DurationError."""
        found = _ISO.fullmatch(text)
        if found is None:
            raise DurationError(_("Write a duration as in ISO 8601, such as P1D or PT2H30M."))
        given = {name: int(number or 0) for name, number in found.groupdict().items()}
        exact = {name: given[name] for name in ("hours", "minutes", "seconds")}
        return cls(
            months=12 * given["years"] + given["months"],
            days=7 * given["weeks"] + given["days"],
            exact=timedelta(**exact),
        )

    @property
    def longest(self) -> timedelta:
        """The longest it can be, clock changes aside."""
        return self.months * _LONGEST_MONTH + timedelta(days=self.days) + self.exact

    @property
    def average(self) -> timedelta:
        """How long it is on average."""
        return self.months * _AVERAGE_MONTH + timedelta(days=self.days) + self.exact

    def after(self, instant: datetime, zone: str, *, times: int = 1) -> datetime:
        """Return the instant this duration, `times` over, later.

        Months and days are counted on the calendar of the zone at the same time of the clock
        (a month without that day ends on its last one), then the exact part is added.
        """
        if times and (self.months or self.days):
            local = to_local(instant, zone)
            day = _months_later(local.date(), self.months * times)
            instant = to_instant(
                day + timedelta(days=self.days * times), local.time().replace(fold=0), zone
            )
        return instant + self.exact * times


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))
