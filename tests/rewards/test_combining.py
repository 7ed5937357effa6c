"""The rules by which offers combine: stored whole, changed by one at a time, told in words."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry, Brand
from rewards.errors import StackingRulesChanged
from rewards.models import Promotion, StackingRules
from rewards.services.combining import save_stacking_rules
from rewards.stacking_rules import Mode, NoEffect, OnProducts, Sorting
from rewards.stacking_rules import StackingRules as Rules
from rewards.stacking_words import company_in_words, rules_in_words
from tests.rewards.makers import AT

names = st.text("abcdefgh ", min_size=1, max_size=5)
limits = st.none() | st.integers(0, 30)


@st.composite
def all_rules(draw):
    parts = draw(st.lists(names, max_size=6, unique=True))
    half = len(parts) // 2
    return Rules(
        redeemables_limit=draw(st.integers(1, 30)),
        applicable_limit=draw(limits),
        per_category_limit=draw(limits),
        category_limits=draw(st.dictionaries(names, st.integers(0, 30), max_size=3)),
        exclusive_limit=draw(limits),
        exclusive_per_category_limit=draw(limits),
        exclusive_categories=frozenset(parts[:half]),
        joint_categories=frozenset(parts[half:]),
        mode=draw(st.sampled_from(Mode)),
        sorting=draw(st.sampled_from(Sorting)),
        on_products=draw(st.sampled_from(OnProducts)),
        no_effect=draw(st.sampled_from(NoEffect)),
        no_effect_skip_categories=frozenset(parts[:half]),
        no_effect_redeem_anyway_categories=frozenset(parts[half:]),
        hierarchy=draw(st.dictionaries(names, st.integers(0, 100), max_size=3)),
    )


@given(all_rules())
def test_what_is_stored_is_read_as_it_was(rules):
    assert Rules.read(rules.as_stored()) == rules


@given(all_rules())
def test_every_rule_has_words(rules):
    with translation.override("tr"):
        assert all(rules_in_words(rules))


def save(rules, *, seen=None, at=AT):
    brand = Brand.objects.get()
    return save_stacking_rules(brand=brand, rules=rules, seen=seen, actor=SYSTEM, at=at)


@pytest.mark.django_db
def test_only_what_changed_is_in_the_audit_log():
    save(Rules(applicable_limit=2, mode=Mode.PARTIAL))

    entry = AuditEntry.objects.get(action="stacking_rules.changed")
    assert entry.fields == ["applicable_limit", "mode"]
    stored = StackingRules.objects.get()
    assert Rules.read(stored.rules) == Rules(applicable_limit=2, mode=Mode.PARTIAL)
    save(Rules(applicable_limit=2, mode=Mode.PARTIAL), seen=stored.updated_at)
    assert AuditEntry.objects.filter(action="stacking_rules.changed").count() == 1


@pytest.mark.django_db
def test_who_comes_second_overwrites_nothing():
    first = save(Rules(applicable_limit=2))

    with pytest.raises(StackingRulesChanged):
        save(Rules(applicable_limit=9), seen=None)

    assert Rules.read(StackingRules.objects.get().rules).applicable_limit == 2
    later = AT.replace(hour=12)
    assert save(Rules(applicable_limit=9), seen=first.updated_at, at=later).updated_at == later


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (Rules(), "If one code is refused, none is used."),
        (Rules(mode=Mode.PARTIAL), "the others are used without it"),
        (Rules(applicable_limit=None), "All of them may work together."),
        (Rules(applicable_limit=0), "None of them works."),
        (Rules(per_category_limit=2), "Of offers of one category 2 codes work"),
        (Rules(category_limits={"vip": 3}), "Of “vip” 3 codes work."),
        (Rules(exclusive_categories=frozenset({"sale"})), "Where a code of “sale” is accepted"),
        (Rules(joint_categories=frozenset({"staff"})), "Codes of “staff” work in any company."),
        (Rules(sorting=Sorting.PRIORITY), "a higher priority work first"),
        (
            Rules(sorting=Sorting.CATEGORY_HIERARCHY, hierarchy={"b": 2, "a": 0}),
            "Places: 0. “a”, 2. “b”",
        ),
        (Rules(on_products=OnProducts.ONCE), "Only one offer changes the price"),
        (
            Rules(no_effect=NoEffect.SKIP, no_effect_redeem_anyway_categories=frozenset({"x"})),
            "Codes of “x” are used even then.",
        ),
    ],
)
def test_words(rules, words):
    assert words in " ".join(rules_in_words(rules))


@pytest.mark.parametrize(
    ("offer", "rules", "words"),
    [
        ({"exclusive": True, "stacking_category": "a"}, Rules(), "used alone"),
        ({"stacking_category": "a"}, Rules(), "at most 1 of it on one order"),
        ({"stacking_category": "a"}, Rules(category_limits={"a": 0}), "none of it works"),
        (
            {"stacking_category": "a"},
            Rules(exclusive_categories=frozenset({"a"})),
            "keeps out codes of other categories",
        ),
        ({}, Rules(exclusive_categories=frozenset({"a"})), "left out beside codes of “a”"),
        ({"priority": 5}, Rules(sorting=Sorting.PRIORITY), "works before codes with a lower one"),
        ({"priority": 5}, Rules(), "does not follow at present"),
    ],
)
def test_what_the_rules_make_of_one_offer(offer, rules, words):
    assert words in "; ".join(company_in_words(Promotion(brand_id=1, **offer), rules))
