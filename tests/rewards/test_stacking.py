"""Several redeemables on one order: who applies, and why the others do not."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.arithmetic import AmountOff, Cart, CartState, Line, PercentOff, apply_offer, every_item
from rewards.stacking import Inapplicable, Reason, Redeemable, stack
from rewards.stacking_rules import (
    Mode,
    NoEffect,
    OnProducts,
    Sorting,
    StackingError,
    StackingRules,
)

CART = CartState.of(Cart((Line("0", 10_000),), "EUR"))
OFFERS = {
    "fifth": [PercentOff(Decimal(20))],
    "ten": [AmountOff(1000)],
    "half": [PercentOff(Decimal(50))],
    "nothing": [AmountOff(0)],
    "items": [PercentOff(Decimal(10), target=every_item)],
}
LOOSE = {"applicable_limit": None, "per_category_limit": None}


def code(id_, **options):
    return Redeemable(kind="voucher", id=id_, **options)


def judge(one, state):
    """Most offers apply; “rich” needs an order of 90.00 as it is then, “never” nothing can help."""
    if one.id == "never" or (one.id.startswith("rich") and state.total_amount < 9000):
        return f"{one.id} saw {state.total_amount}"
    return apply_offer(state, OFFERS.get(one.id, OFFERS["ten"]))


def stacked(*codes, **rules):
    return stack(codes, StackingRules(**LOOSE | rules), CART, judge)


def placed(result):
    return [one.redeemable.id for one in result.placed]


def skipped(result):
    return {one.redeemable.id: one.reason for one in result.skipped}


def test_the_order_of_the_request_counts():
    assert stacked(code("fifth"), code("ten")).after.total_amount == 7000
    assert stacked(code("ten"), code("fifth")).after.total_amount == 7200


def test_rules_are_checked_again_on_what_the_offers_before_left():
    result = stacked(code("fifth"), code("rich"), mode=Mode.PARTIAL)
    assert placed(result) == ["fifth"]
    assert result.inapplicable == (Inapplicable(code("rich"), "rich saw 8000"),)
    assert placed(stacked(code("rich"), code("fifth"))) == ["rich", "fifth"]


def test_where_nobody_asked_the_priority_counts_and_then_the_age():
    old, new = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    codes = [code("a", since=new), code("b", since=old), code("c", priority=5, since=new)]
    assert placed(stacked(*codes, sorting=Sorting.PRIORITY)) == ["c", "b", "a"]


def test_categories_have_a_hierarchy():
    codes = [code("a", categories=frozenset({"low"})), code("b", categories=frozenset({"high"}))]
    rules = {"sorting": Sorting.CATEGORY_HIERARCHY, "hierarchy": {"low": 2, "high": 0}}
    assert placed(stacked(*codes, **rules)) == ["b", "a"]


def test_all_or_nothing():
    result = stacked(code("ten"), code("never"), code("fifth"))
    assert not result.valid
    assert result.after == CART
    assert [one.redeemable.id for one in result.inapplicable] == ["never"]
    assert skipped(result) == {"ten": Reason.PRECEDING_FAILED, "fifth": Reason.PRECEDING_FAILED}


def test_what_is_possible():
    result = stacked(code("ten"), code("never"), code("fifth"), mode=Mode.PARTIAL)
    assert result.valid
    assert placed(result) == ["ten", "fifth"]


def test_an_offer_that_applies_alone_keeps_out_all_others():
    result = stacked(code("ten"), code("half", alone=True), code("fifth"))
    assert placed(result) == ["half"]
    assert skipped(result) == {"ten": Reason.EXCLUSION, "fifth": Reason.EXCLUSION}
    assert result.valid


def test_one_that_is_refused_keeps_nobody_out():
    result = stacked(code("ten"), code("never", alone=True), mode=Mode.PARTIAL)
    assert placed(result) == ["ten"]


def test_what_applies_alone_never_follows_another():
    cheap = CartState.of(Cart((Line("0", 8000),), "EUR"))
    rules = StackingRules(mode=Mode.PARTIAL, **LOOSE)
    result = stack([code("ten"), code("rich", alone=True)], rules, cheap, judge)
    assert placed(result) == ["ten"]


EXCLUSIVE = {"exclusive_categories": frozenset({"vip"}), "joint_categories": frozenset({"gift"})}
VIP, GIFT = frozenset({"vip"}), frozenset({"gift"})


def test_an_exclusive_one_keeps_out_common_ones_whatever_the_order():
    result = stacked(
        code("ten"), code("half", categories=VIP), code("fifth", categories=GIFT), **EXCLUSIVE
    )
    assert placed(result) == ["half", "fifth"]
    assert skipped(result) == {"ten": Reason.EXCLUSION}


def test_an_exclusive_one_that_fails_in_the_end_keeps_nobody_out():
    """On the whole cart it would apply, but not on what the joint one before it leaves."""
    result = stacked(
        code("half", categories=GIFT),
        code("rich", categories=VIP),
        code("ten"),
        mode=Mode.PARTIAL,
        **EXCLUSIVE,
    )
    assert placed(result) == ["half", "ten"]
    assert [one.redeemable.id for one in result.inapplicable] == ["rich"]


def test_limits():
    three = [code("a", categories=VIP), code("b", categories=VIP), code("c")]
    assert skipped(stacked(*three, applicable_limit=2)) == {"c": Reason.LIMIT}
    assert skipped(stacked(*three, per_category_limit=1)) == {"b": Reason.CATEGORY_LIMIT}
    own = {"per_category_limit": 1, "category_limits": {"vip": 2}}
    assert skipped(stacked(*three, **own)) == {}
    assert skipped(stacked(*three[:2], **EXCLUSIVE)) == {"b": Reason.EXCLUSIVE_LIMIT}
    assert skipped(stacked(*three[:2], exclusive_limit=2, **EXCLUSIVE)) == {
        "b": Reason.EXCLUSIVE_CATEGORY_LIMIT
    }


def test_what_changes_nothing_may_be_left_out():
    assert placed(stacked(code("nothing"), code("ten"))) == ["nothing", "ten"]
    result = stacked(code("nothing"), code("ten"), no_effect=NoEffect.SKIP)
    assert skipped(result) == {"nothing": Reason.NO_EFFECT}
    anyway = {
        "no_effect": NoEffect.SKIP,
        "no_effect_redeem_anyway_categories": frozenset({"vip"}),
    }
    assert placed(stacked(code("nothing", categories=VIP), **anyway)) == ["nothing"]


def test_a_product_may_be_discounted_once_only():
    once = StackingRules(on_products=OnProducts.ONCE, no_effect=NoEffect.SKIP, **LOOSE)
    other = Redeemable(kind="promotion_tier", id="items")
    both = [code("items"), other, code("ten")]
    assert stack(both, StackingRules(**LOOSE), CART, judge).after.total_amount == 7100
    result = stack(both, once, CART, judge)
    assert skipped(result) == {"items": Reason.NO_EFFECT}
    assert result.after.total_amount == 8000  # an effect on the order is no matter of products


@pytest.mark.parametrize("codes", [[], [code("a")] * 2, [code(str(n)) for n in range(31)]])
def test_a_request_that_is_wrong_as_a_whole(codes):
    with pytest.raises(StackingError):
        stacked(*codes)


def test_rules_are_read_and_written_as_published():
    rules = StackingRules(mode=Mode.PARTIAL, category_limits={"vip": 3}, **EXCLUSIVE)
    assert StackingRules.read(rules.as_published()) == rules
    assert StackingRules.read({}) == StackingRules()
    assert StackingRules.read({"applicable_redeemables_limit": None}).applicable_limit is None


@pytest.mark.parametrize(
    "raw",
    [
        {"colour": 1},
        {"redeemables_limit": 31},
        {"redeemables_limit": True},
        {"applicable_redeemables_limit": -1},
        {"exclusive_categories": "vip"},
        {"exclusive_categories": ["a"], "joint_categories": ["a"]},
        {"redeemables_application_mode": "SOME"},
        {"applicable_redeemables_category_limits": {"a": "b"}},
    ],
)
def test_rules_that_make_no_sense_are_refused(raw):
    with pytest.raises(StackingError):
        StackingRules.read(raw)


codes = st.lists(
    st.builds(
        Redeemable,
        kind=st.just("voucher"),
        id=st.sampled_from(["fifth", "ten", "half", "nothing", "rich", "never", "rich2", "x"]),
        categories=st.frozensets(st.sampled_from(["vip", "gift", "other"])),
        alone=st.booleans(),
        priority=st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.id,
)
rules = st.builds(
    StackingRules,
    applicable_limit=st.none() | st.integers(0, 3),
    per_category_limit=st.none() | st.integers(0, 2),
    exclusive_limit=st.none() | st.integers(0, 2),
    exclusive_categories=st.sampled_from([frozenset(), VIP]),
    joint_categories=st.sampled_from([frozenset(), GIFT]),
    mode=st.sampled_from(Mode),
    sorting=st.sampled_from(Sorting),
    no_effect=st.sampled_from(NoEffect),
    on_products=st.sampled_from(OnProducts),
)


@given(codes, rules)
def test_everybody_is_in_exactly_one_place_and_the_limits_hold(some_codes, some_rules):
    result = stack(some_codes, some_rules, CART, judge)
    listed = [
        one.redeemable
        for group in (result.placed, result.skipped, result.inapplicable)
        for one in group
    ]
    assert sorted(one.id for one in listed) == sorted(one.id for one in some_codes)
    assert result.valid is bool(result.placed)
    if some_rules.applicable_limit is not None:
        assert len(result.placed) <= some_rules.applicable_limit
    if any(one.redeemable.alone for one in result.placed):
        assert len(result.placed) == 1
    state = CART
    for one in result.placed:  # each was judged on what the one before it left
        assert one.applied.before.line_discounts == state.line_discounts
        state = one.applied.after
    assert result.after.line_discounts == state.line_discounts
    if some_rules.mode is Mode.ALL and result.inapplicable:
        assert not result.placed
