"""Codes added to an offer one by one or a few at a time, as the shop asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from config.shared import audit
from config.shared.actors import Actor
from rewards.codes import CodePattern, code_key, generate, validate_pattern
from rewards.errors import CodesExhausted, CodeTaken
from rewards.models import Promotion, Voucher

from .vouchers import ROUNDS, check_code

MOST_AT_ONCE = 1_000
"""More are made in the background."""


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A code as the shop wants it. `limit` None: as often as anyone likes.

    Without `code` a random one is made, by `pattern` or as the codes of the offer look.
    """

    limit: int | None
    code: str = ""
    pattern: CodePattern | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    active: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict)


def add_code(
    *, promotion: Promotion, asked: AskedCode, actor: Actor, at: datetime, test: bool = False
) -> Voucher:
    """A new code of the offer, for whoever knows it or, where only holders may use codes, for the
    customer who will get it.

    A random code waits for a customer, as does any code that needs a holder. `test`: for a key in
    test mode. Raises CodeTaken,
    CodePatternError for a pattern that could be guessed, CodesExhausted, and BadInput for a code
    that cannot be typed.
    """
    if asked.code:
        check_code(asked.code.strip(), asked.limit)
        return _store(promotion, asked, asked.code.strip(), actor, at, test)
    pattern = asked.pattern or promotion.pattern
    validate_pattern(pattern)
    for code in generate(pattern, ROUNDS):
        try:
            return _store(promotion, asked, code, actor, at, test)
        except CodeTaken:
            continue
    raise CodesExhausted


def _store(
    promotion: Promotion, asked: AskedCode, code: str, actor: Actor, at: datetime, test: bool
) -> Voucher:
    ends = [moment for moment in (asked.expires_at, promotion.expires_at) if moment is not None]
    try:
        with transaction.atomic():
            voucher = Voucher.objects.create(
                promotion=promotion,
                code=code,
                code_key=code_key(code),
                redemption_limit=asked.limit,
                pooled=promotion.holder_only or not asked.code,
                active=asked.active,
                starts_at=asked.starts_at,
                expires_at=min(ends, default=None),
                metadata=dict(asked.metadata),
                created_at=at,
                test=test or promotion.test,
            )
            audit.record(actor=actor, action="voucher.created", of=voucher, fields=["code"])
    except IntegrityError as error:
        if Voucher.objects.filter(code_key=code_key(code)).exists():
            raise CodeTaken from error
        raise
    return voucher


def add_codes(*, promotion: Promotion, count: int, actor: Actor, at: datetime) -> int:
    """Random codes of the offer that wait for customers, at most MOST_AT_ONCE; one transaction.

    Raises CodesExhausted, with nothing made, where the pattern finds hardly any free ones.
    """
    if not 0 <= count <= MOST_AT_ONCE:
        raise ValueError("more codes than are made at once")
    missing = count
    with transaction.atomic():
        for _round in range(ROUNDS):
            if not missing:
                break
            codes = generate(promotion.pattern, missing)
            made = Voucher.objects.bulk_create(
                (
                    Voucher(
                        promotion=promotion,
                        code=code,
                        code_key=code_key(code),
                        redemption_limit=promotion.uses_per_code,
                        pooled=True,
                        expires_at=promotion.expires_at,
                        created_at=at,
                        test=promotion.test,
                    )
                    for code in codes
                ),
                ignore_conflicts=True,
            )
            stored = Voucher.objects.filter(
                public_id__in=[voucher.public_id for voucher in made]
            ).count()
            missing -= stored
        if missing:
            raise CodesExhausted
        if count:
            audit.record(actor=actor, action="promotion.codes_added", of=promotion)
    return count
