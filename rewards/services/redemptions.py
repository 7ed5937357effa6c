"""Redeeming codes: exactly within every limit, exactly once, refusals kept."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from config.shared import actors
from config.shared.idempotency import Overtaken, keep_answer
from config.shared.models import ApiKey
from customers.models import Identity
from customers.services.customers import identify
from customers.services.locking import lock_customers
from rewards import taking
from rewards.asked import Attempt
from rewards.assessing import Assessment, assess, counts_customers, is_reserved
from rewards.candidates import Candidate, Found, find_candidates, find_identity, find_paid
from rewards.drafts import Drafted, draft
from rewards.models import Redemption, Reservation, Voucher
from rewards.on_pages import check_is_theirs, find_for, refuse_hidden, tells_little
from rewards.services import budgets
from rewards.taking import Seen, Spending, Use

from .limits import ensure_budgets, lacks_budgets, lock_limits
from .refused_attempts import keep

ORDER_PAID_ONCE = "rewards_redemption_order_paid_once"


Answering = Callable[[Drafted], Mapping[str, Any]]
"""Makes the answer of what will be committed, an acceptance or a refusal; returns the values that
store it (`Store.values`)."""


def _unanswered(_drafted: Drafted) -> Mapping[str, Any]:
    """Where nobody keeps the answer."""
    return {}


def redeem(
    *,
    attempt: Attempt,
    api_key: ApiKey,
    at: datetime,
    answering: Answering = _unanswered,
) -> Drafted:
    """Use codes on an order, or refuse; either is stored and returned, look at its `whole`.

    An order that was already paid with these codes returns that redemption, until it is rolled
    back. A customer whom the shop names by its own id and whom we do not know is created. What the
    attempt's session holds is used and released.

    Locks the customer where an offer counts the customer's uses, and customer, codes and budgets
    where some checkout may hold part of them. Else nothing is locked before the last statement,
    which takes uses and budgets under their conditions and is a transaction by itself: a hot code
    is locked only while PostgreSQL commits it, and what is not limited not at all. `answering` runs
    before that, and what it returns is stored together with the redemption, or with the refusal.

    Raises Overtaken when a limit was reached, the order paid or the offer changed meanwhile, and
    nothing is done; the caller begins again (as `exactly_once` does).

    Raises VoucherNotFound, CustomerNotFound, StackingError, and ArithmeticInputError for amounts
    that are too large together; nothing is stored then.
    """
    found = find_for(attempt=attempt, api_key=api_key, at=at)
    if found.paid_id is not None:
        return _paid_before(found.paid_id, attempt, api_key)
    if tells_little(api_key) and len(attempt.codes) > 1:
        # Also of codes that are found out only later, before any of them is used.
        identity = find_identity(attempt.customer) if attempt.customer else None
        tried = assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)
        _refuse_hidden(tried)
    with _transaction(attempt, found, at=at):
        return _redeem(attempt, api_key, found, answering, at=at)


def _transaction(attempt: Attempt, found: Found, *, at: datetime) -> AbstractContextManager[None]:
    """The transaction of a redemption; none where its last statement is all that it writes."""
    candidates = [found.candidate(code) for code in attempt.codes]
    if (
        not connection.in_atomic_block
        and attempt.session is None
        and (attempt.customer is None or found.identity is not None)
        and not any(counts_customers(one) or is_reserved(one, at=at) for one in candidates)
        and not lacks_budgets(candidates, at=at, zone=found.zone)
    ):
        return nullcontext()
    return transaction.atomic()


def _redeem(
    attempt: Attempt, api_key: ApiKey, found: Found, answering: Answering, *, at: datetime
) -> Drafted:
    candidates = [found.candidate(code) for code in attempt.codes]
    locked = any(is_reserved(candidate, at=at) for candidate in candidates)
    lock = locked or any(map(counts_customers, candidates))
    identity = found.identity if not lock else None
    identity = identity or _identity(attempt, api_key, lock=lock)
    if locked:
        found = lock_limits(attempt=attempt, api_key=api_key, at=at)
    elif ensure_budgets(candidates, at=at, zone=found.zone):
        found = find_candidates(attempt=attempt, api_key=api_key, at=at)
    assessment = assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)
    drafted = draft(assessment)
    if drafted.whole is None:
        # Whoever took the last use while we waited may have paid this very order.
        paid_id = find_paid(attempt=attempt, api_key=api_key)
        if paid_id is not None:
            return _paid_before(paid_id, attempt, api_key)
    _refuse_hidden(assessment)
    if drafted.whole is None:
        with transaction.atomic(savepoint=False):
            keep([one.redemption for one in drafted.refused if one.redemption])
            keep_answer(answering(drafted))
        return drafted
    if attempt.session is not None and not api_key.test:
        Reservation.objects.filter(brand=api_key.brand_id, session_key=attempt.session.key).delete()
    _take(assessment, drafted, answering(drafted), locked=locked)
    return drafted


def _refuse_hidden(assessment: Assessment) -> None:
    refuse_hidden(
        attempt=assessment.attempt,
        refusals={one.redeemable.id: one.refusal for one in assessment.outcome.inapplicable},
        api_key=assessment.api_key,
    )


def _paid_before(redemption_id: int, attempt: Attempt, api_key: ApiKey) -> Drafted:
    """What paid this order with these codes, if this key may see it."""
    made = paid_before(redemption_id)
    assert made.whole is not None  # noqa: S101 -- it was stored as such
    check_is_theirs(attempt=attempt, whole=made.whole, api_key=api_key)
    return made


def paid_before(redemption_id: int) -> Drafted:
    """A stored redemption with its parts, as it was made."""
    rows = list(
        (
            Redemption.objects.filter(pk=redemption_id)
            | Redemption.objects.filter(parent_id=redemption_id)
        )
        .with_its_objects()
        .order_by("pk")
    )
    whole, parts = rows[0], tuple(rows[1:] or rows)
    codes = tuple(part.voucher.code if part.voucher else "" for part in parts)
    return Drafted(whole, parts, codes)


def _identity(attempt: Attempt, api_key: ApiKey, *, lock: bool) -> Identity | None:
    customer = attempt.customer
    if customer is None:
        return None
    known = find_identity(customer, lock=lock)
    if known is not None:
        return known
    made = identify(source_id=customer.source_id, actor=actors.api_key(api_key.pk))
    if lock:
        lock_customers([made.customer_id])
    return made


def _take(
    assessment: Assessment, drafted: Drafted, answer: Mapping[str, Any], *, locked: bool
) -> None:
    """Store what was accepted and take its uses and budgets; a key in test mode takes nothing.

    Waits where another transaction pays the same order with the same codes.
    """
    whole, at = drafted.whole, assessment.at
    assert whole is not None  # noqa: S101 -- the caller looked
    pairs = [
        (part, assessment.candidate(code))
        for part, code in zip(drafted.parts, drafted.codes, strict=True)
    ]
    counting = [] if assessment.api_key.test else pairs
    vouchers = [candidate.voucher for _part, candidate in counting]
    held = assessment.facts.known.held_of_voucher
    try:
        taking.take(
            redemptions=[whole, *drafted.parts] if drafted.parent else [whole],
            answer=answer,
            uses=[
                Use(voucher.pk, held.get(voucher.pk, 0), locked)
                for voucher in vouchers
                if voucher.redemption_limit is not None
            ],
            unlimited=[voucher.pk for voucher in vouchers if voucher.redemption_limit is None],
            spendings=[
                spending
                for part, candidate in counting
                for spending in _spendings(assessment, part, candidate, locked=locked)
            ],
            seen=[Seen(c.promotion.pk, c.promotion.updated_at) for _part, c in pairs],
            not_theirs=_holders(vouchers, whole.identity),
            at=at,
        )
    except IntegrityError as error:
        violated = error.__cause__
        if not isinstance(violated, UniqueViolation):
            raise
        if violated.diag.constraint_name != ORDER_PAID_ONCE:
            raise
        raise Overtaken from error


def _holders(vouchers: Sequence[Voucher], identity: Identity | None) -> dict[int, int]:
    """The customers who lose a use of their code because somebody else used it, by voucher."""
    customer = identity.customer_id if identity else None
    return {
        voucher.pk: voucher.holder.customer_id
        for voucher in vouchers
        if voucher.holder is not None and voucher.holder.customer_id != customer
    }


def _spendings(
    assessment: Assessment, part: Redemption, candidate: Candidate, *, locked: bool
) -> list[Spending]:
    limits = budgets.limits_of(candidate.promotion, at=assessment.at, zone=assessment.facts.zone)
    held = assessment.facts.known.held_of_promotion.get(candidate.promotion.pk)
    return [
        Spending(
            candidate.budgets[key].pk,
            candidate.voucher.pk,
            # An order in another currency costs the budget a use; no money is limited then.
            part.discount_amount if part.currency == candidate.promotion.currency else 0,
            held_count=held.uses if held else 0,
            held_amount=held.amount if held else 0,
            locked=locked,
        )
        for key in limits
    ]
