"""Taking uses and budgets together with the redemption.

What is limited is counted in the row that has the limit, by a conditional UPDATE: PostgreSQL looks
at the condition again after waiting for the row, so K uses are K uses whatever the concurrency.
Rows are locked in one order, vouchers before budgets and each by its key, so that two stacks cannot
wait for each other. What is not limited is not written, and locked against nothing but a limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import DataError, connection, transaction
from psycopg.errors import DivisionByZero
from psycopg.types.numeric import Int8

from config.shared.idempotency import KEEPING, Overtaken, Repeated
from config.shared.rows import Rows, array, ask
from rewards import telling
from rewards.models import Redemption


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a code that has a limit.

    `held` uses are reserved by others and cannot be taken; `locked` says that the row was locked
    before they were counted. Without the lock the use is taken only where nobody can hold any.
    """

    voucher_id: int
    held: int = 0
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Spending:
    """One code's part of a budget row; `amount` in minor units of its promotion's currency.

    `held_count` and `held_amount` are reserved by others, `locked` as in `Use`.
    """

    budget_id: int
    voucher_id: int
    amount: int
    held_count: int = 0
    held_amount: int = 0
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The promotion as its evaluation saw it: a change since then makes the evaluation void."""

    promotion_id: int
    updated_at: datetime


_ROWS: Final = Rows(Redemption, but=("id", "parent"))

# Each step looks at what the one before it returned, so that they happen in this order: customer
# and offers are locked as a redemption refers to them, so that whoever changes the offer or erases
# the customer waits; the redemption and its fact are written; then codes and budgets are locked.
# EXISTS needs the first row only, so the other parts of a stack and their facts are written last.
_STEPS: Final = {
    "kept": KEEPING,
    "buyer": """
    SELECT id FROM customers_identity
    WHERE id = ANY(%(buyer)s::bigint[]) AND EXISTS (SELECT FROM kept)
    FOR KEY SHARE
""",
    "offers": """
    SELECT p.id FROM rewards_promotion AS p
        JOIN unnest(%(seen)s::bigint[], %(seen_at)s::timestamptz[]) AS seen (id, updated_at)
            USING (id, updated_at)
    WHERE EXISTS (SELECT FROM kept)
        AND (SELECT count(*) FROM buyer) = cardinality(%(buyer)s::bigint[])
    ORDER BY p.id FOR KEY SHARE OF p
""",
    "whole": """
    INSERT INTO rewards_redemption ({columns})
    SELECT {columns} FROM {whole}
    WHERE (SELECT count(*) FROM offers) = cardinality(%(seen)s::bigint[])
    RETURNING id, voucher_id, promotion_id, test
""",
    "parts": """
    INSERT INTO rewards_redemption ({columns}, parent_id)
    SELECT {columns}, (SELECT id FROM whole) FROM {parts} WHERE EXISTS (SELECT FROM whole)
    RETURNING id, voucher_id, promotion_id, test
""",
    "made": "SELECT * FROM whole UNION ALL SELECT * FROM parts",
    "told": f"""
    INSERT INTO shared_fact (kind, subject_id, data, at)
    SELECT '{telling.MADE}', id, jsonb_build_object('promotion', promotion_id,
        'voucher', voucher_id, 'customer', %(customer)s::bigint), %(at)s
    FROM made WHERE voucher_id IS NOT NULL AND NOT test
    RETURNING id
""",
    "told_holders": f"""
    INSERT INTO shared_fact (kind, subject_id, data, at)
    SELECT '{telling.CODE_CHANGED}', voucher_id,
        jsonb_build_object('promotion', promotion_id, 'customer', holder), %(at)s
    FROM made JOIN unnest(%(not_theirs)s::bigint[], %(holders)s::bigint[])
        AS other (voucher_id, holder) USING (voucher_id)
""",
    "free": """
    SELECT id FROM rewards_voucher
    WHERE id = ANY(%(unlimited)s::bigint[]) AND redemption_limit IS NULL AND active
        AND EXISTS (SELECT FROM told)
    ORDER BY id FOR KEY SHARE
""",
    "turn": """
    SELECT id FROM rewards_voucher
    WHERE id = ANY(%(vouchers)s::bigint[]) AND EXISTS (SELECT FROM told)
    ORDER BY id FOR NO KEY UPDATE
