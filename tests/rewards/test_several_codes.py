"""Several codes on one order: each on what the ones before it left, all or nothing."""

import pytest

from rewards.models import Redemption, Rollback, StackingRules, Voucher

from .makers import AT, amount, make_generic, make_identity, make_promotion, percent
from .shop import asked, frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db


def two_codes(**of_second):
    first = make_promotion(percent(20), name="Twenty", holder_only=False)
    second = make_promotion(amount(1000), name="Ten off", holder_only=False, **of_second)
    make_generic(first, code="TWENTY", limit=5)
    make_generic(second, code="TENOFF", limit=5)


def both(first="TWENTY", second="TENOFF", **body):
    request = asked(first, **body)
    request["redeemables"].append({"object": "voucher", "id": second})
    return request


def test_each_code_works_on_what_the_one_before_it_left(shop):
    two_codes()

    answer = shop.post("redemptions", both(items=goods(10000), source_id="1")).json()

    assert [one["order"]["total_amount"] for one in answer["redemptions"]] == [8000, 7000]
    assert answer["order"]["total_discount_amount"] == 3000
    parent = answer["parent_redemption"]
    assert [one["redemption"] for one in answer["redemptions"]] == [parent["id"]] * 2
    assert {one["id"] for one in parent["related_redemptions"]["redemptions"]} == {
        one["id"] for one in answer["redemptions"]
    }
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {1}


def test_the_other_way_round_it_is_another_sum(shop):
    two_codes()

    answer = shop.post("validations", both("TENOFF", "TWENTY", items=goods(10000))).json()

    assert answer["order"]["total_amount"] == 7200


def test_one_refusal_is_enough_and_nothing_is_taken(shop):
    two_codes(minimum_amount=9000)  # 20 % off leave only 8000

    validated = shop.post("validations", both(items=goods(10000))).json()
    refused = shop.post("redemptions", both(items=goods(10000)))

    assert validated["valid"] is False
    assert [one["id"] for one in validated["inapplicable_redeemables"]] == ["TENOFF"]
    skipped = validated["skipped_redeemables"]
    assert [one["result"]["details"]["key"] for one in skipped] == ["preceding_validation_failed"]
    assert refused.status_code == 400
    assert refused.json()["vesile"]["seen"] == "80.00 GBP"
    assert Redemption.objects.attempts().get().result == "FAILURE"
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {0}


def test_with_partial_rules_the_others_apply_without_it(shop):
    two_codes(minimum_amount=9000)
    brand = Voucher.objects.first().promotion.brand
    StackingRules.objects.create(
        brand=brand, rules={"redeemables_application_mode": "PARTIAL"}, updated_at=AT
    )

    answer = shop.post("redemptions", both(items=goods(10000))).json()

    assert answer["order"]["total_amount"] == 8000
    assert [one["id"] for one in answer["inapplicable_redeemables"]] == ["TENOFF"]


def test_an_exclusive_offer_works_alone_and_the_rest_is_reported(shop):
    two_codes(exclusive=True)

    answer = shop.post("validations", both(items=goods(10000))).json()

    assert answer["order"]["total_amount"] == 9000
    assert [one["id"] for one in answer["skipped_redeemables"]] == ["TWENTY"]


def test_a_stack_is_taken_back_whole_by_its_parent(shop):
    two_codes(budget_amount=5000)
    made = shop.post("redemptions", both(items=goods(10000), source_id="1")).json()
    child, parent = made["redemptions"][0]["id"], made["parent_redemption"]["id"]

    alone = shop.post(f"redemptions/{child}/rollback", {})
    whole = shop.post(f"redemptions/{parent}/rollbacks", {"reason": "cancelled"})
    again = shop.post(f"redemptions/{parent}/rollbacks", {})

    assert alone.json()["key"] == "invalid_redemption_parent"
    assert len(whole.json()["rollbacks"]) == 2
    assert again.json()["key"] == "already_rolled_back"
    assert set(Voucher.objects.values_list("redeemed_count", flat=True)) == {0}
    assert Rollback.objects.count() == 3
    assert shop.post("redemptions", both(items=goods(10000), source_id="1")).status_code == 200


def test_two_codes_of_one_offer_share_its_limits(shop):
    offer = make_promotion(amount(1000), holder_only=False, limit_per_customer=1)
    make_identity("ann")
    make_generic(offer, code="ONE")
    make_generic(offer, code="TWO")

    answer = shop.post("validations", both("ONE", "TWO", items=goods(10000), customer="ann")).json()

    assert answer["valid"] is False
    error = answer["inapplicable_redeemables"][0]["result"]["error"]
    assert (error["vesile"]["rule"], error["resource_id"]) == ("customer_limit", "TWO")


def test_a_code_twice_is_refused_whatever_its_letters(shop):
    two_codes()

    answer = shop.post("validations", both("TWENTY", " twenty", items=goods(10000)))

    assert answer.status_code == 400
    assert answer.json()["key"] == "duplicated_redeemables"
