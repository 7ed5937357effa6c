"""What shops call the states of an order, and how they write quantities. Pure."""

import re
from typing import Final

from config.shared import money
from config.shared.text import fold

MOST_UNITS: Final = 1_000_000

_STATES: Final[dict[str, tuple[str, ...]]] = {
    "CREATED": (
        "created", "pending", "authorized", "unpaid", "open", "new", "draft", "on-hold", "on hold",
        "pending payment", "awaiting payment", "checkout-draft", "unfulfilled", "oluşturuldu",
        "beklemede", "ödeme bekliyor", "yeni",
    ),
    "PAID": (
        "paid", "partially_paid", "partially paid", "partially_refunded", "partially refunded",
        "processing", "confirmed", "partial", "ödendi", "hazırlanıyor", "onaylandı", "işleniyor",
    ),
    "FULFILLED": (
        "fulfilled", "completed", "complete", "shipped", "delivered", "closed", "done",
        "tamamlandı", "kargolandı", "kargoya verildi", "teslim edildi", "gönderildi",
    ),
    "CANCELED": (
        "canceled", "cancelled", "voided", "refunded", "failed", "expired", "returned", "iptal",
        "iptal edildi", "iade", "iade edildi", "başarısız",
    ),
}  # fmt: skip
_STATE_OF: Final = {fold(word): state for state, words in _STATES.items() for word in words}
FURTHER: Final = tuple(_STATES)
"""The states in the order in which an order passes them."""


def state(written: str) -> str | None:
    """What a shop calls the state of an order, as one of `OrderStatus`; None where unknown."""
    return _STATE_OF.get(fold(written).removeprefix("wc-"))


# Three digits behind a sign may be thousands: 1,000 is not one.
_WHOLE: Final = re.compile(r"([+-]?[0-9]{1,7})(?:[.,]([0-9]{1,2}|[0-9]{4,6}))?", re.ASCII)


def units(written: str) -> int | None:
    """Whole units, negative for what was given back; None where it is no whole number.

    Raises ValueError for a part of a unit.
    """
    found = _WHOLE.fullmatch(written.strip().replace("\N{MINUS SIGN}", "-"))
    if not found or abs(int(found[1])) > MOST_UNITS:
        return None
    if found[2] and int(found[2]):
        raise ValueError("part of a unit")
    return int(found[1])


_SIGNS: Final = {"TL": "TRY", "₺": "TRY", "£": "GBP", "€": "EUR"}


def currency(written: str) -> str | None:
    """A currency in capitals, None where it is none."""
    code = written.strip().upper()
    code = _SIGNS.get(code, code)
    return code if money.is_currency(code) else None
