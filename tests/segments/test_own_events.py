"""Events of the shop's own: behaviour, unless a rule says which kind of data it means."""

import pytest

from config.shared.models import Project
from customers.models import Identity
from segments import selectors
from segments.errors import RuleError
from segments.rules.parser import parse
from tests.factories import NOON, ConsentStateFactory, EventFactory, IdentityFactory

pytestmark = pytest.mark.django_db

BOOKED = "event.lesson_booked"
PURCHASE, BROWSE = "PURCHASE_HISTORY", "BROWSE_HISTORY"


@pytest.fixture(autouse=True)
def behaviour_is_gated() -> None:
    Project.objects.update(gated_categories=[BROWSE])


def who_booked(category: str, **allowed: bool) -> Identity:
    identity = IdentityFactory()
    EventFactory(identity=identity, name="lesson_booked", data_category=category)
    for name, answer in allowed.items():
        ConsentStateFactory(
            customer=identity.customer, channel="", data_category=name, allowed=answer
        )
    return identity


def reached(cmp: str, value: int, **more: object) -> list[int]:
    return selectors.member_ids({"field": BOOKED, "cmp": cmp, "value": value, **more}, at=NOON)


def meaning(cmp: str, *kinds: str) -> dict:
    return {"where": [{"field": "event.data", "cmp": cmp, "value": list(kinds)}]}


def test_without_a_word_it_is_behaviour() -> None:
    allowing, silent = who_booked(BROWSE, **{BROWSE: True}), who_booked(BROWSE)
    bought = who_booked(PURCHASE, **{BROWSE: True})
    assert reached("gte", 1) == [allowing.customer_id]
    assert reached("eq", 0) == [bought.customer_id]
    assert silent.customer_id not in reached("eq", 0)


def test_the_kind_that_is_meant_is_the_one_that_needs_permission() -> None:
    looked, bought = who_booked(BROWSE), who_booked(PURCHASE)
    of_purchases = meaning("in", PURCHASE)
    assert reached("gte", 1, **of_purchases) == [bought.customer_id]
    assert reached("eq", 0, **of_purchases) == [looked.customer_id]
    assert reached("gte", 1, **meaning("in", PURCHASE, BROWSE)) == []
    assert reached("eq", 0, **meaning("not_in", PURCHASE)) == []


def test_what_has_a_kind_by_its_name_cannot_be_meant_otherwise() -> None:
    rule = {"field": "event.searched", "cmp": "gte", "value": 1, **meaning("in", PURCHASE)}
    with pytest.raises(RuleError):
        parse(rule)
