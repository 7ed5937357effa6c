"""The rows that limit codes and offers, locked in the order in which they are taken."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Q

from config.shared.idempotency import Overtaken
from config.shared.models import ApiKey
from rewards.asked import Attempt
from rewards.candidates import Candidate, Found, find_candidates
from rewards.models import Budget, Voucher
from rewards.services import budgets


def lock_limits(*, attempt: Attempt, api_key: ApiKey, at: datetime) -> Found:
    """Lock the codes and the budgets of their offers until the end of the transaction, and read
    them again.

    Offers (shared, against changes) before vouchers before budgets, each in ascending order;
    customers are locked before. What others hold or took is exact from here on. Raises
    VoucherNotFound, and Overtaken where an offer changes meanwhile.
    """
    found = find_candidates(attempt=attempt, api_key=api_key, at=at)
    candidates = [found.candidate(code) for code in attempt.codes if found.has(code)]
    _keep_offers(candidates)
    ensure_budgets(candidates, at=at, zone=found.zone)
    vouchers = Voucher.objects.filter(pk__in=[c.voucher.pk for c in candidates])
    list(vouchers.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    counted = Q(pk=None)
    for candidate in candidates:
        keys = budgets.limits_of(candidate.promotion, at=at, zone=found.zone)
        counted |= Q(promotion=candidate.promotion.pk, period_key__in=keys)
    rows = Budget.objects.filter(counted)
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return find_candidates(attempt=attempt, api_key=api_key, at=at)


def _keep_offers(candidates: Iterable[Candidate]) -> None:
    """Keep the offers as they are until the end of the transaction; others may do so, too."""
    promotion_ids = sorted({candidate.promotion.pk for candidate in candidates})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM rewards_promotion WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            [promotion_ids],
        )


def ensure_budgets(candidates: Iterable[Candidate], *, at: datetime, zone: str) -> bool:
    """Make the rows of periods that have just begun; says whether any was missing.

    Raises Overtaken where the offer changed since it was read.
    """
    missing = {
        one.promotion.pk: one.promotion for one in _lacking_budgets(candidates, at=at, zone=zone)
    }
    for _pk, promotion in sorted(missing.items()):
        if not budgets.ensure(promotion, at=at, zone=zone):
            raise Overtaken
    return bool(missing)


def lacks_budgets(candidates: Iterable[Candidate], *, at: datetime, zone: str) -> bool:
    """Whether `ensure_budgets` has any rows to make."""
    return any(_lacking_budgets(candidates, at=at, zone=zone))


def _lacking_budgets(
    candidates: Iterable[Candidate], *, at: datetime, zone: str
) -> Iterator[Candidate]:
    for one in candidates:
        if any(
            key not in one.budgets for key in budgets.limits_of(one.promotion, at=at, zone=zone)
        ):
            yield one
