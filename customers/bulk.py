"""What shops tell of many at once, in the background: customers, orders, products and variants."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from config.shared import async_actions
from config.shared.actors import Actor, api_key
from config.shared.api.handler import translated
from config.shared.api.parsers import check_storable
from config.shared.async_actions import Done
from config.shared.errors import BadInput, VesileError
from config.shared.models import ApiKey
from customers.api.batches import parsed
from customers.api.finding import find_product
from customers.api.orders import OrderTold
from customers.api.serializers import CustomerTold, ProductTold, ToldSerializer
from customers.api.skus import SkuTold
from customers.asked import Outcome
from customers.services.orders import receive_orders
from customers.services.people import receive_customers
from customers.services.products import receive_products
from customers.services.skus import receive_sku

CUSTOMERS: Final = "CUSTOMERS_BULK_UPDATE"
CUSTOMER_FILE: Final = "CUSTOMERS_IMPORT"
ORDERS: Final = "ORDERS_IMPORT"
PRODUCTS: Final = "PRODUCTS_BULK_UPDATE"
PRODUCT_FILE: Final = "PRODUCTS_IMPORT"
SKU_FILE: Final = "SKUS_IMPORT"
BATCH: Final = 500

Receive = Callable[[list[Any], Actor, datetime], list[Outcome]]


def _told(item: type[ToldSerializer], receive: Receive) -> async_actions.Work:
    """Items that are read one by one; a rejected one does not keep the others out."""

    def work(key: ApiKey, values: Sequence[Any], at: datetime) -> list[Done]:
        read = parsed(values, item())
        asked = [one for one in read if not isinstance(one, Outcome)]
        received: Iterator[Outcome] = iter(receive(asked, api_key(key.pk), at) if asked else ())
        outcomes = [one if isinstance(one, Outcome) else next(received) for one in read]
        return [Done(outcome.status.value, outcome.error) for outcome in outcomes]

    return work


def _skus(key: ApiKey, values: Sequence[Any], at: datetime) -> list[Done]:
    """Variants, each with the `product_id` of its product: our id or the shop's."""
    return [_sku(value, at) for value in values]


def _sku(value: Any, at: datetime) -> Done:
    try:
        check_storable(value)
        told = SkuTold().asked(value)
        wanted = value.get("product_id")
        if not isinstance(wanted, str) or not wanted:
            raise BadInput(details=_("product_id: name the product that it is a variant of."))
        with transaction.atomic():
            outcome = receive_sku(product=find_product(wanted), asked=told, at=at)
    except (VesileError, APIException) as error:
        return Done("rejected", translated(error) or BadInput(details=str(error)))
    return Done(outcome.status.value)


def declare() -> None:
    """Called once, when the app is ready."""
    customers = _told(
        CustomerTold, lambda asked, actor, at: receive_customers(asked=asked, actor=actor, at=at)
    )
    orders = _told(
        OrderTold, lambda asked, actor, at: receive_orders(asked=asked, actor=actor, at=at)
    )
    products = _told(ProductTold, lambda asked, actor, at: receive_products(asked=asked, at=at))
    works: Mapping[str, tuple[async_actions.Work, bool]] = {
        CUSTOMERS: (customers, True),
        CUSTOMER_FILE: (customers, True),
        ORDERS: (orders, True),
        PRODUCTS: (products, False),
        PRODUCT_FILE: (products, False),
        SKU_FILE: (_skus, False),
    }
    for key, (work, holds_people) in works.items():
        async_actions.register(key, work, holds_people=holds_people, batch=BATCH)
