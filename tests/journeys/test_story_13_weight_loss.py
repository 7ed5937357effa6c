"""13. Weight loss, in a segment and in a template, by every role: refused.

The catalog joins when there are catalogs.
"""

import json

import pytest

from customers.models import ProductCategory
from segments.models import Segment
from tests.factories import AttributeFactory

from .people import MJML, BackOffice, complaints

WRITERS = ["Marketer", "Administrator"]
ROLES = [*WRITERS, "Support agent"]
BY_CATEGORY = {"field": "product.category_bought", "cmp": "in", "value": ["Weight loss"]}
BY_PRODUCT = {"field": "product.bought", "cmp": "in", "value": ["SHAKE"]}
IN_A_SEARCH = {
    "field": "event.product_viewed",
    "cmp": "gte",
    "value": 1,
    "where": [{"field": "product.category", "cmp": "in", "value": ["Weight loss"]}],
}
BY_ATTRIBUTE = {"field": "attribute.target_weight", "cmp": "lt", "value": 70}
EVERY_WAY = [BY_CATEGORY, BY_PRODUCT, IN_A_SEARCH, BY_ATTRIBUTE]


@pytest.fixture
def told(shop):
    """The shop sells shakes, ann buys one and tells it what she wants to weigh."""
    AttributeFactory(key="target_weight", type="number", is_sensitive=True)
    shop.tell("products", {"source_id": "SHAKE", "name": "Shake", "category": "Weight loss"})
    shop.customer("ann", metadata={"target_weight": 62})
    shop.allow("ann", "BROWSE_HISTORY")
    shop.order("ann", "o1", ("SHAKE", 2_900))


def test_the_category_is_taken_for_sensitive_before_anybody_decided(told):
    assert ProductCategory.objects.get(name="Weight loss").is_sensitive


@pytest.mark.parametrize("role", WRITERS)
@pytest.mark.parametrize("rule", EVERY_WAY)
@pytest.mark.parametrize("negated", [False, True])
def test_no_segment_on_it_by_who_may_make_segments(told, role, rule, negated):
    rules = {"op": "and", "rules": [rule], "not": negated}

    response = BackOffice(role).post(
        "segments_segment_add", {"name": "Slim", "rules": json.dumps(rules)}
    )

    assert response.status_code == 200
    assert "sensitive" in complaints(response)
    assert not Segment.objects.exists()


def test_none_by_a_support_agent(told):
    response = BackOffice("Support agent").post("segments_segment_add", {"name": "Slim"})

    assert response.status_code == 403


@pytest.mark.parametrize("rule", EVERY_WAY)
def test_none_by_the_shops_key(told, shop, rule):
    refused = shop.post("segments", {"name": "Slim", "rules": rule})

    assert refused.status_code == 400
    assert refused.json()["key"] == "invalid_segment_rule"


@pytest.mark.parametrize("rule", EVERY_WAY[:3])
def test_a_count_finds_nobody_by_it(told, shop, rule):
    answer = shop.post("segments/count", {"rules": rule})

    assert answer.status_code == 400 or answer.json()["count"] == 0


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "words",
    ["{{ customer.target_weight }}", "{{ attribute.target_weight }}", "{{ customer.metadata }}"],
)
def test_no_template_names_it(told, role, words):
    typed = {"name": "Slim", "language": "en", "subject": "Hello"}
    body = MJML.format(f"<mj-text>Still {words} to go</mj-text>")

    response = BackOffice(role).post("messaging_template_add", typed | {"body": body})

    assert response.status_code == 403 or "there is no variable" in complaints(response)


def test_what_becomes_sensitive_later_finds_nobody_any_more(shop, marketer):
    shop.tell("products", {"source_id": "TEA", "name": "Tea", "category": "Herbal teas"})
    shop.customer("ann")
    shop.order("ann", "o1", ("TEA", 500))
    rule = {"field": "product.category_bought", "cmp": "in", "value": ["Herbal teas"]}
    segment = marketer.segment("Tea drinkers", rule)
    assert member(shop, segment)

    ProductCategory.objects.filter(name="Herbal teas").update(is_sensitive=True)

    assert not member(shop, segment)


def member(shop, segment):
    return shop.tell(f"segments/{segment.public_id}/check", {"customer": "ann"})["member"]
