"""Many customers, orders, products and variants told in one request, and what became of them."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from config.shared import async_actions
from config.shared.actors import SYSTEM
from config.shared.models import AsyncAction
from customers.models import Customer, Order, Product, Sku
from customers.services.erasure import ErasureReason, ImportUnfinished, erase_customer
from tests.rewards.makers import AT, make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return APIClient(headers=make_key())


def became(shop, response):
    """What the async action of an accepted request says after the work."""
    assert response.status_code == 202, response.content
    async_actions.work()
    action = shop.get(f"/v1/async-actions/{response.json()['async_action_id']}").json()
    assert (action["status"], action["operation_status"]) == ("DONE", "SUCCESS")
    assert action["progress"] == 100
    return action["result"]


def sent(shop, address, text, **more):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("told.csv", content, "text/csv")
    return shop.post(address, {"file": file}, format="multipart", **more)


def test_many_customers(shop):
    shop.post("/v1/customers", {"source_id": "ann", "name": "Ann Lee"}, format="json")
    told = [
        {"source_id": "ann", "name": "Ann Lee"},
        {"source_id": "bob", "email": "bob@example.com", "metadata": {"shoe": 43}},
        {"source_id": "cy", "email": "nonsense"},
        {"name": "Nobody"},
        "no customer",
        {"source_id": "a\x00b"},
    ]
    result = became(shop, shop.post("/v1/customers/bulk/async", told, format="json"))
    assert {name: count for name, count in result.items() if name != "errors"} == {
        "created_count": 1,
        "updated_count": 0,
        "unchanged_count": 1,
        "rejected_count": 4,
    }
    assert [error["index"] for error in result["errors"]] == [2, 3, 4, 5]
    assert result["errors"][0]["details"].startswith("email: ")
    assert set(Customer.objects.values_list("email", flat=True)) == {"", "bob@example.com"}


def test_the_same_metadata_for_many_is_merged(shop):
    made = {"source_id": "ann", "metadata": {"a": 1, "b": 2}}
    shop.post("/v1/customers", made, format="json")
    told = {"source_ids": ["ann", "new", "ann"], "metadata": {"b": None, "c": 3}}
    result = became(shop, shop.post("/v1/customers/metadata/async", told, format="json"))
    assert (result["created_count"], result["updated_count"]) == (1, 1)
    assert shop.get("/v1/customers/ann").json()["metadata"] == {"a": 1, "c": 3}
    assert shop.get("/v1/customers/new").json()["metadata"] == {"c": 3}


def test_many_orders_and_products(shop):
    products = [{"source_id": "mug", "name": "Mug", "price": 900}, {"source_id": "x", "price": -1}]
    result = became(shop, shop.post("/v1/products/bulk/async", products, format="json"))
    assert (result["created_count"], result["rejected_count"]) == (1, 1)
    items = [{"source_id": "mug", "quantity": 2, "price": 900}]
    orders = [
        {"source_id": "1", "status": "PAID", "items": items, "customer": {"source_id": "ann"}},
        {"source_id": "2", "amount": 5, "items": items, "customer": {"source_id": "ann"}},
    ]
    result = became(shop, shop.post("/v1/orders/import", orders, format="json"))
    assert (result["created_count"], result["rejected_count"]) == (1, 1)
    assert Order.objects.get().total_amount == 1800
    told = {"source_ids": ["mug"], "metadata": {"shelf": "7B"}}
    became(shop, shop.post("/v1/products/metadata/async", told, format="json"))
    assert Product.objects.get(source_id="mug").metadata == {"shelf": "7B"}


@pytest.mark.parametrize(
    "body", [{}, [], None, "x", 5, [{}] * 10_001, {"items": []}], ids=lambda body: str(body)[:9]
)
def test_what_is_no_list_is_refused_and_nothing_kept(shop, body):
    response = shop.post("/v1/customers/bulk/async", body, format="json")
    assert response.status_code == 400
    assert "10000" in response.json()["message"]
    assert not AsyncAction.objects.exists()


def test_a_repeat_is_answered_and_not_done_again(shop):
    told = [{"source_id": "ann"}]
    answers = [
        shop.post("/v1/customers/bulk/async", told, format="json", headers={"Idempotency-Key": "1"})
        for _time in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert AsyncAction.objects.count() == 1
    other = shop.post(
        "/v1/customers/bulk/async", [], format="json", headers={"Idempotency-Key": "1"}
    )
    assert other.status_code == 400


CUSTOMERS = """Source_Id;Name;Email;Phone;Birthdate;Address_City;Address_Country;Shoe size
ann;Ayşe Yılmaz;ayse@example.com;+905321234567;1990-05-31;İzmir;TR;38

