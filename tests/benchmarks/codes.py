"""Many codes over as many stored ones, against the script that somebody would write by hand.

The script draws codes, copies them into a table and inserts them from there, ON CONFLICT DO
NOTHING, all in one transaction. The product does the same in batches with checkpoints, and tells
what it left out; importing, it also reads the file and looks at every code. `CODES` in the
environment is their number, a million unless told.
"""

import os
import secrets
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from django.db import connection

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.ids import new_ids
from rewards.codes import CodePattern, generate
from rewards.models import CodeRun, CodeRunState, EffectKind, Promotion
from rewards.services.code_run_work import work
from rewards.services.code_runs import start_generation, start_import
from rewards.services.promotions import EffectDraft, create_promotion
from tests.benchmarks.pairs import Result, measure
from tests.benchmarks.surroundings import settle

CODES: Final = int(os.environ.get("CODES", "1000000"))
GOAL: Final = 1.25
_PATTERN: Final = CodePattern("BENCH-####-####-####")
_KNOWN_SHARE: Final = 100  # every hundredth code of the file exists already

_INSERT: Final = """
INSERT INTO rewards_voucher (public_id, promotion_id, code, code_key, active, redemption_limit,
    redeemed_count, pooled, metadata, issued_kind, issued_key, created_at)
SELECT public_id, %s, code, lower(code), true, 1, 0, true, '{}', '', '', %s FROM staged
ON CONFLICT (code_key) DO NOTHING
"""


def _by_hand(promotion: Promotion, codes: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("CREATE TEMP TABLE staged (public_id text, code text) ON COMMIT DROP")
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for public_id, code in zip(new_ids("v", len(codes)), codes, strict=True):
                copy.write_row((public_id, code))
        cursor.execute(_INSERT, [promotion.pk, clock.now()])
        cursor.execute("COMMIT")


def _finish(run: CodeRun, made: int) -> None:
    work(longest=float("inf"))
    run.refresh_from_db()
    if (run.state, run.made) != (CodeRunState.FINISHED, made):
        raise AssertionError(f"{run.made} of {made} codes were made: {run.problem}")


def _forget_new(stored: int) -> None:
    """Leave the stored codes alone, with their indexes as they were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rewards_voucher WHERE id > %s", [stored])
        cursor.execute("VACUUM rewards_voucher")
    settle()


def _lines(codes: list[str]) -> Iterator[bytes]:
    yield b"code\n"
    for start in range(0, len(codes), 10_000):
        yield "".join(f"{code}\n" for code in codes[start : start + 10_000]).encode()


def run() -> Iterator[Result]:
    promotion = create_promotion(
        name=f"bench {secrets.token_hex(4)}",
        currency="GBP",
        effects=[EffectDraft(EffectKind.FREE_SHIPPING)],
        code_pattern=_PATTERN.text,
        actor=SYSTEM,
        at=clock.now(),
    )
    known = generate(_PATTERN, CODES)
    _by_hand(promotion, known)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM rewards_voucher")
        (stored,) = cursor.fetchone()

    def generated() -> None:
        asked = start_generation(promotion=promotion, count=CODES, actor=SYSTEM, at=clock.now())
        _finish(asked, CODES)

    yield measure(
        f"generate {CODES:,} codes over {CODES:,}",
        goal=GOAL,
        floor=lambda: _by_hand(promotion, generate(_PATTERN, CODES)),
        product=generated,
        reset=lambda: _forget_new(stored),
    )

    repeated = CODES // _KNOWN_SHARE
    listed = generate(_PATTERN, CODES - repeated) + known[:repeated]
    body = b"".join(_lines(listed))

    def by_hand() -> None:
        _by_hand(promotion, BytesIO(body).read().decode().split()[1:])

    def uploaded() -> None:
        _forget_new(stored)
        # Receiving the file is not what is measured.
        uploaded.run = start_import(  # type: ignore[attr-defined]
            promotion=promotion, name="c.csv", parts=[body], actor=SYSTEM, at=clock.now()
        )

    yield measure(
        f"import {CODES:,} codes over {CODES:,}",
        goal=GOAL,
        floor=by_hand,
        product=lambda: _finish(uploaded.run, CODES - repeated),  # type: ignore[attr-defined]
        reset=lambda: _forget_new(stored),
        reset_product=uploaded,
    )
    _forget_new(0)
