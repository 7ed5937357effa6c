"""Keeping refusals: of attempts to use a code, and of questions whether it would work.

A shop asks before it redeems, so most customers hear of a refusal while they look at their cart,
and that is what they call support about.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from config.shared import facts
from config.shared.idempotency import Overtaken
from config.shared.invalid import InvalidValueError
from config.shared.models import ApiKey, Fact
from rewards import telling
from rewards.asked import Attempt
from rewards.assessing import assess
from rewards.candidates import find_candidates, find_identity
from rewards.drafts import refusals
from rewards.errors import CustomerNotFound
from rewards.models import Redemption

ASKED_AGAIN: Final = timedelta(hours=1)
"""Within this time the same question is not kept again: shops ask whenever the cart is shown."""


def keep(rows: Sequence[Redemption]) -> None:
    """Store refusals and tell of them; test mode is told of nowhere."""
    Redemption.objects.bulk_create(rows)
    facts.record_all(
        Fact(
            kind=telling.REFUSED,
            subject_id=row.pk,
            at=row.created_at,
            data={"promotion": row.promotion_id, "customer": row.identity.customer_id},
        )
        for row in rows
        if row.identity is not None and not row.test
    )


def keep_asked(rows: Iterable[Redemption], *, at: datetime) -> None:
    """Store refusals of a validation, but for those that the same customer, cart and rule had
    within the last hour with the same value.

    Two who ask at the same moment may both be kept.
    """
    asked = list(rows)
    if not asked:
        return
    for row in asked:
        row.only_asked = True
    known = {
        _question(row)
        for row in Redemption.objects.filter(
            only_asked=True,
            voucher__in=[row.voucher for row in asked],
            identity=asked[0].identity,
            created_at__gt=at - ASKED_AGAIN,
        )
    }
    keep([row for row in asked if _question(row) not in known])


def keep_untold(*, attempt: Attempt, api_key: ApiKey, at: datetime, only_asked: bool) -> None:
    """Store why codes are refused to a key of pages, which hears of most refusals as of a code
    that does not exist (`rewards.on_pages`); nothing for codes that do not.

    Of an attempt that is wrong as a whole, or whose customer is merged at this very moment, nothing
    is kept.
    """
    found = find_candidates(attempt=attempt, api_key=api_key, at=at)
    if not found.candidates:
        return
    identity = found.identity
    try:
        if identity is None and attempt.customer is not None:
            identity = find_identity(attempt.customer)
        tried = assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)
    except (Overtaken, CustomerNotFound, InvalidValueError):
        return
    rows = refusals(tried)
    with transaction.atomic():
        if only_asked:
            keep_asked(rows, at=at)
        else:
            keep(rows)


def _question(row: Redemption) -> tuple[Any, ...]:
    """What makes two refused validations of one customer the same."""
    return (
        *(row.voucher_id, row.failure_rule, row.failure_seen),
        *(row.order_source_id, row.session_key, row.test),
    )
