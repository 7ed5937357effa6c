"""Changing many codes at once; `rewards.services.voucher_changes` changes one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from rewards.models import Publication, Redemption, Voucher
from rewards.telling import CODE_CHANGED, tell_of_codes

from .voucher_changes import check_end

BATCH: Final = 2_000  # codes in one transaction
MOST: Final = 100_000  # codes changed by one request


class Change(models.TextChoices):
    """What can be done to many codes at once."""

    SWITCH_OFF = "switch_off", _("switch off")
    SWITCH_ON = "switch_on", _("switch on")
    EXTEND = "extend", _("let expire later")
    EXPIRE = "expire", _("let expire now")
    DELETE = "delete", _("delete")


@dataclass(frozen=True, slots=True)
class Prospect:
    """Of so many codes so many would change."""

    codes: int
    changing: int


def changing(
    rows: QuerySet[Voucher],
    change: Change,
    *,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> QuerySet[Voucher]:
    """Those of the codes that a change would change. Nobody's code ends earlier by an extension;
    codes without an end of their own have nothing to extend. Codes that have not begun (at `at`)
    cannot expire, and only codes that nobody got and nobody used or tried can be deleted.
    """
    match change:
        case Change.SWITCH_OFF:
            return rows.filter(active=True)
        case Change.SWITCH_ON:
            return rows.filter(active=False)
        case Change.EXTEND:
            earlier = Q(expires_at__lt=expires_at) if expires_at else Q(expires_at__isnull=False)
            return rows.filter(earlier)
        case Change.EXPIRE:
            if at is None:
                raise TypeError("codes expire at a moment")
            return rows.filter(
                Q(expires_at__isnull=True) | Q(expires_at__gt=at),
                Q(starts_at__isnull=True) | Q(starts_at__lt=at),
            )
        case Change.DELETE:
            return rows.filter(
                ~Exists(Redemption.objects.filter(voucher=OuterRef("pk"))),
                ~Exists(Publication.objects.filter(voucher=OuterRef("pk"))),
                holder__isnull=True,
                issued_kind="",
            )


def change_many(
    *,
    rows: QuerySet[Voucher],
    change: Change,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Do one thing to all these codes, 2,000 in a transaction; returns how many were changed.

    Done again after it broke off it does the rest. Every code has its audit row. Raises BadInput,
    with nothing done, for an end that is over or missing, or for more than 100,000 codes.
    """
    if change == Change.EXTEND:
        if expires_at is None:
            raise BadInput(_("Say until when the codes shall be valid."))
        check_end(expires_at, at)
    wanted = changing(rows, change, expires_at=expires_at, at=at).order_by("pk")
    if wanted[: MOST + 1].count() > MOST:
        raise BadInput(
            _("These are more than %(most)s codes.") % {"most": f"{MOST:,}".replace(",", " ")},
            details=_("Narrow the list with its filters, or switch off the offer itself."),
        )
    done, last = 0, 0
    while batch := list(wanted.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        done += _change_batch(batch, change, expires_at, actor, at)
        last = batch[-1]
    return done


_ACTIONS: Final = {
    Change.SWITCH_OFF: ("voucher.disabled", "active"),
    Change.SWITCH_ON: ("voucher.enabled", "active"),
    Change.EXTEND: ("voucher.expiry_changed", "expires_at"),
    Change.EXPIRE: ("voucher.expired", "expires_at"),
}


def _change_batch(
    pks: list[int], change: Change, expires_at: datetime | None, actor: Actor, at: datetime
) -> int:
    with transaction.atomic():
        # Again, now that nobody else can change them.
        rows = changing(
            Voucher.objects.filter(pk__in=pks), change, expires_at=expires_at, at=at
        ).order_by("pk")
        if change == Change.DELETE:
            return _delete(pks, rows, actor)
        locked = list(rows.select_for_update(no_key=True))
        action, field = _ACTIONS[change]
        value: object = change == Change.SWITCH_ON
        if field == "expires_at":
            value = at if change == Change.EXPIRE else expires_at
        Voucher.objects.filter(pk__in=[one.pk for one in locked]).update(**{field: value})
        AuditEntry.objects.bulk_create(
            audit.entry(actor=actor, action=action, of=one, fields=[field]) for one in locked
        )
        tell_of_codes(kind=CODE_CHANGED, voucher_ids=[one.pk for one in locked], at=at)
    return len(locked)


def _delete(pks: list[int], rows: QuerySet[Voucher], actor: Actor) -> int:
    """Whoever refers to one of them has done so before it is locked, or finds it gone."""
    list(Voucher.objects.filter(pk__in=pks).order_by("pk").select_for_update())
    gone = list(rows)
    AuditEntry.objects.bulk_create(
        audit.entry(actor=actor, action="voucher.deleted", of=one) for one in gone
    )
    Voucher.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return len(gone)
