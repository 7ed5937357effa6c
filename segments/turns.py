"""Whose turn it is to decide on a customer's memberships.

What is decided follows from what can be read, so of two that decide about one customer at once the
one that read earlier might write last. Therefore everybody takes the turn of a customer *before*
reading, and holds it until the end of the transaction:

* whoever looks at single customers has the turn of each of them, and shares the turn of the block
  of primary keys it is in;
* whoever builds a segment has the turn of a whole block alone.

A write about a customer is seen, or its fact is followed after it was committed, and so by somebody
whose turn comes later. Orders, events and redemptions never wait for a turn: these are advisory
locks, not the customers' rows. In one order (blocks, customers, rows of customers, of kept
segments, of memberships), so nobody waits in a circle.
"""

from collections.abc import Collection
from typing import Any, Final

from django.db import connection

BLOCK: Final = 4_096  # primary keys
_BLOCKS: Final = 0x5E91  # the namespaces of our advisory locks
_CUSTOMERS: Final = 0x5E92
# Two primary keys of one number share a turn, which costs waiting and nothing else.
_NUMBERS: Final = 2**31 - 1

_TAKE: Final = """
SELECT count(CASE WHEN wholly THEN pg_advisory_xact_lock(space, number)::text
                  ELSE pg_advisory_xact_lock_shared(space, number)::text END)
FROM unnest(%(spaces)s::int[], %(numbers)s::int[], %(wholly)s::boolean[])
    AS wanted (space, number, wholly)
"""
# Who is being erased or merged is waited for, and then gone. The long statements that follow are
# quick; compiling them to machine code would take many times as long.
_PRESENT: Final = """
SELECT c.id, c.zone, set_config('jit', 'off', TRUE)
FROM {turns} customers_customer c
WHERE c.id = ANY(%(customers)s::bigint[]) ORDER BY c.id FOR KEY SHARE OF c
"""
_TAKE_AND_READ: Final = f"WITH turns AS MATERIALIZED ({_TAKE})" + _PRESENT.format(
    turns="turns CROSS JOIN"
)
_TAKE_FREE = """
SELECT customer_id FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS wanted (customer_id, b, c)
WHERE pg_try_advisory_xact_lock_shared(%s, b) AND pg_try_advisory_xact_lock(%s, c)
LIMIT %s
"""


def block_of(customer_id: int) -> int:
    return customer_id // BLOCK


def take_turns(customer_ids: Collection[int]) -> dict[int, str]:
    """Wait for the turn of each of these customers, which should be few: every one is a lock.

    Returns those that are there, with their zones; they stay until the end of the transaction.
    """
    blocks = sorted({block_of(pk) % _NUMBERS for pk in customer_ids})
    numbers = sorted({pk % _NUMBERS for pk in customer_ids})
    return _read(
        _TAKE_AND_READ,
        {
            "spaces": [_BLOCKS] * len(blocks) + [_CUSTOMERS] * len(numbers),
            "numbers": [*blocks, *numbers],
            "wholly": [False] * len(blocks) + [True] * len(numbers),
            "customers": list(customer_ids),
        },
    )


def present(customer_ids: Collection[int]) -> dict[int, str]:
    """Those of these customers that are there, as of `take_turns`; their turns are taken."""
    return _read(_PRESENT.format(turns=""), {"customers": list(customer_ids)})


def take_block(block: int) -> None:
    """Wait for the turn of everybody in a block."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {"spaces": [_BLOCKS], "numbers": [block % _NUMBERS], "wholly": [True]}
        )


def take_free_turns(customer_ids: Collection[int], *, most: int) -> list[int]:
    """The first of these customers whose turn is free now, which is taken; at most so many."""
    ids = list(customer_ids)
    blocks = [block_of(pk) % _NUMBERS for pk in ids]
    numbers = [pk % _NUMBERS for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FREE, [ids, blocks, numbers, _BLOCKS, _CUSTOMERS, most])
        return [row[0] for row in cursor.fetchall()]


def _read(sql: str, params: dict[str, Any]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {pk: zone for pk, zone, _jit in cursor.fetchall()}
