"""Static lists over the API: made, filled and emptied in batches, and asked for in rules."""

import pytest

from config.shared import clock
from config.shared.models import Fact, Project
from segments.models import ListMember, StaticList
from tests.customers.api.conftest import AT, Shop
from tests.factories import CustomerFactory, IdentityFactory, SegmentFactory
from tests.rewards.makers import make_key
from tests.shared.test_api_description import check, description

__all__ = ["description"]  # a fixture

FAIR = {"name": "Spring fair", "description": "They left a card.", "made_from": ["OFFLINE"]}


@pytest.fixture
def shop(db):
    Project.objects.update_or_create(pk=1, defaults={"country": "TR", "gated_categories": []})
    with clock.use(clock.FrozenClock(AT)):
        yield Shop(make_key())


@pytest.fixture
def made(shop):
    return shop.post("lists", FAIR).json()


def people() -> tuple[str, str, str]:
    """Three customers named in three ways: the shop's id, an e-mail address, a phone number."""
    IdentityFactory(external_id="17850")
    CustomerFactory(email="ann@example.com")
    CustomerFactory(phone="+905321234567")
    return "17850", "Ann@Example.com", "0532 123 45 67"


def test_a_list_is_made_read_changed_and_removed(shop, made) -> None:
    assert {name: made[name] for name in FAIR} == FAIR
    assert (made["object"], made["customers_count"]) == ("customer_list", 0)
    path = f"lists/{made['id']}"
    assert shop.get(path).json() == made
    changed = shop.put(path, {"name": "Autumn fair"}).json()
    assert (changed["name"], changed["made_from"]) == ("Autumn fair", ["OFFLINE"])
    assert shop.get("lists").json()["lists"] == [changed]
    assert shop.client.delete(f"/v1/{path}").status_code == 204
    assert shop.get(path).json()["key"] == "not_found"
    assert not StaticList.objects.exists()


def test_customers_are_put_on_it_by_whatever_names_them(shop, made) -> None:
    path = f"lists/{made['id']}/customers"
    names = [*people(), "17850", "nobody", 7, "", "ann@example.com\x00"]
    told = shop.post(path, {"customers": names}).json()
    assert [one["status"] for one in told["results"]] == [
        *["changed"] * 3, "unchanged", *["rejected"] * 4,
    ]  # fmt: skip
    assert told["customers_count"] == 3
    nobody = told["results"][4]["error"]
    assert (nobody["key"], nobody["message"]) == (
        "unknown_customer",
        "Nobody has this id or address.",
    )
    again = shop.post(path, {"customers": names[:3]}).json()
    assert [one["status"] for one in again["results"]] == ["unchanged"] * 3
    assert Fact.objects.filter(kind="list.changed").count() == 3


def test_who_several_share_an_address_with_is_not_guessed(shop, made) -> None:
    for _i in range(2):
        CustomerFactory(email="home@example.com")
    told = shop.post(f"lists/{made['id']}/customers", {"customers": ["home@example.com"]}).json()
    assert "Several customers" in told["results"][0]["error"]["message"]
    assert not ListMember.objects.exists()


def test_customers_are_taken_off_it(shop, made) -> None:
    first, *others = people()
    path = f"lists/{made['id']}/customers"
    shop.post(path, {"customers": [first, *others]})
    told = shop.post(f"{path}/remove", {"customers": [first, first, "nobody"]}).json()
    assert [one["status"] for one in told["results"]] == ["changed", "unchanged", "rejected"]
    assert told["customers_count"] == 2


def test_who_is_on_it_comes_page_by_page_and_each_once(shop, made) -> None:
    wanted = [CustomerFactory().public_id for _i in range(5)]
    CustomerFactory()
    path = f"lists/{made['id']}/customers"
    shop.post(path, {"customers": wanted})
    seen, after = [], {}
    for _page in range(3):
        page = shop.get(path, limit=2, **after).json()
        seen += [one["id"] for one in page["customers"]]
        after = {"starting_after_id": page["more_starting_after_id"]}
    assert seen == wanted
    assert (page["has_more"], page["more_starting_after_id"]) == (False, None)


