"""The end and the limit of a code, and changes of many codes at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from rewards.models import Redemption, RedemptionResult, Reservation, Voucher
from rewards.telling import CODE_CHANGED, tell_of_codes

BATCH: Final = 2_000  # codes in one transaction
MOST: Final = 100_000  # codes changed by one request


def change_expiry(
    *, voucher: Voucher, expires_at: datetime | None, actor: Actor, at: datetime
) -> Voucher:
    """Let a code end at another moment, exclusive; None leaves the end to its offer.

    Raises BadInput for a moment that is over, or lies before the code begins.
    """
    with transaction.atomic():
        locked = Voucher.objects.select_for_update(no_key=True).get(pk=voucher.pk)
        _check_expiry(locked.starts_at, expires_at, at)
        if locked.expires_at != expires_at:
            locked.expires_at = expires_at
            locked.save(update_fields=["expires_at"])
            _tell(locked, "voucher.expiry_changed", ["expires_at"], actor, at)
    return locked


def _check_expiry(starts_at: datetime | None, expires_at: datetime | None, at: datetime) -> None:
    if expires_at is None:
        return
    if expires_at <= at:
        raise BadInput(
            _("The new end lies in the past."), details=_("To end a code now, switch it off.")
        )
    if starts_at is not None and expires_at <= starts_at:
        raise BadInput(_("The code would expire before it begins."))


def change_limit(*, voucher: Voucher, limit: int | None, actor: Actor, at: datetime) -> Voucher:
    """Let a code be redeemed `limit` times in all (None: as often as anyone likes).

    What was redeemed so far counts. Locks the code so that redemptions that refer to it wait, and
    those judged before notice. Raises BadInput for a limit below what was redeemed.
    """
    with transaction.atomic():
        locked = Voucher.objects.select_for_update().get(pk=voucher.pk)
        if locked.redemption_limit == limit:
            return locked
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
        locked.redemption_limit, locked.redeemed_count = limit, 0 if limit is None else used
        locked.save(update_fields=["redemption_limit", "redeemed_count", "reserved_until"])
        _tell(locked, "voucher.limit_changed", ["redemption_limit"], actor, at)
    return locked


def _uses(voucher: Voucher) -> int:
    if voucher.redemption_limit is not None:
        return voucher.redeemed_count
    made = Redemption.objects.counting().filter(voucher=voucher, result=RedemptionResult.SUCCESS)
    return made.count()


def _tell(voucher: Voucher, action: str, fields: list[str], actor: Actor, at: datetime) -> None:
    audit.record(actor=actor, action=action, of=voucher, fields=fields)
    tell_of_codes(kind=CODE_CHANGED, voucher_ids=[voucher.pk], at=at)


class Change(models.TextChoices):
    """What can be done to many codes at once."""

    SWITCH_OFF = "switch_off", _("switch off")
    SWITCH_ON = "switch_on", _("switch on")
    EXTEND = "extend", _("let expire later")


@dataclass(frozen=True, slots=True)
class Prospect:
    """Of so many codes so many would change."""

    codes: int
    changing: int


def changing(
    rows: QuerySet[Voucher], change: Change, *, expires_at: datetime | None = None
) -> QuerySet[Voucher]:
    """Those of the codes that a change would change. Nobody's code ends earlier by an extension;
    codes without an end of their own have nothing to extend.
    """
    match change:
        case Change.SWITCH_OFF:
            return rows.filter(active=True)
        case Change.SWITCH_ON:
            return rows.filter(active=False)
        case Change.EXTEND:
            earlier = Q(expires_at__lt=expires_at) if expires_at else Q(expires_at__isnull=False)
            return rows.filter(earlier)


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
        _check_expiry(None, expires_at, at)
    wanted = changing(rows, change, expires_at=expires_at).order_by("pk")
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
}


def _change_batch(
    pks: list[int], change: Change, expires_at: datetime | None, actor: Actor, at: datetime
) -> int:
    action, field = _ACTIONS[change]
    value = expires_at if change == Change.EXTEND else change == Change.SWITCH_ON
    with transaction.atomic():
        # Again, now that nobody else can change them.
        rows = changing(Voucher.objects.filter(pk__in=pks), change, expires_at=expires_at)
        locked = list(rows.order_by("pk").select_for_update(no_key=True))
        Voucher.objects.filter(pk__in=[one.pk for one in locked]).update(**{field: value})
        AuditEntry.objects.bulk_create(
            audit.entry(actor=actor, action=action, of=one, fields=[field]) for one in locked
        )
        tell_of_codes(kind=CODE_CHANGED, voucher_ids=[one.pk for one in locked], at=at)
    return len(locked)
