"""Events of the shop: once each, never about what a person did not allow."""

import pytest

from config.shared.models import Fact, Project
from config.shared.models.project import gated_by_default
from customers.data_use import category_of_event
from customers.models import Customer, DataCategory, Event, Product

from .conftest import statuses

REVIEW = {
    "event": "review",
    "source_id": "review-81",
    "occurred_at": "2026-04-30T12:00:00+03:00",
    "customer": {"source_id": "17850"},
    "metadata": {"product_source_id": "85123A", "stars": 5},
}
VIEW = REVIEW | {"event": "product_viewed", "source_id": "view-1"}


def test_an_event_makes_its_customer_and_product(shop):
    answer = shop.post("events", REVIEW).json()

    assert answer["object"] == "event"
    assert (answer["type"], answer["status"]) == ("review", "created")
    event = Event.objects.get()
    assert answer["id"] == f"evt_{event.pk}"
    assert event.identity.external_id == "17850"
    assert event.product.source_id == "85123A"
    assert event.properties == REVIEW["metadata"]
    assert event.occurred_at.isoformat() == "2026-04-30T09:00:00+00:00"
    fact = Fact.objects.get(kind="event.received")
    assert (fact.subject_id, fact.data["name"]) == (event.pk, "review")


def test_told_twice_it_counts_once(shop):
    first = shop.post("events", REVIEW).json()
    again = shop.post("events", REVIEW | {"metadata": {"stars": 1}}).json()
    results = shop.batch("events", [REVIEW, REVIEW | {"source_id": "b"}, REVIEW, REVIEW])

    assert (again["id"], again["status"]) == (first["id"], "duplicate")
    assert statuses(results) == ["duplicate", "created", "duplicate", "duplicate"]
    assert Event.objects.count() == 2
    assert Event.objects.get(external_id="review-81").properties["stars"] == 5


def test_within_a_batch_the_first_of_the_same_is_the_event(shop):
    results = shop.batch("events", [REVIEW, REVIEW | {"event": "complaint_filed"}])

    assert statuses(results) == ["created", "duplicate"]
    assert results[0]["id"] == results[1]["id"]
    assert Event.objects.get().name == "review"


def test_events_without_an_id_are_all_kept_and_matched_to_their_rows(shop):
    nameless = {"event": "review", "customer": {"source_id": "a"}}
    items = [nameless | {"metadata": {"n": n}} for n in range(30)]
    items[7:7] = [REVIEW]

    results = shop.batch("events", items)

    assert statuses(results) == ["created"] * 31
    for item, result in zip(items, results, strict=True):
        assert (
            Event.objects.get(pk=result["id"].removeprefix("evt_")).properties == (item["metadata"])
        )


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("page_viewed", "BROWSE_HISTORY"),
        ("product_viewed", "BROWSE_HISTORY"),
        ("cart_updated", "BROWSE_HISTORY"),
        ("checkout_started", "BROWSE_HISTORY"),
        ("searched", "SEARCH_HISTORY"),
        ("store_visit", "OFFLINE"),
        ("complaint_filed", "PURCHASE_HISTORY"),
        ("review", "PURCHASE_HISTORY"),
        ("wheel_spun", "BROWSE_HISTORY"),
    ],
)
def test_gated_events_need_permission(shop, name, category):
    event = {"event": name, "customer": {"source_id": "ann"}, "source_id": "1"}
    assert category_of_event(name) == category

    before = shop.post("events", event)
    if category not in gated_by_default():
        assert before.status_code == 200
        return
    assert before.status_code == 400
    assert before.json()["key"] == "data_use_not_allowed"
    assert category in before.json()["details"]
    assert not Event.objects.exists()
    assert not Customer.objects.exists()

    shop.allow("ann", category)
    assert shop.post("events", event).status_code == 200
    assert Event.objects.get().data_category == category


