"""A shop with categories and brands, and customers who buy, look and search there."""

from datetime import timedelta

from customers.models import ConsentState, Customer, Event, Interest, ProductCategory
from customers.services.interests import refresh
from tests.factories import (
    NOON,
    ConsentEventFactory,
    ConsentStateFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)

BROWSE, SEARCH, PURCHASE = "BROWSE_HISTORY", "SEARCH_HISTORY", "PURCHASE_HISTORY"
CATEGORY_OF = {
    "searched": SEARCH,
    "review": PURCHASE,
    "complaint_filed": PURCHASE,
    "store_visit": "OFFLINE",
}


def ago(days=0.0, hours=0.0):
    return NOON - timedelta(days=days, hours=hours)


def category(name, *, sensitive=False):
    from config.shared.text import fold

    return ProductCategory.objects.create(
        name=name, key=fold(name), is_sensitive=sensitive, created_at=ago(500)
    )


def product(name="", brand="", *more, **fields):
    return ProductFactory(category=name, categories=[*filter(None, [name]), *more], brand=brand,
                          **fields)  # fmt: skip


def buy(identity, product, *, days=0.0, quantity=1, returned=0, order=None, **order_fields):
    order = order or OrderFactory(identity=identity, placed_at=ago(days), **order_fields)
    OrderLineFactory(order=order, product=product, quantity=quantity, returned_quantity=returned)
    return order


def happen(identity, name, *, product=None, days=0.0, hours=0.0, **properties):
    return Event.objects.create(
        identity=identity,
        product=product,
        name=name,
        data_category=CATEGORY_OF.get(name, BROWSE),
        occurred_at=ago(days, hours),
        received_at=NOON,
        properties=properties,
    )


def allow(customer, *categories, allowed=True, **fields):
    for data_category in categories:
        ConsentState.objects.filter(customer=customer, data_category=data_category).delete()
        event = ConsentEventFactory(
            identity=customer.identities.first(), channel="", data_category=data_category
        )
        ConsentStateFactory(
            customer=customer,
            channel="",
            data_category=data_category,
            allowed=allowed,
            event=event,
            **fields,
        )


def derived(customer=None, *, at=NOON):
    """The rows after a refresh: {(topic, kind of data): strength now}."""
    from customers.interest_rules import faded

    ids = [customer.pk] if customer else list(Customer.objects.values_list("pk", flat=True))
    refresh(customer_ids=ids, at=at)
    rows = Interest.objects.filter(customer__in=ids)
    return {(row.topic, row.data_category): faded(row.strength, row.as_of, at) for row in rows}
