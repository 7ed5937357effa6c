"""What of an offer's limits is used, for people: in all and in the period that runs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rewards import periods
from rewards.models import Budget, Promotion


@dataclass(frozen=True, slots=True)
class Meter:
    """One limit; money in minor units of `currency`, redemptions where that is empty."""

    name: str
    used: int
    limit: int
    currency: str = ""

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def percent(self) -> int:
        """How much is used, rounded down, so that 100 means nothing is left."""
        return min(self.used * 100 // self.limit, 100) if self.limit else 100


def meters_of(promotion: Promotion, *, at: datetime, zone: str) -> list[Meter]:
    """The limits that are set, with what was used of them; one statement or none."""
    limits = (
        promotion.redemption_limit,
        promotion.budget_amount,
        promotion.budget_period_amount,
    )
    if all(limit is None for limit in limits):
        return []
    budgets = {row.period_key: row for row in Budget.objects.filter(promotion=promotion)}
    whole = budgets.get("") or Budget()
    found = []
    if promotion.redemption_limit is not None:
        found.append(Meter(_("Redemptions"), whole.spent_count, promotion.redemption_limit))
    if promotion.budget_amount is not None:
        found.append(
            Meter(_("Budget"), whole.spent_amount, promotion.budget_amount, promotion.currency)
        )
    if promotion.budget_period_amount is not None:
        period = budgets.get(periods.key(promotion.budget_period, at, zone)) or Budget()
        name = {
            "day": _("Budget of this day"),
            "week": _("Budget of this week"),
            "month": _("Budget of this month"),
            "year": _("Budget of this year"),
        }[promotion.budget_period]
        amount = promotion.budget_period_amount
        found.append(Meter(name, period.spent_amount, amount, promotion.currency))
    return found
