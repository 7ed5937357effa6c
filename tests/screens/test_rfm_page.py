"""The map of recency and frequency tells how many are where, as rules find them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.shared.models import Project
from customers.models import DataCategory
from segments import lifecycle, rfm, scales
from segments.reach import reach_of
from tests.factories import (
    NOON,
    IdentityFactory,
    OrderFactory,
    OrderLineFactory,
    SegmentFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyers():
    for number in range(1, 26):
        identity = IdentityFactory(external_id=str(number))
        for order in range(1 + number % 5):
            placed = NOON - timedelta(days=number * 10 + order)
            OrderLineFactory(order=OrderFactory(identity=identity, placed_at=placed))


def test_each_named_segment_has_the_size_that_its_rule_finds(buyers):
    pairs = scales.pair_sizes(at=NOON)
    assert sum(pairs.values()) == 25
    for name in rfm.NAMES:
        rule = {"op": "and", "rules": [{"field": "rfm.segment", "cmp": "is", "value": name}]}
        on_the_map = sum(pairs.get(pair, 0) for pair in rfm.cells(name))
        assert on_the_map == reach_of(rule, at=NOON).size


def test_who_does_not_let_us_use_purchases_is_on_no_map(buyers):
    Project.objects.update(gated_categories=[DataCategory.PURCHASE_HISTORY])
    assert scales.pair_sizes(at=NOON) == {}
    assert set(scales.band_sizes(at=NOON).values()) == {0}


def test_the_page_gives_the_definition_and_then_the_numbers(as_role, world):
    support = as_role("support")
    page = support.get(reverse("admin:segments_rfm")).content.decode()
    assert "Only customers who bought are scored" in page
    assert reverse("admin:segments_rfm_sizes") in page
    sizes = support.get(reverse("admin:segments_rfm_sizes")).content.decode()
    assert "1 customer has bought and may be looked at." in sizes


# --- new, active, lapsed ---
ASKING = {"field": "orders.lifecycle", "cmp": "is", "value": "new"}
LIMITS = {"new_count": 2, "new_unit": "month", "lapsed_count": 1, "lapsed_unit": "year"}


def text(response):
    return " ".join(response.content.decode().split())


def test_each_stage_has_the_size_that_its_rule_finds(buyers):
    sizes = scales.stage_sizes(at=NOON)
    assert sum(sizes.values()) == 25
    for stage, size in sizes.items():
        assert size == reach_of({**ASKING, "value": stage}, at=NOON).size


def test_the_page_says_what_the_stages_mean_and_who_asks_for_them(as_role, world):
    SegmentFactory(name="Newcomers", rules=ASKING)
    page = text(as_role("support").get(reverse("admin:segments_rfm")))
    assert "Lapsed (last order more than 90 days ago)" in page
    assert "1 segment asks for a stage" in page
    assert "Newcomers" in page
    assert "Change the limits" not in page, "support agents may only look"


def test_marketers_set_the_limits(as_role, world):
    marketer = as_role("marketer")
    response = marketer.post(reverse("admin:segments_lifecycle_limits"), LIMITS, follow=True)
    assert "The limits were changed." in text(response)
    assert "Lapsed (last order more than 1 year ago)" in text(response)
    assert lifecycle.limits() == lifecycle.Limits((2, "month"), (1, "year"))
    again = marketer.post(reverse("admin:segments_lifecycle_limits"), LIMITS, follow=True)
    assert "These are the limits already." in text(again)


@pytest.mark.parametrize("wrong", [{"new_count": 0}, {"new_unit": "hour"}, {"lapsed_count": 31}])
def test_limits_that_make_no_sense_are_refused_where_they_stand(as_role, world, wrong):
    response = as_role("marketer").post(
        reverse("admin:segments_lifecycle_limits"), {**LIMITS, **wrong}
    )
    assert response.status_code == 200
    assert 'role="alert"' in text(response)
    assert lifecycle.limits() == lifecycle.USUAL


def test_others_may_not_set_them(as_role, world):
    response = as_role("support").post(reverse("admin:segments_lifecycle_limits"), LIMITS)
    assert response.status_code == 403
    assert lifecycle.limits() == lifecycle.USUAL
