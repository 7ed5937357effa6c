"""From which address a request comes, and whether a key may be used from there.

Behind a proxy every connection comes from the proxy, which names the caller in X-Forwarded-For.
Anybody can send that header, so it is believed only as far as trusted proxies wrote it.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput

Network = IPv4Network | IPv6Network


def client_address(request: HttpRequest) -> str:
    """The address of the caller; empty where the connection has none (a local socket)."""
    trusted: Sequence[Network] = settings.TRUSTED_PROXIES
    return caller(
        connected=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=trusted,
    )


def caller(*, connected: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The first address, counted from our side, that is no trusted proxy.

    `forwarded` is X-Forwarded-For: each proxy appends whom it talked to, so its end is the part
    that our own proxies wrote. A local socket counts as a trusted proxy where there are any.
    """
    address = _plain(connected)
    steps = forwarded.split(",") if forwarded else []
    while steps and trusted and (not address or is_within(address, trusted)):
        before = _plain(steps.pop())
        if not before:
            break  # no address: whoever wrote it is not to be believed
        address = before
    return address


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of the networks; no address is in none."""
    if not address:
        return False
    found = ip_address(address)
    return any(found.version == network.version and found in network for network in networks)


def is_allowed(address: str, written: Sequence[str]) -> bool:
    """Whether a key with these allowed addresses may be used from here; none means everywhere."""
    return not written or is_within(address, [ip_network(one) for one in written])


def bucket_of(address: str) -> str:
    """What one household or office has: an IPv4 address, or the /64 of an IPv6 one."""
    if not address:
        return "-"
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found)


def check_network(written: str) -> str:
    """An address or a network as we store it; BadInput where it is none."""
    try:
        return str(ip_network(written.strip(), strict=False))
    except ValueError:
        raise BadInput(
            _("“%(address)s” is no address and no network.") % {"address": written[:60]},
            details=_("Write it as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."),
        ) from None


def _plain(written: str) -> str:
    """The address without a port and without IPv6's clothes around IPv4; empty where it is none."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
