"""9. Of 1,000 customers 200 allow location and 140 search history: no segment reaches more."""

import pytest

from tests.factories import AttributeFactory

LOCATION, SEARCHES = 200, 140
NEAR = {"field": "attribute.km_to_store", "cmp": "lte", "value": 5}
SEARCHED = {"field": "attribute.last_search", "cmp": "contains", "value": "tea"}


@pytest.fixture
def crowd(shop):
    """Everybody told the shop both, before anybody was asked what it may be used for."""
    AttributeFactory(key="km_to_store", type="number", data_category="LOCATION")
    AttributeFactory(key="last_search", type="text", data_category="SEARCH_HISTORY")
    shop.batch(
        "customers",
        [
            {
                "source_id": f"c{n}",
                "metadata": {"km_to_store": n % 10, "last_search": ("tea", "mug")[n % 2]},
            }
            for n in range(1_000)
        ],
    )
    consents = [(n, "LOCATION") for n in range(LOCATION)]
    consents += [(n, "SEARCH_HISTORY") for n in range(100, 100 + SEARCHES)]
    results = shop.batch(
        "consents",
        [
            {
                "customer": {"source_id": f"c{n}"},
                "data_category": category,
                "action": "granted",
                "source": "account",
            }
            for n, category in consents
        ],
    )
    assert {one["status"] for one in results} == {"created"}


def reached(shop, rules):
    return shop.tell("segments/count", {"rules": rules})["count"]


def negated(*rules):
    return {"op": "and", "rules": list(rules), "not": True}


@pytest.mark.parametrize(("rule", "allow"), [(NEAR, LOCATION), (SEARCHED, SEARCHES)])
def test_a_rule_and_its_negation_share_those_who_allow_it(crowd, shop, rule, allow):
    yes, no = reached(shop, rule), reached(shop, negated(rule))

    assert yes > 0
    assert no > 0
    assert yes + no == allow


@pytest.mark.parametrize(("rule", "allow"), [(NEAR, LOCATION), (SEARCHED, SEARCHES)])
def test_what_is_always_true_reaches_no_more_either(crowd, shop, rule, allow):
    assert reached(shop, {"op": "or", "rules": [rule, negated(rule)]}) == allow


def test_both_together_reach_those_who_allow_both(crowd, shop):
    either = {"op": "or", "rules": [NEAR, negated(NEAR)]}
    other = {"op": "or", "rules": [SEARCHED, negated(SEARCHED)]}

    assert reached(shop, {"op": "and", "rules": [either, other]}) == 100


def test_who_withdraws_is_gone_at_once(crowd, shop):
    before = reached(shop, {"op": "or", "rules": [NEAR, negated(NEAR)]})

    shop.consent("c7", "withdrawn", data_category="LOCATION")

    assert reached(shop, {"op": "or", "rules": [NEAR, negated(NEAR)]}) == before - 1
