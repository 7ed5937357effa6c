"""What an erasure would delete and what it would leave, counted for whoever has to decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from config.shared.models import AsyncAction
from customers.models import Customer, ImportRun, Order
from customers.models.order import OrderStatus
from customers.rights import Holding, Text, holdings
from customers.services.erasure import unfinished_import

UNDERWAY: Final = timedelta(days=30)  # many shops never tell that an order was delivered


@dataclass(frozen=True, slots=True)
class Counted:
    """So many rows of a kind."""

    title: Text
    count: int


@dataclass(frozen=True, slots=True)
class Departure:
    """`going` is deleted, `staying` loses the person; `open_orders` the shop may still tell us of;
    `waits_for` is an import that must end before.
    """

    going: list[Counted]
    staying: list[Counted]
    open_orders: int
    waits_for: ImportRun | AsyncAction | None


def departure_of(customer: Customer, *, at: datetime) -> Departure:
    """What erasing this customer at that moment would do."""
    going, staying = [], []
    for holding in holdings():
        if holding.within or holding.model is Customer:
            continue
        every, left = _count(holding, customer.pk)
        going.append(Counted(holding.title, every - left))
        staying.append(Counted(holding.title, left))
    underway = Q(status=OrderStatus.PAID, placed_at__gte=at - UNDERWAY)
    open_orders = Order.objects.filter(
        Q(status=OrderStatus.CREATED) | underway, identity__customer=customer
    )
    return Departure(
        going=[one for one in going if one.count],
        staying=[one for one in staying if one.count],
        open_orders=open_orders.count(),
        waits_for=unfinished_import(),
    )


def _count(holding: Holding, customer_id: int) -> tuple[int, int]:
    """All rows of a kind, and those that stay."""
    rows = holding.model._default_manager.filter(holding.owned_by([customer_id]))
    every = rows.count()
    if holding.stay is True:
        return every, every
    return every, rows.filter(holding.stay).count() if holding.stay and every else 0
