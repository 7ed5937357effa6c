"""Goods that come back of an order with several codes and with added gifts; the ledger is even."""

import pytest
from django.db.models import Sum

from customers.models import Product
from rewards.models import Budget, BudgetEntry, EffectKind, Redemption, ReturnLine
from rewards.services.promotions import EffectDraft

from .makers import AT, amount, make_generic, make_promotion, percent
from .shop import asked, frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

MUGS = {"source_id": "MUG", "quantity": 3, "price": 1000}
BUDGET = {"holder_only": False, "budget_amount": 100_000}


def stack(shop, **second):
    """20 % and then 10.00 off three mugs: 600 and 1000 off 3000; returns the parent's id."""
    make_generic(make_promotion(percent(20), name="Twenty", **BUDGET), code="TWENTY", limit=5)
    make_generic(make_promotion(amount(1000), name="Ten off", **BUDGET), code="TENOFF", limit=5)
    request = asked("TWENTY", items=[MUGS], source_id="1")
    request["redeemables"].append({"object": "voucher", "id": "TENOFF"})
    answer = shop.post("redemptions", request)
    assert answer.status_code == 200, answer.content
    return answer.json()["parent_redemption"]["id"]


def give_back(shop, redemption_id, name, quantity):
    return shop.post(
        f"redemptions/{redemption_id}/returns",
        {"items": [{"source_id": name, "quantity": quantity}]},
    )


def spent():
    return dict(Budget.objects.values_list("promotion__name", "spent_amount"))


def ledger():
    sums = BudgetEntry.objects.order_by().values_list("budget__promotion__name")
    return dict(sums.annotate(Sum("amount")))


def test_each_code_of_a_stack_gives_back_its_own_part(shop):
    parent = stack(shop)
    assert spent() == ledger() == {"Twenty": 600, "Ten off": 1000}

    back = [give_back(shop, parent, "MUG", 1).status_code for _ in range(3)]

    assert back == [200, 200, 200]
    of_code = ReturnLine.objects.order_by("pk").values_list("redemption__promotion__name", "amount")
    assert list(of_code) == [
        ("Twenty", 200),
        ("Ten off", 333),
        ("Twenty", 200),
        ("Ten off", 333),
        ("Twenty", 200),
        ("Ten off", 334),
    ]
    assert spent() == ledger() == {"Twenty": 0, "Ten off": 0}
    assert give_back(shop, parent, "MUG", 1).status_code == 400


def test_a_rollback_after_a_partial_return_gives_back_the_rest_and_no_more(shop):
    parent = stack(shop)
    give_back(shop, parent, "MUG", 2)
    assert spent() == ledger() == {"Twenty": 200, "Ten off": 334}

    rolled = shop.post(f"redemptions/{parent}/rollbacks", {})

    assert rolled.status_code == 200
    assert spent() == ledger() == {"Twenty": 0, "Ten off": 0}
    assert set(Budget.objects.values_list("spent_count", flat=True)) <= {0}
    assert give_back(shop, parent, "MUG", 1).status_code == 400


def test_a_part_of_a_stack_gives_nothing_back_by_itself(shop):
    stack(shop)
    part = Redemption.objects.filter(parent__isnull=False).first()

    refused = give_back(shop, part.public_id, "MUG", 1)

    assert refused.json()["key"] == "invalid_redemption_parent"
    assert not ReturnLine.objects.exists()


def test_an_added_gift_comes_back_by_itself(shop):
    """The mug is free: added at its price and taken off; returned, that discount comes back."""
    Product.objects.create(source_id="GIFT", name="Mug", price=700, created_at=AT)
    gift = EffectDraft(
        EffectKind.UNIT,
        details={"gift": {"product": "GIFT"}, "units": 1, "adding": "ADD_NEW_ITEMS"},
    )
    make_generic(make_promotion(gift, **BUDGET), code="GIFTED", limit=5)
    made = shop.redeem("GIFTED", items=[MUGS], source_id="1")
    assert made.status_code == 200, made.content
    redemption = Redemption.objects.get()
    assert (redemption.discount_amount, redemption.total_amount) == (700, 3000)

    assert give_back(shop, redemption.public_id, "MUG", 3).status_code == 200
    assert spent() == {"Spring": 700}, "the mugs had no discount"
    assert give_back(shop, redemption.public_id, "GIFT", 1).status_code == 200

    assert spent() == ledger() == {"Spring": 0}


def test_a_unit_that_a_later_code_added_to_a_line_comes_back_with_the_line(shop):
    """10 % off two mugs, and the second code makes them three: all three can be returned."""
    Product.objects.create(source_id="MUG", name="Mug", price=1000, created_at=AT)
    gift = EffectDraft(
        EffectKind.UNIT,
        details={"gift": {"product": "MUG"}, "units": 3, "adding": "ADD_MISSING_ITEMS"},
    )
    make_generic(make_promotion(percent(10), name="Ten", **BUDGET), code="TEN", limit=5)
    make_generic(make_promotion(gift, name="Gift", **BUDGET), code="GIFT", limit=5)
    request = asked("TEN", items=[MUGS | {"quantity": 2}], source_id="1")
    request["redeemables"].append({"object": "voucher", "id": "GIFT"})
    answer = shop.post("redemptions", request).json()
    assert [item["quantity"] for item in answer["order"]["items"]] == [3]
    assert spent() == {"Ten": 200, "Gift": 2800}

    back = [
        give_back(shop, answer["parent_redemption"]["id"], "MUG", 1).json()["amount"]
        for _unit in range(3)
    ]

    assert back == [100 + 933, 100 + 933, 934]
    assert spent() == ledger() == {"Ten": 0, "Gift": 0}


def test_a_gift_for_an_order_that_is_only_an_amount_is_a_line_that_comes_back(shop):
    Product.objects.create(source_id="GIFT", name="Mug", price=700, created_at=AT)
    gift = EffectDraft(EffectKind.UNIT, details={"gift": {"product": "GIFT"}, "units": 1})
    make_generic(make_promotion(gift, **BUDGET), code="GIFTED", limit=5)

    order = shop.redeem("GIFTED", amount=5000, source_id="1").json()["order"]
    made = Redemption.objects.get()

    assert (order["initial_amount"], order["amount"], order["total_amount"]) == (5000, 5700, 5000)
    assert [item["amount"] for item in order["items"]] == [5000, 700]
    assert sum(line["discount_amount"] for line in made.lines) == made.discount_amount == 700
    assert give_back(shop, made.public_id, "GIFT", 1).json()["amount"] == 700
    assert spent() == ledger() == {"Spring": 0}
