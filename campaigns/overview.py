"""What screens want to know about campaigns: figures, reach, what is coming."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from campaigns.audience import audience, country_of
from campaigns.calendar.birthdays import BirthDateError, birthday_in_year, month_days_on
from campaigns.calendar.holidays import (
    UnknownHolidayPlaceError,
    available_holidays,
    holiday_dates,
)
from campaigns.calendar.windows import due_at
from campaigns.models import Campaign, CampaignState, Decision, OccasionKind
from campaigns.occasions import due_rows, zones_in_use
from campaigns.services.handing_over import SOURCE_KIND
from config.shared.localtime import is_zone, to_local
from config.shared.models import Project
from customers.models import Customer
from messaging.models import Delivery
from messaging.selectors import DeliveryCounts, counts_by_source
from rewards.models import Redemption, RedemptionResult
from segments.selectors import segments_of

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a campaign so far. `revenue` by currency, minor units."""

    due: int = 0
    too_late: int = 0
    messages: DeliveryCounts = field(default_factory=DeliveryCounts)
    redeemed: int = 0
    revenue: Mapping[str, int] = field(default_factory=dict)
    discount: Mapping[str, int] = field(default_factory=dict)


def figures(campaign_ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of many campaigns in three statements."""
    decided: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Decision.objects.filter(campaign__in=campaign_ids).order_by()
    for pk, state, number in rows.values_list("campaign", "state").annotate(Count("pk")):
        decided[pk][state] = number
    messages = counts_by_source(SOURCE_KIND, campaign_ids)
    redeemed: Counter[int] = Counter()
    revenue: dict[int, dict[str, int]] = defaultdict(dict)
    discount: dict[int, dict[str, int]] = defaultdict(dict)
    for row in (
        Redemption.objects.counting()
        .filter(
            result=RedemptionResult.SUCCESS,
            voucher__issued_kind=SOURCE_KIND,
            voucher__issued_id__in=campaign_ids,
        )
        .order_by()
        .values("currency", campaign=F("voucher__issued_id"))
        # Of codes used together each gave its own part; the order was paid once, as a whole.
        .annotate(
            number=Count("pk"),
            paid=Sum(Coalesce("parent__total_amount", "total_amount")),
            given=Sum("discount_amount"),
        )
    ):
        pk = row["campaign"]
        redeemed[pk] += row["number"]
        revenue[pk][row["currency"]] = row["paid"]
        discount[pk][row["currency"]] = row["given"]
    return {
        pk: Figures(
            due=sum(decided[pk].values()),
            too_late=decided[pk]["too_late"],
            messages=messages[pk],
            redeemed=redeemed[pk],
            revenue=revenue[pk],
            discount=discount[pk],
        )
        for pk in campaign_ids
    }


@dataclass(frozen=True, slots=True)
class Reach:
    """How many customers fall due in a stretch of time, how many of them may be written to."""

    due: int
    contactable: int


# The condition on consents is that of `customers.selectors.allowing_consents`.
_REACH = """
SELECT count(*), count(*) FILTER (WHERE c.email <> '' AND EXISTS (
    SELECT FROM customers_consentstate s
    WHERE s.customer_id = c.id AND s.purpose = 'marketing' AND s.channel = 'email' AND s.allowed
      AND (s.valid_until IS NULL OR s.valid_until > %(at)s)))
FROM unnest(%(zones)s::text[], %(month_days)s::smallint[]) AS w(zone, month_day)
JOIN customers_customer c ON c.zone = w.zone {day}
{joins}
WHERE {where}
"""


def reach(campaign: Campaign, *, at: datetime, ahead: timedelta = WEEK) -> Reach:
    """Whom the campaign would concern from now on; RuleError where its segment is unusable."""
    rows = due_rows(campaign, at, at + ahead, zones_in_use())
    if not rows:
        return Reach(0, 0)
    whom = audience(campaign, at=at)
    by_day = campaign.occasion == OccasionKind.BIRTHDAY
    sql = _REACH.format(
        day="AND c.month_day = w.month_day" if by_day else "", joins=whom.joins, where=whom.where
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                **whom.params,
                "at": at,
                "zones": [row.zone for row in rows],
                "month_days": [row.month_day for row in rows],
            },
        )
        due, contactable = cursor.fetchone()
    return Reach(due, contactable)


def next_holiday(campaign: Campaign, *, after: date) -> date | None:
    """The next date of sending of a holiday campaign, on the customers' calendars."""
    years = range(after.year - 1, after.year + 3)
    try:
        dates = holiday_dates(campaign.holiday_country, campaign.holiday_key, years)
    except UnknownHolidayPlaceError:
        return None
    offset = timedelta(days=campaign.offset_days)
    return next((one.date + offset for one in dates if one.date + offset >= after), None)


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day of the next week: how many birthdays, which holidays."""

    day: date
    birthdays: int
    holidays: Sequence[Holiday]


def next_week(*, project: Project, at: datetime, days: int = 7) -> list[ComingDay]:
    """Birthdays and holidays from today on; 29 February counts where most campaigns count it.

    Holidays are those of the project's country and of the countries campaigns are about.
    """
    today = to_local(at, project.zone).date()
    listed = [today + timedelta(days=ahead) for ahead in range(days)]
    born = {day: [m * 100 + d for m, d in month_days_on(day)] for day in listed}
    counts = dict(
        Customer.objects.filter(month_day__in=[one for keys in born.values() for one in keys])
        .order_by()
        .values_list("month_day")
        .annotate(Count("pk"))
    )
    countries = {project.country} | set(
        Campaign.objects.exclude(state=CampaignState.STOPPED)
        .exclude(holiday_country="")
        .values_list("holiday_country", flat=True)
    )
    coming = holidays_between(sorted(countries), listed[0], listed[-1])
    return [
        ComingDay(
            day,
            sum(counts.get(key, 0) for key in born[day]),
            [holiday for holiday in coming if holiday.day == day],
        )
        for day in listed
    ]


def holidays_between(countries: Iterable[str], first: date, last: date) -> list[Holiday]:
    """Holidays of these countries from `first` to `last`, in the active language."""
    language = get_language() or "en"
    years = sorted({first.year, last.year})
    found = []
    for country in countries:
        try:
            named = {one.key: one for year in years for one in available_holidays(country, year)}
            dates = [
                (each.date, holiday)
                for key, holiday in named.items()
                for each in holiday_dates(country, key, years)
            ]
        except UnknownHolidayPlaceError:
            continue
        found += [
            Holiday(day, holiday.name(language), country)
            for day, holiday in dates
            if first <= day <= last
        ]
    return sorted(found, key=lambda holiday: (holiday.day, holiday.country))


@dataclass(frozen=True, slots=True)
class Coming:
    """The next occasion of a live campaign for one customer, and whether it is for them."""

    campaign: Campaign
    nominal: date
    due_at: datetime
    in_audience: bool


def coming_for(customer: Customer, *, at: datetime, project: Project) -> list[Coming]:
    """What the live campaigns have in store for this customer, the soonest first."""
    zone = customer.zone if is_zone(customer.zone) else project.zone
    segments = {segment.pk for segment in segments_of(customer.pk, at=at)}
    found = []
    for campaign in Campaign.objects.filter(state=CampaignState.LIVE).select_related("segment"):
        country = country_of(campaign)
        inside = (not country or customer.country == country) and (
            campaign.segment_id is None or campaign.segment_id in segments
        )
        for nominal in _nominal_dates(campaign, customer, to_local(at, zone).date()):
            due = due_at(nominal, zone, campaign.send_time, campaign.offset_days).due_at
            if due > at:
                found.append(Coming(campaign, nominal, due, inside))
                break
    return sorted(found, key=lambda one: one.due_at)


def _nominal_dates(campaign: Campaign, customer: Customer, today: date) -> list[date]:
    """The dates of the occasion around and after today, earliest first."""
    years = range(today.year - 1, today.year + 4)
    if campaign.occasion == OccasionKind.HOLIDAY:
        try:
            dates = holiday_dates(campaign.holiday_country, campaign.holiday_key, years)
        except UnknownHolidayPlaceError:
            return []
        return [each.date for each in dates]
    month, day = customer.birth_month, customer.birth_day
    if not month or not day:
        return []
    try:
        return [birthday_in_year(month, day, year, campaign.leap_policy) for year in years]
    except BirthDateError:  # the table allows 31 February
        return []


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the message that came of it, if any."""

    decision: Decision
    delivery: Delivery | None


def with_deliveries(campaign: Campaign, decisions: Sequence[Decision]) -> list[Decided]:
    """These decisions of one campaign with their messages, in one statement more."""
    rows = Delivery.objects.filter(
        source_kind=SOURCE_KIND,
        source_id=campaign.pk,
        identity__customer__in=[decision.customer_id for decision in decisions],
    ).select_related("identity", "outbox_message")
    by_key = {(row.identity.customer_id, row.occurrence_key): row for row in rows}
    return [Decided(one, by_key.get((one.customer_id, one.occurrence_key))) for one in decisions]
