"""Birthdays: on which date a birth date is celebrated in a year, and whose day a date is."""

import calendar
from datetime import date
from enum import StrEnum
from typing import Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _

LEAP_DAY: Final = (2, 29)


class LeapPolicy(StrEnum):
    """When somebody born on 29 February celebrates in a common year."""

    FEB_28 = "feb_28"
    MAR_1 = "mar_1"


class BirthDateError(InvalidValueError):
    """A month and day that no year has."""


def checked_month_day(month: int, day: int) -> tuple[int, int]:
    """Return month and day when some year has that date; raises BirthDateError."""
    # 2000 is a leap year, so it has every date there is.
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]):
        raise BirthDateError(_("There is no day %(day)s in month %(month)s."), day=day, month=month)
    return month, day


def birthday_in_year(
    month: int, day: int, year: int, leap_policy: LeapPolicy | str = LeapPolicy.FEB_28
) -> date:
    """Return the date of a birthday in a year; raises BirthDateError for a date no year has."""
    checked_month_day(month, day)
    if (month, day) == LEAP_DAY and not calendar.isleap(year):
        return (
            date(year, 2, 28) if LeapPolicy(leap_policy) is LeapPolicy.FEB_28 else date(year, 3, 1)
        )
    return date(year, month, day)


def month_days_on(
    day: date, leap_policy: LeapPolicy | str = LeapPolicy.FEB_28
) -> list[tuple[int, int]]:
    """Return the (month, day) of birth dates celebrated on `day`: the inverse for a tick.

    One pair on most days; two where 29 February is celebrated in a common year.
    """
    found = [(day.month, day.day)]
    if LEAP_DAY not in found and birthday_in_year(*LEAP_DAY, day.year, leap_policy) == day:
        found.append(LEAP_DAY)
    return found


def birthday_key(nominal_date: date) -> str:
    """Return the occurrence key of a birthday: the year of the birthday itself, such as “2027”.

    Not the year of sending: a wish a week before 3 January belongs to the new year.
    """
    return f"{nominal_date.year:04d}"
