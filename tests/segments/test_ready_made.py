"""Ready-made segments are rules that can be used as they are, whatever is answered."""

import pytest
from django.utils import translation

from customers.models import ProductCategory
from segments import rfm
from segments.availability import available
from segments.reach import reach_of
from segments.ready_made import ALL, GROUPS, Asked, Need
from segments.selectors import in_words
from tests.factories import NOON, CustomerFactory, EventFactory, OrderFactory

pytestmark = pytest.mark.django_db


def answers(one) -> dict:
    return {
        question.key: "Dog food" if question.asked == Asked.CATEGORY else question.usual
        for question in one.questions
    }


@pytest.fixture
def dog_food() -> ProductCategory:
    return ProductCategory.objects.create(name="Dog food", key="dog food", created_at=NOON)


@pytest.mark.parametrize("key", ALL)
def test_each_can_be_counted_and_said_in_both_languages(key, dog_food):
    one = ALL[key]
    rules = one.make(answers(one), "EUR")
    assert reach_of(rules, at=NOON).size == 0
    for language in ("en", "tr"):
        with translation.override(language):
            assert in_words(rules)
            assert str(one.name)


def test_what_the_issue_asks_for_is_there():
    wanted = {
        "lapsed", "premium", "first_time", "cart_left", "browsed", "birthday_month", "complained",
        "owners", *(f"rfm_{name}" for name in rfm.NAMES),
    }  # fmt: skip
    assert wanted <= ALL.keys()
    assert {one.group for one in ALL.values()} == GROUPS.keys()


def test_every_question_but_that_of_a_category_has_a_usual_answer():
    for one in ALL.values():
        for question in one.questions:
            assert (question.usual is None) == (question.asked == Asked.CATEGORY)


def test_what_a_shop_has_told_of_is_available():
    assert available() == frozenset()
    EventFactory(name="cart_updated")
    OrderFactory()
    CustomerFactory(birth_month=3, birth_day=19)
    assert available() == {Need.CARTS, Need.ORDERS, Need.BIRTHDAYS}


def test_a_sensitive_category_is_no_category_to_ask_for(dog_food):
    ProductCategory.objects.update(is_sensitive=True)
    assert Need.CATEGORIES not in available()
