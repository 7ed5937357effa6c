"""The rest of the demo shop into the database: what is sold, and what people told and did."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from config.shared.actors import SYSTEM
from customers.asked import AskedCustomer
from customers.models import (
    AttributeType,
    DataCategory,
    Identity,
    InterestKind,
    Order,
    OrderLine,
    Product,
    Return,
)
from customers.models.order import LineKind
from customers.services.advisers import save_adviser
from customers.services.attributes import save_attribute
from customers.services.categories import resolve_categories
from customers.services.events import receive_events
from customers.services.interests import AskedInterest, declare_interests
from customers.services.people import receive_customers
from customers.services.price_scales import measure_prices

from .details import ADVISERS, GIFTS, RETURNS, STYLES, events_of, phone_of, told_of
from .picks import one_of, share, shuffled
from .profiles import Profile
from .wares import CATEGORIES, ware_of

_AT_ONCE: Final = 1_000
_GIFT: Final = 0.04  # of all orders
_TELL_INTERESTS: Final = 25  # people

ATTRIBUTES: Final[Mapping[str, tuple[str, AttributeType, str]]] = {
    "style": ("Style", AttributeType.SET, "Choosing what to show first in our messages."),
    "household": ("People at home", AttributeType.NUMBER, "Offering sizes that fit."),
    "has_garden": ("Has a garden", AttributeType.BOOLEAN, "No garden offers without a garden."),
    "wedding_day": ("Wedding day", AttributeType.DATE, "A greeting on the day."),
    "gift_budget": ("Gift budget", AttributeType.MONEY, "Suggesting presents at their price."),
}


def tidy_trade(at: datetime) -> None:
    """Categories, brands and prices of what is sold; which orders were gifts; why things came back.

    To be called before purchases are added up.
    """
    products = list(Product.objects.all())
    last_paid = _last_paid()
    wares = {product.pk: ware_of(product.name) for product in products}
    resolve_categories((ware.category for ware in wares.values()), at=at)
    for product in products:
        product.category, product.brand = wares[product.pk]
        product.categories = [product.category]
        product.price = last_paid.get(product.pk)
    Product.objects.bulk_update(products, ["category", "categories", "brand", "price"], _AT_ONCE)
    measure_prices(at=at)
    gifts = [order for order in Order.objects.all() if share("gift", order.source_id) < _GIFT]
    for order in gifts:
        order.is_gift, order.gift_reason = True, one_of(GIFTS, "gift for", order.source_id)
    Order.objects.bulk_update(gifts, ["is_gift", "gift_reason"], _AT_ONCE)
    returns = list(Return.objects.all())
    for document in returns:
        document.reason = one_of(RETURNS, "returned", document.source_id)
    Return.objects.bulk_update(returns, ["reason"], _AT_ONCE)


def _last_paid() -> dict[int, int]:
    """The price of a unit at which each product was sold last, in pence."""
    sold = OrderLine.objects.filter(kind=LineKind.PRODUCT, quantity__gt=0, unit_amount__gt=0)
    rows = sold.order_by("order__placed_at", "pk").values_list("product_id", "unit_amount")
    return {product: price for product, price in rows if product is not None}


def tell(profiles: Sequence[Profile], identities: Mapping[str, Identity], *, at: datetime) -> None:
    """Attributes, advisers, what customers answered, did and said of their taste."""
    _define(at)
    told = [told_of(profile) for profile in profiles]
    told += [
        AskedCustomer(source_id=profile.twin_of, profile={"phone": phone_of(profile.twin_of)})
        for profile in profiles
        if profile.twin_of
    ]
    known = [one for one in told if one.profile]
    for start in range(0, len(known), _AT_ONCE):
        receive_customers(asked=known[start : start + _AT_ONCE], actor=SYSTEM, at=at)
    bought = _bought()
    events = [
        event
        for profile in profiles
        for event in events_of(profile, bought.get(profile.number, ()), at)
    ]
    for start in range(0, len(events), _AT_ONCE):
        receive_events(asked=events[start : start + _AT_ONCE], actor=SYSTEM, at=at)
    with connection.cursor() as cursor:
        # The shop has told us of everything when it happened, not today.
        cursor.execute("UPDATE customers_event SET received_at = occurred_at")
    _tell_interests(identities, at)


def _define(at: datetime) -> None:
    for source_id, (name, email, phone) in ADVISERS.items():
        save_adviser(
            adviser=None,
            source_id=source_id,
            name=name,
            email=email,
            phone=phone,
            is_active=True,
            country="GB",
            actor=SYSTEM,
        )
    for key, (name, kind, purpose) in ATTRIBUTES.items():
        save_attribute(
            attribute=None,
            key=key,
            name=name,
            type=kind,
            choices=STYLES if kind == AttributeType.SET else (),
            currency="GBP" if kind == AttributeType.MONEY else "",
            data_category=DataCategory.PROFILE,
            is_sensitive=False,
            purpose=purpose,
            is_retired=False,
            accepts_misfits=False,
            actor=SYSTEM,
            at=at,
        )


def _bought() -> dict[str, list[str]]:
    """The codes of the products that each customer bought, in ascending order."""
    rows = (
        OrderLine.objects.filter(kind=LineKind.PRODUCT, order__identity__isnull=False)
        .order_by("order__identity__external_id", "product__source_id")
        .values_list("order__identity__external_id", "product__source_id")
        .distinct()
    )
    bought: dict[str, list[str]] = {}
    for who, product in rows:
        bought.setdefault(who, []).append(product)
    return bought


def _tell_interests(identities: Mapping[str, Identity], at: datetime) -> None:
    names = sorted({name for name, _words in CATEGORIES if name != "Health and comfort"})
    for who in shuffled(identities, "tells interests")[:_TELL_INTERESTS]:
        likes = one_of(names, "likes", who)
        asked = [AskedInterest(InterestKind.CATEGORY, likes, True)]
        other = one_of(names, "dislikes", who)
        if other != likes:
            asked.append(AskedInterest(InterestKind.CATEGORY, other, False))
        declare_interests(customer=identities[who].customer, asked=asked, actor=SYSTEM, at=at)
