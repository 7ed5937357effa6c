"""The order lines of the data set Online Retail (UCI Machine Learning Repository).

Eight columns; amounts in pounds; times are wall-clock times of London. An invoice number beginning
with C is a cancellation, with another letter an adjustment. What each line becomes is documented in
`docs/importing.md`, which has a count by other means for every outcome.
"""

import hashlib
import re
from base64 import b64encode
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from config.shared.localtime import to_instant

from .reasons import Reason

NAME: Final = "online-retail"
CURRENCY: Final = "GBP"
ZONE: Final = "Europe/London"
COLUMNS: Final = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
LARGEST_LINE: Final = 10**12  # minor units
_LONGEST_ID, _LONGEST_NAME = 120, 300  # characters, as the columns allow

CHARGES: Final = {
    "POST": "shipping",  # postage
    "DOT": "shipping",  # postage of the web shop Dotcom
    "C2": "shipping",  # carriage
    "D": "discount",
    "M": "adjustment",  # "Manual"
    "B": "adjustment",  # bad debt
    "S": "adjustment",  # samples
    "BANK CHARGES": "fee",
    "AMAZONFEE": "fee",
    "CRUK": "fee",  # commission for a charity
}
"""Stock codes that are no products. Gift vouchers (gift_0001_...), DCGS... and PADS are."""

COUNTRIES: Final = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Channel Islands": "JE",  # no country of its own; Jersey is the larger of the two
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "European Community": "",  # no country
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
    "Unspecified": "",  # no country
}

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,9}")
_PRICE: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_MOMENT: Final = re.compile(r"(?:19[7-9]|20\d|21\d)\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", re.ASCII)


class Line(NamedTuple):
    """One position of an order or a cancellation. `quantity` is positive for both.

    `unit_amount` in pence, `happened_at` in UTC and `moment` the same as text, `country` an ISO
    code or empty. `key` is equal for lines whose eight columns are equal; its 72 bits tell the
    lines of one document apart.
    """

    document: str
    cancellation: bool
    customer: str
    code: str
    kind: str
    name: str
    quantity: int
    unit_amount: int
    happened_at: datetime
    moment: str
    country: str
    key: str


class Parser:
    """Turns rows of text into lines, one batch's worth: values met before are not parsed again."""

    def __init__(self, *, shift_weeks: int = 0) -> None:
        """With `shift_weeks` every date moves by that many weeks, the clock on the wall stays."""
        self._shift = timedelta(weeks=shift_weeks)
        self._moments: dict[str, tuple[datetime, str] | None] = {}
        self._quantities: dict[str, int | None] = {}
        self._prices: dict[str, int | Reason] = {}
        self.unknown_countries: Counter[str] = Counter()

    def parse(self, fields: list[str]) -> Line | Reason:
        """The line, or the first reason against it in the order of `Reason`."""
        if len(fields) != len(COLUMNS):
            return Reason.WRONG_COLUMN_COUNT if fields else Reason.BLANK_LINE
        document, code, name, quantity, moment, price, customer, country = map(str.strip, fields)
        if not customer:
            return Reason.NO_CUSTOMER
        if reason := _check_ids(customer, document, code):
            return reason
        document, code = document.upper(), code.upper()
        instant = self._instant(moment)
        if instant is None:
            return Reason.BAD_DATE
        cancellation = document[0] == "C"
        units = self._quantity(quantity)
        if not units:
            return Reason.BAD_QUANTITY if units is None else Reason.QUANTITY_ZERO
        if (units < 0) != cancellation:
            return Reason.QUANTITY_SIGN
        unit_amount = self._price(price)
        if isinstance(unit_amount, Reason):
            return unit_amount
        units = abs(units)
        if units * unit_amount > LARGEST_LINE:
            return Reason.TOO_LARGE
        return Line(
            document,
            cancellation,
            customer,
            code,
            _kind(document, code),
            (name or code)[:_LONGEST_NAME],
            units,
            unit_amount,
            *instant,
            self._country(country),
            b64encode(
                hashlib.blake2b("\x1f".join(fields).encode(), digest_size=9).digest()
            ).decode(),
        )

    def _instant(self, text: str) -> tuple[datetime, str] | None:
        try:
            return self._moments[text]
        except KeyError:
            instant = _to_instant(text, self._shift)
            written = (instant, instant.isoformat()) if instant else None
            return self._moments.setdefault(text, written)

    def _quantity(self, text: str) -> int | None:
        try:
            return self._quantities[text]
        except KeyError:
            number = int(text) if _WHOLE.fullmatch(text) else None
            return self._quantities.setdefault(text, number)

    def _price(self, text: str) -> int | Reason:
        try:
            return self._prices[text]
        except KeyError:
            return self._prices.setdefault(text, _pence(text))

    def _country(self, label: str) -> str:
        try:
            return COUNTRIES[label]
        except KeyError:
            self.unknown_countries[label] += 1
            return ""


def _check_ids(customer: str, document: str, code: str) -> Reason | None:
    if len(customer) > _LONGEST_ID:
        return Reason.BAD_CUSTOMER
    if not document or len(document) > _LONGEST_ID:
        return Reason.BAD_DOCUMENT
    if not code or len(code) > _LONGEST_ID:
        return Reason.BAD_CODE
    return None


def _kind(document: str, code: str) -> str:
    if document[0].isalpha() and document[0] != "C":
        return "adjustment"
    return CHARGES.get(code, "product")


def is_moment(text: str) -> bool:
    """Whether a date is written as the data set has it."""
    return _MOMENT.fullmatch(text) is not None


def _to_instant(text: str, shift: timedelta) -> datetime | None:
    if not is_moment(text):
        return None
    try:
        local = datetime.fromisoformat(text) + shift
    except ValueError:
        return None
    return to_instant(local.date(), local.time(), ZONE)


def _pence(text: str) -> int | Reason:
    if not _PRICE.fullmatch(text):
        return Reason.BAD_PRICE
    pence = Decimal(text).scaleb(2)
    if pence < 0:
        return Reason.PRICE_NEGATIVE
    if 0 < pence < 1:
        return Reason.PRICE_BELOW_PENNY
    if pence != pence.to_integral_value():
        return Reason.PRICE_PART_PENNY
    return int(pence)
