"""The compiled query and an evaluation in plain Python agree, whatever the rule and the people."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared import localtime
from segments.rules.parser import parse
from tests.factories import (
    ConsentEventFactory,
    ConsentStateFactory,
    CustomerFactory,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    ProductFactory,
)
from tests.segments import every_shape
from tests.segments.naive import evaluate

AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half an hour after Europe's clocks went forward
ZONES = ["Europe/Istanbul", "Europe/London", "Pacific/Auckland", "America/St_Johns"]
SKUS = ["22423", "85123A", "47566"]

pytestmark = pytest.mark.django_db

spans = st.fixed_dictionaries(
    {"last": st.integers(1, 3), "unit": st.sampled_from(["hour", "day", "week", "month"])}
)
dates = st.dates(datetime(2026, 3, 20).date(), datetime(2026, 3, 30).date()).map(str)  # noqa: DTZ001
countries = st.sampled_from(["TR", "IE", "GB"])


def _condition(field: str, cmp: str, **more: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({"field": st.just(field), "cmp": st.just(cmp), **more})


def _numbers(field: str, top: int, **more: st.SearchStrategy) -> list[st.SearchStrategy]:
    singles = [
        _condition(field, cmp, value=st.integers(-1, top), **more)
        for cmp in ("eq", "ne", "lt", "lte", "gt", "gte")
    ]
    pairs = st.lists(st.integers(-1, top), min_size=2, max_size=2).map(sorted)
    return [*singles, _condition(field, "between", value=pairs, **more)]


conditions = st.one_of(
    _condition("profile.country", "is", value=countries),
    _condition("profile.country", "is_not", value=countries),
    _condition("profile.country", "not_in", value=st.lists(countries, min_size=1, max_size=2)),
    _condition("profile.country", "empty"),
    _condition("consent.email", "is", value=st.booleans()),
    *_numbers("orders.count", 4),
    *_numbers("orders.count", 4, within=spans),
    *_numbers("orders.sum", 9000, currency=st.sampled_from(["GBP", "EUR"])),
    *[_condition("orders.last", cmp, value=spans) for cmp in ("in_last", "more_than_ago")],
    *[_condition("orders.last", cmp, value=dates) for cmp in ("before", "after", "on")],
    _condition("orders.last", "empty"),
    _condition("profile.signed_up", "after", value=dates),
    *[
        _condition("product.bought", cmp, value=st.lists(st.sampled_from(SKUS), min_size=1))
        for cmp in ("in", "not_in")
    ],
    _condition("product.bought", "in", value=st.just(SKUS[:1]), within=spans),
)
rules = st.recursive(
    conditions,
    lambda inner: st.fixed_dictionaries(
        {
            "op": st.sampled_from(["and", "or"]),
            "rules": st.lists(inner, min_size=1, max_size=3),
            "not": st.booleans(),
        }
    ),
    max_leaves=6,
)
# Edges are where mistakes live: local midnights, whole hours ago, and one second to either side.
edges = st.builds(
    lambda zone, days, seconds: (
        localtime.to_instant(AT.date() - timedelta(days=days), time(0), zone)
        + timedelta(seconds=seconds)
    ),
    st.sampled_from(ZONES),
    st.integers(-1, 9),
    st.integers(-1, 1),
) | st.integers(-1, 4).map(lambda hours: AT - timedelta(hours=hours))
moments = edges | st.integers(-45 * 24 * 60, 60).map(
    lambda minutes: AT + timedelta(minutes=minutes)
)
people = st.fixed_dictionaries(
    {
        "country": st.sampled_from(["TR", "IE", "GB", ""]),
        "language": st.sampled_from(["tr", "en", ""]),
        "zone": st.sampled_from(ZONES),
        "signed_up_at": st.none() | moments,
        "email_allowed": st.booleans(),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "placed_at": moments,
                    "status": st.sampled_from(["PAID", "FULFILLED", "CANCELED", "CREATED"]),
                    "amount": st.integers(0, 5000),
                    "currency": st.sampled_from(["GBP", "EUR"]),
                    "products": st.lists(st.sampled_from(SKUS), max_size=2, unique=True),
                }
            ),
            max_size=4,
        ),
    }
)


def _store(person: dict, products: dict) -> int:
    fields = ("country", "language", "zone", "signed_up_at")
    customer = CustomerFactory(**{name: person[name] for name in fields})
    identity = IdentityFactory(customer=customer)
    if person["email_allowed"]:
        event = ConsentEventFactory(identity=identity)
        ConsentStateFactory(customer=customer, event=event)
    for told in person["orders"]:
        names = ("placed_at", "status", "amount", "currency")
        order = OrderFactory(identity=identity, **{name: told[name] for name in names})
        for sku in told["products"]:
            OrderLineFactory(order=order, product=products[sku], line_key=sku)
    return customer.pk


class _Undone(Exception):
    pass


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    crowd=st.lists(people, min_size=1, max_size=3), asked=st.lists(rules, min_size=6, max_size=6)
)
def test_sql_and_python_agree(db: None, crowd: list[dict], asked: list[dict]) -> None:
    try:
        with transaction.atomic():
            products = {sku: ProductFactory(source_id=sku) for sku in SKUS}
            known = {_store(person, products): person for person in crowd}
            for rule in asked:
                whole = rule if "op" in rule else {"op": "and", "rules": [rule]}
                tree = parse(whole)
                expected = [pk for pk, p in known.items() if evaluate(tree, p, AT) is True]
                for found in every_shape.member_ids(whole, at=AT, among=list(known)):
                    assert found == sorted(expected), rule
            raise _Undone
    except _Undone:
        pass
