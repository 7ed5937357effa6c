"""What the customer screens show: orders, consents in words, pages of what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from config.shared.screens.pages import keyset_page
from customers.models import (
    Channel,
    ConsentState,
    Customer,
    DataCategory,
    Identity,
    Order,
    Return,
)
from customers.selectors import MARKETING

CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.WEB)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a customer may be written to on a channel; `allowed` None means never asked."""

    channel: str
    name: str
    allowed: bool | None
    address: str
    since: datetime | None = None
    source: str = ""

    @property
    def tone(self) -> str:
        return {True: "good", False: "bad", None: "plain"}[self.allowed]

    @property
    def words(self) -> str:
        if self.allowed is None:
            return _("not known: never asked")
        if not self.allowed:
            return _("no")
        return _("yes") if self.address else _("yes, but there is no address")


def email_permissions(customer_ids: Iterable[int], *, at: datetime) -> dict[int, bool]:
    """Yes or no by customer for marketing by e-mail, one statement; no entry means never asked."""
    rows = ConsentState.objects.filter(
        customer__in=list(customer_ids), purpose=MARKETING, channel=Channel.EMAIL
    )
    return {row.customer_id: _says_yes(row, at) for row in rows}


def _says_yes(row: ConsentState, at: datetime) -> bool:
    return row.allowed and (row.valid_until is None or row.valid_until > at)


@dataclass(frozen=True, slots=True)
class Consents:
    """What a customer allows: writing to them by channel, and using which kinds of data."""

    channels: Sequence[Permission]
    uses: Sequence[Permission]
    visible: frozenset[str]


def consents_of(customer: Customer, *, gated: Iterable[str], at: datetime) -> Consents:
    """All of it in one statement. `gated` are the kinds of data that need a permission."""
    states = list(ConsentState.objects.filter(customer=customer).select_related("event"))
    by_channel = {row.channel: row for row in states if row.purpose == MARKETING and row.channel}
    addresses = {Channel.EMAIL: customer.email, Channel.SMS: customer.phone}
    channels = [
        _permission(one.value, str(one.label), by_channel.get(one), at, addresses.get(one))
        for one in CHANNELS
    ]
    by_use: dict[str, ConsentState] = {}
    for row in states:
        # Whatever the purpose: one that says yes is enough.
        if row.data_category and not (row.data_category in by_use and not _says_yes(row, at)):
            by_use[row.data_category] = row
    uses = [
        _permission(one.value, str(one.label), by_use.get(one), at)
        for one in DataCategory
        if one in set(gated)
    ]
    denied = {one.channel for one in uses if not one.allowed}
    return Consents(channels, uses, frozenset(set(DataCategory.values) - denied))


def _permission(
    key: str, name: str, state: ConsentState | None, at: datetime, address: str | None = "-"
) -> Permission:
    return Permission(
        channel=key,
        name=name,
        allowed=_says_yes(state, at) if state else None,
        address=address or "",
        since=state.since if state else None,
        source=state.event.source if state else "",
    )


def birthday_in_words(customer: Customer) -> str:
    """“14 March 1990”, or without the year where we do not know it; empty for none."""
    if not customer.birth_month or not customer.birth_day:
        return ""
    words = f"{customer.birth_day} {MONTHS[customer.birth_month]}"
    return f"{words} {customer.birth_year}" if customer.birth_year else words


def identities_of(customer: Customer) -> Sequence[Identity]:
    """All ways in which sources know this customer; no statement where they are prefetched."""
    return sorted(customer.identities.all(), key=lambda one: (one.source, one.external_id))


@dataclass(frozen=True, slots=True)
class Deal:
    """An order with its lines and what came back of it."""

    order: Order
    lines: Sequence[Any]
    returned: int

    @property
    def tone(self) -> str:
        return {"CANCELED": "bad", "CREATED": "wait"}.get(self.order.status, "good")


def orders_page(customer: Customer, before: str, at: datetime) -> Mapping[str, Any]:
    """Orders with lines, newest first, and beside the first page the newest returns."""
    orders = Order.objects.filter(identity__customer=customer).prefetch_related("lines")
    page = keyset_page(orders, before=before, moment="placed_at", size=10)
    deals = [
        Deal(
            order,
            lines := list(order.lines.all()),
            sum(line.unit_amount * line.returned_quantity for line in lines),
        )
        for order in page.rows
    ]
    returns = (
        Return.objects.filter(identity__customer=customer)
        .prefetch_related("lines")
        .order_by("-returned_at", "-id")[:10]
        if page.first
        else []
    )
    return {"deals": deals, "page": page, "returns": list(returns)}
