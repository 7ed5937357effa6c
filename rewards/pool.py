"""How many codes of an offer are left to give, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from rewards.models import Promotion, Publication, Redemption, RedemptionResult, Voucher

LOOKED_BACK: Final = timedelta(days=7)
SOON: Final = 7  # days


@dataclass(frozen=True, slots=True)
class PoolMeter:
    """Codes that were made to be given out: `free` ones, those `given`, those `used` since.

    `days_left` at the pace of the last seven days; None where nobody got one, or none is free.
    """

    free: int
    given: int
    used: int
    given_lately: int
    only_from_pool: bool

    @property
    def is_used(self) -> bool:
        """Whether the offer has a pool at all, or needs one."""
        return bool(self.free or self.given or self.only_from_pool)

    @property
    def days_left(self) -> int | None:
        if not self.free or not self.given_lately:
            return None
        return self.free * LOOKED_BACK.days // self.given_lately

    @property
    def is_empty(self) -> bool:
        return not self.free

    @property
    def ends_soon(self) -> bool:
        return self.days_left is not None and self.days_left < SOON


def redeemed() -> Q:
    """Condition: the code was redeemed, and that was not taken back."""
    made = Redemption.objects.counting().filter(
        voucher=OuterRef("pk"), result=RedemptionResult.SUCCESS
    )
    # Without a limit nobody keeps the count beside the code.
    return Q(redeemed_count__gt=0) | Q(Exists(made), redemption_limit__isnull=True)


def pool_meter(promotion: Promotion, *, at: datetime) -> PoolMeter:
    """How the pool of an offer does at a moment, in three statements."""
    free = Voucher.objects.in_pool(at=at)
    counts = (
        Voucher.objects.counting()
        .filter(promotion=promotion, pooled=True)
        .aggregate(
            given=Count("pk", filter=Q(holder__isnull=False)),
            used=Count("pk", filter=redeemed()),
        )
    )
    lately = Publication.objects.filter(
        promotion=promotion, voucher__pooled=True, created_at__gt=at - LOOKED_BACK, test=False
    )
    return PoolMeter(
        free=free.filter(promotion=promotion).count(),
        given=counts["given"],
        used=counts["used"],
        given_lately=lately.count(),
        only_from_pool=promotion.only_from_pool,
    )
