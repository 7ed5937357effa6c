"""Public identifiers: a prefix that names the kind, then 20 random characters (about 119 bits)."""

import os

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHARACTER_OF_BYTE = (_ALPHABET.encode() * 5)[:256]
_NO_CHARACTER = bytes(range(248, 256))


def new_id(prefix: str) -> str:
    """For instance `new_id("cust")` -> `cust_3kTMd82aPqLz0VbX9fRw`."""
    return new_ids(prefix, 1)[0]


def new_ids(prefix: str, count: int) -> list[str]:
    """`count` such ids at once."""
    characters = bytearray()
    while len(characters) < count * 20:
        # Bytes from 248 on are dropped: 248 is four times 62, so that every character is as likely.
        characters += os.urandom(count * 21 + 12).translate(_CHARACTER_OF_BYTE, _NO_CHARACTER)
    text = characters.decode()
    return [f"{prefix}_{text[start : start + 20]}" for start in range(0, count * 20, 20)]