""",
    "used": """
    UPDATE rewards_voucher AS v SET redeemed_count = v.redeemed_count + 1
    FROM unnest(%(vouchers)s::bigint[], %(held)s::int[], %(use_locked)s::bool[])
        AS wanted (voucher_id, held, locked)
    WHERE v.id = wanted.voucher_id AND v.active
        AND v.redeemed_count + wanted.held < v.redemption_limit
        AND (wanted.locked OR v.reserved_until IS NULL OR v.reserved_until <= %(at)s)
        AND EXISTS (SELECT FROM told) AND (SELECT count(*) FROM turn) >= 0
    RETURNING v.id
""",
    "budget_turn": """
    SELECT id FROM rewards_budget
    WHERE id = ANY(%(budgets)s::bigint[]) AND EXISTS (SELECT FROM told)
        AND (SELECT count(*) FROM used) = cardinality(%(vouchers)s::bigint[])
    ORDER BY id FOR NO KEY UPDATE
""",
    "spent": """
    UPDATE rewards_budget AS b
    SET spent_count = b.spent_count + wanted.uses, spent_amount = b.spent_amount + wanted.amount
    FROM unnest(%(budgets)s::bigint[], %(uses)s::int[], %(amounts)s::bigint[],
            %(held_counts)s::int[], %(held_amounts)s::bigint[], %(budget_locked)s::bool[])
        AS wanted (budget_id, uses, amount, held_count, held_amount, locked)
    WHERE b.id = wanted.budget_id
        AND (b.limit_count IS NULL
            OR b.spent_count + wanted.uses + wanted.held_count <= b.limit_count)
        AND (b.limit_amount IS NULL
            OR b.spent_amount + wanted.amount + wanted.held_amount <= b.limit_amount)
        AND (wanted.locked OR b.reserved_until IS NULL OR b.reserved_until <= %(at)s)
        AND EXISTS (SELECT FROM told)
        AND (SELECT count(*) FROM used) = cardinality(%(vouchers)s::bigint[])
        AND (SELECT count(*) FROM budget_turn) >= 0
    RETURNING b.id
""",
    "entered": """
    INSERT INTO rewards_budgetentry (budget_id, redemption_id, kind, count, amount, created_at)
    SELECT entry.budget_id, made.id, 'spend', 1, entry.amount, %(at)s
    FROM unnest(%(entry_budgets)s::bigint[], %(entry_vouchers)s::bigint[],
            %(entry_amounts)s::bigint[]) AS entry (budget_id, voucher_id, amount)
        JOIN spent ON spent.id = entry.budget_id JOIN made USING (voucher_id)
""",
}
# What stands for a step that has nothing to do: to start it would take time all the same.
_NO_ROWS: Final = "SELECT LIMIT 0"
_IDLE: Final = {
    "kept": "SELECT",  # as if the answer were kept
    "parts": "SELECT * FROM whole LIMIT 0",
    "told_holders": _NO_ROWS,
    "free": _NO_ROWS,
    "turn": _NO_ROWS,
    "used": _NO_ROWS,
    "budget_turn": _NO_ROWS,
    "spent": _NO_ROWS,
    "entered": _NO_ROWS,
}
# What says of a step that it took all that it should.
_TAKEN: Final = {
    "used": "(SELECT count(*) FROM used) = cardinality(%(vouchers)s::bigint[])",
    "spent": "(SELECT count(*) FROM spent) = cardinality(%(budgets)s::bigint[])",
    "free": "(SELECT count(*) FROM free) = cardinality(%(unlimited)s::bigint[])",
}
_DONE: Final = """
SELECT EXISTS (SELECT FROM kept) AS is_kept, EXISTS (SELECT FROM whole) {taken} AS is_taken,
    (SELECT array_agg(id) FROM made) AS made
