"""Reading validation rules: everything that cannot be used is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.conditions import ALWAYS, parse
from rewards.reading import ReadingError

HOLDER = {"kind": "holder"}


def nested(depth):
    rule = HOLDER
    for _ in range(depth):
        rule = {"op": "and", "rules": [rule]}
    return rule


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (None, "rules"),
        ([HOLDER], "rules"),
        ({"kind": "magic"}, "rules.kind"),
        ({"kind": ["holder"]}, "rules.kind"),
        ({"colour": "red"}, "rules.kind"),
        ({"version": 2, **HOLDER}, "rules.version"),
        ({"op": "xor", "rules": [HOLDER]}, "rules.op"),
        ({"op": "and", "rules": []}, "rules.rules"),
        ({"op": "and", "rules": HOLDER}, "rules.rules"),
        ({"op": "and", "rules": [HOLDER], "not": 1}, "rules.not"),
        ({"op": "and", "rules": [HOLDER], "kind": "holder"}, "rules.kind"),
        ({"op": "and", "rules": [HOLDER, {"kind": "age"}]}, "rules.rules[1].cmp"),
        ({"op": "and", "rules": [HOLDER | {"id": "a"}, HOLDER | {"id": "a"}]}, "rules"),
        ({"op": "and", "rules": [HOLDER | {"id": "2"}, HOLDER]}, "rules"),
        ({"op": "and", "rules": [HOLDER] * 51}, "rules.rules[50]"),
        (nested(5), "rules.rules[0].rules[0].rules[0].rules[0]"),
        (HOLDER | {"message": "x" * 201}, "rules.message"),
        (HOLDER | {"id": "a\u0000b"}, "rules.id"),
        ({"kind": "segment", "in": ["a"], "not_in": ["b"]}, "rules"),
        ({"kind": "segment", "in": []}, "rules.in"),
        ({"kind": "segment", "in": ["x"] * 201}, "rules.in"),
        ({"kind": "segment", "in": [1]}, "rules.in[0]"),
        ({"kind": "age", "cmp": "near", "value": 1}, "rules.cmp"),
        ({"kind": "age", "cmp": "gte", "value": "18"}, "rules.value"),
        ({"kind": "age", "cmp": "gte", "value": True}, "rules.value"),
        ({"kind": "age", "cmp": "gte", "value": 18.5}, "rules.value"),
        ({"kind": "age", "cmp": "gte", "value": 1800}, "rules"),
        ({"kind": "age", "cmp": "between", "value": [30, 18]}, "rules.value"),
        ({"kind": "order_amount", "cmp": "gte", "value": 1}, "rules.currency"),
        ({"kind": "order_amount", "cmp": "gte", "value": 10**16, "currency": "EUR"}, "rules.value"),
        ({"kind": "order_amount", "cmp": "gte", "value": 1, "currency": "EURO"}, "rules.currency"),
        (
            {
                "kind": "order_amount",
                "cmp": "gte",
                "value": 1,
                "currency": "EUR",
                "other_amounts": {"XXX": 1},
            },
            "rules.other_amounts.XXX",
        ),
        ({"kind": "items", "items": {"colour": ["red"]}}, "rules.items.colour"),
        ({"kind": "items", "items": {"excluding": {}}}, "rules.items.excluding"),
        (
            {"kind": "items", "which": "none", "items": {}, "quantity": {"cmp": "eq", "value": 1}},
            "rules",
        ),
        ({"kind": "open", "window": {}}, "rules.window.zone"),
        ({"kind": "uses"}, "rules.limit"),
        ({"kind": "metadata", "of": "order", "name": "x"}, "rules.cmp"),
        ({"kind": "metadata", "of": "sky", "name": "x", "is": True}, "rules.of"),
        ({"kind": "metadata", "of": "order", "name": "x", "is": "maybe"}, "rules.is"),
        (
            {"kind": "metadata", "of": "order", "name": "x", "cmp": "gt", "value": "NaN"},
            "rules.value",
        ),
        (
            {
                "kind": "order_history",
                "of": "days_since_last",
                "days": 5,
                "cmp": "gt",
                "value": 1,
            },
            "rules.days",
        ),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_its_place(raw, path):
    with pytest.raises(ReadingError) as caught:
        parse(raw)
    assert caught.value.path == path


def test_nothing_is_the_rule_that_allows_everything():
    assert parse({}) == ALWAYS


def test_conditions_are_numbered_as_they_are_written():
    rule = {"op": "and", "rules": [HOLDER, {"op": "or", "rules": [HOLDER | {"id": "me"}, HOLDER]}]}
    first, second = parse(rule).rules
    assert [first.id, *(leaf.id for leaf in second.rules)] == ["1", "me", "3"]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "rules", "kind", "value", "cmp", "in", "id", "window", "x"]),
            inner | st.sampled_from(["and", "holder", "age", "segment", "open", "gte", "items"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json)
def test_whatever_is_sent_is_read_or_refused(raw):
    try:
        parse(raw)
    except ReadingError as error:
        assert error.path.startswith("rules")  # noqa: PT017
