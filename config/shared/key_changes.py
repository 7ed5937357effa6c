"""Changing keys that are in use: another token with an overlap, other pages, addresses, limits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, keys
from config.shared.actors import Actor
from config.shared.addresses import check_network
from config.shared.errors import BadInput, Conflict
from config.shared.limits import LIMITS
from config.shared.models import ApiKey

LONGEST_OVERLAP: Final = timedelta(days=90)
LARGEST_LIMIT: Final = 2**31 - 1


class KeyEnded(Conflict):
    """The key was revoked or has expired; nothing about it changes any more."""

    message = _("This key is revoked or has expired.")

    def __init__(self) -> None:
        super().__init__(details=_("Make a new key."))


class RotationRunning(Conflict):
    """Two tokens work already; a third would end one that a program may still use."""

    key = "rotation_running"
    message = _("The token before this one still works.")

    def __init__(self) -> None:
        super().__init__(details=_("End the previous token first, or wait until it ends."))


def rotate_api_key(*, key: ApiKey, overlap: timedelta, actor: Actor) -> keys.NewKey:
    """Give the key a new token, shown once; the one until now works for `overlap` longer.

    Raises BadInput for an overlap that is negative or longer than 90 days, KeyEnded, and
    RotationRunning while the overlap before runs.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise BadInput(
            _("The old token cannot work that long."),
            details=_("Choose from 0 hours to %(days)d days.") % {"days": LONGEST_OVERLAP.days},
        )
    at = clock.now()
    with transaction.atomic():
        locked = _locked(key, at)
        if locked.overlaps(at=at):
            raise RotationRunning
        token = keys.new_token(locked.kind)
        locked.previous_hash = locked.token_hash if overlap else ""
        locked.previous_until = at + overlap if overlap else None
        locked.token_hash = keys.hash_token(token)
        locked.token_hint = token[-4:]
        locked.save(update_fields=["previous_hash", "previous_until", "token_hash", "token_hint"])
        audit.record(
            actor=actor, action="api_key.rotated", of=locked, fields=["previous_until", "token"]
        )
    return keys.NewKey(locked, token)


def end_previous_token(*, key: ApiKey, actor: Actor) -> None:
    """Let only the newest token work from now on; asking twice changes nothing."""
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        if not locked.previous_hash:
            return
        locked.previous_hash, locked.previous_until = "", None
        locked.save(update_fields=["previous_hash", "previous_until"])
        audit.record(
            actor=actor, action="api_key.overlap_ended", of=locked, fields=["previous_until"]
        )


def change_api_key(
    *,
    key: ApiKey,
    name: str,
    origins: Sequence[str],
    addresses: Sequence[str],
    may_redeem: bool,
    expires_at: datetime | None,
    limits: Mapping[str, int | None],
    actor: Actor,
) -> ApiKey:
    """Change what may change while programs use the key: not its kind, scopes or test mode.

    `limits` by the names of `config.shared.limits.LIMITS`; None is the usual limit, 0 none. Raises
    BadInput and KeyEnded.
    """
    at = clock.now()
    keys.check_name(name)
    keys.check_pages(key.kind, origins, may_redeem=may_redeem)
    keys.check_end(expires_at, at=at)
    if any(number is not None and not 0 <= number <= LARGEST_LIMIT for number in limits.values()):
        raise BadInput(_("A limit is a whole number from 0 on."))
    wanted: dict[str, Any] = {
        "name": name.strip(),
        "origins": keys.checked_origins(origins),
        "addresses": [check_network(address) for address in addresses],
        "may_redeem": may_redeem,
        "expires_at": expires_at,
        **{limit: limits.get(limit) for limit in LIMITS},
    }
    with transaction.atomic():
        locked = _locked(key, at)
        changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
        for field in changed:
            setattr(locked, field, wanted[field])
        if changed:
            locked.save(update_fields=changed)
            audit.record(actor=actor, action="api_key.changed", of=locked, fields=changed)
    return locked


def _locked(key: ApiKey, at: datetime) -> ApiKey:
    locked = ApiKey.objects.select_for_update().usable(at=at).filter(pk=key.pk).first()
    if locked is None:
        raise KeyEnded
    return locked
