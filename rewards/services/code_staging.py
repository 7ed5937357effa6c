"""Many codes at once: copied into a table of the transaction, then inserted by one statement."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from config.shared.ids import new_ids
from rewards.codes import code_key

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_STAGE: Final = """
CREATE TEMPORARY TABLE rewards_staged_code (public_id text, code text, code_key text)
ON COMMIT DROP
"""

# In the order of the keys: two who insert the same codes wait for each other in one direction
# only, and the indexes of codes are filled from one end to the other.
_INSERT: Final = """
INSERT INTO rewards_voucher (public_id, promotion_id, code, code_key, active, redemption_limit,
    redeemed_count, pooled, test, starts_at, expires_at, metadata, issued_kind, issued_key,
    created_at)
SELECT public_id, %(promotion)s, code, code_key, true, %(limit)s::int, 0, %(pooled)s, %(test)s,
    %(starts_at)s::timestamptz, %(expires_at)s::timestamptz, %(metadata)s::jsonb, '', '',
    %(at)s
FROM rewards_staged_code ORDER BY code_key
ON CONFLICT (code_key) DO NOTHING
"""

_EXISTING: Final = """
SELECT s.code FROM rewards_staged_code s
JOIN rewards_voucher v ON v.code_key = s.code_key AND v.public_id <> s.public_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """What all codes of a run have in common."""

    promotion_id: int
    pooled: bool
    test: bool = False
    redemption_limit: int | None
    at: datetime
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def insert(codes: Collection[str], mould: Mould) -> int:
    """Make vouchers of these codes, which differ in their keys; returns how many did not exist.

    Inside the caller's transaction; until it ends `existing` tells which did.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rewards_staged_code")
        cursor.execute(_STAGE)
        with cursor.copy("COPY rewards_staged_code FROM STDIN") as copy:
            copy.write(
                "".join(
                    f"{public_id}\t{_escaped(code)}\t{_escaped(code_key(code))}\n"
                    for public_id, code in zip(new_ids("v", len(codes)), codes, strict=True)
                )
            )
        cursor.execute(
            _INSERT,
            {
                "promotion": mould.promotion_id,
                "limit": mould.redemption_limit,
                "pooled": mould.pooled,
                "test": mould.test,
                "starts_at": mould.starts_at,
                "expires_at": mould.expires_at,
                "metadata": json.dumps(mould.metadata),
                "at": mould.at,
            },
        )
        return int(cursor.rowcount)


def existing() -> set[str]:
    """Those of the codes inserted last in this transaction that existed before."""
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING)
        return {code for (code,) in cursor.fetchall()}


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if "\\" in text else text
