"""A stored rule outlives what it asks about: it is kept, says so, and matches nobody by it."""

from typing import Any

import pytest
from django.db import connection

from customers.models import Product, ProductCategory
from segments import selectors
from segments.errors import CircularRule, RuleError
from segments.models import ListMember, StaticList
from segments.rules.parser import parse
from segments.rules.tree import unknowns
from segments.services import building, keeping
from tests.factories import (
    NOON,
    AttributeFactory,
    CampaignFactory,
    ConsentStateFactory,
    CustomerFactory,
    ProductFactory,
    PromotionFactory,
    SegmentFactory,
)
from tests.segments.keeping.world import inside, kept

pytestmark = pytest.mark.django_db

DOGS = {"field": "attribute.dogs", "cmp": "gte", "value": 1}
TURKISH = {"field": "profile.country", "cmp": "is", "value": "TR"}


def negated(rule: dict) -> dict:
    return {"op": "and", "rules": [rule], "not": True}


def reached(rule: dict) -> list[int]:
    return selectors.member_ids(rule, at=NOON)


def test_a_rule_about_an_attribute_that_never_was_is_refused() -> None:
    with pytest.raises(RuleError) as refused:
        parse(DOGS)
    assert refused.value.path == "rules.field"


@pytest.mark.parametrize("change", [{"retired_at": NOON}, {"is_sensitive": True}])
def test_a_stored_rule_about_a_gone_attribute_matches_nobody_either_way(change: dict) -> None:
    attribute = AttributeFactory(key="dogs", type="number")
    owner = CustomerFactory(metadata={"dogs": 2})
    assert reached(DOGS) == [owner.pk]
    for name, value in change.items():
        setattr(attribute, name, value)
    attribute.save()
    assert reached(DOGS) == []
    assert reached(negated(DOGS)) == []
    assert reached({"op": "or", "rules": [DOGS, TURKISH]}) == [owner.pk]
    [gone] = unknowns(parse(DOGS, stored=True))
    assert "attribute" in str(gone.why)


def test_explain_says_what_is_gone() -> None:
    AttributeFactory(key="dogs", type="number").delete()
    customer = CustomerFactory(country="TR")
    rule = {"op": "or", "rules": [DOGS, TURKISH]}
    gone, turkish = selectors.explain(rule, customer_id=customer.pk, at=NOON)
    assert (gone.answer, gone.seen) == (None, "")
    assert "attribute" in gone.why
    assert (turkish.answer, turkish.why) == (True, "")


def test_a_deleted_segment_inside_another_matches_nobody() -> None:
    inner = SegmentFactory(rules={"everyone": True})
    CustomerFactory()
    rule = {"field": "segment.member", "cmp": "not_in", "value": [inner.public_id]}
    assert reached(rule) == []
    inner.delete()
    assert reached(rule) == []
    assert len(unknowns(parse(rule, stored=True))) == 1


def test_a_segment_cannot_contain_itself_and_the_circle_is_named() -> None:
    first, second = SegmentFactory(name="First"), SegmentFactory(name="Second")
    second.rules = {"field": "segment.member", "cmp": "in", "value": [first.public_id]}
    second.save()
    circle = {"field": "segment.member", "cmp": "in", "value": [second.public_id]}
    with pytest.raises(CircularRule, match="First → Second → First"):
        parse(circle, of=first)
    first.rules = circle
    first.save()
    with pytest.raises(CircularRule, match="Second → First → Second"):
        parse(circle)


def test_nested_segments_together_have_a_limit() -> None:
    big = SegmentFactory(rules={"op": "or", "rules": [TURKISH] * 50})
    others = [
        SegmentFactory(rules={"op": "or", "rules": [TURKISH] * 50}).public_id for _i in range(3)
    ]
    rule = {"field": "segment.member", "cmp": "in", "value": [big.public_id, *others]}
    with pytest.raises(RuleError, match="at most 200"):
        parse(rule)


def test_a_list_made_from_gated_data_asks_for_the_permission_of_those_on_it() -> None:
    browsed = StaticList.objects.create(
        name="Looked at boots", categories=["BROWSE_HISTORY"], created_at=NOON, updated_at=NOON
    )
    willing, silent = CustomerFactory(), CustomerFactory()
    ConsentStateFactory(customer=willing, channel="", data_category="BROWSE_HISTORY")
    for customer in (willing, silent):
        ListMember.objects.create(list=browsed, customer=customer, added_at=NOON)
    on_it = {"field": "list.member", "cmp": "in", "value": [browsed.public_id]}
    assert reached(on_it) == [willing.pk]
    assert reached({**on_it, "cmp": "not_in"}) == []
    answers = {
        customer.pk: selectors.explain(on_it, customer_id=customer.pk, at=NOON)[0].answer
        for customer in (willing, silent)
    }
    assert answers == {willing.pk: True, silent.pk: None}


def test_a_rule_of_a_newer_version_is_refused_with_the_remedy() -> None:
    with pytest.raises(RuleError, match="newer version"):
        parse({"version": 2, "everyone": True})
    assert parse({"version": 1, "everyone": True})


# --- one table: whatever a rule can name ---------------------------------------------------------
def a_list() -> StaticList:
    return StaticList.objects.create(name="Fair", created_at=NOON, updated_at=NOON)


def a_product(**fields: str) -> Product:
    return ProductFactory(source_id="KAYAK", **fields)


