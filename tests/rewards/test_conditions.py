"""Validation rules: what each condition sees and needs, and what a rule says about it."""

import pytest
from django.utils import translation

from rewards.arithmetic import (
    FreeUnits,
    Gift,
    apply_offer,
)
from rewards.conditions import (
    CustomerFact,
    Missing,
    MoneyOf,
    Period,
    PlainFacts,
    Spent,
    failures,
    first_failure,
    leaves,
    needs,
    parse,
)
from rewards.conditions.kinds import KINDS
from rewards.conditions.wording import condition_in_words, sentence
from tests.rewards.condition_cases import CART, CASES, FACTS, KITCHEN, at_least, condition, facts


@pytest.mark.parametrize(("kind", "holds", "fails", "seen", "needed"), CASES)
def test_a_condition_says_what_it_saw_and_what_it_needs(kind, holds, fails, seen, needed):
    assert failures(parse(condition(kind, **holds)), facts()) == ()
    if fails is not None:
        (failure,) = failures(parse(condition(kind, **fails)), facts())
        assert (failure.kind, failure.seen, failure.needed) == (kind, seen, needed)
        assert failure.missing is None


def test_every_kind_has_a_case_and_words():
    assert {case[0] for case in CASES} | {"holder"} == set(KINDS)
    for kind, holds, _fails, _seen, _needed in CASES:
        (leaf,) = leaves(parse(condition(kind, **holds)))
        assert condition_in_words(leaf).strip()
        with translation.override("tr"):
            assert condition_in_words(leaf).strip()


@pytest.mark.parametrize(
    ("kind", "asked", "language", "words"),
    [
        ("country", {"in": ["IE"]}, "en", "the customer’s country is Ireland"),
        ("country", {"in": ["IE", "TR"]}, "en", "country is one of Ireland, Türkiye"),
        ("country", {"not_in": ["IE"]}, "tr", "İrlanda"),
        ("language", {"in": ["tr"]}, "en", "the customer’s language is Turkish"),
        ("segment", {"not_in": ["seg_1"]}, "en", "the customer is not in the segment seg_1"),
        ("channel", {"not_in": ["app"]}, "en", "the channel is not app"),
        ("items", {"items": {"categories": ["Mugs"]}}, "en", "the order holds the category Mugs"),
        ("items", {"items": {"brands": ["A", "B"]}}, "en", "the order holds the brands A, B"),
    ],
)
def test_one_value_is_told_as_one_and_places_by_their_names(kind, asked, language, words):
    (leaf,) = leaves(parse(condition(kind, **asked)))
    with translation.override(language):
        assert words in condition_in_words(leaf)


def test_only_the_holder_uses_a_code_that_somebody_holds():
    rule = parse(condition("holder"))
    assert not failures(rule, facts())
    assert not failures(rule, facts(is_holder=None, has_customer=False))
    assert first_failure(rule, facts(is_holder=False)).seen == "false"
    assert first_failure(rule, facts(has_customer=False)).key == "missing_customer"


@pytest.mark.parametrize(
    ("rule", "changed", "missing", "key"),
    [
        (
            condition("order_amount", **at_least(1)),
            {"cart": None},
            Missing.ORDER,
            "missing_order",
        ),
        (
            condition("order_amount", **at_least(1)),
            {"currency": "EUR"},
            Missing.CURRENCY,
            "order_rules_violated",
        ),
        (
            condition("country", **{"in": ["IE"]}),
            {"has_customer": False},
            Missing.CUSTOMER,
            "missing_customer",
        ),
        (
            condition("age", cmp="gte", value=18),
            {"known": {}},
            Missing.VALUE,
            "customer_rules_violated",
        ),
        (
            condition("metadata", of="order", name="nothing", cmp="gte", value=1),
            {},
            Missing.VALUE,
            "order_rules_violated",
        ),
        (
            condition("budget", currency="EUR", limit=1),
            {},
            Missing.CURRENCY,
            "order_rules_violated",
        ),
        (
            condition("uses", by="customer", limit=1),
            {"has_customer": False},
            Missing.CUSTOMER,
            "missing_customer",
        ),
    ],
)
def test_what_is_not_known_neither_holds_nor_fails(rule, changed, missing, key):
    for tree in (rule, {"op": "and", "not": True, "rules": [rule]}):
        (failure,) = failures(parse(tree), facts(**changed))
        assert (failure.missing, failure.key) == (missing, key)


