"""How a rule is put to the database: no pass over the facts twice, nobody looked at in vain, and no
choice made again that was made a moment ago.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segments import selectors, shapes
from segments.rules.binding import Binder
from segments.rules.compiler import compiled_with
from segments.rules.parser import parse
from tests.factories import NOON, CustomerFactory, IdentityFactory, OrderFactory

pytestmark = pytest.mark.django_db

YEAR = {"last": 365, "unit": "day"}
OFTEN = {"field": "orders.count", "cmp": "gte", "value": 2, "within": YEAR}
MUCH = {"field": "orders.sum", "cmp": "gte", "value": 500, "currency": "EUR", "within": YEAR}
LATELY = {
    "field": "orders.count",
    "cmp": "gte",
    "value": 2,
    "within": {"last": 7, "unit": "day"},
}


def both(*rules: dict, op: str = "and", negated: bool = False) -> dict:
    return {"op": op, "rules": list(rules), "not": negated}


def compiled(rule: dict) -> tuple[str, Binder]:
    binder = Binder(NOON)
    return compiled_with(binder, parse(rule)).joins, binder


@pytest.fixture
def buyers() -> dict[str, int]:
    """Who ordered often, who for much, and who did neither."""
    found = {}
    for name, days, amounts, currency in (
        ("often", 40, [100, 100], "TRY"),
        ("much", 40, [600], "EUR"),
        ("both", 3, [600, 100], "EUR"),
        ("neither", 40, [600], "TRY"),
    ):
        customer = CustomerFactory()
        identity = IdentityFactory(customer=customer)
        for amount in amounts:
            OrderFactory(
                identity=identity,
                amount=amount,
                charges_amount=0,
                currency=currency,
                placed_at=NOON - timedelta(days=days),
            )
        found[name] = customer.pk
    CustomerFactory()
    return found


def test_what_is_asked_of_the_same_facts_is_gathered_in_one_pass(buyers: dict[str, int]) -> None:
    rule = both(OFTEN, MUCH)
    _joins, binder = compiled(rule)
    assert len(binder.groupings()) == 1
    assert selectors.member_ids(rule, at=NOON) == [buyers["both"]]
    assert selectors.member_ids(both(OFTEN, MUCH, op="or"), at=NOON) == sorted(
        buyers[name] for name in ("often", "much", "both")
    )


def test_of_alternatives_only_whom_one_of_them_may_describe_is_looked_at(
    buyers: dict[str, int],
) -> None:
    _joins, binder = compiled(both(both(LATELY, MUCH, op="or"), OFTEN))
    assert binder.together == []  # everybody has ordered twice anyway
    joins, binder = compiled(both(LATELY, MUCH, op="or"))
    assert [len(aliases) for aliases in binder.together] == [2]
    assert "FULL JOIN" in joins
    assert selectors.member_ids(both(LATELY, MUCH, op="or"), at=NOON) == sorted(
        [buyers["much"], buyers["both"]]
    )


def test_where_having_none_may_do_everybody_is_looked_at(buyers: dict[str, int]) -> None:
    never = {**LATELY, "cmp": "eq", "value": 0}
    for rule in (both(never, MUCH, op="or"), both(LATELY, MUCH, op="or", negated=True)):
        joins, binder = compiled(rule)
        assert binder.together == []
        assert "FULL JOIN" not in joins
    assert len(selectors.member_ids(both(never, MUCH, op="or"), at=NOON)) == 5


def test_a_shape_is_chosen_once_for_the_same_question(buyers: dict[str, int]) -> None:
    rule = both(OFTEN, {"field": "profile.country", "cmp": "is_not", "value": "TR"})
    asked = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as statements:
            selectors.count(rule, at=NOON)
        asked.append([one["sql"] for one in statements])
    assert sum(sql.startswith("EXPLAIN") for sql in asked[0]) == 1
    assert not any(sql.startswith("EXPLAIN") for sql in asked[1])
    shapes.forget()
    with CaptureQueriesContext(connection) as statements:
        selectors.count(rule, at=NOON)
    assert sum(one["sql"].startswith("EXPLAIN") for one in statements) == 1
