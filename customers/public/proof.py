"""The proof kept of what somebody did on a page: shortened, so that it names nobody alone."""

from ipaddress import ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest

LONGEST_AGENT: Final = 120  # characters


def proof_of(request: HttpRequest) -> dict[str, str]:
    """The network the request came from (/24 or /48) and the beginning of its user agent."""
    proof = {"network": network_of(_address(request))}
    agent = " ".join(request.headers.get("User-Agent", "").split())[:LONGEST_AGENT]
    if agent:
        proof["user_agent"] = agent.replace("\x00", "")
    return {name: value for name, value in proof.items() if value}


def network_of(address: str) -> str:
    """192.0.2.7 -> 192.0.2.0/24; 2001:db8:1:2::3 -> 2001:db8:1::/48; anything else -> nothing."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))


def _address(request: HttpRequest) -> str:
    """The caller's address; behind a proxy of ours the last one it noted, which it saw itself."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        noted = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if noted:
            return noted
    return str(request.META.get("REMOTE_ADDR", ""))
