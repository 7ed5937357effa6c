"""Birth dates, also without a year."""

import calendar
from datetime import date

from django.utils.translation import gettext_lazy as _

from customers.errors import UnusableBirthDate

OLDEST_YEAR = 1900
_ANY_LEAP_YEAR = 2000


def check_birth_date(*, month: int, day: int, year: int | None, today: date) -> None:
    """Raise UnusableBirthDate for a day that is none, lies ahead or more than a long life back."""
    if (
        not 1 <= month <= 12
        or not 1 <= day <= calendar.monthrange(year or _ANY_LEAP_YEAR, month)[1]
    ):
        raise UnusableBirthDate(details=_("Check the month and the day."))
    if year is None:
        return
    if year < OLDEST_YEAR:
        raise UnusableBirthDate(
            details=_("The year must be %(year)s or later; leave it out if it is not known.")
            % {"year": OLDEST_YEAR}
        )
    if date(year, month, day) > today:
        raise UnusableBirthDate(details=_("It lies in the future."))
