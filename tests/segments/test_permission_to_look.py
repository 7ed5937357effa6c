"""Data that may not be used answers neither yes nor no, so no negation reaches people by it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, DataCategory
from segments import selectors
from segments.models import Segment
from segments.rules import compiler, fields, passing
from segments.rules.parser import parse
from tests.factories import NOON, ConsentStateFactory, CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db

SEARCHED = {"field": "test.searched", "cmp": "is", "value": True}
IRISH = {"field": "profile.country", "cmp": "is", "value": "IE"}


@pytest.fixture(autouse=True)
def a_field_on_searches() -> Iterator[None]:
    """True of everybody whose city is not empty, as if that told what they searched for."""
    fields.register(
        fields.Field(
            "test.searched",
            _("country"),
            "boolean",
            DataCategory.SEARCH_HISTORY,
            lambda condition, _binder: f"(c.city <> '') = {'TRUE' if condition.value else 'FALSE'}",
            lambda _condition, _binder: "c.city",
            wakes=passing.never,
        )
    )
    yield
    del fields.FIELDS["test.searched"]


def allow(customer: Customer, **more: object) -> None:
    ConsentStateFactory(
        customer=customer, channel="", data_category=DataCategory.SEARCH_HISTORY, **more
    )


def reached(rule: dict) -> set[int]:
    return set(selectors.member_ids(rule, at=NOON))


def negated(rule: dict) -> dict:
    return {"op": "and", "rules": [rule], "not": True}


@pytest.fixture
def willing() -> Customer:
    customer = CustomerFactory(country="IE", city="Dublin")
    allow(customer)
    return customer


@pytest.fixture
def silent() -> Customer:
    return CustomerFactory(country="IE", city="Cork")


def test_without_consent_neither_the_rule_nor_its_negation_matches(
    willing: Customer, silent: Customer
) -> None:
    assert reached(SEARCHED) == {willing.pk}
    assert reached(negated(SEARCHED)) == set()
    assert reached({**SEARCHED, "value": False}) == set()
    assert reached(negated({**SEARCHED, "value": False})) == {willing.pk}


def test_unknown_or_true_is_true_and_unknown_and_false_is_false(silent: Customer) -> None:
    assert reached({"op": "or", "rules": [SEARCHED, IRISH]}) == {silent.pk}
    assert reached({"op": "and", "rules": [SEARCHED, IRISH]}) == set()
    not_irish = {"field": "profile.country", "cmp": "is_not", "value": "IE"}
    assert reached(negated({"op": "and", "rules": [SEARCHED, not_irish]})) == {silent.pk}


@pytest.mark.parametrize(
    "state",
    [
        {"allowed": False},
        {"valid_until": NOON},
    ],
)
def test_a_refusal_and_an_expired_yes_are_no(silent: Customer, state: dict) -> None:
    allow(silent, **state)
    assert reached(SEARCHED) == set()


def test_a_yes_that_still_holds_counts(silent: Customer) -> None:
    allow(silent, valid_until=NOON + timedelta(seconds=1))
    assert reached(SEARCHED) == {silent.pk}


def test_explain_says_not_allowed_and_does_not_show_the_value(
    willing: Customer, silent: Customer
) -> None:
    rule = {"op": "or", "rules": [SEARCHED, IRISH]}
    hidden, shown = selectors.explain(rule, customer_id=silent.pk, at=NOON)
    assert (hidden.answer, hidden.seen) == (None, "")
    assert (shown.answer, shown.seen) == (True, "IE")
    seen, _country = selectors.explain(rule, customer_id=willing.pk, at=NOON)
    assert (seen.answer, seen.seen) == (True, "Dublin")


def test_a_field_without_a_data_category_cannot_be_registered() -> None:
    with pytest.raises(TypeError, match="data category"):
        fields.register(
            fields.Field("test.bare", _("city"), "boolean", None, lambda c, b: "", lambda c, b: "")  # type: ignore[arg-type]
        )


def test_values_travel_as_parameters_never_as_sql() -> None:
    nasty = "IE'; DROP TABLE customers_customer; --"
    ProductFactory(source_id=nasty)
    tree = parse({"field": "product.bought", "cmp": "in", "value": [nasty]})
    sql = compiler.compile_rules(tree, at=NOON)
    assert nasty not in sql.where
    assert [nasty] in sql.params.values()


def test_the_segments_of_a_customer_are_one_query_for_all(
    willing: Customer, django_assert_num_queries: object
) -> None:
    for name, rule in (("Irish", IRISH), ("Not Irish", negated(IRISH)), ("Searched", SEARCHED)):
        Segment.objects.create(name=name, rules=rule, created_at=NOON, updated_at=NOON)
    with django_assert_num_queries(3):  # type: ignore[operator]  # segments, gate, answers
        found = selectors.segments_of(willing.pk, at=NOON)
    assert [segment.name for segment in found] == ["Irish", "Searched"]
