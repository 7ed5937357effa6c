"""Whatever the cart: the sums of a redemption are exact, its split is the arithmetic's."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rewards.api import wire
from rewards.arithmetic import CartState, apply_offer
from rewards.asked import AskedItem, AskedOrder, Attempt
from rewards.candidates import Candidate
from rewards.drafts import draft
from rewards.evaluation import arithmetic_effect
from rewards.models import Promotion, Redemption, Voucher

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
    terms = tuple(
        arithmetic_effect(**{"percent": None, "amount": None, "cap_amount": None} | effect)
        for effect in effects
    )
    promotion = Promotion(pk=1, brand_id=1, name="Any", currency="GBP", holder_only=False)
    voucher = Voucher(pk=1, promotion=promotion, code="ANY", created_at=AT)
    redemption = draft(
        attempt=Attempt("ANY", order),
        candidate=Candidate(voucher, terms, "GBP", None),
        identity=None,
        api_key=None,
        at=AT,
    )

    assert isinstance(redemption, Redemption)
    parts = [line["discount_amount"] for line in redemption.lines]
    assert sum(parts) == redemption.discount_amount
    assert tuple(parts) == apply_offer(CartState.of(order.cart("GBP")), terms).per_line
    assert redemption.total_amount == redemption.order_amount - redemption.discount_amount
    assert redemption.total_amount >= 0
    assert sum(effect["discount_amount"] for effect in redemption.effects) == sum(parts)
    body = wire.order(redemption)
    assert body["items_discount_amount"] == sum(item["discount_amount"] for item in body["items"])
    assert (
        body["total_amount"]
        == sum(item["subtotal_amount"] for item in body["items"]) - (body["discount_amount"])
    )
    given_amount = wire.discount(redemption)
    assert given_amount["type"] in {"PERCENT", "AMOUNT", "UNIT"}
