"""24. Bought dry cat food: 7 % on other cat products until a date.

Not on the food itself; valid to the end of that day where the customer lives. That buying it sends
the code comes with triggers: here a segment finds who bought, and the offer asks for it again.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from config.shared.actors import SYSTEM
from customers.models import Identity, Product
from rewards.services.promotions import EffectDraft, create_promotion
from rewards.services.vouchers import issue_personal_code

from .people import moment

BOUGHT = {"field": "product.bought", "cmp": "in", "value": ["DRY-FOOD"]}
OTHER_CAT_PRODUCTS = {"target": {"categories": ["cat"], "excluding": {"products": ["DRY-FOOD"]}}}
HONOLULU = "Pacific/Honolulu"


@pytest.fixture
def offer(shop, marketer):
    for code in ("DRY-FOOD", "LITTER", "LEASH"):
        category = "dog" if code == "LEASH" else "cat"
        Product.objects.create(
            source_id=code, categories=[category], created_at=moment("2026-01-05 08:00")
        )
    shop.customer("ann", zone=HONOLULU)
    shop.customer("bob", zone=HONOLULU)
    shop.order("ann", "o1", ("DRY-FOOD", 3_000), at="2026-01-04T08:00:00+00:00")
    buyers = marketer.segment("Buys dry cat food", BOUGHT)
    return create_promotion(
        name="For your cat",
        currency="GBP",
        effects=[EffectDraft("percent", percent=Decimal(7), details=OTHER_CAT_PRODUCTS)],
        rules={
            "op": "and",
            "rules": [{"kind": "segment", "in": [buyers.public_id], "id": "buyer"}],
        },
        code_lifetime_days=10,
        uses_per_code=5,
        actor=SYSTEM,
        at=moment("2026-01-05 08:00"),
    )


def code_of(offer, name):
    """Issued on the evening of 4 January in Honolulu."""
    return issue_personal_code(
        promotion=offer,
        holder=Identity.objects.get(external_id=name),
        issued_kind="story",
        issued_id=24,
        issued_key="2026",
        at=moment("2026-01-05 08:00"),
        zone=HONOLULU,
    )


def test_seven_percent_on_other_cat_products_not_on_the_food_itself(shop, offer):
    code = code_of(offer, "ann").code

    order = shop.redeem(
        code, "ann", ("DRY-FOOD", 3_000), ("LITTER", 1_000), ("LEASH", 2_000)
    ).json()["order"]

    assert order["total_discount_amount"] == 70
    assert [item.get("discount_amount", 0) for item in order["items"]] == [0, 70, 0]


def test_who_did_not_buy_it_is_refused_by_the_segment(shop, offer):
    refused = shop.redeem(code_of(offer, "bob").code, "bob", ("LITTER", 1_000))

    assert refused.json()["vesile"]["rule"] == "condition:segment"


def test_it_is_valid_to_the_end_of_that_day_where_she_lives(shop, offer, days):
    voucher = code_of(offer, "ann")
    assert voucher.expires_at == datetime(2026, 1, 15, 10, tzinfo=UTC), "midnight in Honolulu"

    days.reach("2026-01-15 09:59")
    assert shop.redeem(voucher.code, "ann", ("LITTER", 1_000)).status_code == 200
    days.reach("2026-01-15 10:00")
    refused = shop.redeem(voucher.code, "ann", ("LITTER", 1_000)).json()
    assert refused["vesile"]["rule"] == "voucher_expiry"
    assert refused["vesile"]["needed"] == "< 2026-01-15T10:00:00+00:00"