"""
# A statement that is a transaction of its own has nobody who could roll it back: where a step was
# not done it divides by zero, and PostgreSQL undoes the others.
_DONE_OR_FAILED: Final = f"""
SELECT is_kept, is_taken, made FROM ({_DONE}) AS done WHERE 1 / (is_kept AND is_taken)::int = 1
"""


@cache
def _statement(*idle: str, alone: bool = False) -> str:
    """All steps, of which these have nothing to do, and the question whether they were done."""
    steps = _STEPS | {name: _IDLE[name] for name in idle}
    prefix = ", ".join(f"{name} AS ({step})" for name, step in steps.items())
    return f"WITH {prefix} {_DONE_OR_FAILED if alone else _DONE}".format(
        columns=_ROWS.columns,
        whole=_ROWS.source("whole"),
        parts=_ROWS.source("parts"),
        taken="".join(f" AND {taken}" for name, taken in _TAKEN.items() if name not in idle),
    )


def take(
    *,
    redemptions: Sequence[Redemption],
    answer: Mapping[str, Any],
    uses: Sequence[Use],
    unlimited: Sequence[int],
    spendings: Sequence[Spending],
    seen: Iterable[Seen],
    not_theirs: Mapping[int, int],
    at: datetime,
) -> None:
    """Store the redemption, take all of it and tell of it, or raise Overtaken: the whole
    transaction begins again.

    `redemptions` is the whole and, of a stack, its parts. `answer` are the values that keep the
    answer (`Store.values`); raises Repeated where there is one already. `not_theirs` names the
    vouchers that somebody else holds, with the holder's customer.

    One statement, meant to be the last before the commit: from here on others wait. It also makes
    sure that no promotion changed since it was evaluated, and keeps changes out until the commit; a
    voucher that is not limited is kept from getting a limit.

    Outside of a transaction it is one itself, so that nobody waits for longer than PostgreSQL takes
    to commit.
    """
    whole, *parts = redemptions
    identity = whole.identity
    budgets: dict[int, list[Spending]] = {}
    for spending in spendings:
        budgets.setdefault(spending.budget_id, []).append(spending)
    firsts = [rows[0] for rows in budgets.values()]
    looked_at = list(seen)
    to_do = {
        "kept": answer,
        "parts": parts,
        "told_holders": not_theirs,
        "free": unlimited,
        "turn": uses[1:],  # who takes only one cannot come in a wrong order
        "used": uses,
        "budget_turn": firsts[1:],
        "spent": spendings,
        "entered": spendings,
    }
    idle = [step for step, of_it in to_do.items() if not of_it]
    made = _done(
        idle,
        {
            **answer,
            "at": at,
            "buyer": array([identity.pk] if identity else []),
            "customer": Int8(identity.customer_id) if identity else None,
            "whole": _ROWS.value([whole]),
            "parts": _ROWS.value(parts),
            "vouchers": array(use.voucher_id for use in uses),
            "held": array(use.held for use in uses),
            "use_locked": array(use.locked for use in uses),
            "unlimited": array(unlimited),
            "budgets": array(budgets),
            "uses": array(len(rows) for rows in budgets.values()),
            "amounts": array(sum(row.amount for row in rows) for rows in budgets.values()),
            "held_counts": array(first.held_count for first in firsts),
            "held_amounts": array(first.held_amount for first in firsts),
            "budget_locked": array(first.locked for first in firsts),
            "entry_budgets": array(one.budget_id for one in spendings),
            "entry_vouchers": array(one.voucher_id for one in spendings),
            "entry_amounts": array(one.amount for one in spendings),
            "seen": array(one.promotion_id for one in looked_at),
            "seen_at": [one.updated_at for one in looked_at],
            "not_theirs": array(not_theirs),
            "holders": array(not_theirs.values()),
        },
    )
    for redemption, pk in zip(redemptions, made, strict=True):
        _ROWS.stored(redemption, pk)
    for part in parts:
        part.parent_id = whole.pk


def _done(idle: Sequence[str], values: Mapping[str, Any]) -> list[int]:
    """The ids of what the statement stored; raises Overtaken and Repeated."""
    if connection.in_atomic_block:
        return _made(ask(_statement(*idle), values))
    try:
        return _made(ask(_statement(*idle, alone=True), values))
    except DataError as error:
        if not isinstance(error.__cause__, DivisionByZero):
            raise
    # Something was not done, and all of it undone. Within a transaction it says what it was.
    with transaction.atomic():
        return _made(ask(_statement(*idle), values))


def _made(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    is_kept, is_taken, made = rows[0]
    if not is_kept:
        raise Repeated
    if not is_taken:
        raise Overtaken
    return sorted(made)  # as they were stored: the whole, then its parts
