"""What we think a customer likes, on their own page without a login, and what they say to it."""

import pytest

from config.shared.clock import FrozenClock, use
from config.shared.models import AuditEntry
from customers.interests import interests_of
from customers.models import Interest
from customers.services.interests import refresh
from tests.factories import NOON

from .interest_world import BROWSE, allow, buy, category, happen, product
from .public_shop import browser, page_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with use(FrozenClock(NOON)):
        yield


@pytest.fixture
def ann():
    identity = person()
    allow(identity.customer, BROWSE)
    buy(identity, product("Tea", "Twinings"))
    happen(identity, "product_viewed", product=product("Cups"))
    refresh(customer_ids=[identity.customer_id], at=NOON)
    return identity.customer


def likes(customer):
    return [one.topic for one in interests_of(customer, at=NOON).likes]


def say(customer, **posted):
    return browser().post(page_of(customer), posted, follow=True)


def test_they_see_what_we_think_and_why(ann):
    page = browser().get(page_of(ann)).content.decode()
    assert "What we think you like" in page
    assert "bought once, last on 17 Mar 2026" in page
    allow(ann, BROWSE, allowed=False)
    assert "Cups" not in browser().get(page_of(ann)).content.decode()


def test_what_they_say_counts(ann):
    page = say(ann, interest="category:no:Tea").content.decode()
    assert "we will remember that" in page
    assert "Not for you" in page
    assert likes(ann) == ["Twinings", "Cups"]
    say(ann, interest="category:forget:Tea")
    assert likes(ann) == ["Twinings", "Tea", "Cups"]
    say(ann, interest="category:yes:Cups")
    assert likes(ann)[0] == "Cups"
    assert {entry.actor_kind for entry in AuditEntry.objects.all()} == {"customer"}


def test_whoever_nothing_is_known_of_sees_no_empty_section():
    assert "What we think" not in browser().get(page_of(person().customer)).content.decode()


@pytest.mark.parametrize("said", ["", "category", "colour:yes:Tea", "brand:maybe:Tea", "brand:no:"])
def test_a_button_that_is_none_changes_nothing(ann, said):
    say(ann, interest=said)
    assert not Interest.objects.filter(origin="declared").exists()


def test_a_sensitive_category_is_refused_with_words(ann):
    category("Health", sensitive=True)
    answer = say(ann, interest="category:yes:Health")
    assert answer.status_code == 400
    assert "marked sensitive" in answer.content.decode()


def test_looking_changes_nothing(ann):
    before = list(Interest.objects.order_by("id").values())
    browser().get(page_of(ann), {"interest": "category:no:Tea"})
    assert list(Interest.objects.order_by("id").values()) == before
