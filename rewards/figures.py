"""What codes brought in a stretch of time, for dashboards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, Sum

from rewards.models import Redemption, RedemptionResult, Voucher


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of accepted redemptions in one currency, minor units: what was paid, what was given."""

    currency: str
    revenue: int
    discount: int


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """Codes issued, redemptions accepted and refused, and the money by currency."""

    issued: int = 0
    accepted: int = 0
    refused: int = 0
    money: Sequence[Money] = field(default_factory=tuple)


def code_figures(*, start: datetime, end: datetime) -> CodeFigures:
    """Figures of the time from `start` up to, but without, `end`; two statements."""
    made = Voucher.objects.counting()
    issued = made.filter(created_at__gte=start, created_at__lt=end).count()
    accepted = Q(result=RedemptionResult.SUCCESS)
    rows = list(
        Redemption.objects.counting()
        .wholes()
        .filter(created_at__gte=start, created_at__lt=end)
        .order_by()
        .values("currency")
        .annotate(
            made=Count("pk", filter=accepted),
            refused=Count("pk", filter=~accepted),
            revenue=Sum("total_amount", filter=accepted),
            discount=Sum("discount_amount", filter=accepted),
        )
    )
    money = [
        Money(row["currency"], row["revenue"] or 0, row["discount"] or 0)
        for row in rows
        if row["made"] and row["currency"]
    ]
    return CodeFigures(
        issued=issued,
        accepted=sum(row["made"] for row in rows),
        refused=sum(row["refused"] for row in rows),
        money=sorted(money, key=lambda one: -one.revenue),
    )


def refusal_counts(*, start: datetime, end: datetime, limit: int = 6) -> list[tuple[str, int]]:
    """The commonest reasons for refusals in a stretch of time: (rule, how often)."""
    return list(
        Redemption.objects.counting()
        .filter(created_at__gte=start, created_at__lt=end, result=RedemptionResult.FAILURE)
        .order_by()
        .values_list("failure_rule")
        .annotate(times=Count("pk"))
        .order_by("-times", "failure_rule")[:limit]
    )
