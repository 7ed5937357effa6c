"""Many codes told in one request: their metadata, and codes that bring an offer along."""

import pytest
from rest_framework.test import APIClient

from config.shared import async_actions
from rewards.models import Voucher
from tests.customers.api.test_bulk_api import became, sent
from tests.rewards.makers import make_generic, make_key, make_promotion, percent

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return APIClient(headers=make_key())


@pytest.fixture
def codes():
    promotion = make_promotion(percent(10), holder_only=False)
    return [make_generic(promotion, code=code) for code in ("MAY-ONE", "MAY-TWO", "MAY-THREE")]


def test_metadata_of_each(shop, codes):
    told = [
        {"code": "may-one", "metadata": {"printed": "May"}},
        {"code": "MAY-TWO", "metadata": {}},
        {"code": "NO-SUCH-CODE", "metadata": {"a": 1}},
        {"code": "MAY-THREE", "metadata": []},
        {"metadata": {}},
        ["MAY-ONE"],
    ]
    result = became(shop, shop.post("/v1/vouchers/bulk/async", told, format="json"))
    assert (result["updated_count"], result["unchanged_count"]) == (1, 1)
    assert [error["index"] for error in result["errors"]] == [2, 3, 4, 5]
    codes[0].refresh_from_db()
    assert codes[0].metadata == {"printed": "May"}


def test_the_same_metadata_for_several(shop, codes):
    told = {"codes": ["MAY-ONE", "MAY-TWO", "may-one"], "metadata": {"batch": 7}}
    result = became(shop, shop.post("/v1/vouchers/metadata/async", told, format="json"))
    assert result["rejected_count"] == 0
    assert [code["metadata"] for code in Voucher.objects.order_by("pk").values("metadata")] == [
        {"batch": 7},
        {"batch": 7},
        {},
    ]


def test_a_key_in_test_mode_leaves_live_codes_alone(codes):
    tester = APIClient(headers=make_key(test=True))
    told = [{"code": "MAY-ONE", "metadata": {"a": 1}}]
    result = became(tester, tester.post("/v1/vouchers/bulk/async", told, format="json"))
    assert [error["key"] for error in result["errors"]] == ["test_mode"]


def test_codes_with_an_offer_each(shop, codes):
    ten = {"type": "AMOUNT", "amount_off": 1000}
    told = [
        {"code": "TEN-OFF", "type": "DISCOUNT_VOUCHER", "discount": ten},
        {"code": "ten-off", "discount": ten},
        {"code": "MAY-ONE", "discount": ten},
        {"code": "NOTHING"},
        {"code": "GIFT", "type": "GIFT_VOUCHER", "gift": {"amount": 1}},
        {"code": "HALF", "discount": {"type": "PERCENT", "percent_off": 50}, "active": False},
        {"discount": ten},
        {"code": "X1", "discount": {"type": "PERCENT", "percent_off": 101}},
    ]
    result = became(shop, shop.post("/v1/vouchers/import", told, format="json"))
    assert result["created_count"] == 2
    assert [error["index"] for error in result["errors"]] == [1, 2, 3, 4, 6, 7]
    assert shop.get("/v1/vouchers/TEN-OFF").json()["discount"]["amount_off"] == 1000
    assert shop.get("/v1/vouchers/half").json()["active"] is False
    order = {"redeemables": [{"object": "voucher", "id": "TEN-OFF"}], "order": {"amount": 5000}}
    valid = shop.post("/v1/validations", order, format="json").json()
    assert valid["order"]["total_discount_amount"] == 1000


FILE = """Code,Voucher Type,Value,Discount Type,Category,Start Date,Expiration Date,\
Redemption Limit,Redeemed Quantity,Active,Additional Info,Printer
FIVE-OFF,DISCOUNT_VOUCHER,500,AMOUNT,,,2099-12-31T23:00:00Z,3,0,true,second drawer,Smith
FIVE-PERCENT,,5.5,percent,,,,,,,,
five-off,,500,AMOUNT,,,,,,,,
=FIVE,,500,AMOUNT,,,,,,,,
,,500,AMOUNT,,,,,,,,
HALF,,2.50,AMOUNT,,,,,,,,
UNITS,,1,UNIT,,,,,,,,
USED,,500,AMOUNT,,,,,4,,,
MAYBE,,500,AMOUNT,,,,,,perhaps,,
LATE,,500,AMOUNT,,,tomorrow,,,,,
"""


def test_a_file_of_codes(shop):
    result = became(shop, sent(shop, "/v1/vouchers/importCSV", FILE))
    assert result["created_count"] == 2
    assert [error["index"] for error in result["errors"]] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert all(error["message"] for error in result["errors"])
    five = shop.get("/v1/vouchers/FIVE-OFF").json()
    assert (five["redemption"]["quantity"], five["discount"]["amount_off"]) == (3, 500)
    assert five["metadata"] == {"Printer": "Smith", "additional_info": "second drawer"}
    assert shop.get("/v1/vouchers/FIVE-PERCENT").json()["discount"]["percent_off"] == 5.5


def test_a_file_again_adds_nothing(shop):
    became(shop, sent(shop, "/v1/vouchers/importCSV", FILE))
    result = became(shop, sent(shop, "/v1/vouchers/importCSV", FILE))
    assert (result["created_count"], result["rejected_count"]) == (0, 10)
    assert Voucher.objects.count() == 2


@pytest.mark.parametrize("body", [{}, {"codes": []}, {"codes": ["A"] * 10_001}, {"codes": "A"}, []])
def test_what_names_no_codes(shop, body):
    assert shop.post("/v1/vouchers/metadata/async", body, format="json").status_code == 400
    assert async_actions.work() == 0


def test_a_code_asked_for_by_address(shop):
    made = {
        "name": "Spring",
        "type": "AUTO_UPDATE",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 5}},
    }
    shop.post("/v1/campaigns", made, format="json")
    asked = {
        "campaign[name]": "Spring",
        "customer[source_id]": "ann",
        "source_id": "order-1",
        "metadata[till]": "4",
    }
    first, again = (shop.get("/v1/publications/create", asked).json() for _time in range(2))
    assert first["id"] == again["id"]
    assert (first["customer"]["source_id"], first["metadata"]) == ("ann", {"till": "4"})
    assert shop.post("/v1/publications/create", {}, format="json").status_code == 405
    reader = APIClient(headers=make_key("restricted", scopes=["publications:read"]))
    assert reader.get("/v1/publications/create", asked).status_code == 403


def test_the_same_key_for_another_address_is_refused(shop):
    """What a request asks for in its address is part of it."""
    key = {"Idempotency-Key": "once"}
    asked = {"voucher": "MAY-ONE", "customer[source_id]": "ann"}
    first = shop.get("/v1/publications/create", asked, headers=key)
    other = shop.get("/v1/publications/create", asked | {"voucher": "MAY-TWO"}, headers=key)
    assert (first.status_code, other.status_code) == (404, 409)
    assert other.json()["key"] == "idempotency_key_reused"
