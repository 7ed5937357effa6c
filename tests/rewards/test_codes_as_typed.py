"""Codes as people type them: every way of writing one is that code, and a look-alike is none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.shared import clock
from config.shared.clock import FrozenClock
from rewards.models import Redemption, Reservation, Voucher
from rewards.services.code_run_work import work

from .makers import AT, make_generic, make_promotion
from .shop import asked, frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

CODE = "İNDİRİM-20"
SAME = [
    *("indirim-20", "INDIRIM-20", "ındırım-20", "  İndirim-20\t", "\u00a0INDIRIM-20\u200b"),
    *("i\u0307ndi\u0307ri\u0307m-20", "\uff29\uff2e\uff24\uff29\uff32\uff29\uff2d-20"),
]
LOOK_ALIKE = [
    "\u0406NDIRIM-20",  # a Ukrainian I
    "IND\u0399RIM-20",  # a Greek iota
    "lNDIRIM-20",  # a small L
    "1NDIRIM-20",
    "INDIRIM-2O",  # the letter O
    "INDIRIM\u201020",  # another hyphen
    "INDIRIM - 20",
]


@pytest.fixture
def code():
    return make_generic(make_promotion(name="Typed", holder_only=False), code=CODE, limit=50)


@pytest.mark.parametrize("typed", SAME)
def test_every_way_of_typing_it_is_the_code(shop, code, typed):
    assert shop.validate(typed, amount=1000).json()["valid"] is True
    assert shop.redeem(typed, amount=1000).status_code == 200
    assert shop.client.get(f"/v1/vouchers/{typed.strip()}").json()["code"] == CODE
    code.refresh_from_db()
    assert code.redeemed_count == 1


@pytest.mark.parametrize("typed", LOOK_ALIKE)
def test_what_only_looks_like_it_is_unknown(shop, code, typed):
    assert shop.validate(typed, amount=1000).json()["valid"] is False
    refused = shop.redeem(typed, amount=1000)

    assert (refused.status_code, refused.json()["key"]) == (404, "not_found")
    assert not Redemption.objects.exists()


def test_two_ways_of_typing_are_one_code_in_one_request(shop, code):
    body = asked(CODE, amount=1000)
    body["redeemables"].append({"object": "voucher", "id": "indirim-20"})

    refused = shop.post("redemptions", body)

    assert (refused.status_code, refused.json()["key"]) == (400, "duplicated_redeemables")


def test_an_order_that_was_paid_in_capitals_is_paid_in_small_letters_too(shop, code):
    first = shop.redeem(CODE, amount=1000, source_id="order-1")
    again = shop.redeem("indirim-20", amount=1000, source_id="order-1")

    assert again.json()["redemptions"][0]["id"] == first.json()["redemptions"][0]["id"]
    assert Voucher.objects.get().redeemed_count == 1


def test_a_session_is_released_however_the_code_is_typed(shop, code):
    body = asked(CODE, amount=1000) | {"session": {"type": "LOCK", "key": "cart"}}
    assert shop.post("validations", body).json()["valid"] is True

    with clock.use(FrozenClock(AT)):
        released = shop.client.delete("/v1/vouchers/indirim-20/sessions/cart")

    assert released.status_code == 204
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("typed", ["indirim-20", " İndirim-20 ", "IND\u0399RIM-20", "=1+1"])
def test_no_second_code_is_made_that_nobody_could_tell_from_it(shop, code, typed):
    """The same in other letters exists already; alphabets that are mixed and formulas are none."""
    made = shop.post(f"campaigns/Typed/vouchers/{typed}", {})

    assert made.status_code in {400, 409}
    assert Voucher.objects.count() == 1


# --- bringing codes -------------------------------------------------------------------------------
BROUGHT = [
    *("GOOD-1", "good-1", " GOOD-2 ", "indirim-20", "", "  ", "=1+1", "+44", "-5", "@SUM(A1)"),
    *("1,23E+15", "TWO WORDS", "IND\u0399RIM-21", "AB", "X" * 61, "GOOD-3"),
]
TAKEN = ["GOOD-1", "GOOD-2", "GOOD-3"]


def brought(shop, path, **sent):
    """The codes of the campaign after an import, and what its async action says."""
    asked_for = shop.client.post(f"/v1/campaigns/Typed/{path}", **sent)
    assert asked_for.status_code == 200, asked_for.content
    work()
    action = shop.client.get(f"/v1/async-actions/{asked_for.json()['async_action_id']}").json()
    codes = Voucher.objects.exclude(code=CODE).order_by("code").values_list("code", flat=True)
    return list(codes), action


def test_a_file_with_duplicates_blanks_and_formulas_brings_what_is_a_code(shop, code):
    table = "code,remark\n" + "".join(f'"{one}",x\n' for one in BROUGHT)
    file = SimpleUploadedFile("codes.csv", table.encode())

    codes, action = brought(shop, "importCSV", data={"file": file}, format="multipart")

    assert codes == TAKEN
    assert action["status"] == "DONE"
    assert action["result"] == {"created_count": 3, "skipped_count": len(BROUGHT) - 3}


def test_a_list_with_duplicates_blanks_and_formulas_brings_the_same(shop, code):
    listed = [{"code": one} for one in BROUGHT if one.strip() and len(one) <= 60]

    codes, action = brought(shop, "import", data=listed, format="json")

    assert codes == TAKEN
    assert action["result"] == {"created_count": 3, "skipped_count": len(listed) - 3}
