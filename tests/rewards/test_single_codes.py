"""The calls about one code that older clients make, for servers and for pages."""

import pytest
from rest_framework.test import APIClient

from config.shared import keys
from config.shared.actors import SYSTEM
from rewards.api import bracketed
from rewards.models import Redemption, Reservation, Voucher

from .makers import make_generic, make_identity, make_promotion
from .shop import frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"
ORDER = {
    "source_id": "536365",
    "currency": "GBP",
    "items": [
        {"source_id": "85123A", "quantity": 6, "price": 255},
        {"product_id": "prod_5h1pp1ng", "price": 495},
    ],
}


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr("rewards.api.client.LEAST_SECONDS", 0)
    made = keys.create_api_key(
        name="pages", kind="publishable", origins=[SHOP], may_redeem=True, actor=SYSTEM
    )
    headers = {"X-Client-Application-Id": made.key.app_id, "X-Client-Token": made.token}
    return APIClient(headers=headers | {"Origin": SHOP})


def test_one_code_is_validated_as_among_several(shop):
    make_identity("ann")
    voucher = make_generic(limit=3)
    body = {"customer": {"source_id": "ann"}, "order": ORDER}

    told = shop.post(f"vouchers/{voucher.code.lower()}/validate", body).json()
    whole = shop.post(
        "validations", body | {"redeemables": [{"object": "voucher", "id": voucher.code}]}
    ).json()

    assert (told["valid"], told["code"]) == (True, voucher.code)
    assert told["order"] == whole["order"]
    assert told["discount"] == whole["redeemables"][0]["result"]["discount"]
    assert (told["campaign"], told["campaign_id"]) == ("Spring", voucher.promotion.public_id)
    assert not Redemption.objects.exists()


def test_a_session_of_one_code(shop):
    voucher = make_generic(limit=1)
    session = {"type": "LOCK", "key": "till-1", "ttl": 5, "ttl_unit": "MINUTES"}

    told = shop.post(f"vouchers/{voucher.code}/validate", {"order": ORDER, "session": session})

    assert told.json()["session"]["key"] == "till-1"
    assert Reservation.objects.get().session_key == "till-1"


def test_why_one_code_does_not_apply(shop):
    make_generic(make_promotion(holder_only=False, minimum_amount=100_000))

    told = shop.post("vouchers/SPRING-15/validate", {"order": ORDER}).json()
    unknown = shop.post("vouchers/NO-SUCH/validate", {"order": ORDER}).json()

    assert (told["valid"], told["error"]["key"]) == (False, "order_rules_violated")
    assert told["reason"] == told["error"]["message"]
    assert (unknown["valid"], unknown["error"]["key"]) == (False, "not_found")


def test_one_code_is_redeemed_once(shop):
    make_generic(limit=1)
    body = {"customer": {"source_id": "ann"}, "order": ORDER, "metadata": {"till": 4}}

    made = shop.post("vouchers/SPRING-15/redemption", body).json()
    again = shop.post("vouchers/SPRING-15/redemption", body).json()
    other = shop.post("vouchers/SPRING-15/redemption", body | {"order": ORDER | {"source_id": "2"}})

    assert (made["object"], made["result"]) == ("redemption", "SUCCESS")
    assert made["voucher"]["code"] == "SPRING-15"
    assert made["metadata"] == {"till": 4}
    assert again["id"] == made["id"]
    assert (other.status_code, other.json()["key"]) == (400, "quantity_exceeded")
    assert shop.post("vouchers/NO-SUCH/redemption", body).status_code == 404
    assert Voucher.objects.get().redeemed_count == 1


@pytest.mark.parametrize("empty", [{}, {"source_id": None}, None])
def test_clients_that_write_down_that_nobody_is_known(shop, empty):
    make_generic()

    made = shop.post("vouchers/SPRING-15/redemption", {"customer": empty, "order": ORDER})

    assert made.json()["customer"] is None


@pytest.mark.parametrize("body", [[], "text", {"order": 5}, {"order": {"items": [{"price": -1}]}}])
@pytest.mark.parametrize("path", ["validate", "redemption"])
def test_what_cannot_be_read_is_refused(shop, path, body):
    make_generic()

    refused = shop.client.post(f"/v1/vouchers/SPRING-15/{path}", body, format="json")

    assert refused.status_code in {200, 400}
    assert not Redemption.objects.filter(result="SUCCESS").exists()


