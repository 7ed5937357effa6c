"""Sign-ins and an API key for the demo, which can be shown at every start without being stored.

They follow from SECRET_KEY, which each installation makes for itself. The database holds hashes.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth.models import Group

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.groups import ADMINISTRATOR, MARKETER, SUPPORT
from config.shared.models import ApiKey, StaffUser
from customers.models import Order

from . import tills

COLLEAGUES: Final = (
    ("marketer@example.com", "Meryem", "Marketer", MARKETER),
    ("support@example.com", "Sam", "Support", SUPPORT),
    ("admin@example.com", "Alex", "Admin", ADMINISTRATOR),
)
KEY_NAME: Final = "Demo web shop"
_FALLBACK_ORDER: Final = 4_500  # minor units


@dataclass(frozen=True, slots=True)
class SignIn:
    group: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class ShownKey:
    key: ApiKey
    token: str


def _derived(what: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"demo:{what}".encode(), hashlib.sha256)


def sign_ins() -> list[SignIn]:
    """Three colleagues who can sign in with these passwords, made where they are missing."""
    found = []
    for email, first, last, group in COLLEAGUES:
        text = base64.b32encode(_derived(f"password of {email}"))[:16].decode().lower()
        password = "-".join(text[start : start + 4] for start in range(0, 16, 4))
        user = StaffUser.objects.filter(email=email).first()
        if user is None:
            user = StaffUser.objects.create_user(
                email, password, first_name=first, last_name=last, is_staff=True
            )
            user.groups.add(Group.objects.get(name=group))
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        found.append(SignIn(group, email, password))
    return found


def api_key() -> ShownKey:
    """The demo's secret key; another one takes its place when SECRET_KEY has changed."""
    text = base64.urlsafe_b64encode(_derived("token of the API key")).decode().rstrip("=")
    token = f"{keys.PREFIXES['secret']}{text}"
    token_hash = keys.hash_token(token)
    for key in ApiKey.objects.filter(name=KEY_NAME, revoked_at=None):
        if key.token_hash == token_hash:
            return ShownKey(key, token)
        keys.revoke_api_key(key=key, actor=SYSTEM)
    key = keys.create_api_key(name=KEY_NAME, kind="secret", actor=SYSTEM).key
    key.token_hash, key.token_hint = token_hash, token[-4:]
    key.save(update_fields=["token_hash", "token_hint"])
    return ShownKey(key, token)


def curl(shown: ShownKey, *, address: str, at: datetime) -> str | None:
    """A command that redeems a code that was just sent, on an order like the customer's last one.

    None where no usable code is left.
    """
    usable = [
        voucher
        for voucher in tills.vouchers()
        if voucher.holder
        and voucher.active
        and voucher.redeemed_count == 0
        and (voucher.expires_at is None or voucher.expires_at > at)
    ]
    voucher = max(
        usable,
        key=lambda candidate: (tills.will_stay_unused(candidate), candidate.created_at),
        default=None,
    )
    if voucher is None or voucher.holder is None:
        return None
    last = Order.objects.filter(identity=voucher.holder, amount__gt=0).first()
    amount = max(last.amount if last else _FALLBACK_ORDER, voucher.promotion.minimum_amount or 0)
    body = {
        "redeemables": [{"object": "voucher", "id": voucher.code}],
        "customer": {"source_id": voucher.holder.external_id},
        "order": {"amount": amount, "currency": voucher.promotion.currency},
    }
    return (
        f"curl -s {address}/v1/redemptions"
        f" -H 'X-App-Id: {shown.key.app_id}' -H 'X-App-Token: {shown.token}'"
        " -H 'Content-Type: application/json'"
        f" -d '{json.dumps(body)}'"
    )
