"""Whom a campaign is for: its segment, and the country of its holiday."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, OccasionKind
from customers.models import Customer
from segments.selectors import compiled, member_ids


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
    """Whom the campaign is for at that moment, as SQL; RuleError where its segment is unusable."""
    joins, where, params = "", "TRUE", {}
    if campaign.segment is not None:
        rules = compiled(campaign.segment.rules, at=at)
        joins, where, params = rules.joins, rules.where, dict(rules.params)
    if country := country_of(campaign):
        where, params["audience_country"] = f"c.country = %(audience_country)s AND {where}", country
    return Audience(joins, where, params)


def still_in_audience(
    campaign: Campaign, customers: Sequence[Customer], *, at: datetime
) -> Collection[int]:
    """Ids of those of the customers whom the campaign is for at that moment."""
    country = country_of(campaign)
    ids = [customer.pk for customer in customers if not country or customer.country == country]
    if campaign.segment is None or not ids:
        return set(ids)
    return set(member_ids(campaign.segment.rules, at=at, among=ids))