# --- pages ----------------------------------------------------------------------------------------
def test_a_page_validates_in_its_address(page):
    make_identity("ann")
    make_generic()
    asked = {
        "code": " spring-15 ",
        "item[0][source_id]": "85123A",
        "item[0][quantity]": "6",
        "item[0][price]": "255",
        "item[1][product_id]": "prod_5h1pp1ng",
        "item[1][price]": "495",
        "order[metadata][currency]": "GBP",
        "customer[source_id]": "ann",
        "metadata[page]": "cart",
        "tracking_id": "x",
    }

    told = page.get("/client/v1/validate", asked).json()

    assert (told["valid"], told["code"]) == (True, "SPRING-15")
    assert told["order"]["total_discount_amount"] == 230  # 15% of 15.30, half up
    assert told["order"]["customer_id"]


def test_a_page_may_send_the_amount_alone_and_hold_the_code(page):
    make_generic(limit=1)

    told = page.get(
        "/client/v1/validate",
        {
            "code": "SPRING-15",
            "amount": "2000",
            "order[metadata][currency]": "GBP",
            "session_type": "LOCK",
            "session_key": "cart-9",
            "session_ttl": "5",
            "session_ttl_unit": "MINUTES",
        },
    ).json()

    assert told["order"]["total_amount"] == 1700
    assert Reservation.objects.get().session_key == "cart-9"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"code": ""},
        {"code[x]": "SPRING-15"},
        {"code": "SPRING-15", "amount": "many"},
        {"code": "SPRING-15", "amount": "-5"},
        {"code": "SPRING-15", "item[0][price]": "1.5"},
        {"code": "SPRING-15", "item": "mug"},
        {"code": "SPRING-15", "item[x][price]": "5"},
        {"code": "SPRING-15", "item[0][price": "5"},
        {"code": "SPRING-15", "a[b][c][d][e][f][g]": "5"},
        {"code": "SPRING-15", "customer": "ann"},
        {"code": "SPRING-15", "order": "1", "metadata": "2"},
        {"code": "SPRING-15", "order[metadata]": "x"},
        {"code": "SPRING-15", "session_type": "OPEN"},
        {"code": "SPRING-15", "session_ttl": "-1", "session_type": "LOCK"},
    ],
)
def test_an_address_that_cannot_be_read_is_never_a_500(page, asked):
    make_generic()

    told = page.get("/client/v1/validate", asked)

    assert told.status_code in {200, 400}
    assert not Reservation.objects.exists()


def test_a_page_redeems_one_code(page):
    make_generic(limit=1)
    body = {"customer": {}, "order": ORDER}

    made = page.post("/client/v1/redeem?code=SPRING-15", body, format="json").json()
    refused = page.post("/client/v1/redeem?code=NO-SUCH", body, format="json")

    assert made["result"] == "SUCCESS"
    assert (refused.status_code, refused.json()["key"]) == (404, "not_found")
    assert page.post("/client/v1/redeem", body, format="json").status_code == 400


def test_guesses_in_the_address_count(page):
    keys.ApiKey.objects.update(wrong_codes_per_caller=3)

    for number in range(3):
        told = page.get("/client/v1/validate", {"code": f"GUESS-{number}", "amount": "1"})
        assert told.json()["valid"] is False
    assert page.get("/client/v1/validate", {"code": "GUESS-9"}).status_code == 429


def test_names_in_brackets():
    told = bracketed.read(
        [("a", "1"), ("b[c]", "2"), ("b[d][e]", "3"), ("i[1][x]", "5"), ("i[0][x]", "4"), ("l", "")]
    )

    assert told["a"] == "1"
    assert told["b"] == {"c": "2", "d": {"e": "3"}}
    assert bracketed.rows(told["i"]) == [{"x": "4"}, {"x": "5"}]
    assert bracketed.rows(None) == []
    assert bracketed.numbers({"x": "4", "y": "no"}, "x", "y", "z") == {"x": 4, "y": "no"}