def test_a_thousand_names_take_no_more_statements_than_one(
    shop, made, django_assert_max_num_queries
) -> None:
    names = [CustomerFactory().public_id for _i in range(30)]
    path = f"lists/{made['id']}/customers"
    with django_assert_max_num_queries(22):
        shop.post(path, {"customers": names[:1]})
    with django_assert_max_num_queries(22):
        shop.post(path, {"customers": names})


@pytest.mark.parametrize(
    "body", [{}, [], {"customers": []}, {"customers": "17850"}, {"customers": ["x"] * 1_001}]
)
def test_what_are_no_customers_is_refused(shop, made, body) -> None:
    assert shop.post(f"lists/{made['id']}/customers", body).status_code == 400


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "made_from": ["SHOE_SIZE"]}, {"name": "x" * 121}]
)
def test_what_is_no_list_is_refused(shop, body) -> None:
    assert shop.post("lists", body).status_code == 400
    assert not StaticList.objects.exists()


def test_a_request_that_is_sent_again_is_answered_and_not_repeated(shop, made) -> None:
    path, (name, *_others) = f"lists/{made['id']}/customers", people()
    key = {"Idempotency-Key": "once"}
    first = shop.post(path, {"customers": [name]}, **key)
    ListMember.objects.all().delete()
    assert shop.post(path, {"customers": [name]}, **key).json() == first.json()
    assert not ListMember.objects.exists()


def test_a_list_that_a_segment_uses_is_not_removed(shop, made) -> None:
    SegmentFactory(rules={"field": "list.member", "cmp": "in", "value": [made["id"]]})
    refused = shop.client.delete(f"/v1/lists/{made['id']}")
    assert (refused.status_code, refused.json()["key"]) == (400, "refused")


def test_a_rule_asks_for_the_list(shop, made) -> None:
    name, *_others = people()
    shop.post(f"lists/{made['id']}/customers", {"customers": [name]})
    on_it = {"field": "list.member", "cmp": "in", "value": [made["id"]]}
    assert shop.post("segments/count", {"rules": on_it}).json()["count"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "lists"), ("get", "lists/list_x"), ("get", "lists/list_x/customers"),
     ("post", "lists"), ("put", "lists/list_x"), ("delete", "lists/list_x"),
     ("post", "lists/list_x/customers"), ("post", "lists/list_x/customers/remove")],
)  # fmt: skip
def test_each_call_needs_its_scope(db, method, path) -> None:
    other = "lists:write" if method == "get" else "lists:read"
    shop = Shop(make_key(kind="restricted", scopes=[other]))
    assert getattr(shop.client, method)(f"/v1/{path}").status_code == 403


def test_what_is_no_list_is_not_found(shop) -> None:
    assert shop.get("lists/list_x").status_code == 404
    assert shop.get("lists/%00").status_code == 404
    assert shop.post("lists/list_x/customers", {"customers": ["x"]}).status_code == 404


def test_the_answers_are_as_described(shop, description) -> None:
    people()
    list_id = shop.post("lists", FAIR).json()["id"]
    one, of_it = "/v1/lists/{list_id}", "/v1/lists/{list_id}/customers"
    check(description, ("get", "/v1/lists"), 200, shop.get("lists").json())
    check(description, ("get", one), 200, shop.get(f"lists/{list_id}").json())
    names = {"customers": ["17850", "nobody", None]}
    for path, address in ((of_it, ""), (f"{of_it}/remove", "/remove")):
        told = shop.post(f"lists/{list_id}/customers{address}", names)
        check(description, ("post", path), 200, told.json())
    shop.post(f"lists/{list_id}/customers", names)
    check(description, ("get", of_it), 200, shop.get(f"lists/{list_id}/customers").json())
    check(description, ("get", one), 404, shop.get("lists/none").json())


def test_the_examples_are_accepted(shop, description) -> None:
    made = {}
    for path in (
        "/v1/lists",
        "/v1/lists/{list_id}/customers",
        "/v1/segments",
        "/v1/segments/count",
    ):
        content = description["paths"][path]["post"]["requestBody"]["content"]
        for example in content["application/json"]["examples"].values():
            address = path.removeprefix("/v1/").format(list_id=made.get("/v1/lists"))
            response = shop.post(address, example["value"])
            assert response.status_code == 200, response.content
            made[path] = response.json().get("id")
