"""Fields that read the projection of a customer's purchases."""

from datetime import timedelta

import pytest

from customers.models import ProductCategory, PurchaseProfile, PurchaseTotal
from segments import selectors
from segments.errors import RuleError
from segments.rules.parser import parse
from tests.factories import NOON, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def regular() -> int:
    """Orders about every ten days, last nine days ago, dear things, a tenth off."""
    customer = CustomerFactory()
    PurchaseProfile.objects.create(
        customer=customer,
        orders_count=4,
        first_order_at=NOON - timedelta(days=40),
        last_order_at=NOON - timedelta(days=9),
        usual_interval_days=10.0,
        favourite_category="Dog food",
        price_band=5,
    )
    PurchaseTotal.objects.create(
        customer=customer,
        currency="GBP",
        orders_count=4,
        amount=9_000,
        returned_amount=0,
        discount_amount=1_000,
    )
    ProductCategory.objects.create(name="Dog food", key="dog food", created_at=NOON)
    ProductCategory.objects.create(name="Diets", key="diets", is_sensitive=True, created_at=NOON)
    return customer.pk


@pytest.fixture
def stranger() -> int:
    return CustomerFactory().pk


def reached(field: str, cmp: str, value: object = None) -> list[int]:
    rule = {"field": field, "cmp": cmp} | ({} if value is None else {"value": value})
    return selectors.member_ids(rule, at=NOON)


def test_each_habit_is_compared_and_missing_ones_are_missing(regular: int, stranger: int) -> None:
    assert reached("orders.usual_interval", "eq", 10) == [regular]
    assert reached("orders.usual_interval", "empty") == [stranger]
    assert reached("orders.expected_next", "in_next", {"next": 1, "unit": "day"}) == [regular]
    assert reached("orders.expected_next", "in_next", {"next": 1, "unit": "hour"}) == []
    assert reached("orders.discount_share", "eq", 10) == [regular]
    assert reached("orders.discount_share", "ne", 10) == [stranger]
    assert reached("product.favourite_category", "is", "Dog food") == [regular]
    assert reached("product.favourite_category", "is_not", "Dog food") == [stranger]
    assert reached("product.price_band", "in", ["4", "5"]) == [regular]


def test_several_habits_of_one_rule_join_the_projection_once(regular: int) -> None:
    rule = {
        "op": "and",
        "rules": [
            {"field": "product.price_band", "cmp": "is", "value": "5"},
            {"field": "orders.usual_interval", "cmp": "lte", "value": 10},
        ],
    }
    sql = selectors.compiled(rule, at=NOON)
    assert sql.joins.count("customers_purchaseprofile") == 1
    assert selectors.member_ids(rule, at=NOON) == [regular]


def test_a_sensitive_category_is_no_choice(regular: int) -> None:
    with pytest.raises(RuleError, match="sensitive"):
        parse({"field": "product.favourite_category", "cmp": "is", "value": "Diets"})
