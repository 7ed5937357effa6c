from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .promotion import Promotion
from .redemption import Redemption


class Budget(models.Model):
    """What a promotion has spent of its limits, in all or in one period: uses and money.

    `period_key` is empty for the whole life of the promotion, else as `rewards.periods.key` calls
    the period, in the promotion's zone. Money in minor units of the promotion's currency. A row
    exists only for limits that are set, and is changed by one conditional UPDATE; the database
    refuses more than the limit whatever the code above it does. A limit that is lowered below what
    was spent becomes what was spent. `reserved_until` as in `Voucher`.
    """

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="budgets")
    period_key = models.CharField(_("period"), max_length=16, blank=True)
    limit_count = models.PositiveIntegerField(_("limit"), null=True)
    spent_count = models.PositiveIntegerField(_("redeemed"), default=0)
    limit_amount = models.BigIntegerField(_("budget"), null=True)
    spent_amount = models.BigIntegerField(_("spent"), default=0)
    reserved_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "period_key"], name="rewards_budget_once_per_period"
            ),
            models.CheckConstraint(
                condition=Q(limit_count__isnull=True) | Q(spent_count__lte=F("limit_count")),
                name="rewards_budget_count_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(spent_amount__gte=0)
                & (Q(limit_amount__isnull=True) | Q(spent_amount__lte=F("limit_amount"))),
                name="rewards_budget_amount_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} {self.period_key}".strip()


class BudgetEntryKind(models.TextChoices):
    SPEND = "spend", _("spent")
    RELEASE = "release", _("given back")


class BudgetEntry(models.Model):
    """One change of a budget, append-only: `spent_*` of the budget are the sums of its entries.

    A release has negative numbers. Written by the statement that changes the budget.
    """

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="entries")
    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="budget_entries")
    kind = models.CharField(_("kind"), max_length=7, choices=BudgetEntryKind.choices)
    count = models.IntegerField(_("redemptions"))
    amount = models.BigIntegerField(_("amount"))
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("budget entry")
        verbose_name_plural = _("budget entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