bob;=HYPERLINK("x");bob@example.com;;;;;
cy;Cy;nonsense;;;;;
ann;Ayşe Yılmaz;ayse@example.com;;;;;38
short;row
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254", "utf-16"])
def test_a_file_of_customers(shop, encoding):
    result = became(shop, sent(shop, "/v1/customers/importCSV", CUSTOMERS.encode(encoding)))
    assert (result["created_count"], result["unchanged_count"]) == (1, 1)
    assert [error["index"] for error in result["errors"]] == [4, 5, 7]
    ann = shop.get("/v1/customers/ann").json()
    assert (ann["name"], ann["birthdate"]) == ("Ayşe Yılmaz", "1990-05-31")
    assert (ann["address"]["city"], ann["address"]["country"]) == ("İzmir", "TR")
    assert ann["metadata"] == {"Shoe size": "38"}


def test_a_file_of_products_and_one_of_their_variants(shop):
    products = (
        "name,source_id,price,attributes,Shelf\n"
        'Mug,mug,900,"colour, size",7B\n'
        "Bowl,bowl,12.50,,\n"
        ",,,,\n"
        "Nothing,,1,,\n"
    )
    result = became(shop, sent(shop, "/v1/products/importCSV", products))
    assert (result["created_count"], result["rejected_count"]) == (1, 2)
    assert "1250" in result["errors"][0]["message"]
    mug = Product.objects.get()
    assert (mug.name, mug.price, mug.attributes) == ("Mug", 900, ["colour", "size"])
    assert mug.metadata == {"Shelf": "7B"}
    skus = (
        "product_id,source_id,sku,price,attributes\n"
        "mug,mug-r,Red mug,990,\"{'colour':'red'}\"\n"
        'mug,mug-b,Blue mug,,"{""colour"": ""blue""}"\n'
        "mug,mug-x,,,red\n"
        "bowl,bowl-r,,,\n"
        ",none,,,\n"
    )
    result = became(shop, sent(shop, "/v1/skus/importCSV", skus))
    assert (result["created_count"], result["rejected_count"]) == (2, 3)
    assert Sku.objects.get(source_id="mug-r").attributes == {"colour": "red"}
    assert Sku.objects.get(source_id="mug-b").price is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"name\nAnn\n",
        b"source_id,Source ID\n1,2\n",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"PK\x03\x04" + b"x" * 50,
    ],
)
def test_what_is_no_table_is_refused_and_nothing_kept(shop, content):
    response = sent(shop, "/v1/customers/importCSV", content)
    assert response.status_code == 400, response.content
    assert response.json()["message"]
    assert not AsyncAction.objects.exists()


def test_a_file_that_is_too_large(shop, settings):
    settings.IMPORT_LARGEST_UPLOAD = 1024 * 1024
    response = sent(shop, "/v1/customers/importCSV", "source_id\n" + "ann\n" * 300_000)
    assert response.status_code == 400
    assert "1 MB" in response.json()["message"]
    assert not AsyncAction.objects.exists()