def test_an_amount_in_another_currency_counts_where_it_is_named():
    rule = parse(condition("order_amount", **at_least(9000, other_amounts={"EUR": 8000})))
    assert first_failure(rule, facts()).needed == ">= 90.00 GBP"
    assert first_failure(rule, facts(currency="EUR")) is None


def test_gifts_are_no_goods_of_the_customer():
    gift = FreeUnits(Gift(product_id="mug", unit_price=1000), 5)
    after = apply_offer(CART, [gift]).after
    rule = condition("order_count", cmp="eq", value=4)
    assert not failures(parse(rule), facts(cart=after))
    rule = condition("order_amount", of="initial", **at_least(8001))
    assert first_failure(parse(rule), facts(cart=after)).seen == "80.00 GBP"


TRUE, FALSE = condition("uses", limit=9), condition("uses", limit=1)
UNKNOWN = condition("metadata", of="order", name="nothing", cmp="gte", value=1)


@pytest.mark.parametrize(
    ("op", "negated", "rules", "ids"),
    [
        ("and", False, [TRUE, TRUE], ""),
        ("and", False, [FALSE, TRUE, FALSE], "13"),
        ("or", False, [FALSE, TRUE], ""),
        ("or", False, [FALSE, UNKNOWN], "12"),
        ("and", True, [TRUE, FALSE], ""),
        ("and", True, [TRUE, TRUE], "12"),
        ("and", True, [TRUE, UNKNOWN], "12"),
        ("or", True, [FALSE, FALSE], ""),
        ("or", True, [FALSE, TRUE, TRUE], "23"),
        ("or", True, [FALSE, UNKNOWN], "2"),
    ],
)
def test_a_group_names_those_because_of_which_it_says_no(op, negated, rules, ids):
    rule = parse({"op": op, "not": negated, "rules": rules})
    found = failures(rule, facts())
    assert "".join(failure.rule_id for failure in found) == ids
    assert first_failure(rule, facts()) == (found[0] if found else None)
    assert all(failure.negated is negated for failure in found)


def test_one_and_two_or_three():
    rule = {"op": "and", "rules": [TRUE, {"op": "or", "rules": [FALSE, TRUE]}]}
    assert not failures(parse(rule), facts())


def test_the_marketers_own_words_and_ids_come_with_the_failure():
    failure = first_failure(parse(FALSE | {"id": "sold", "message": "All gone."}), facts())
    assert (failure.rule_id, failure.message) == ("sold", "All gone.")


class Asking(PlainFacts):
    """Facts that remember what they were asked."""

    def segments(self, among):
        self.asked.append("segments")
        return super().segments(among)


def test_what_is_behind_a_failure_is_never_looked_up():
    asking = Asking(**FACTS)
    object.__setattr__(asking, "asked", [])
    segment = condition("segment", **{"in": ["seg_a"]})
    rule = parse({"op": "and", "rules": [FALSE, segment]})
    assert first_failure(rule, asking).rule_id == "1"
    assert asking.asked == []
    failures(rule, asking)
    assert asking.asked == ["segments"]


def test_a_rule_names_the_facts_it_needs():
    rule = {
        "op": "or",
        "rules": [
            condition("segment", **{"in": ["seg_a"]}),
            condition("country", **{"in": ["IE"]}),
            condition("budget", currency="GBP", limit=1),
            condition("order_history", of="sum", **at_least(1, other_amounts={"EUR": 2})),
            condition("items", items=KITCHEN),
        ],
    }
    asked = needs(parse(rule))
    assert asked.segments == {"seg_a"}
    assert asked.customer == {CustomerFact.COUNTRY}
    assert asked.spent == {Spent(MoneyOf.DISCOUNT, Period.EVER, "GBP")}
    assert {one.currency for one in asked.history} == {"GBP", "EUR"}
    assert asked.order
    assert asked.items
    assert not asked.anybody
    assert needs(parse({})).anybody


def test_a_rule_is_a_sentence():
    rule = {
        "op": "and",
        "rules": [
            condition("order_amount", **at_least(2500)),
            {"op": "or", "rules": [condition("new_customer"), condition("holder")]},
        ],
    }
    assert sentence(parse(rule)) == (
        "the order costs at least 25.00 GBP and "
        "(the customer has not ordered before or the code is used by its holder)"
    )
    assert sentence(parse({})) == ""
