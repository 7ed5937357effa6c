"""Segments over the API, as a shop's server uses them."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from config.shared import clock
from segments.admin.forms import RuleField
from segments.models import Segment
from segments.services.sizes import count_sizes
from tests.customers.api.conftest import AT, Shop
from tests.factories import (
    CustomerFactory,
    IdentityFactory,
    OrderFactory,
    SegmentFactory,
)
from tests.rewards.makers import make_key
from tests.segments.keeping.world import kept

TURKISH = {"field": "profile.country", "cmp": "is", "value": "TR"}


@pytest.fixture
def shop(db):
    with clock.use(clock.FrozenClock(AT)):
        yield Shop(make_key())


def test_a_segment_is_made_read_changed_and_removed(shop) -> None:
    made = shop.post("segments", {"name": "Turks", "rules": TURKISH}).json()
    assert (made["object"], made["name"], made["rules"]) == ("segment", "Turks", TURKISH)
    assert (made["missing"], made["size"]) == ([], None)
    path = f"segments/{made['id']}"
    assert shop.get(path).json() == made
    changed = shop.put(path, {"name": "Everybody", "rules": {"everyone": True}}).json()
    assert (changed["id"], changed["sentence"]) == (made["id"], "everyone")
    assert [one["id"] for one in shop.get("segments").json()["segments"]] == [made["id"]]
    assert shop.client.delete(f"/v1/{path}").status_code == 204
    assert shop.get(path).status_code == 404
    assert not Segment.objects.exists()


def test_a_kept_segment_tells_its_known_size_and_when_it_was_counted(
    shop, django_assert_num_queries
) -> None:
    for _i in range(3):
        CustomerFactory(country="TR")
    of = kept(TURKISH)
    path = f"segments/{of.public_id}"
    assert shop.get(path).json()["size"] is None, "not counted yet"
    count_sizes(at=AT)
    size = {"count": 3, "counted_at": AT.isoformat().replace("+00:00", "Z")}
    assert shop.get(path).json()["size"] == size
    SegmentFactory(rules=TURKISH)
    with django_assert_num_queries(4):
        listed = shop.get("segments").json()["segments"]
    assert [one["size"] for one in listed] == [None, size]


REFUSED = [
    {"field": "shoes.size", "cmp": "is", "value": 42},
    {"op": "and", "rules": [TURKISH, {"field": "orders.count", "cmp": "contains", "value": "x"}]},
    {"op": "or", "rules": [{"field": "orders.count", "cmp": "gte", "value": "three"}]},
    {"op": "and", "rules": []},
    {"field": "orders.sum", "cmp": "gte", "value": 100},
    {"field": "attribute.never_was", "cmp": "empty"},
    {"version": 2, "everyone": True},
]


@pytest.mark.parametrize("rule", REFUSED)
def test_the_shop_and_the_screen_are_told_the_same(shop, rule) -> None:
    """The same place and the same words, whoever writes the rule."""
    with pytest.raises(ValidationError) as on_screen:
        RuleField().clean(json.dumps(rule))
    for refused in (
        shop.post("segments", {"name": "Odd", "rules": rule}),
        shop.post("segments/count", {"rules": rule}),
    ):
        told = refused.json()
        assert (refused.status_code, told["key"]) == (400, "invalid_segment_rule")
        assert [f"{told['message']} {told['details']}"] == on_screen.value.messages
    assert not Segment.objects.exists()


def test_what_a_rule_misses_is_told_with_its_place(shop) -> None:
    """The shop tells of a category with its first product; rules may come before."""
    CustomerFactory()
    never = {"field": "product.category_bought", "cmp": "not_in", "value": ["Kayaks"]}
    made = shop.post("segments", {"name": "No kayaks", "rules": never}).json()
    [missing] = made["missing"]
    assert (missing["path"], missing["field"]) == ("rules", "product.category_bought")
    assert "Kayaks" in missing["why"]
    counted = shop.post("segments/count", {"rules": never}).json()
    assert (counted["count"], counted["missing"]) == (0, [missing])
    shop.post("products", {"source_id": "K1", "name": "Kayak", "category": "Kayaks"})
    assert shop.get(f"segments/{made['id']}").json()["missing"] == []
    assert shop.post("segments/count", {"rules": never}).json() == {"count": 1, "exact": True}


def test_a_rule_that_is_too_new_for_us_is_shown_and_names_nobody(shop) -> None:
    SegmentFactory(rules={"version": 2, "everyone": True})
    [shown] = shop.get("segments").json()["segments"]
    assert "newer version" in shown["missing"][0]["why"]


def test_a_rule_that_cannot_be_used_is_refused_with_its_place(shop) -> None:
    rule = {"op": "and", "rules": [TURKISH, {"field": "orders.count", "cmp": "contains"}]}
    for path in ("segments", "segments/count"):
        refused = shop.post(path, {"name": "Odd", "rules": rule})
        assert refused.status_code == 400
        assert refused.json()["key"] == "invalid_segment_rule"
        assert "rules.rules[1].cmp" in refused.json()["message"]
    assert not Segment.objects.exists()


def test_a_rule_is_counted_as_of_a_moment(shop) -> None:
    identity = IdentityFactory(customer=CustomerFactory())
    OrderFactory(identity=identity, placed_at=AT - timedelta(days=2))
    CustomerFactory()
    bought = {"field": "orders.count", "cmp": "gte", "value": 1}
    assert shop.post("segments/count", {"rules": bought}).json() == {"count": 1, "exact": True}
    before = (AT - timedelta(days=3)).isoformat()
    told = shop.post("segments/count", {"rules": bought, "at": before}).json()
    assert told["count"] == 0


@pytest.mark.parametrize("body", [{}, {"rules": TURKISH, "at": "yesterday"}, {"rules": None}, []])
def test_a_count_that_makes_no_sense_is_refused(shop, body) -> None:
    assert shop.post("segments/count", body).status_code == 400


def test_the_customers_of_a_segment_come_page_by_page_and_each_once(shop) -> None:
    turks = [CustomerFactory().public_id for _i in range(5)]
    CustomerFactory(country="IE")
    segment = SegmentFactory(rules=TURKISH)
    seen, after = [], {}
    for _page in range(3):
        page = shop.get(f"segments/{segment.public_id}/customers", limit=2, **after).json()
        seen += [one["id"] for one in page["customers"]]
        after = {"starting_after_id": page["more_starting_after_id"]}
    assert seen == turks
    assert (page["has_more"], page["more_starting_after_id"]) == (False, None)


def test_a_page_of_customers_costs_the_same_however_many(shop, django_assert_num_queries) -> None:
    segment = SegmentFactory(rules=TURKISH)
    for _i in range(7):
        IdentityFactory(customer=CustomerFactory())
    shop.get(f"segments/{segment.public_id}/customers")
    for limit in (1, 7):
        with django_assert_num_queries(7):
            shop.get(f"segments/{segment.public_id}/customers", limit=limit)


def test_one_customer_is_checked_and_every_condition_explained(shop) -> None:
    identity = IdentityFactory(customer=CustomerFactory(country="IE"))
    searched = {"field": "event.searched", "cmp": "gte", "value": 1}
    segment = SegmentFactory(rules={"op": "or", "rules": [TURKISH, searched]})
    told = shop.post(
        f"segments/{segment.public_id}/check", {"customer": identity.external_id}
    ).json()
    assert told["member"] is False
    country, hidden = told["conditions"]
    assert (country["answer"], country["seen"]) == (False, "IE")
    assert (hidden["answer"], hidden["seen"], hidden["why"]) == (None, "", "not allowed to look")


def test_the_fields_that_rules_can_ask_about_are_listed(shop) -> None:
    listed = shop.get("segments/fields").json()
    by_id = {one["id"]: one for one in listed["fields"]}
    assert listed["total"] == len(by_id)
    assert by_id["event.searched"]["data_category"] == "SEARCH_HISTORY"
    assert "gte" in by_id["orders.count"]["cmps"]
    assert "product.category" in [one["id"] for one in by_id["orders.count"]["where"]]
    stages = by_id["orders.lifecycle"]["choices"]
    assert [one["value"] for one in stages] == ["new", "active", "lapsed"]
    assert "90 days" in stages[2]["name"]


def test_a_key_without_the_scope_is_refused(db) -> None:
    shop = Shop(make_key(kind="restricted", scopes=["customers:read"]))
    assert shop.get("segments").status_code == 403
    assert shop.post("segments/count", {"rules": TURKISH}).status_code == 403