def test_a_file_that_ends_in_rubbish_is_kept_whole_or_not_at_all(shop, monkeypatch):
    monkeypatch.setattr("customers.api.bulk_rows.MOST_ROWS", 2)
    response = sent(shop, "/v1/customers/importCSV", "source_id\na\nb\nc\n")
    assert (response.status_code, response.json()["key"]) == (400, "unusable_file")
    assert not AsyncAction.objects.exists()


def test_a_form_without_a_file(shop):
    for address in ("/v1/customers/importCSV", "/v1/products/importCSV", "/v1/skus/importCSV"):
        assert shop.post(address, {}, format="multipart").status_code == 400
        assert shop.post(address, [], format="json").status_code == 400


def test_errors_are_in_the_language_of_who_asked(shop):
    response = sent(
        shop, "/v1/customers/importCSV", "source_id,email\nx,nonsense\n", HTTP_ACCEPT_LANGUAGE="tr"
    )
    [error] = became(shop, response)["errors"]
    assert error["message"] == "İstek hatalı biçimlendirilmiş."


def test_nobody_is_erased_while_a_file_may_bring_them_back(shop):
    shop.post("/v1/customers", {"source_id": "ann"}, format="json")
    response = shop.post("/v1/customers/bulk/async", [{"source_id": "ann"}], format="json")
    ann, how = Customer.objects.get(), {"actor": SYSTEM, "reason": ErasureReason.REQUESTED}
    with pytest.raises(ImportUnfinished, match=response.json()["async_action_id"]):
        erase_customer(customer=ann, at=AT, **how)
    async_actions.work()
    erase_customer(customer=ann, at=AT, **how)


def test_an_erasure_takes_what_errors_quote_of_the_person(shop):
    told = [
        {"source_id": "ann", "email": "ann@example.com"},
        {"id": "cust_nobody"},
    ]
    action_id = shop.post("/v1/customers/bulk/async", told, format="json").json()["async_action_id"]
    async_actions.work()
    action = AsyncAction.objects.get(public_id=action_id)
    quoting = {"index": 0, "key": "x", "message": "", "details": "“ann@example.com” is wrong"}
    AsyncAction.objects.filter(pk=action.pk).update(errors=[*action.errors, quoting])
    ann = Customer.objects.get(email="ann@example.com")
    erase_customer(customer=ann, at=AT, actor=SYSTEM, reason=ErasureReason.REQUESTED)
    action.refresh_from_db()
    assert "ann@example.com" not in json.dumps(action.errors)
    assert len(action.errors) == 1


def test_actions_of_all_kinds_are_listed_newest_first(shop):
    ids = [
        shop.post("/v1/customers/bulk/async", [{"source_id": str(n)}], format="json").json()[
            "async_action_id"
        ]
        for n in range(3)
    ]
    made = {
        "name": "Spring",
        "type": "AUTO_UPDATE",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 5}},
    }
    shop.post("/v1/campaigns", made, format="json")
    many = shop.post("/v1/campaigns/Spring/vouchers?vouchers_count=3", {}, format="json")
    ids.append(many.json()["async_action_id"])
    seen, last = [], ""
    for _page in range(4):
        query = {"limit": 1} | ({"starting_after_id": last} if last else {})
        page = shop.get("/v1/async-actions", query).json()
        [row] = page["async_actions"]
        seen.append(row["id"])
        last = page["more_starting_after_id"]
    assert seen == ids[::-1]
    assert (page["total"], page["has_more"], last) == (4, False, None)
    paged = shop.get("/v1/async-actions", {"limit": 2, "page": 2}).json()["async_actions"]
    assert [row["id"] for row in paged] == ids[1::-1]
    types = {row["type"] for row in shop.get("/v1/async-actions").json()["async_actions"]}
    assert types == {"CUSTOMERS_BULK_UPDATE", "CAMPAIGNS_VOUCHERS_GENERATION"}
    assert shop.get("/v1/async-actions", {"starting_after_id": "aa_x"}).status_code == 400
    assert shop.get("/v1/async-actions/aa_x").status_code == 404
