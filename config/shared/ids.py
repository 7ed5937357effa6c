"""Public identifiers: a prefix that names the kind, then 20 random characters (about 119 bits)."""

import secrets

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str) -> str:
    """For instance `new_id("cust")` -> `cust_3kTMd82aPqLz0VbX9fRw`."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(20))
