"""Customers of the demo shop using their codes, or trying to, through the redemption service.

Who comes, when and with what is picked by hash. A basket is one that the customer really bought.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.models import Campaign
from campaigns.services.handing_over import SOURCE_KIND
from config.shared import clock, dispatch
from config.shared.models import ApiKey
from customers.models import Identity, OrderLine
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind
from rewards.arithmetic.cart import SHIPPING_PRODUCT_ID
from rewards.asked import AskedCustomer, AskedItem, AskedOrder, Attempt
from rewards.models import Redemption, Voucher
from rewards.services.redemptions import redeem

from .picks import number, one_of, share
from .setup import CAMPAIGNS

SHIPPING: Final = 595  # minor units
ORDER_PREFIX: Final = "WEB-"
_LONGEST_BASKET: Final = 12  # lines
# Of those who got a code: so many come in time, lend it, buy too little, come too late.
_COMES, _LENDS, _BUYS_LITTLE, _COMES_LATE = 0.40, 0.46, 0.52, 0.58
_COMES_AGAIN: Final = 0.12  # of those who came


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer at the till at some moment; `order` numbers the visit and makes it repeatable."""

    moment: datetime
    order: str
    voucher: Voucher
    customer: str
    little: bool = False


def will_stay_unused(voucher: Voucher) -> bool:
    """Whether nobody will ever come with this code."""
    return share("visit", _whom(voucher)) >= _COMES_LATE


def sell(*, api_key: ApiKey, at: datetime) -> int:
    """Everybody who came to the till up to `at`; returns how many came now and not before."""
    visits = sorted(_visits_until(at), key=lambda visit: (visit.moment, visit.order))
    known = set(
        Redemption.objects.filter(
            order_source_id__in=[visit.order for visit in visits]
        ).values_list("order_source_id", flat=True)
    )
    new = [visit for visit in visits if visit.order not in known]
    baskets = _baskets({visit.voucher.holder_id for visit in new if visit.voucher.holder_id})
    with dispatch.silently(), clock.use(clock.FrozenClock(at)) as hands:
        for visit in new:
            hands.set(visit.moment)
            attempt = Attempt(
                codes=(visit.voucher.code,),
                order=_order(visit, baskets[visit.voucher.holder_id or 0]),
                customer=AskedCustomer(source_id=visit.customer),
            )
            redeem(attempt=attempt, api_key=api_key, at=visit.moment)
    return len(new)


def vouchers() -> Iterable[Voucher]:
    """The codes that the demo's campaigns sent, oldest first; none of people erased since."""
    names = dict(Campaign.objects.filter(name__in=CAMPAIGNS).values_list("pk", "name"))
    return (
        Voucher.objects.filter(issued_kind=SOURCE_KIND, issued_id__in=names, holder__isnull=False)
        .select_related("holder", "promotion")
        .order_by("created_at", "pk")
    )


def _whom(voucher: Voucher) -> str:
    """What picks depend on: never the code itself, which is random."""
    holder = voucher.holder.external_id if voucher.holder else ""
    return f"{holder}/{voucher.promotion.name}/{voucher.issued_key}"


def _visits_until(at: datetime) -> Iterator[Visit]:
    shoppers = Identity.objects.filter(source=DEFAULT_SOURCE)
    customers = sorted(shoppers.values_list("external_id", flat=True))
    for voucher in vouchers():
        for visit in _visits(voucher, customers):
            if visit.moment <= at:
                yield visit


def _visits(voucher: Voucher, customers: Sequence[str]) -> Iterator[Visit]:
    whom = _whom(voucher)
    lot = share("visit", whom)
    holder = voucher.holder.external_id if voucher.holder else ""
    # From an hour to six days later, at any minute.
    moment = voucher.created_at + timedelta(minutes=60 + number("visit hour", whom) % (6 * 24 * 60))
    order = f"{ORDER_PREFIX}{number('order', whom) % 10**9:09d}"
    if lot < _COMES:
        yield Visit(moment, f"{order}-1", voucher, holder)
        if share("again", whom) < _COMES_AGAIN:
            yield Visit(moment + timedelta(hours=30), f"{order}-2", voucher, holder)
    elif lot < _LENDS:
        yield Visit(moment, f"{order}-1", voucher, one_of(customers, "friend", whom))
    elif lot < _BUYS_LITTLE:
        yield Visit(moment, f"{order}-1", voucher, holder, little=True)
    elif lot < _COMES_LATE and voucher.expires_at is not None:
        late = voucher.expires_at + timedelta(hours=1 + number("late", whom) % 40)
        yield Visit(late, f"{order}-1", voucher, holder)


Basket = list[AskedItem]


def _baskets(holders: Iterable[int]) -> dict[int, list[Basket]]:
    """The product lines of each identity's orders, in the order of their numbers."""
    found: dict[int, dict[str, Basket]] = {holder: {} for holder in holders}
    lines = (
        OrderLine.objects.filter(
            order__identity_id__in=list(found), kind=LineKind.PRODUCT, amount__gt=0
        )
        .order_by("order__source_id", "pk")
        .values_list(
            "order__identity_id",
            "order__source_id",
            "product__source_id",
            "quantity",
            "unit_amount",
        )
    )
    for holder, order, product, quantity, price in lines:
        basket = found[holder].setdefault(order, [])
        if len(basket) < _LONGEST_BASKET:
            basket.append(AskedItem(quantity=quantity, price=price, source_id=product))
    return {holder: list(orders.values()) for holder, orders in found.items()}


def _order(visit: Visit, baskets: list[Basket]) -> AskedOrder:
    basket = one_of(baskets, "basket", visit.order) if baskets else [AskedItem(price=1_250)]
    if visit.little:
        cheapest = min(basket, key=lambda item: item.price or 0)
        basket = [AskedItem(price=cheapest.price, source_id=cheapest.source_id)]
    shipping = AskedItem(product_id=SHIPPING_PRODUCT_ID, price=SHIPPING)
    return AskedOrder(items=(*basket, shipping), currency="GBP", source_id=visit.order)
