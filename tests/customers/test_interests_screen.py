"""The tab “Interests”: what is liked, how that is known, and correcting it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config.shared.clock import FrozenClock, use
from config.shared.models import AuditEntry, Project
from customers.interest_panel import evidence_in_words
from customers.interest_rules import Sign
from customers.interests import Evidence, interests_of
from customers.models import Interest
from customers.services.interests import refresh
from tests.factories import NOON, IdentityFactory, StaffUserFactory

from .interest_world import BROWSE, allow, buy, category, happen, product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with use(FrozenClock(NOON)):
        yield


@pytest.fixture
def ann():
    Project.objects.update(zone="Europe/Dublin", language="en")
    identity = IdentityFactory()
    allow(identity.customer, BROWSE)
    category("Tea")
    category("Health", sensitive=True)
    tea = product("Tea", "Twinings")
    for days in (0, 14):
        buy(identity, tea, days=days)
    happen(identity, "product_viewed", product=product("Cups"), days=1)
    refresh(customer_ids=[identity.customer_id], at=NOON)
    return identity.customer


def client_of(group):
    client = Client()
    user = StaffUserFactory(groups=[group], language="en")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def tab(client, customer):
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return client.get(f"{url}?tab=interests")


def say(client, customer, **posted):
    url = reverse("admin:customers_customer_interests", args=[customer.pk])
    return client.post(url, {"kind": "category", **posted}, follow=True)


def test_each_topic_with_its_strength_origin_and_evidence(ann):
    page = tab(client_of("Administrator"), ann).content.decode()
    assert "bought 2 times, last on 17 Mar 2026" in page
    assert "viewed once, last on 16 Mar 2026" in page
    assert "from purchases" in page
    assert "from views and searches" in page
    assert "65%" in page  # one order of today, one of two weeks ago: 1.9 points
    assert "halves every 90 days" in page


def test_what_may_not_be_looked_at_is_named_and_not_shown(ann):
    allow(ann, BROWSE, allowed=False)
    page = tab(client_of("Administrator"), ann).content.decode()
    assert "Not allowed to look, so nothing is learned from it: pages viewed, searches." in page
    assert "Cups" not in page


def test_somebody_nothing_is_known_of(ann):
    page = tab(client_of("Marketer"), IdentityFactory().customer).content.decode()
    assert "Nothing is known about this customer" in page


def test_what_the_customer_told_is_written_down(ann):
    client = client_of("Administrator")
    page = say(client, ann, topic="tea", likes="no").content.decode()
    assert "Written down: does not like “tea”." in page
    assert "told on 17 Mar 2026" in page
    assert [one.topic for one in interests_of(ann, at=NOON).likes] == ["Twinings", "Cups"]
    assert "That was known already." in say(client, ann, topic="Tea", likes="no").content.decode()
    say(client, ann, topic="Tea", likes="forget")
    assert not Interest.objects.filter(origin="declared").exists()
    entries = AuditEntry.objects.filter(object_id=str(ann.pk), action="customer.changed")
    assert [entry.fields for entry in entries] == [["interests"]] * 2


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"topic": "Health", "likes": "yes"}, "marked sensitive"),
        ({"topic": "Tea", "likes": "perhaps"}, "Say whether"),
        ({"topic": "", "likes": "yes"}, "1 to 120"),
        ({"topic": "Tea", "likes": "yes", "kind": "colour"}, "kind of interest"),
        ({"topic": "\x00", "likes": "yes"}, "1 to 120"),
    ],
)
def test_what_cannot_be_written_down_says_why(ann, posted, words):
    assert words in say(client_of("Administrator"), ann, **posted).content.decode()
    assert not Interest.objects.filter(origin="declared").exists()


@pytest.mark.parametrize("group", ["Marketer", "Support agent"])
def test_who_may_not_change_customers_sees_no_button_and_is_refused(ann, group):
    client = client_of(group)
    page = tab(client, ann).content.decode()
    assert "bought 2 times" in page
    assert "Write down" not in page
    assert say(client, ann, topic="Tea", likes="no").status_code == 403
    assert not Interest.objects.filter(origin="declared").exists()


def test_nothing_is_written_by_following_a_link(ann):
    url = reverse("admin:customers_customer_interests", args=[ann.pk])
    assert client_of("Administrator").get(url).status_code == 405


def test_a_customer_who_is_gone(ann):
    client = client_of("Administrator")
    url = reverse("admin:customers_customer_interests", args=[ann.pk + 999])
    answer = client.post(url, {"kind": "brand", "topic": "Tea", "likes": "yes"}, follow=True)
    assert "There is no such customer" in answer.content.decode()


def test_evidence_in_words():
    told = [
        Evidence(Sign.BOUGHT, 3, NOON),
        Evidence(Sign.SEARCHED, 1, NOON - timedelta(days=40)),
    ]
    assert evidence_in_words(told) == (
        "bought 3 times, last on 17 Mar 2026; searched for once, last on 5 Feb 2026"
    )
    assert evidence_in_words([]) == ""
