"""What customers bought, as lists and pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef

from customers.models import ProductCategory, PurchaseTotal


@dataclass(slots=True)
class Purchases:
    """What a customer's standing orders add up to; money by currency, minor units.

    `spend` is what the orders asked for, `returned` what came back of it, `discounts` what was
    taken off. Currencies in which nothing was ordered or given back are absent.
    """

    orders: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    usual_interval_days: float | None = None
    favourite_category: str = ""
    favourite_brand: str = ""
    price_band: int | None = None
    spend: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    discounts: dict[str, int] = field(default_factory=dict)
    orders_by_currency: dict[str, int] = field(default_factory=dict)

    @property
    def net(self) -> dict[str, int]:
        """What was spent and not given back."""
        return {name: amount - self.returned.get(name, 0) for name, amount in self.spend.items()}

    @property
    def average(self) -> dict[str, int]:
        """The value of an order, rounded to the minor unit."""
        return {
            name: round(self.spend[name] / count)
            for name, count in self.orders_by_currency.items()
            if count
        }


_PROFILE = (
    "orders_count",
    "first_order_at",
    "last_order_at",
    "usual_interval_days",
    "favourite_category",
    "favourite_brand",
    "price_band",
)


def purchases_of(customer_ids: Iterable[int]) -> dict[int, Purchases]:
    """The purchases of these customers, in one statement; an empty one for who bought nothing.

    A favourite category that became sensitive is not shown, even before it was added up anew.
    """
    found = {pk: Purchases() for pk in customer_ids}
    rows = (
        PurchaseTotal.objects.filter(customer__in=list(found))
        .order_by("customer", "-orders_count", "-amount", "currency")
        .values_list(
            "customer",
            "currency",
            "orders_count",
            "amount",
            "returned_amount",
            "discount_amount",
            Exists(
                ProductCategory.objects.filter(
                    name=OuterRef("customer__purchases__favourite_category"), is_sensitive=True
                )
            ),
            *(f"customer__purchases__{name}" for name in _PROFILE),
        )
    )
    for customer, currency, count, amount, returned, discount, hidden, *profile in rows:
        bought = found[customer]
        orders, first, last, interval, category, brand, band = profile
        bought.orders, bought.first_order_at, bought.last_order_at = orders or 0, first, last
        bought.usual_interval_days, bought.price_band = interval, band
        bought.favourite_category, bought.favourite_brand = (
            "" if hidden else category or "",
            brand or "",
        )
        if count:
            bought.spend[currency] = amount
            bought.orders_by_currency[currency] = count
        if returned:
            bought.returned[currency] = returned
        if discount:
            bought.discounts[currency] = discount
    return found
