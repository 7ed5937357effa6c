"""API keys: made, shown once, looked up by what a request presents."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock
from config.shared.actors import Actor
from config.shared.addresses import check_network
from config.shared.errors import BadInput
from config.shared.models import ApiKey, KeyKind
from config.shared.rows import Columns, ask

PREFIXES = {"secret": "sk_", "publishable": "pk_", "restricted": "rk_", "management": "mk_"}
USUAL_PORTS = {"http": 80, "https": 443}  # which browsers leave out of an origin
USE_RESOLUTION = timedelta(minutes=5)

SCOPES = {
    "validations:write": _("validate codes"),
    "redemptions:write": _("redeem codes"),
    "redemptions:read": _("read redemptions"),
    "campaigns:read": _("read offers"),
    "campaigns:write": _("create and change offers and add codes"),
    "vouchers:read": _("read codes"),
    "vouchers:write": _("create and change codes"),
    "publications:read": _("read which codes were given to whom"),
    "publications:write": _("give codes to customers"),
    "customers:read": _("read customers"),
    "customers:write": _("create and change customers"),
    "customers:export": _("read the whole record of a customer"),
    "customers:erase": _("erase customers for good"),
    "orders:read": _("read orders"),
    "orders:write": _("create and change orders"),
    "returns:read": _("read returns"),
    "returns:write": _("record and correct returns"),
    "products:read": _("read products"),
    "products:write": _("create and change products"),
    "events:write": _("report events"),
    "consents:read": _("read what customers allow"),
    "consents:write": _("record consents"),
    "segments:read": _("read, count and check segments"),
    "segments:write": _("create and change segments"),
    "lists:read": _("read lists of customers"),
    "lists:write": _("create lists of customers and change who is on them"),
}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; `token` cannot be had again."""

    key: ApiKey
    token: str


def hash_token(token: str) -> str:
    return hashlib.sha512(token.encode()).hexdigest()


def check_origin(origin: str) -> str:
    """A web origin as browsers send it, without a path; BadInput where it is none."""
    parts = urlsplit(origin.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise BadInput(
            _("“%(origin)s” is not a web origin.") % {"origin": origin},
            details=_("Write it as https://shop.example.com, without a path."),
        )
    port = f":{parts.port}" if parts.port not in {None, USUAL_PORTS[parts.scheme]} else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def create_api_key(
    *,
    name: str,
    kind: str,
    actor: Actor,
    origins: Sequence[str] = (),
    scopes: Sequence[str] = (),
    addresses: Sequence[str] = (),
    may_redeem: bool = False,
    test: bool = False,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key. A restricted key needs scopes; origins belong to publishable keys only.

    `addresses` are addresses or networks from which alone it works; none means everywhere.
    """
    check_name(name)
    if kind not in KeyKind.values:
        raise BadInput(
            _("There is no kind of key called “%(kind)s”.") % {"kind": kind},
            details=_("Use one of: %(kinds)s.") % {"kinds": ", ".join(KeyKind.values)},
        )
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise BadInput(
            _("There is no scope called “%(scope)s”.") % {"scope": unknown[0]},
            details=_("Use some of: %(scopes)s.") % {"scopes": ", ".join(SCOPES)},
        )
    if (kind == KeyKind.RESTRICTED) != bool(scopes):
        raise BadInput(
            _("Scopes go with restricted keys, and a restricted key needs at least one."),
            details=_("Use some of: %(scopes)s.") % {"scopes": ", ".join(SCOPES)},
        )
    check_pages(kind, origins, may_redeem=may_redeem)
    at = clock.now()
    check_end(expires_at, at=at)
    token = new_token(kind)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name.strip(),
            kind=kind,
            app_id=str(uuid.uuid4()),
            token_hash=hash_token(token),
            token_hint=token[-4:],
            origins=checked_origins(origins),
            scopes=sorted(set(scopes)),
            addresses=[check_network(address) for address in addresses],
            may_redeem=may_redeem,
            test=test,
            created_at=at,
            expires_at=expires_at,
        )
        audit.record(actor=actor, action="api_key.created", of=key, fields=["kind", "scopes"])
    return NewKey(key, token)


def new_token(kind: str) -> str:
    """A token with 256 random bits, whose beginning says what kind of key it is."""
    return PREFIXES[kind] + secrets.token_urlsafe(32)


def check_name(name: str) -> None:
    if not name.strip():
        raise BadInput(_("The key has no name."), details=_("Name it after what will use it."))


def check_end(expires_at: datetime | None, *, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise BadInput(
            _("The end of the key has passed already."),
            details=_("Choose a later moment, or none."),
        )


def check_pages(kind: str, origins: Sequence[str], *, may_redeem: bool) -> None:
    """Raise BadInput where the key's pages do not fit its kind."""
    if kind == KeyKind.PUBLISHABLE:
        if not origins:
            raise BadInput(
                _("A publishable key works only on pages that are named."),
                details=_("Write the origin of the shop, such as https://shop.example.com."),
            )
    elif origins or may_redeem:
        raise BadInput(
            _("Only a publishable key has origins, or leave to redeem on pages."),
            details=_("Leave both empty, or make a publishable key."),
        )


def checked_origins(origins: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(check_origin(origin) for origin in origins))


def revoke_api_key(*, key: ApiKey, actor: Actor) -> None:
    """End a key now; asking twice changes nothing."""
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        if locked.revoked_at is None:
            locked.revoked_at = clock.now()
            locked.save(update_fields=["revoked_at"])
            audit.record(actor=actor, action="api_key.revoked", of=locked)


def find_api_key(*, app_id: str, token: str, at: datetime) -> ApiKey | None:
    """The usable key with this id and token, or None, after the same time for either reason.

    The token before a rotation is as good as the new one until its moment.
    """
    key = _key_of(app_id[:36])
    if key is not None and not key.is_usable(at=at):
        key = None
    nobody, given = hash_token(""), hash_token(token)
    overlaps = key is not None and key.overlaps(at=at)
    is_current = hmac.compare_digest(key.token_hash if key else nobody, given)
    is_previous = hmac.compare_digest(key.previous_hash if key and overlaps else nobody, given)
    return key if key is not None and (is_current or (overlaps and is_previous)) else None


_KEY = Columns(ApiKey, "k")


def _key_of(app_id: str) -> ApiKey | None:
    rows = ask(
        f"SELECT {_KEY.sql} FROM shared_apikey k WHERE app_id = %(app_id)s", {"app_id": app_id}
    )
    return _KEY.taken(iter(rows[0])) if rows else None


def note_use(*, key: ApiKey, at: datetime) -> None:
    """Remember that the key was used, at most once in five minutes: a hot row would cost a lock."""
    if key.last_used_at is None or at - key.last_used_at > USE_RESOLUTION:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
