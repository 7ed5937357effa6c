"""Changing codes that exist, and deleting those that did nothing yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput
from rewards.errors import VoucherNotFound
from rewards.models import Voucher

CHANGEABLE = ("active", "starts_at", "expires_at", "metadata")


def change_voucher(
    *, voucher: Voucher, fields: Mapping[str, Any], actor: Actor, at: datetime
) -> Voucher:
    """Set these fields, see CHANGEABLE; a code never outlives its offer.

    Locks the code: redemptions count as before or after. Raises BadInput where it would end before
    it starts, and VoucherNotFound where it was deleted.
    """
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"a code has no {sorted(unknown)[0]} to change")
    with transaction.atomic():
        locked = _locked(voucher)
        wanted = dict(fields)
        ends = locked.promotion.expires_at
        if "expires_at" in wanted and ends is not None:
            wanted["expires_at"] = min(wanted["expires_at"] or ends, ends)
        changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, wanted[name])
        if locked.starts_at and locked.expires_at and locked.expires_at <= locked.starts_at:
            raise BadInput(_("The code must expire after it starts."))
        if changed:
            locked.save(update_fields=changed)
            audit.record(actor=actor, action="voucher.changed", of=locked, fields=changed)
    return locked


def delete_voucher(*, voucher: Voucher, actor: Actor) -> bool:
    """Delete a code that nobody got and nobody used; switch any other one off.

    What was given or redeemed refers to its code, and stays. Says whether it is gone. Raises
    VoucherNotFound where it was deleted before.
    """
    with transaction.atomic():
        locked = _locked(voucher)
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
        if locked.active:
            locked.active = False
            locked.save(update_fields=["active"])
            audit.record(actor=actor, action="voucher.disabled", of=locked, fields=["active"])
        return False


def _locked(voucher: Voucher) -> Voucher:
    locked = (
        Voucher.objects.select_related("promotion")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=voucher.pk)
        .first()
    )
    if locked is None:
        raise VoucherNotFound(voucher.code)
    return locked
