"""Whatever the shop tells in whatever order: sums as of a slow model and of a rebuild."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared.actors import SYSTEM
from config.shared.localtime import to_local
from customers.asked import AskedCustomer, AskedLine, AskedOrder, AskedProduct, AskedReturn
from customers.models import Customer, Order, PurchaseProfile, PurchaseTotal, Return
from customers.models.order import LineKind
from customers.services import purchases
from customers.services.orders import receive_orders
from customers.services.products import receive_products
from customers.services.returns import receive_returns
from tests.factories import NOON

WHO = ["ann", "bob"]
GOODS = {"cup": "Kitchen", "pot": "Kitchen", "lamp": "Lighting", "pills": "Pharmacy"}
STANDING = {"PAID", "FULFILLED"}

positions = st.lists(
    st.tuples(st.sampled_from(sorted(GOODS)), st.integers(1, 4), st.sampled_from([0, 100, 250])),
    min_size=1,
    max_size=3,
)
orders = st.builds(
    lambda number, status, lines, discount, days, gift, currency: AskedOrder(
        customer=AskedCustomer(source_id=WHO[number % 2]),
        source_id=f"o{number}",
        status=status,
        currency=currency,
        lines=[AskedLine(LineKind.PRODUCT, c, "", q, p, q * p) for c, q, p in lines],
        discount_amount=discount,
        is_gift=gift,
        placed_at=NOON - timedelta(hours=days * 9),
    ),
    st.integers(0, 5),
    st.sampled_from(["CREATED", "PAID", "FULFILLED", "CANCELED"]),
    positions,
    st.sampled_from([None, 0, 30]),
    st.integers(0, 40),
    st.booleans(),
    st.sampled_from(["GBP", "TRY"]),
)
returns = st.builds(
    lambda number, of, code, units: AskedReturn(
        source_id=f"r{number}",
        order_source_id=f"o{of}",
        lines=[AskedLine(LineKind.PRODUCT, code, "", units, 100, units * 100)],
        returned_at=NOON,
    ),
    st.integers(0, 4),
    st.integers(0, 5),
    st.sampled_from(sorted(GOODS)),
    st.integers(1, 5),
)


def tell(step):
    if isinstance(step, AskedOrder):
        receive_orders(asked=[step], actor=SYSTEM, at=NOON)
    else:
        receive_returns(asked=[step], actor=SYSTEM, at=NOON)


def stored():
    totals = {
        (row.customer_id, row.currency): (
            row.orders_count,
            row.amount,
            row.returned_amount,
            row.discount_amount,
        )
        for row in PurchaseTotal.objects.all()
    }
    profiles = {
        row.customer_id: (
            row.orders_count,
            row.first_order_at,
            row.last_order_at,
            row.usual_interval_days,
            row.favourite_category,
        )
        for row in PurchaseProfile.objects.all()
    }
    return totals, profiles


def by_hand():
    """The definitions of the models, row by row."""
    totals, profiles = {}, {}
    for customer in Customer.objects.all():
        mine = Order.objects.filter(identity__customer=customer).order_by("pk")
        standing = [order for order in mine if order.status in STANDING]
        sums = {}
        for order in standing:
            one = sums.setdefault(order.currency, [0, 0, 0, 0])
            one[0] += 1
            one[1] += order.total_amount
            one[3] -= sum(line.amount for line in order.lines.filter(kind="discount"))
        for document in Return.objects.filter(identity__customer=customer):
            one = sums.setdefault(document.currency, [0, 0, 0, 0])
            one[2] += document.amount
            for line in document.lines.all():
                for match in line.matches.all():
                    if match.order_line.order.status not in STANDING:
                        one[2] -= line.amount * match.quantity // line.quantity
        totals |= {
            (customer.pk, currency): tuple(one)
            for currency, one in sums.items()
            if one[0] or one[2]
        }
        if standing:
            profiles[customer.pk] = _profile(customer, standing)
    return totals, profiles


def _profile(customer, standing):
    placed = [order.placed_at for order in standing]
    days = sorted({to_local(moment, customer.zone).date() for moment in placed})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    used = Counter(order.currency for order in standing)
    main = min(used, key=lambda currency: (-used[currency], currency))
    worth, units = Counter(), Counter()
    for order in standing:
        if order.is_gift or order.currency != main:
            continue
        for line in order.lines.filter(kind="product"):
            category, kept = GOODS[line.product.source_id], line.quantity - line.returned_quantity
            if kept and category != "Pharmacy":
                worth[category] += line.unit_amount * kept
                units[category] += kept
    favourite = min(units, key=lambda name: (-worth[name], -units[name], name), default="")
    return len(standing), min(placed), max(placed), median(gaps) if gaps else None, favourite


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(orders | returns, max_size=12))
def test_every_write_leaves_what_a_model_and_a_rebuild_find(steps):
    for model in (Return, Order):
        model.objects.all().delete()
    PurchaseTotal.objects.all().delete()
    PurchaseProfile.objects.all().delete()
    told = [AskedProduct(source_id=c, fields={"category": n}) for c, n in GOODS.items()]
    receive_products(asked=told, at=NOON)

    for step in steps:
        tell(step)

    written = stored()
    assert written == by_hand()
    purchases.rebuild(batch_size=1)
    assert stored() == written
