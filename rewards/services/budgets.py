"""The rows in which limits are counted: made with the limit, one for each period."""

from datetime import datetime
from typing import Any

from django.db import connection

from config.shared.models import Project
from rewards import periods
from rewards.models import Promotion

# The promotion is locked before its budgets, here too: whoever changes it locks it first. What
# checkouts hold already is held of a new row as well.
_ENSURE = """
WITH offer AS MATERIALIZED (
    SELECT id FROM rewards_promotion WHERE id = %(promotion)s AND updated_at = %(seen)s
    FOR KEY SHARE
), made AS (
    INSERT INTO rewards_budget (promotion_id, period_key, limit_count, limit_amount, spent_count,
        spent_amount, reserved_until)
    SELECT id, %(period)s, %(limit_count)s, %(limit_amount)s, 0, 0, (
        SELECT max(expires_at) FROM rewards_reservation WHERE promotion_id = offer.id)
    FROM offer
    ON CONFLICT (promotion_id, period_key) DO NOTHING
)
SELECT EXISTS (SELECT 1 FROM offer)
"""

# What was redeemed while nothing was limited counts as well once a limit is set.
_UNCOUNTED = """
FROM rewards_budget b
JOIN rewards_redemption r ON r.promotion_id = b.promotion_id
WHERE b.promotion_id = %(promotion)s AND b.period_key = %(period)s
    AND r.result = 'SUCCESS' AND NOT r.test AND r.rolled_back_at IS NULL
    AND r.created_at >= %(since)s
    AND NOT EXISTS (
        SELECT 1 FROM rewards_budgetentry e WHERE e.budget_id = b.id AND e.redemption_id = r.id)
"""

# Rollbacks and returns hold their redemption, then its budgets. Each is a statement of its own, so
# that what the next one reads is what they left.
_LOCK_UNCOUNTED = f"SELECT r.id {_UNCOUNTED} ORDER BY r.id FOR NO KEY UPDATE OF r"
_LOCK = """
SELECT id FROM rewards_budget WHERE promotion_id = %(promotion)s AND period_key = %(period)s
FOR NO KEY UPDATE
"""
_CATCH_UP = f"""
INSERT INTO rewards_budgetentry (budget_id, redemption_id, kind, count, amount, created_at)
SELECT b.id, r.id, 'spend', 1,
    CASE WHEN r.currency = %(currency)s THEN r.discount_amount - coalesce((
        SELECT sum(l.amount) FROM rewards_returnline l WHERE l.redemption_id = r.id), 0)
    ELSE 0 END,
    %(at)s
{_UNCOUNTED}
"""

_SUM_UP = """
UPDATE rewards_budget b
SET spent_count = s.uses, spent_amount = s.amount, reserved_until = greatest(b.reserved_until, (
        SELECT max(expires_at) FROM rewards_reservation WHERE promotion_id = b.promotion_id)),
    limit_count = CASE WHEN %(limit_count)s::int < s.uses THEN s.uses
        ELSE %(limit_count)s::int END,
    limit_amount = CASE WHEN %(limit_amount)s::bigint < s.amount THEN s.amount
        ELSE %(limit_amount)s::bigint END
FROM (
    SELECT b.id, coalesce(sum(e.count), 0) AS uses, coalesce(sum(e.amount), 0) AS amount
    FROM rewards_budget b LEFT JOIN rewards_budgetentry e ON e.budget_id = b.id
    WHERE b.promotion_id = %(promotion)s AND b.period_key = %(period)s GROUP BY b.id
) s
WHERE b.id = s.id
"""


def limits_of(
    promotion: Promotion, *, at: datetime, zone: str
) -> dict[str, tuple[int | None, int | None]]:
    """The limits that hold at a moment, by the key of their period: redemptions and money.

    `zone` is the project's, for offers without one of their own.
    """
    limits: dict[str, tuple[int | None, int | None]] = {}
    if promotion.redemption_limit is not None or promotion.budget_amount is not None:
        limits[""] = (promotion.redemption_limit, promotion.budget_amount)
    if promotion.budget_period_amount is not None:
        key = periods.key(promotion.budget_period, at, promotion.zone or zone)
        limits[key] = (None, promotion.budget_period_amount)
    return limits


def ensure(promotion: Promotion, *, at: datetime, zone: str) -> bool:
    """Make the rows that are missing, for a period that has just begun; nothing is spent in them.

    Safe to call twice at once. From here on the offer stays as it is until the end of the
    transaction; False where it is no longer as it was read.
    """
    with connection.cursor() as cursor:
        for key, (count, amount) in sorted(limits_of(promotion, at=at, zone=zone).items()):
            cursor.execute(_ENSURE, _values(promotion, key, count, amount))
            if not cursor.fetchone()[0]:
                return False
    return True


def follow_limits(promotion: Promotion, *, at: datetime) -> None:
    """Bring the rows in line with limits that were changed, counting what was redeemed before.

    The caller holds FOR UPDATE on the promotion: redemptions that refer to it wait meanwhile, and
    those evaluated before notice the change. Locks redemptions that were not counted yet, then the
    budgets: a rollback at the same time counts as before or after. A limit below what was spent
    becomes what was spent: nothing more can be redeemed. Reads all redemptions of the offer (of the
    period).
    """
    zone = Project.objects.get().zone
    with connection.cursor() as cursor:
        for key, (count, amount) in sorted(limits_of(promotion, at=at, zone=zone).items()):
            values = _values(promotion, key, count, amount) | {"at": at}
            values["since"] = (
                periods.start(promotion.budget_period, at, promotion.zone or zone)
                if key
                else promotion.created_at
            )
            cursor.execute(_ENSURE, values | {"limit_count": None, "limit_amount": None})
            for statement in (_LOCK_UNCOUNTED, _LOCK, _CATCH_UP):
                cursor.execute(statement, values)
            cursor.execute(_SUM_UP, values)


def _values(
    promotion: Promotion, key: str, count: int | None, amount: int | None
) -> dict[str, Any]:
    return {
        "promotion": promotion.pk,
        "seen": promotion.updated_at,
        "currency": promotion.currency,
        "period": key,
        "limit_count": count,
        "limit_amount": amount,
    }
