"""Whatever the cart: the sums of a redemption are exact, its split is the arithmetic's."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from config.shared.models import ApiKey
from rewards.api import wire
from rewards.api.discounts import discount
from rewards.arithmetic import CartState, apply_offer
from rewards.asked import AskedItem, AskedOrder, Attempt
from rewards.assessing import Assessment
from rewards.candidates import Candidate, Found
from rewards.drafts import draft
from rewards.effects import StoredEffect
from rewards.evaluation import Facts, effects_of, evaluate
from rewards.lookups import Known
from rewards.models import Promotion, Redemption, Voucher
from rewards.stacking_rules import StackingRules

from .makers import AT

EFFECTS = st.one_of(
    st.builds(
        lambda percent, cap: {"kind": "percent", "percent": percent, "cap_amount": cap},
        st.decimals(Decimal("0.01"), 100, places=2),
        st.none() | st.integers(1, 10**7),
    ),
    st.builds(lambda amount: {"kind": "amount", "amount": amount}, st.integers(1, 10**7)),
    st.just({"kind": "free_shipping"}),
)
ITEMS = st.builds(
    AskedItem,
    quantity=st.integers(1, 50),
    price=st.integers(0, 10**6),
    source_id=st.sampled_from(["85123A", "71053", "prod_5h1pp1ng"]),
)


@given(
    effects=st.lists(EFFECTS, min_size=1, max_size=4),
    items=st.lists(ITEMS, min_size=1, max_size=12),
)
def test_the_sums_of_a_redemption(effects, items):
    order = AskedOrder(items=tuple(items))
    rows = tuple(StoredEffect(**effect) for effect in effects)
    promotion = Promotion(pk=1, brand_id=1, name="Any", currency="GBP", holder_only=False)
    voucher = Voucher(pk=1, promotion=promotion, code="ANY", created_at=AT)
    candidate = Candidate("ANY", voucher, rows, {})
    attempt = Attempt(("ANY",), order)
    facts = Facts(
        codes=attempt.codes,
        candidates={"ANY": candidate},
        stacking=StackingRules(),
        order=order,
        currency="GBP",
        zone="UTC",
        has_customer=False,
        customer=None,
        known=Known(),
        at=AT,
    )
    found = Found({"ANY": candidate}, "GBP", "UTC", {}, None)
    key = ApiKey(pk=1, brand_id=1)
    drafted = draft(Assessment(attempt, key, found, None, facts, evaluate(facts), AT))
    redemption = drafted.whole
    terms = effects_of(candidate, "GBP", Known())

    assert isinstance(redemption, Redemption)
    parts = [line["discount_amount"] for line in redemption.lines]
    assert sum(parts) == redemption.discount_amount
    assert tuple(parts) == apply_offer(CartState.of(order.cart("GBP", {})), terms).per_line
    assert redemption.total_amount == redemption.order_amount - redemption.discount_amount
    assert redemption.total_amount >= 0
    assert sum(effect["discount_amount"] for effect in redemption.effects) == sum(parts)
    body = wire.order(redemption)
    assert body["items_discount_amount"] == sum(item["discount_amount"] for item in body["items"])
    assert (
        body["total_amount"]
        == sum(item["subtotal_amount"] for item in body["items"]) - (body["discount_amount"])
    )
    given_amount = discount(redemption)
    assert given_amount["type"] in {"PERCENT", "AMOUNT", "UNIT"}
