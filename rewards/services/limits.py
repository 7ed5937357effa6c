"""The rows that limit codes and offers, locked in the order in which they are taken."""

from collections.abc import Iterable
from datetime import datetime

from rewards.asked import Attempt
from rewards.candidates import Candidate, Found, find_candidates
from rewards.models import Budget, Voucher
from rewards.services import budgets


def lock_limits(*, attempt: Attempt, brand_id: int | None, at: datetime) -> Found:
    """Lock the codes and the budgets of their offers until the end of the transaction, and read
    them again.

    Vouchers before budgets, each in ascending order; customers are locked before. What others hold
    or took is exact from here on. Raises VoucherNotFound.
    """
    found = find_candidates(attempt=attempt, brand_id=brand_id)
    candidates = [found.candidate(code) for code in attempt.codes if found.has(code)]
    ensure_budgets(candidates, at=at, zone=found.zone)
    vouchers = Voucher.objects.filter(pk__in=[c.voucher.pk for c in candidates])
    list(vouchers.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows = Budget.objects.filter(promotion__in=[c.promotion.pk for c in candidates])
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return find_candidates(attempt=attempt, brand_id=brand_id)


def ensure_budgets(candidates: Iterable[Candidate], *, at: datetime, zone: str) -> bool:
    """Make the rows of periods that have just begun; says whether any was missing."""
    missing = {
        c.promotion.pk: c.promotion
        for c in candidates
        if any(key not in c.budgets for key in budgets.limits_of(c.promotion, at=at, zone=zone))
    }
    for _pk, promotion in sorted(missing.items()):
        budgets.ensure(promotion, at=at, zone=zone)
    return bool(missing)
