"""Whom a campaign is for: its segment, and the country of its holiday."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, OccasionKind
from campaigns.occasions import DueRow
from customers.models import Customer, DataCategory
from segments.selectors import compiled, member_ids

EVERYONE = {"everyone": True}


@dataclass(frozen=True, slots=True)
class Audience:
    """Use as `FROM customers_customer c {joins} WHERE {where}` with the named `params`."""

    joins: str
    where: str
    params: dict[str, Any]


def country_of(campaign: Campaign) -> str:
    """The country customers must be of, or nothing."""
    wanted = campaign.occasion == OccasionKind.HOLIDAY and campaign.only_in_country
    return campaign.holiday_country if wanted else ""


def audience(campaign: Campaign, *, at: datetime) -> Audience:
    """Whom the campaign is for at that moment, as SQL; RuleError where its segment is unusable.

    The occasion, the country and the hour are read off the profile, so where profiles are gated
    only those are meant who allow its use.
    """
    rules = compiled(
        campaign.segment.rules if campaign.segment else EVERYONE,
        at=at,
        few=True,
        using=DataCategory.PROFILE,
    )
    joins, where, params = rules.joins, rules.where, dict(rules.params)
    if country := country_of(campaign):
        where, params["audience_country"] = f"c.country = %(audience_country)s AND {where}", country
    return Audience(joins, where, params)


@dataclass(frozen=True, slots=True)
class DueCustomers:
    """`FROM ... WHERE ...` that yields a customer `c` for each occurrence `w(key, due_at)`."""

    sql: str
    params: dict[str, Any]


def due_customers(
    campaign: Campaign, rows: Sequence[DueRow], *, at: datetime, only: Sequence[int] | None = None
) -> DueCustomers:
    """Who of the audience is meant by these rows, `only` among some customers.

    The rows lead to the customers by the index on zone and month_day, or on zone and country.
    """
    whom = audience(campaign, at=at)
    by_day = campaign.occasion == OccasionKind.BIRTHDAY
    sql = f"""
    FROM unnest(%(due_zones)s::text[], %(due_days)s::smallint[], %(due_keys)s::text[],
                %(due_moments)s::timestamptz[]) AS w(zone, month_day, key, due_at)
    JOIN customers_customer c ON c.zone = w.zone {"AND c.month_day = w.month_day" if by_day else ""}
    {whom.joins}
    WHERE {whom.where} {"" if only is None else "AND c.id = ANY(%(due_only)s)"}
    """
    params = {
        "due_zones": [row.zone for row in rows],
        "due_days": [row.month_day for row in rows],
        "due_keys": [row.key for row in rows],
        "due_moments": [row.due_at for row in rows],
        "due_only": list(only or ()),
    }
    return DueCustomers(sql, {**whom.params, **params})


def still_in_audience(
    campaign: Campaign, customers: Sequence[Customer], *, at: datetime
) -> Collection[int]:
    """Ids of those of the customers whom the campaign is for at that moment."""
    country = country_of(campaign)
    ids = [customer.pk for customer in customers if not country or customer.country == country]
    if not ids:
        return set()
    rules = campaign.segment.rules if campaign.segment else EVERYONE
    return set(member_ids(rules, at=at, among=ids, using=DataCategory.PROFILE))
