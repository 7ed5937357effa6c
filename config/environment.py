"""Reading the environment, with errors that a person can act on.

Every problem is one sentence: what is wrong, and what to do. `settings_or_exit` is how manage.py,
the web server and the worker load the settings, so that none of them answers with a traceback.
"""

import os
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None, *, remedy: str = "") -> str:
    """The value of `name`; without a default it must be set and not blank."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set: {remedy}.")
    return default


def file_path(name: str, default: Path | None) -> Path:
    """Where a file is or will be; without a default it must be set, as an absolute path."""
    value = text(
        name,
        str(default) if default else None,
        remedy="set it to the path of a file outside the database, on a disk that is kept",
    )
    if not Path(value).is_absolute():
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to an absolute path.")
    return Path(value)


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if name not in os.environ:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: set it to 1 or 0.")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(
            f"{name} is {value!r}: set it to a whole number of at least {minimum}."
        )
    return int(value)


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, separated by commas; none where it is not set."""
    written = [one.strip() for one in os.environ.get(name, "").split(",") if one.strip()]
    try:
        return [ip_network(one) for one in written]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}. Set it to addresses or networks such as 10.0.0.0/8,192.168.1.7."
        ) from None


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to one of {', '.join(allowed)}.")
    return value


def secret(name: str, *, minimum: int = 32) -> str:
    """A secret of at least `minimum` characters; its value never appears in the error."""
    value = text(name, remedy=f"set it to a random text of at least {minimum} characters")
    if len(value) < minimum:
        raise ImproperlyConfigured(
            f"{name} is too short: set it to a random text of at least {minimum} characters."
        )
    return value


def url(name: str, schemes: tuple[str, ...], example: str) -> str:
    """A URL with one of `schemes` and a host; its value may hold a password and is not repeated."""
    value = text(name, remedy=f"set it to an address such as {example}")
    parts = urlsplit(value)
    try:
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable:
        raise ImproperlyConfigured(f"{name} is no usable address: set it to one such as {example}.")
    return value


def public_url() -> str:
    """The address under which people reach this installation, without a trailing slash.

    Plain http is accepted on this machine only: cookies and keys would travel readable.
    """
    value = url("VESILE_PUBLIC_URL", ("http", "https"), "https://promotions.example.com")
    parts = urlsplit(value)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ImproperlyConfigured(
            "VESILE_PUBLIC_URL starts with http://: use https:// for any host but this machine."
        )
    return value.rstrip("/")


def database_url() -> str:
    """The database's address, with the name of a database in it."""
    example = "postgres://user:password@localhost:5432/vesile"
    value = url("DATABASE_URL", ("postgres", "postgresql"), example)
    if not urlsplit(value).path.strip("/"):
        raise ImproperlyConfigured(
            f"DATABASE_URL names no database: set it to an address such as {example}."
        )
    return value


def settings_or_exit(*, code: int = 2) -> None:
    """Load the settings; a mistake in the environment ends the process with one sentence."""
    from django.conf import settings

    try:
        settings.SECRET_KEY  # noqa: B018  (the access loads the module)
    except ImproperlyConfigured as error:
        print(f"vesile: {error}", file=sys.stderr)
        raise SystemExit(code) from None
