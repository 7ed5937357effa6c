"""The suppression list: addresses nothing is sent to, known only by their fingerprints."""

import hashlib
import hmac
import re
from collections.abc import Iterable

from django.conf import settings

from config.shared.text import normalise_email
from customers.models import Channel, Suppression

_NO_PART_OF_A_NUMBER = re.compile(r"[^0-9+]")


def normalised(channel: str, address: str) -> str:
    """The one form in which an address of this channel is recognised; empty for no address.

    A phone number is expected in E.164 with whatever blanks and brackets people put between.
    """
    match channel:
        case Channel.EMAIL:
            return normalise_email(address)
        case Channel.SMS:
            digits = _NO_PART_OF_A_NUMBER.sub("", address)
            return f"+{digits[2:]}" if digits.startswith("00") else digits
        case _:
            return address.strip()


def fingerprint(channel: str, address: str) -> str:
    """HMAC-SHA256 of the normalised address, in hex: tells that it is the same, not which it is.

    Keyed with VESILE_FINGERPRINT_KEY: without the key nobody can try out addresses. The channel
    is part of what is hashed, so a number suppressed for SMS is not recognised elsewhere.
    """
    message = f"{channel}:{normalised(channel, address)}".encode()
    return hmac.new(settings.FINGERPRINT_KEY.encode(), message, hashlib.sha256).hexdigest()


def suppressed(channel: str, addresses: Iterable[str]) -> set[str]:
    """Which of these addresses, as they were given, are on the list; one statement."""
    by_fingerprint: dict[str, list[str]] = {}
    for address in addresses:
        if address:
            by_fingerprint.setdefault(fingerprint(channel, address), []).append(address)
    if not by_fingerprint:
        return set()
    found = Suppression.objects.filter(
        channel=channel, fingerprint__in=list(by_fingerprint)
    ).values_list("fingerprint", flat=True)
    return {address for known in found for address in by_fingerprint[known]}
