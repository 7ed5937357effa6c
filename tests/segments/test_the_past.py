"""A question about a moment in the past is answered as it would have been then."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from config.shared import clock
from config.shared.actors import SYSTEM
from customers.asked import AskedCustomer, AskedLine, AskedOrder, AskedProduct, AskedReturn
from customers.models import Identity, ProductCategory
from customers.models.order import LineKind
from customers.services import consent
from customers.services.orders import receive_orders
from customers.services.products import receive_products
from customers.services.returns import receive_returns
from segments import selectors
from tests.factories import NOON, ConsentEventFactory, IdentityFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=60)


@pytest.fixture(autouse=True)
def sixty_days_later() -> Iterator[None]:
    with clock.use(clock.FrozenClock(LATER)):
        yield


def ordered(number: int, days: int, sku: str, discount: int = 0) -> AskedOrder:
    """A hundred for a cup or a lamp, so many days from noon."""
    return AskedOrder(
        customer=AskedCustomer(source_id="ann"),
        source_id=f"o{number}",
        status="PAID",
        currency="GBP",
        lines=[AskedLine(LineKind.PRODUCT, sku, "", 1, 100, 100)],
        discount_amount=discount,
        placed_at=NOON + timedelta(days=days),
    )


def bought(*orders: AskedOrder, returned: int = 0, of: int = 0) -> int:
    """The customer of these orders, of which one came back so many days from noon."""
    goods = {"cup": "Kitchen", "lamp": "Lighting"}
    receive_products(
        asked=[AskedProduct(sku, fields={"category": name}) for sku, name in goods.items()],
        at=NOON,
    )
    receive_orders(asked=list(orders), actor=SYSTEM, at=NOON)
    if returned:
        receive_returns(
            asked=[
                AskedReturn(
                    source_id="r1",
                    order_source_id=f"o{of}",
                    lines=[AskedLine(LineKind.PRODUCT, "cup", "", 1, 100, 100)],
                    returned_at=NOON + timedelta(days=returned),
                )
            ],
            actor=SYSTEM,
            at=NOON,
        )
    return Identity.objects.get(external_id="ann").customer_id


def seen(customer: int, field: str, cmp: str, at=NOON, **more: object) -> str:
    rule = {"field": field, "cmp": cmp, **more}
    [explained] = selectors.explain(rule, customer_id=customer, at=at)
    return explained.seen


HABITS = {
    "orders.usual_interval": {"cmp": "not_empty"},
    "orders.expected_next": {"cmp": "not_empty"},
    "orders.discount_share": {"cmp": "not_empty"},
    "product.favourite_category": {"cmp": "not_empty"},
}


def test_habits_are_those_of_the_moment() -> None:
    orders = [
        ordered(1, -40, "cup"),
        ordered(2, -30, "cup", discount=20),
        ordered(3, 5, "lamp", discount=50),
        ordered(4, 50, "lamp", discount=50),
        ordered(5, 51, "lamp"),
    ]
    customer = bought(*orders, returned=20, of=1)
    then = {field: seen(customer, field, **more) for field, more in HABITS.items()}
    now = {field: seen(customer, field, at=LATER, **more) for field, more in HABITS.items()}
    assert then["orders.usual_interval"] == "10"
    assert then["orders.discount_share"] == "10.00"
    assert then["product.favourite_category"] == "Kitchen"
    assert then["orders.expected_next"].startswith((NOON - timedelta(days=20)).date().isoformat())
    assert now["product.favourite_category"] == "Lighting"
    assert now["orders.discount_share"] == "24.00"


def test_the_kept_figures_and_those_of_the_past_are_made_alike() -> None:
    """Of a moment at which everything had happened but one order, as if it never came."""
    orders = [ordered(1, -40, "cup"), ordered(2, -33, "lamp", discount=9), ordered(3, -1, "lamp")]
    customer = bought(*orders, returned=-20, of=1)
    kept = {field: seen(customer, field, at=LATER, **more) for field, more in HABITS.items()}
    receive_orders(asked=[ordered(4, 3, "cup", discount=30)], actor=SYSTEM, at=LATER)
    then = {field: seen(customer, field, **more) for field, more in HABITS.items()}
    assert then == kept


def test_who_bought_only_later_had_no_habits() -> None:
    customer = bought(ordered(1, 3, "cup"), ordered(2, 5, "cup"))
    for field, more in HABITS.items():
        assert seen(customer, field, **more) == ""
    rule = {"field": "orders.usual_interval", "cmp": "empty"}
    assert selectors.member_ids(rule, at=NOON) == [customer]
    assert selectors.member_ids(rule, at=LATER) == []


def said(identity: Identity, action: str, days: int, **more: object) -> None:
    moment = NOON + timedelta(days=days)
    ConsentEventFactory(
        identity=identity, action=action, captured_at=moment, received_at=moment, **more
    )


def allowing(field: str, at=NOON) -> list[int]:
    return selectors.member_ids({"field": field, "cmp": "is", "value": True}, at=at)


def test_a_consent_is_the_one_known_then() -> None:
    withdrew, granted, objected, silent = (IdentityFactory() for _ in range(4))
    said(withdrew, "granted", -9)
    said(withdrew, "withdrawn", 2)
    said(granted, "granted", 3, source="till")
    said(objected, "granted", -9)
    said(objected, "objected", 4, channel="sms")
    consent.rebuild()
    assert allowing("consent.email") == sorted([withdrew.customer_id, objected.customer_id])
    assert allowing("consent.email_reachable") == allowing("consent.email")
    assert allowing("consent.email", at=LATER) == [granted.customer_id]
    no = {"field": "consent.email", "cmp": "is", "value": False}
    assert silent.customer_id in selectors.member_ids(no, at=NOON)
    since = {"field": "consent.email_since", "cmp": "not_empty"}
    assert selectors.member_ids(since, at=NOON) == allowing("consent.email")
    source = {"field": "consent.email_source", "cmp": "is", "value": "Till"}
    assert selectors.member_ids(source, at=NOON) == []
    assert selectors.member_ids(source, at=LATER) == [granted.customer_id]


def test_a_file_that_came_later_lifts_nothing_that_was_refused_before() -> None:
    """The same ledger rule as the kept state: what a file says is weaker than a refusal."""
    refused, unheard = IdentityFactory(), IdentityFactory()
    for one in (refused, unheard):
        said(one, "imported", -3)
        said(one, "withdrawn", 30)
    said(refused, "refused", -5)
    consent.rebuild()
    assert allowing("consent.email") == [unheard.customer_id]


def test_the_use_of_data_can_be_asked_for_too() -> None:
    identity = IdentityFactory()
    said(identity, "granted", -3, channel="", data_category="BROWSE_HISTORY")
    consent.rebuild()
    assert allowing("consent.use_browse_history") == [identity.customer_id]
    assert allowing("consent.use_search_history") == []


def test_a_favourite_that_became_sensitive_is_not_known_any_more() -> None:
    customer = bought(ordered(1, -3, "cup"))
    more = HABITS["product.favourite_category"]
    assert seen(customer, "product.favourite_category", at=LATER, **more) == "Kitchen"
    ProductCategory.objects.filter(name="Kitchen").update(is_sensitive=True)
    assert seen(customer, "product.favourite_category", at=LATER, **more) == ""
