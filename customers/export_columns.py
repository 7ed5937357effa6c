"""The columns a list of customers can be exported with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import money
from customers.models import Attribute, Channel, Customer, Identity
from customers.purchases import Purchases, purchases_of
from customers.selectors import customers_allowing

ATTRIBUTE: Final = "attribute:"
KEY: Final = "public_id"


@dataclass(slots=True)
class Batch:
    """What the columns of some customers need, read at once."""

    purchases: Mapping[int, Purchases] = field(default_factory=dict)
    external_ids: Mapping[int, list[str]] = field(default_factory=dict)
    allowing: Mapping[str, set[int]] = field(default_factory=dict)


Value = Callable[[Customer, Batch], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is stored, `title` is its heading; whole numbers only where `is_number`."""

    key: str
    title: str | Promise
    value: Value
    is_number: bool = False


def _plain(name: str, title: str | Promise) -> Column:
    return Column(name, title, lambda customer, batch: getattr(customer, name))


def _birth_date(customer: Customer, batch: Batch) -> str:
    """1990-03-14, or --03-14 (ISO 8601) without the year."""
    if not customer.birth_month or not customer.birth_day:
        return ""
    year = f"{customer.birth_year:04d}" if customer.birth_year else "-"
    return f"{year}-{customer.birth_month:02d}-{customer.birth_day:02d}"


def _amounts(customer: Customer, batch: Batch) -> str:
    spend = batch.purchases[customer.pk].spend
    return "; ".join(f"{money.from_minor(a, currency)} {currency}" for currency, a in spend.items())


def _may(channel: str) -> Value:
    return lambda customer, batch: customer.pk in batch.allowing[channel]


def _bought(name: str) -> Value:
    return lambda customer, batch: getattr(batch.purchases[customer.pk], name)


COLUMNS: Final = {
    column.key: column
    for column in (
        _plain(KEY, _("Our id")),
        Column(
            "external_ids",
            _("Customer numbers"),
            lambda customer, batch: "; ".join(batch.external_ids.get(customer.pk, [])),
        ),
        _plain("first_name", _("First name")),
        _plain("last_name", _("Last name")),
        _plain("company", _("Company")),
        _plain("email", _("E-mail")),
        _plain("phone", _("Phone")),
        Column("birth_date", _("Birth date"), _birth_date),
        _plain("gender", _("Gender")),
        _plain("language", _("Language")),
        _plain("country", _("Country")),
        _plain("region", _("Region")),
        _plain("city", _("City")),
        _plain("postal_code", _("Postal code")),
        _plain("address_line_1", _("Address")),
        _plain("address_line_2", _("Address, second line")),
        _plain("zone", _("Time zone")),
        _plain("signed_up_at", _("Signed up")),
        Column("may_email", _("May be e-mailed"), _may(Channel.EMAIL)),
        Column("may_sms", _("May be sent SMS"), _may(Channel.SMS)),
        Column("orders", _("Orders"), _bought("orders"), is_number=True),
        Column("spent", _("Spent"), _amounts),
        Column("last_order_at", _("Last order"), _bought("last_order_at")),
    )
}
PROPOSED: Final = ("external_ids", "first_name", "last_name", "email", "phone", "country", "city")


def available() -> dict[str, Column]:
    """All columns by key, custom attributes last."""
    attributes = Attribute.objects.filter(retired_at=None, is_sensitive=False)
    return COLUMNS | {
        f"{ATTRIBUTE}{one.key}": Column(f"{ATTRIBUTE}{one.key}", one.name, _attribute(one.key))
        for one in attributes
    }


def _attribute(key: str) -> Value:
    def value(customer: Customer, batch: Batch) -> Any:
        stored = customer.metadata.get(key)
        return "; ".join(map(str, stored)) if isinstance(stored, list) else stored

    return value


def rows_of(
    customers: Sequence[Customer], columns: Sequence[Column], *, at: datetime
) -> list[list[Any]]:
    """The cells of these customers; a fixed number of statements, whatever their number."""
    ids = [customer.pk for customer in customers]
    wanted = {column.key for column in columns}
    batch = Batch(
        purchases=purchases_of(ids) if wanted & {"orders", "spent", "last_order_at"} else {},
        external_ids=_external_ids(ids) if "external_ids" in wanted else {},
        allowing={
            channel: customers_allowing(ids, channel=channel, at=at)
            for key, channel in (("may_email", Channel.EMAIL), ("may_sms", Channel.SMS))
            if key in wanted
        },
    )
    return [[column.value(one, batch) for column in columns] for one in customers]


def _external_ids(customer_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Identity.objects.filter(customer__in=customer_ids).order_by("id")
    for customer_id, external_id in rows.values_list("customer_id", "external_id"):
        found.setdefault(customer_id, []).append(external_id)
    return found
