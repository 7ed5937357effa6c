"""Taking redemptions back, whole and once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.models import ApiKey, Fact
from customers.services.locking import lock_customers_of
from rewards import giving_back, telling
from rewards.errors import AlreadyRolledBack, NotTheParent, RedemptionFailed, RedemptionNotFound
from rewards.models import Redemption, RedemptionResult, Rollback


def lock_with_children(redemption_id: int) -> list[Redemption]:
    """The redemption and what was redeemed together with it, locked in ascending order.

    The customers who made it or hold its codes are locked before, against their erasure.
    """
    rows = Redemption.objects.filter(pk=redemption_id) | Redemption.objects.filter(
        parent_id=redemption_id
    )
    named = rows.values_list("identity", "voucher__holder")
    lock_customers_of({pk for pair in named for pk in pair if pk is not None})
    return list(
        rows.select_related("identity").order_by("pk").select_for_update(of=("self",), no_key=True)
    )


def roll_back(
    *,
    redemption: Redemption,
    at: datetime,
    api_key: ApiKey | None = None,
    actor: Actor | None = None,
    reason: str = "",
    tracking_id: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Rollback:
    """Take back a redemption, or with their parent all of a stack; the order may be paid again.

    Gives back exactly what was taken and is not back yet: the uses, the customer's quota and the
    budget (less what returned goods gave back already). Locks the customers, the redemptions, then
    vouchers, then budgets. `actor` is a person of ours, and is told of in the audit log; a
    program's rollback is its own record.

    Raises AlreadyRolledBack, RedemptionFailed for a refused attempt, NotTheParent for one of a
    stack, RedemptionNotFound.
    """
    with transaction.atomic():
        rows = lock_with_children(redemption.pk)
        if not rows:
            raise RedemptionNotFound(redemption.public_id)
        whole, parts = rows[0], rows[1:]
        check_stands(whole)
        made = _write(rows, whole, at, api_key, reason[:300], tracking_id, metadata or {})
        Redemption.objects.filter(pk__in=[row.pk for row in rows]).update(rolled_back_at=at)
        taken = [row for row in (parts or [whole]) if row.voucher_id and not row.test]
        facts.record_all(
            Fact(
                kind=telling.ROLLED_BACK,
                subject_id=row.pk,
                at=at,
                data={
                    "promotion": row.promotion_id,
                    "voucher": row.voucher_id,
                    "customer": row.identity.customer_id if row.identity else None,
                },
            )
            for row in taken
        )
        telling.tell_of_codes(
            kind=telling.CODE_CHANGED,
            voucher_ids=[row.voucher_id for row in taken if row.voucher_id],
            at=at,
        )
        if actor is not None:
            audit.record(actor=actor, action="redemption.rolled_back", of=whole, fields=[])
        giving_back.give_back(
            redemption_ids=[row.pk for row in taken],
            voucher_ids=[row.voucher_id for row in taken if row.voucher_id],
            at=at,
        )
        return made


def check_stands(redemption: Redemption) -> None:
    """Raise NotTheParent, RedemptionFailed or AlreadyRolledBack where there is nothing whole to
    take back from.
    """
    if redemption.parent_id is not None:
        raise NotTheParent(redemption)
    if redemption.result != RedemptionResult.SUCCESS:
        raise RedemptionFailed(redemption.public_id)
    if redemption.rolled_back_at is not None:
        raise AlreadyRolledBack(redemption.public_id)


def _write(
    rows: Sequence[Redemption],
    whole: Redemption,
    at: datetime,
    api_key: ApiKey | None,
    reason: str,
    tracking_id: str,
    metadata: Mapping[str, Any],
) -> Rollback:
    made = Rollback(
        redemption=whole,
        api_key=api_key,
        reason=reason,
        tracking_id=tracking_id,
        metadata=dict(metadata),
        created_at=at,
    )
    made.save(force_insert=True)
    Rollback.objects.bulk_create(
        Rollback(
            redemption=row,
            parent=made,
            api_key=api_key,
            reason=reason,
            tracking_id=tracking_id,
            created_at=at,
        )
        for row in rows
        if row.pk != whole.pk
    )
    return made
