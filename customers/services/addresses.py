"""Further addresses of customers, by their label."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput
from customers import values
from customers.errors import UnusableField
from customers.models import Address, Customer
from customers.values import UnusableValue

MOST_ADDRESSES: Final = 20


def _line(field: str) -> Callable[[str], str]:
    longest: Any = Address._meta.get_field(field).max_length  # type: ignore[union-attr]
    return partial(values.text, longest=longest)


_READ: Final[Mapping[str, Callable[[str], str]]] = {
    **{
        name: _line(name)
        for name in ("recipient", "line_1", "line_2", "postal_code", "city", "region")
    },
    "country": values.country,
}
FIELDS: Final = (*_READ, "phone")
_label = _line("label")


class AddressBook:
    """The addresses of a unit of work: `read` once, `tell` as often as needed, then `write` once.

    Each told address replaces the one with its label; one of which only the label is told is
    removed; None removes them all. The others stay.
    """

    def __init__(self) -> None:
        self._stored: dict[int, dict[str, Address]] = {}
        self._told: list[tuple[Customer, dict[str, Address]]] = []

    def read(self, customer_ids: Iterable[int]) -> None:
        """What is stored of these, whose rows are locked; one statement."""
        self._stored = {pk: {} for pk in customer_ids}
        for address in Address.objects.filter(customer__in=list(self._stored)):
            self._stored[address.customer_id][address.label] = address

    def tell(
        self, customer: Customer, told: Sequence[Mapping[str, Any]] | None, *, country: str
    ) -> bool:
        """Take in what is told; says whether anything is different now.

        `country` is where phones without their country's code belong. Raises BadInput, with nothing
        changed, for what cannot be.
        """
        before = self._of(customer)
        after = {} if told is None else dict(before)
        for place, one in enumerate(told or ()):
            address = _read(one, f"addresses[{place}]", country)
            if any(getattr(address, name) for name in FIELDS):
                after[address.label] = address
            else:
                after.pop(address.label, None)
        if len(after) > MOST_ADDRESSES:
            raise BadInput(
                _("A customer has at most %(most)d addresses.") % {"most": MOST_ADDRESSES},
                details=_("Remove one by sending its label alone."),
            )
        if _plain(before) == _plain(after):
            return False
        self._told = [(one, kept) for one, kept in self._told if one is not customer]
        self._told.append((customer, after))
        return True

    def _of(self, customer: Customer) -> dict[str, Address]:
        for one, after in self._told:
            if one is customer:
                return after
        return self._stored.get(customer.pk, {})

    def write(self) -> None:
        """Write what was told: nothing, or a statement each for what is new and what is gone."""
        gone: list[int] = []
        rows: list[Address] = []
        for customer, after in self._told:
            before = self._stored.get(customer.pk, {})
            gone += [address.pk for label, address in before.items() if label not in after]
            for label, address in after.items():
                if label not in before or _values(before[label]) != _values(address):
                    address.customer = customer
                    rows.append(address)
        if gone:
            Address.objects.filter(pk__in=gone).delete()
        if rows:
            Address.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["customer", "label"],
                update_fields=list(FIELDS),
            )


def _read(told: Mapping[str, Any], place: str, country: str) -> Address:
    address = Address()
    name = "label"
    try:
        address.label = _label(told.get("label") or "")
        for name, read in _READ.items():
            setattr(address, name, read(told.get(name) or ""))
        name = "phone"
        address.phone = values.phone(told.get("phone") or "", country=address.country or country)
    except UnusableValue as error:
        raise UnusableField(f"{place}.{name}", error) from None
    if not address.label:
        raise BadInput(
            _("An address has no label."), details=_("Name it, such as home or billing.")
        )
    return address


def _values(address: Address) -> list[str]:
    return [getattr(address, name) for name in FIELDS]


def _plain(addresses: Mapping[str, Address]) -> dict[str, list[str]]:
    return {label: _values(address) for label, address in addresses.items()}
