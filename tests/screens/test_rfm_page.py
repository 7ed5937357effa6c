"""The map of recency and frequency tells how many are where, as rules find them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.shared.models import Project
from customers.models import DataCategory
from segments import rfm, scales
from segments.reach import reach_of
from tests.factories import NOON, IdentityFactory, OrderFactory, OrderLineFactory

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
