"""Redeeming codes: exactly within the limit, exactly once, refusals kept."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from psycopg.errors import UniqueViolation

from config.shared import actors, facts
from config.shared.idempotency import Overtaken
from config.shared.models import ApiKey
from customers.models import Identity
from customers.services.customers import identify
from rewards.asked import Attempt
from rewards.candidates import find_candidate, find_identity
from rewards.drafts import draft
from rewards.models import Redemption, RedemptionResult, Voucher

ORDER_PAID_ONCE = "rewards_redemption_order_paid_once"


def _nothing(_redemption: Redemption) -> None:
    """What happens before a use is taken where nobody asks for more."""


def redeem(
    *,
    attempt: Attempt,
    api_key: ApiKey,
    at: datetime,
    before_taking: Callable[[Redemption], None] = _nothing,
) -> Redemption:
    """Use a code on an order, or refuse; either is stored and returned, look at its `result`.

    An order that was already paid with this code returns that redemption. A customer whom the
    shop names by its own id and whom we do not know is created.

    The last statement takes the use: one conditional UPDATE, so that a hot code is locked only
    from there to the commit, and only where it has a limit. `before_taking` runs just before,
    with the redemption as it will be committed. Inside another transaction, the caller must let
    Overtaken roll all of it back and begin again (as `exactly_once` does); it is raised when the
    last use went to somebody else meanwhile, or the order was paid meanwhile.

    Raises VoucherNotFound, CustomerNotFound, and ArithmeticInputError for amounts that are too
    large together; nothing is stored then.
    """
    with transaction.atomic(savepoint=False):
        candidate = find_candidate(attempt=attempt, brand_id=api_key.brand_id)
        if candidate.paid_id is not None:
            return Redemption.objects.with_its_objects().get(pk=candidate.paid_id)
        identity = _identity(attempt, api_key)
        redemption = draft(
            attempt=attempt, candidate=candidate, identity=identity, api_key=api_key, at=at
        )
        if redemption.result == RedemptionResult.FAILURE:
            redemption.save(force_insert=True)
            return redemption
        _save_paying_once(redemption)
        facts.record(
            kind="redemption.made",
            subject_id=redemption.pk,
            at=at,
            data={
                "promotion": candidate.voucher.promotion_id,
                "voucher": candidate.voucher.pk,
                "customer": identity.customer_id if identity else None,
            },
        )
        before_taking(redemption)
        _take_use(candidate.voucher)
        return redemption


def _identity(attempt: Attempt, api_key: ApiKey) -> Identity | None:
    customer = attempt.customer
    if customer is None:
        return None
    known = find_identity(customer)
    return known or identify(source_id=customer.source_id, actor=actors.api_key(api_key.pk))


def _save_paying_once(redemption: Redemption) -> None:
    """Insert; waits where another transaction pays the same order with the same code."""
    try:
        redemption.save(force_insert=True)
    except IntegrityError as error:
        violated = error.__cause__
        if not isinstance(violated, UniqueViolation):
            raise
        if violated.diag.constraint_name != ORDER_PAID_ONCE:
            raise
        raise Overtaken from error


def _take_use(voucher: Voucher) -> None:
    """Take one use of a limited code; raises Overtaken when somebody took the last one.

    The condition and the change are one statement: PostgreSQL looks at the condition again after
    waiting for the row. Unlimited codes are not touched.
    """
    if voucher.redemption_limit is None:
        return
    taken = Voucher.objects.filter(
        pk=voucher.pk, active=True, redeemed_count__lt=F("redemption_limit")
    ).update(redeemed_count=F("redeemed_count") + 1)
    if not taken:
        raise Overtaken
