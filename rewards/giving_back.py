"""Giving back what redemptions took: uses and budgets, in the order in which they are taken."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

_GIVE_BACK = """
WITH freed AS (
    UPDATE rewards_voucher AS v SET redeemed_count = v.redeemed_count - taken.uses
    FROM (SELECT id FROM rewards_voucher WHERE id = ANY(%(vouchers)s) ORDER BY id
            FOR NO KEY UPDATE) AS turn
        JOIN (SELECT id, count(*) AS uses FROM unnest(%(vouchers)s::bigint[]) AS given (id)
            GROUP BY id) AS taken USING (id)
    WHERE v.id = turn.id AND v.redemption_limit IS NOT NULL
    RETURNING v.id
), taken AS (
    SELECT budget_id, redemption_id, sum(count) AS uses, sum(amount) AS amount
    FROM rewards_budgetentry WHERE redemption_id = ANY(%(redemptions)s)
    GROUP BY budget_id, redemption_id
), freed_budgets AS (
    UPDATE rewards_budget AS b
    SET spent_count = b.spent_count - back.uses, spent_amount = b.spent_amount - back.amount
    FROM (SELECT id FROM rewards_budget WHERE id IN (SELECT budget_id FROM taken)
            AND (SELECT count(*) FROM freed) >= 0
            ORDER BY id FOR NO KEY UPDATE) AS turn
        JOIN (SELECT budget_id, sum(uses) AS uses, sum(amount) AS amount FROM taken
            GROUP BY budget_id) AS back ON back.budget_id = turn.id
    WHERE b.id = turn.id
)
INSERT INTO rewards_budgetentry (budget_id, redemption_id, kind, count, amount, created_at)
SELECT budget_id, redemption_id, 'release', -uses, -amount, %(at)s FROM taken
"""


def give_back(*, redemption_ids: Sequence[int], voucher_ids: Sequence[int], at: datetime) -> None:
    """Give back all that these redemptions took and did not give back yet, in one statement.

    `voucher_ids` names a voucher once for every use. The caller holds the locks of the redemptions,
    so nobody else gives back the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {"redemptions": list(redemption_ids), "vouchers": list(voucher_ids), "at": at},
        )


_RELEASE_PART = """
WITH back AS (
    SELECT entry.budget_id, entry.redemption_id, least(given.amount, entry.standing) AS amount
    FROM unnest(%(redemptions)s::bigint[], %(amounts)s::bigint[]) AS given (redemption_id, amount)
    JOIN (SELECT budget_id, redemption_id, sum(amount) AS standing FROM rewards_budgetentry
        WHERE redemption_id = ANY(%(redemptions)s)
        GROUP BY budget_id, redemption_id) AS entry USING (redemption_id)
    WHERE least(given.amount, entry.standing) > 0
), freed AS (
    UPDATE rewards_budget AS b SET spent_amount = b.spent_amount - part.amount
    FROM (SELECT id FROM rewards_budget WHERE id IN (SELECT budget_id FROM back) ORDER BY id
            FOR NO KEY UPDATE) AS turn
        JOIN (SELECT budget_id, sum(amount) AS amount FROM back GROUP BY budget_id) AS part
            ON part.budget_id = turn.id
    WHERE b.id = turn.id
)
INSERT INTO rewards_budgetentry (budget_id, redemption_id, kind, count, amount, created_at)
SELECT budget_id, redemption_id, 'release', 0, -amount, %(at)s FROM back
"""


def release_part(*, amounts: Iterable[tuple[int, int]], at: datetime) -> None:
    """Give back money alone: (redemption id, minor units) pairs, for goods that came back.

    The use stays taken. The caller holds the locks of the redemptions.
    """
    pairs = list(amounts)
    with connection.cursor() as cursor:
        cursor.execute(
            _RELEASE_PART,
            {
                "redemptions": [redemption_id for redemption_id, _amount in pairs],
                "amounts": [amount for _redemption_id, amount in pairs],
                "at": at,
            },
        )
