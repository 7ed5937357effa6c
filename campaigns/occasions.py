"""From a campaign's occasion to rows a statement can join: which zone, which day, since when."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.utils.translation import get_language, gettext

from campaigns.calendar.birthdays import birthday_key, month_days_on
from campaigns.calendar.holidays import (
    AvailableHoliday,
    UnknownHolidayPlaceError,
    available_holidays,
    holiday_dates,
    occurrence_key,
)
from campaigns.calendar.windows import Due, due_in_window
from campaigns.hours import zones_due
from campaigns.models import Campaign, OccasionKind
from config.shared.localtime import is_zone
from config.shared.models import Project
from customers.selectors import zones_of_customers

Zones = Mapping[str, str]
"""Zones as customers have them, each with the zone whose rules count for it."""


class DueRow(NamedTuple):
    """Customers of this zone (and born on this month * 100 + day) are due at that instant."""

    zone: str
    month_day: int | None
    key: str
    due_at: datetime


def due_rows(campaign: Campaign, start: datetime, end: datetime, zones: Zones) -> list[DueRow]:
    """What falls due in (start, end] in these zones, earliest first."""
    coming = set(zones_due(start, end, campaign.send_time, set(zones.values())))
    found = [
        (zone, due)
        for zone, rules_of in zones.items()
        if rules_of in coming
        for due in due_in_window(start, end, rules_of, campaign.send_time, campaign.offset_days)
    ]
    found.sort(key=lambda pair: pair[1].due_at)
    if campaign.occasion == OccasionKind.BIRTHDAY:
        return [row for zone, due in found for row in _birthday_rows(campaign, zone, due)]
    dates = _holiday_dates(campaign, {due.nominal_date.year for _zone, due in found})
    return [
        DueRow(zone, None, occurrence_key(due.nominal_date), due.due_at)
        for zone, due in found
        if due.nominal_date in dates
    ]


def _birthday_rows(campaign: Campaign, zone: str, due: Due) -> list[DueRow]:
    return [
        DueRow(zone, month * 100 + day, birthday_key(due.nominal_date), due.due_at)
        for month, day in month_days_on(due.nominal_date, campaign.leap_policy)
    ]


def _holiday_dates(campaign: Campaign, years: Iterable[int]) -> set[date]:
    """The dates of the campaign's holiday in these years; it has no others."""
    return {
        each.date for each in holiday_dates(campaign.holiday_country, campaign.holiday_key, years)
    }


def holiday_of(campaign: Campaign, *, year: int) -> AvailableHoliday | None:
    """The campaign's holiday with its names, or None where the country has none of that key."""
    try:
        listed = available_holidays(campaign.holiday_country, year)
    except UnknownHolidayPlaceError:
        return None
    return next((each for each in listed if each.key == campaign.holiday_key), None)


def occasion_name(campaign: Campaign, *, year: int) -> str:
    """The occasion in the active language, as it stands in a sentence to the customer."""
    if campaign.occasion == OccasionKind.BIRTHDAY:
        return gettext("your birthday")
    holiday = holiday_of(campaign, year=year)
    return holiday.name(get_language() or "en") if holiday else campaign.holiday_key


# A loose scan: one index probe for each zone instead of a look at each customer.
def zones_in_use() -> Zones:
    """The zones customers live in."""
    return _with_rules(zones_of_customers())


def zones_of(customer_ids: list[int]) -> Zones:
    """The zones these customers live in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT zone FROM customers_customer WHERE id = ANY(%s)", [customer_ids]
        )
        return _with_rules(row[0] for row in cursor.fetchall())


def _with_rules(names: Iterable[str]) -> Zones:
    """A zone the tz database does not know counts as the project's: nobody is left out."""
    zones = {name: name for name in names}
    odd = [name for name in zones if not is_zone(name)]
    if odd:
        default = Project.objects.get().zone
        zones.update(dict.fromkeys(odd, default))
    return zones
