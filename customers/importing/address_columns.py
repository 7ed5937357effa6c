"""Columns that hold a further address of a person: where goods or invoices go."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers import values
from customers.models import Address
from customers.values import UnusableValue

from .cells import FORMULA, is_formula
from .contents import Setting, Target, names
from .problems import Problem, Text, of_value

Addresses = dict[str, dict[str, str]]
"""By label the parts of an address that are filled; none of them means that it is to go."""

_PARTS: Final[Mapping[str, Text]] = {
    "recipient": _("recipient"),
    "line_1": _("address"),
    "line_2": _("address, second line"),
    "postal_code": _("postal code"),
    "city": _("city"),
    "region": _("region"),
    "country": _("country"),
    "phone": _("phone"),
}
_GROUPS: Final[Mapping[str, Text]] = {
    "shipping": _("Delivery address"),
    "billing": _("Billing address"),
}
_SHORT: Final[Mapping[str, Text]] = {
    "shipping": _("delivery address"),
    "billing": _("billing address"),
}
# Headings of the address on the profile come first: billing addresses of shops are that one.
_HEADINGS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("shipping", "recipient"): names("Shipping Name, Delivery Name, Recipient, Teslim Alan, Alıcı"),
    ("shipping", "line_1"): names(
        "Shipping Address, Shipping Address1, Shipping Address 1, Shipping Address Line 1",
        "Shipping Street, Delivery Address, Delivery Street, Teslimat Adresi, Kargo Adresi",
    ),
    ("shipping", "line_2"): names(
        "Shipping Address2, Shipping Address 2, Shipping Address Line 2, Teslimat Adresi 2"
    ),
    ("shipping", "postal_code"): names(
        "Shipping Zip, Shipping Postcode, Shipping Postal Code, Delivery Postcode",
        "Teslimat Posta Kodu",
    ),
    ("shipping", "city"): names("Shipping City, Delivery City, Teslimat Şehri, Teslimat İli"),
    ("shipping", "region"): names("Shipping State, Shipping Province, Shipping Region"),
    ("shipping", "country"): names(
        "Shipping Country, Shipping Country Code, Delivery Country, Teslimat Ülkesi"
    ),
    ("billing", "recipient"): names("Invoice Name, Fatura Adı, Fatura Unvanı"),
    ("billing", "line_1"): names("Invoice Address, Invoice Street, Fatura Adresi"),
    ("billing", "line_2"): names("Invoice Address 2, Fatura Adresi 2"),
    ("billing", "postal_code"): names("Invoice Postcode, Invoice Zip, Fatura Posta Kodu"),
    ("billing", "city"): names("Invoice City, Fatura Şehri, Fatura İli"),
    ("billing", "region"): names("Invoice State, Invoice Region"),
    ("billing", "country"): names("Invoice Country, Fatura Ülkesi"),
}

TARGETS: Final = tuple(
    # A closed list shows no group: the words alone must tell it from the address on the profile.
    Target(
        f"{label}.{part}",
        format_lazy("{}: {}", _SHORT[label], words),
        group,
        _HEADINGS.get((label, part), ()),
    )
    for label, group in _GROUPS.items()
    for part, words in _PARTS.items()
)
_KEYS: Final = frozenset(target.key for target in TARGETS)


def _reads() -> Mapping[str, Callable[[str], str]]:
    found: dict[str, Callable[[str], str]] = {}
    for part in _PARTS:
        longest: Any = Address._meta.get_field(part).max_length  # type: ignore[union-attr]
        found[part] = partial(values.text, longest=longest)
    return {**found, "country": values.country}


class AddressColumns:
    """The columns of one mapping; `labels` are the addresses that it can tell of."""

    def __init__(self, setting: Setting, *, clears: bool) -> None:
        self._clears, self._country = clears, setting.country
        self._columns: dict[str, dict[str, int]] = {}
        for number, how in setting.columns.items():
            label, _dot, part = str(how.get("target", "")).partition(".")
            if f"{label}.{part}" in _KEYS:
                self._columns.setdefault(label, {})[part] = int(number)
        self._reads = _reads()

    @property
    def labels(self) -> Sequence[str]:
        return list(self._columns)

    def read(self, cells: Sequence[str], problems: list[Problem], *, country: str) -> Addresses:
        """The addresses of a row that say something; `country` is that of the customer.

        Where all cells of an address are empty nothing is said, or that it is to go.
        """
        told: Addresses = {}
        for label, columns in self._columns.items():
            parts = self._parts(columns, cells, problems, country)
            if parts or self._clears:
                told[label] = parts
        return told

    def _parts(
        self, columns: Mapping[str, int], cells: Sequence[str], problems: list[Problem], home: str
    ) -> dict[str, str]:
        parts: dict[str, str] = {}
        # The country first: numbers without a country's code belong to it.
        for part, number in sorted(columns.items(), key=lambda column: column[0] != "country"):
            cell = cells[number].strip()
            if not cell:
                continue
            if is_formula(cell):
                problems.append(Problem(FORMULA, number))
                continue
            try:
                if part == "phone":
                    where = parts.get("country") or home or self._country
                    parts[part] = values.phone(cell.lstrip("'"), country=where)
                else:
                    parts[part] = self._reads[part](cell)
            except UnusableValue as error:
                problems.append(of_value(error, number))
        return parts

    def shown(self, told: Addresses) -> Mapping[int, str]:
        """What would be stored, by column."""
        return {
            number: told.get(label, {}).get(part, "")
            for label, columns in self._columns.items()
            for part, number in columns.items()
        }