def test_permission_for_one_kind_is_none_for_another_and_ends_with_withdrawal(shop):
    shop.allow("17850", "SEARCH_HISTORY")
    assert shop.post("events", VIEW).status_code == 400

    shop.allow("17850", "BROWSE_HISTORY")
    assert shop.post("events", VIEW).status_code == 200

    shop.post(
        "customers/17850/consents",
        {"data_category": "BROWSE_HISTORY", "action": "withdrawn", "source": "preferences"},
    )
    assert shop.post("events", VIEW | {"source_id": "view-2"}).status_code == 400


def test_a_project_may_keep_them_without_the_person(shop):
    Project.objects.update(unpermitted_events="anonymous")

    answer = shop.post("events", VIEW)

    assert answer.status_code == 200
    event = Event.objects.get()
    assert event.identity is None
    assert event.properties == {}
    assert event.product.source_id == "85123A"
    assert not Customer.objects.exists()
    assert not Fact.objects.filter(kind="event.received").exists()
    assert shop.post("events", VIEW).json()["status"] == "duplicate"


def test_an_event_of_an_own_name_may_say_what_it_is(shop):
    event = {"event": "coupon_wall_seen", "customer": {"source_id": "a"}}

    assert shop.post("events", event | {"data_category": "ENGAGEMENT"}).status_code == 200
    assert Event.objects.get().data_category == DataCategory.ENGAGEMENT
    for told in ({"data_category": "PROFILE", "event": "searched"}, {"data_category": "ANY"}):
        refused = shop.post("events", event | told)
        assert refused.status_code == 400
        assert "data_category" in refused.json()["details"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"occurred_at": "2027-04-30T12:00:00Z"}, "occurred_at: It lies in the future"),
        ({"occurred_at": "yesterday"}, "occurred_at: Write"),
        ({"occurred_at": 5}, "occurred_at: Write"),
        ({"event": ""}, "event:"),
        ({"event": None}, "event:"),
        ({"customer": None}, "customer:"),
        ({"customer": {}}, "source_id"),
        ({"customer": {"source_id": "x", "phone": "+1"}}, "customer.phone:"),
        ({"source_id": "x" * 121}, "source_id:"),
        ({"metadata": "x"}, "metadata:"),
        ({"referral": {"code": "X"}}, "without it"),
    ],
)
def test_what_cannot_be_is_named_with_its_place_and_remedy(shop, told, words):
    refused = shop.post("events", REVIEW | told)

    assert refused.status_code == 400
    assert words in refused.json()["details"]
    assert not Event.objects.exists()
    assert not Customer.objects.exists()


def test_a_batch_goes_on_after_what_is_refused(shop):
    shop.allow("17850", "BROWSE_HISTORY")

    results = shop.batch(
        "events",
        [
            VIEW,
            VIEW | {"source_id": "other", "customer": {"source_id": "b"}},
            REVIEW | {"occurred_at": "2030-01-01T00:00:00Z"},
            None,
            REVIEW | {"customer": {"id": "cust_nobody"}},
            REVIEW,
        ],
    )

    assert statuses(results) == ["created", *["rejected"] * 4, "created"]
    assert results[1]["error"]["key"] == "data_use_not_allowed"
    assert Product.objects.count() == 1
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("occurred_at", "taken"),
    [
        ("2026-05-01T09:04:59Z", True),
        ("2026-05-01T09:05:01Z", False),
        ("2027-05-01T09:00:00Z", False),
        ("1994-12-31T23:59:59Z", False),
        ("2009-12-31T23:59:59Z", True),
    ],
)
def test_the_future_and_the_distant_past_are_refused_by_name(shop, occurred_at, taken):
    event = {
        "event": "review",
        "source_id": "e1",
        "customer": {"source_id": "17850"},
        "occurred_at": occurred_at,
    }

    response = shop.post("events", event)

    assert response.status_code == (200 if taken else 400)
    assert taken or "occurred_at" in str(response.json())
