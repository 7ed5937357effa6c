"""A stored rule outlives what it asks about: it is kept, says so, and matches nobody by it."""

import pytest

from segments import selectors
from segments.errors import CircularRule, RuleError
from segments.models import ListMember, StaticList
from segments.rules.parser import parse
from segments.rules.tree import unknowns
from tests.factories import (
    NOON,
    AttributeFactory,
    ConsentStateFactory,
    CustomerFactory,
    SegmentFactory,
)

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