NAMED = {
    "attribute": (lambda: AttributeFactory(key="dogs", type="number"), "attribute.dogs"),
    "segment": (lambda: SegmentFactory(rules=TURKISH), "segment.member"),
    "list": (a_list, "list.member"),
    "product": (a_product, "product.bought"),
    "category": (lambda: a_product(category="Boats"), "product.category_bought"),
    "brand": (lambda: a_product(brand="Wave"), "product.brand_bought"),
    "favourite": (
        lambda: ProductCategory.objects.create(name="Boats", key="boats", created_at=NOON),
        "product.favourite_category",
    ),
    "offer": (PromotionFactory, "redemption.promotion"),
    "campaign": (CampaignFactory, "message.campaign"),
}
VALUE_OF = {
    "product": "KAYAK", "category": "Boats", "brand": "Wave", "favourite": "Boats",
}  # fmt: skip


def without(kind: str, field: str, made: Any) -> dict:
    """A condition that holds of whoever has nothing to do with it."""
    if kind == "attribute":
        return {"field": field, "cmp": "empty"}
    return {"field": field, "cmp": "not_in", "value": [VALUE_OF.get(kind) or made.public_id]}


def details_of(kind: str) -> dict | None:
    """The same asked of a detail of facts, where there is such."""
    detail = {
        "product": "product", "category": "product.category", "brand": "product.brand",
    }.get(kind)  # fmt: skip
    if detail is None:
        return None
    narrowed = {"field": detail, "cmp": "not_in", "value": [VALUE_OF[kind]]}
    return {"field": "orders.count", "cmp": "lt", "value": 5, "where": [narrowed]}


@pytest.mark.parametrize("kind", NAMED)
def test_whatever_is_deleted_matches_nobody_by_the_rules_that_name_it(kind: str) -> None:
    """Everybody is without it. When it is gone, “without” must not mean everybody any more."""
    make, field = NAMED[kind]
    made = make()
    customer = CustomerFactory(country="IE")
    rules = [without(kind, field, made), *filter(None, [details_of(kind)])]
    for rule in rules:
        assert reached(rule) == [customer.pk]
    of = kept(rules[0])
    assert inside(of) == [customer.pk]

    made.delete()

    for rule in rules:
        for asked in (rule, negated(rule)):
            assert reached(asked) == []
        told = unknowns(parse(rule, stored=True))
        assert len(told) == 1
        assert told[0].why
        explained = selectors.explain(rule, customer_id=customer.pk, at=NOON)
        assert (explained[0].answer, explained[0].why) == (None, str(told[0].why))
    keeping.review()
    building.build()
    assert inside(of) == []


def test_an_offer_that_was_deleted_by_its_page_is_gone_too() -> None:
    offer = PromotionFactory(active=False, deleted_at=NOON)
    rule = {"field": "redemption.promotion", "cmp": "not_in", "value": [offer.public_id]}
    CustomerFactory()
    assert reached(rule) == []
    with pytest.raises(RuleError, match="no more"):
        parse(rule)


def test_a_rule_may_be_written_before_the_shop_tells_of_the_product() -> None:
    rule = {"field": "product.bought", "cmp": "not_in", "value": ["KAYAK"]}
    of = kept(rule)
    customer = CustomerFactory()
    assert len(unknowns(parse(rule))) == 1
    assert reached(rule) == []
    a_product()
    assert unknowns(parse(rule)) == []
    keeping.review()
    building.build()
    assert reached(rule) == inside(of) == [customer.pk]


def test_one_value_that_is_gone_makes_the_whole_condition_unknown() -> None:
    """“None of these” with one of them unknown could be true or false."""
    a_product(category="Boats")
    CustomerFactory()
    rule = {"field": "product.category_bought", "cmp": "not_in", "value": ["Boats", "Oars"]}
    assert reached(rule) == []
    assert "Oars" in str(unknowns(parse(rule))[0].why)


def test_what_becomes_sensitive_is_unknown_and_its_negation_too() -> None:
    teas = ProductCategory.objects.create(name="Herbal teas", key="herbal teas", created_at=NOON)
    ProductFactory(source_id="TEA", category=teas.name, categories=[teas.name])
    customer = CustomerFactory()
    by_category = {"field": "product.category_bought", "cmp": "not_in", "value": [teas.name]}
    by_product = {"field": "product.bought", "cmp": "not_in", "value": ["TEA"]}
    for rule in (by_category, by_product):
        assert reached(rule) == [customer.pk]
    ProductCategory.objects.update(is_sensitive=True)
    for rule in (by_category, by_product):
        assert reached(rule) == []
        with pytest.raises(RuleError, match="sensitive"):
            parse(rule)


# --- rules made to do harm -----------------------------------------------------------------------
BOMBS = ["(a+)+$", "(x+x+)+y", ".*.*.*.*.*.*=", "[", "\\", "a{1,99999}", "(?=a)*", "%_%_%_%", "^$"]


@pytest.mark.parametrize("text", BOMBS)
@pytest.mark.parametrize("cmp", ["is", "contains", "starts_with", "ends_with", "in"])
def test_a_text_is_a_text_and_no_regular_expression(text: str, cmp: str) -> None:
    """Nothing in it is read as a pattern, so none can be made to take for ever."""
    literal, other = CustomerFactory(city=text), CustomerFactory(city="a" * 119 + "!")
    rule = {"field": "profile.city", "cmp": cmp, "value": [text] if cmp == "in" else text}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
    found = selectors.member_ids(rule, at=NOON)
    assert literal.pk in found
    assert other.pk not in found


def test_a_rule_nested_beyond_all_measure_is_refused_and_not_followed() -> None:
    deep: dict = TURKISH
    for _level in range(900):
        deep = {"op": "and", "rules": [deep]}
    with pytest.raises(RuleError, match="4 deep"):
        parse(deep)
    with pytest.raises(RuleError, match="at most 50"):
        parse({"op": "or", "rules": [TURKISH] * 20_000})
