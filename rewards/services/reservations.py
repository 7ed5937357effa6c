"""Sessions: what a checkout will take is held for it until redeemed, released or expired."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest

from config.shared.models import ApiKey
from customers.services.locking import lock_customers
from rewards.asked import AskedSession, Attempt
from rewards.assessing import Assessment, assess
from rewards.candidates import find_identity
from rewards.codes import code_key
from rewards.drafts import Drafted, draft
from rewards.errors import SessionNotFound
from rewards.models import Budget, Redemption, Reservation, Voucher
from rewards.on_pages import find_for, tells_little
from rewards.services import budgets

from .limits import lock_limits


def hold(*, attempt: Attempt, session: AskedSession, api_key: ApiKey, at: datetime) -> Drafted:
    """What the codes give now, held for this session until it expires.

    Holds a use of each code, of the customer's quota and of the offer's limits, and the discount of
    the offer's budgets; what a session of this key held before is replaced. Nothing is held where
    the codes do not apply, nor for a key in test mode. A session needs no job to end: what expired
    holds nothing.

    Locks the customer, then codes, then budgets. Raises as `rewards.assessing.preview`.
    """
    with transaction.atomic():
        found = find_for(attempt=attempt, api_key=api_key, at=at)
        identity = find_identity(attempt.customer) if attempt.customer else None
        if tells_little(api_key) and not found.candidates:
            # Nothing to hold, so nothing to lock: it costs the same why ever no code works.
            return draft(
                assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)
            )
        if identity is not None:
            lock_customers([identity.customer_id])
            identity = find_identity(attempt.customer, lock=True) if attempt.customer else None
        if not api_key.test:
            found = lock_limits(attempt=attempt, api_key=api_key, at=at)
        assessment = assess(attempt=attempt, api_key=api_key, found=found, identity=identity, at=at)
        drafted = draft(assessment)
        if not api_key.test:
            _forget(api_key, session.key)
            _write(assessment, drafted, session)
        return drafted


def _write(assessment: Assessment, drafted: Drafted, session: AskedSession) -> None:
    at = assessment.at
    until = at + session.lasts
    Reservation.objects.bulk_create(
        Reservation(
            brand_id=assessment.api_key.brand_id,  # type: ignore[misc]  # a key has one
            session_key=session.key,
            voucher=part.voucher,
            promotion=part.promotion,
            identity=assessment.identity,
            amount=part.discount_amount,
            expires_at=until,
            created_at=at,
        )
        for part in drafted.parts
    )
    _mark_reserved(assessment, drafted.parts, until)


def _mark_reserved(assessment: Assessment, parts: Iterable[Redemption], until: datetime) -> None:
    """Tell the rows with limits, which are locked, until when somebody may hold part of them."""
    vouchers: list[int] = []
    held = Q(pk=None)
    for part in parts:
        voucher, promotion = part.voucher, part.promotion
        if voucher is None or promotion is None:
            continue
        if voucher.redemption_limit is not None:
            vouchers.append(voucher.pk)
        limits = budgets.limits_of(promotion, at=assessment.at, zone=assessment.facts.zone)
        held |= Q(promotion=promotion.pk, period_key__in=limits)
    rows = Voucher.objects.filter(pk__in=vouchers)
    rows.update(reserved_until=Greatest("reserved_until", until))
    of_offers = Budget.objects.filter(held)
    of_offers.update(reserved_until=Greatest("reserved_until", until))


def _forget(api_key: ApiKey, session_key: str) -> None:
    Reservation.objects.filter(brand=api_key.brand_id, session_key=session_key).delete()


def release(*, api_key: ApiKey, code: str, session_key: str, at: datetime) -> None:
    """End what a session holds of one code; others may take it from now on.

    Raises SessionNotFound where the session holds nothing of it (any more). Sessions of a key in
    test mode hold nothing, and it ends nobody else's.
    """
    if api_key.test:
        return
    held = Reservation.objects.held(at=at).filter(
        brand=api_key.brand_id, session_key=session_key, voucher__code_key=code_key(code)
    )
    if not held.delete()[0]:
        raise SessionNotFound


def forget_expired(*, at: datetime, limit: int = 10_000) -> int:
    """Delete reservations that hold nothing any more; says how many. Tidiness only."""
    old = Reservation.objects.filter(expires_at__lte=at).order_by("expires_at")[:limit]
    return Reservation.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
