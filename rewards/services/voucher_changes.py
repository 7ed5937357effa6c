"""Changing one code that exists, and deleting those that did nothing yet.

`rewards.services.code_changes` does the same to many at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock
from config.shared.actors import Actor
from config.shared.errors import BadInput
from customers.services.profile import merged_metadata
from rewards.errors import VoucherNotFound
from rewards.models import Redemption, RedemptionResult, Reservation, Voucher
from rewards.telling import CODE_CHANGED, tell_of_codes

CHANGEABLE: Final = ("active", "starts_at", "expires_at", "redemption_limit", "metadata")
_CONCERN_THE_HOLDER: Final = frozenset(CHANGEABLE) - {"metadata"}


def change_voucher(
    *,
    voucher: Voucher,
    fields: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    action: str = "voucher.changed",
) -> Voucher:
    """Set these fields, see CHANGEABLE; a code never outlives its offer.

    `metadata` is merged key by key, None removes one. Of a new `redemption_limit` (None: as often
    as anyone likes) what was redeemed so far counts. Locks the code: redemptions count as before or
    after, and those judged before notice. Raises BadInput where it would end before it starts or
    could be used less often than it was, and VoucherNotFound where it was deleted.
    """
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"a code has no {sorted(unknown)[0]} to change")
    with transaction.atomic():
        locked = _locked(voucher, against_use="redemption_limit" in fields)
        wanted = dict(fields)
        if "metadata" in wanted:
            wanted["metadata"] = merged_metadata(locked.metadata, wanted["metadata"])
        ends = locked.promotion.expires_at
        if "expires_at" in wanted and ends is not None:
            wanted["expires_at"] = min(wanted["expires_at"] or ends, ends)
        changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
        if not changed:
            return locked
        written = list(changed)
        if "redemption_limit" in changed:
            _count_uses(locked, wanted["redemption_limit"])
            written += ["redeemed_count", "reserved_until"]
        for name in changed:
            setattr(locked, name, wanted[name])
        if locked.starts_at and locked.expires_at and locked.expires_at <= locked.starts_at:
            raise BadInput(
                _("The code must expire after it starts."),
                details=_("To end a code that has not begun, switch it off."),
            )
        locked.save(update_fields=written)
        audit.record(actor=actor, action=action, of=locked, fields=changed)
        if not _CONCERN_THE_HOLDER.isdisjoint(changed):
            tell_of_codes(kind=CODE_CHANGED, voucher_ids=[locked.pk], at=at)
    return locked


def enable_voucher(*, voucher: Voucher, actor: Actor) -> Voucher:
    """Accept the code again. Asking twice changes nothing."""
    return change_voucher(
        voucher=voucher,
        fields={"active": True},
        actor=actor,
        at=clock.now(),
        action="voucher.enabled",
    )


def disable_voucher(*, voucher: Voucher, actor: Actor) -> Voucher:
    """Refuse the code from now on; redemptions that are made stay. Asking twice changes nothing."""
    return change_voucher(
        voucher=voucher,
        fields={"active": False},
        actor=actor,
        at=clock.now(),
        action="voucher.disabled",
    )


def change_expiry(
    *, voucher: Voucher, expires_at: datetime | None, actor: Actor, at: datetime
) -> Voucher:
    """Let a code end later or earlier, exclusive; None leaves the end to its offer.

    Raises BadInput for a moment that is over, or lies before the code begins.
    """
    check_end(expires_at, at)
    return change_voucher(
        voucher=voucher,
        fields={"expires_at": expires_at},
        actor=actor,
        at=at,
        action="voucher.expiry_changed",
    )


def check_end(expires_at: datetime | None, at: datetime) -> None:
    """Raise BadInput for an end that is over already."""
    if expires_at is not None and expires_at <= at:
        raise BadInput(
            _("The new end lies in the past."),
            details=_("To end a code now, let it expire now or switch it off."),
        )


def expire_voucher(*, voucher: Voucher, actor: Actor, at: datetime) -> Voucher:
    """Let a code end now; one that ended before keeps its end.

    Raises BadInput for a code that has not begun yet.
    """
    with transaction.atomic():
        locked = _locked(voucher)
        if locked.expires_at is not None and locked.expires_at <= at:
            return locked
        return change_voucher(
            voucher=locked,
            fields={"expires_at": at},
            actor=actor,
            at=at,
            action="voucher.expired",
        )


def change_limit(*, voucher: Voucher, limit: int | None, actor: Actor, at: datetime) -> Voucher:
    """Let a code be redeemed `limit` times in all (None: as often as anyone likes).

    What was redeemed so far counts. Raises BadInput for a limit below that.
    """
    return change_voucher(
        voucher=voucher,
        fields={"redemption_limit": limit},
        actor=actor,
        at=at,
        action="voucher.limit_changed",
    )


def change_metadata(
    *, voucher: Voucher, metadata: Mapping[str, Any], actor: Actor, at: datetime
) -> Voucher:
    """Merge the shop's own values key by key; None removes one."""
    return change_voucher(voucher=voucher, fields={"metadata": metadata}, actor=actor, at=at)


def _count_uses(locked: Voucher, limit: int | None) -> None:
    """Begin to count the uses of a code whose limit becomes this one, or stop counting them."""
    used = _uses(locked)
    if limit is not None and limit < max(1, used):
        raise BadInput(
            _("It was redeemed %(used)d times: the limit must be at least %(least)d.")
            % {"used": used, "least": max(1, used)},
            details=_("To end the code, switch it off."),
        )
    if locked.redemption_limit is None:
        # Sessions hold uses of a code without limit, too, but nobody had to look at them.
        held = Reservation.objects.filter(voucher=locked).aggregate(until=Max("expires_at"))
        locked.reserved_until = held["until"]
    locked.redeemed_count = 0 if limit is None else used


def _uses(voucher: Voucher) -> int:
    if voucher.redemption_limit is not None:
        return voucher.redeemed_count
    made = Redemption.objects.counting().filter(voucher=voucher, result=RedemptionResult.SUCCESS)
    return made.count()


def delete_voucher(*, voucher: Voucher, actor: Actor, at: datetime) -> bool:
    """Delete a code that nobody got and nobody used; switch any other one off.

    What was given or redeemed refers to its code, and stays. Says whether it is gone. Raises
    VoucherNotFound where it was deleted before.
    """
    with transaction.atomic():
        locked = _locked(voucher, against_use=True)
        if locked.holder_id is None and not locked.issued_kind:
            entry = audit.entry(actor=actor, action="voucher.deleted", of=locked)
            try:
                with transaction.atomic():
                    locked.delete()
            except ProtectedError:
                pass  # redeemed or tried before: switched off below, as those that have a holder
            else:
                entry.save(force_insert=True)
                return True
        change_voucher(
            voucher=locked,
            fields={"active": False},
            actor=actor,
            at=at,
            action="voucher.disabled",
        )
        return False


def _locked(voucher: Voucher, *, against_use: bool = False) -> Voucher:
    """The code as it is now, locked until the end of the transaction.

    `against_use` also against redemptions that refer to it, which those of a code without limit do
    without counting.
    """
    locked = (
        Voucher.objects.select_related("promotion")
        .select_for_update(of=("self",), no_key=not against_use)
        .filter(pk=voucher.pk)
        .first()
    )
    if locked is None:
        raise VoucherNotFound(voucher.code)
    return locked
