"""What cannot be used is refused with the place and the remedy; nothing widens in silence."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from segments.admin.forms import RuleField
from segments.errors import RuleError
from segments.rules.parser import parse
from segments.rules.tree import Everyone
from segments.rules.wording import sentence
from tests.factories import ProductFactory

COUNTRY = {"field": "profile.country", "cmp": "is", "value": "IE"}


def nested(depth: int) -> dict:
    return COUNTRY if depth == 0 else {"op": "and", "rules": [nested(depth - 1)]}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (None, "rules"),
        ([], "rules"),
        ({}, "rules.op"),
        ({"op": "xor", "rules": [COUNTRY]}, "rules.op"),
        ({"op": "and", "rules": []}, "rules.rules"),
        ({"op": "and", "rules": [COUNTRY, {"op": "or", "rules": []}]}, "rules.rules[1].rules"),
        ({"op": "and", "rules": [{"everyone": True}]}, "rules.rules[0]"),
        ({"everyone": False}, "rules"),
        ({"op": "and", "rules": [COUNTRY], "note": 1}, "rules.note"),
        ({"field": "profile.shoe_size", "cmp": "is", "value": "x"}, "rules.field"),
        ({"field": ["profile.country"], "cmp": "is"}, "rules.field"),
        ({"field": "", "cmp": "is"}, "rules.field"),
        ({"field": "profile.country", "cmp": "gte", "value": 3}, "rules.cmp"),
        ({"field": "profile.country", "cmp": {}, "value": 3}, "rules.cmp"),
        ({"field": "profile.country", "cmp": "is"}, "rules.value"),
        ({"field": "profile.country", "cmp": "is", "value": "Ireland"}, "rules.value"),
        ({"field": "profile.country", "cmp": "in", "value": []}, "rules.value"),
        ({"field": "profile.country", "cmp": "in", "value": ["IE", 7]}, "rules.value[1]"),
        ({"field": "profile.country", "cmp": "empty", "value": 1}, "rules.value"),
        ({"field": "orders.count", "cmp": "gte", "value": True}, "rules.value"),
        ({"field": "orders.count", "cmp": "gte", "value": 2.5}, "rules.value"),
        ({"field": "orders.count", "cmp": "between", "value": [3, 1]}, "rules.value"),
        ({"field": "orders.sum", "cmp": "gte", "value": 100}, "rules.currency"),
        ({"field": "orders.sum", "cmp": "gte", "value": 1, "currency": "XXZ"}, "rules.currency"),
        ({"field": "orders.count", "cmp": "gte", "value": 1, "currency": "EUR"}, "rules.currency"),
        ({"field": "orders.last", "cmp": "before", "value": "17.3.2026"}, "rules.value"),
        (
            {"field": "orders.last", "cmp": "in_last", "value": {"last": 3, "unit": "decade"}},
            "rules.value.unit",
        ),
        (
            {"field": "orders.last", "cmp": "in_last", "value": {"last": 0, "unit": "day"}},
            "rules.value.last",
        ),
        (
            {
                "field": "profile.signed_up",
                "cmp": "empty",
                "within": {"last": 3, "unit": "day"},
            },
            "rules.within",
        ),
        (nested(6), "rules.rules[0].rules[0].rules[0].rules[0]"),
        ({"op": "or", "rules": [COUNTRY] * 51}, "rules.rules[50]"),
    ],
)
def test_the_error_names_the_place(rule: object, path: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(rule)
    assert caught.value.path == path
    assert str(caught.value.details)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"op": "and", "rules": [' * 5_000, "{", "", "1"])
def test_what_is_typed_and_no_rule_is_said_and_breaks_nothing(text: str) -> None:
    with pytest.raises(ValidationError):
        RuleField().clean(text)


def test_everyone_is_an_explicit_choice() -> None:
    assert parse({"everyone": True}) == Everyone()


def test_four_levels_and_fifty_conditions_are_allowed() -> None:
    parse(nested(4))
    parse({"op": "or", "rules": [COUNTRY] * 50})


def test_a_rule_reads_as_a_sentence() -> None:
    rule = {
        "op": "and",
        "rules": [
            COUNTRY,
            {"field": "orders.sum", "cmp": "gte", "value": 10050, "currency": "EUR"},
            {
                "op": "or",
                "rules": [
                    {
                        "field": "orders.count",
                        "cmp": "gte",
                        "value": 3,
                        "within": {"last": 90, "unit": "day"},
                    },
                    {"field": "consent.email", "cmp": "is", "value": True},
                ],
                "not": True,
            },
        ],
    }
    assert sentence(parse(rule)) == (
        "customers for whom country is Ireland and sum of orders is at least €100.50 and it is not"
        " so that (number of orders is at least 3 in the last 90 days or may be written to by"
        " e-mail: yes)"
    )


LATELY = {"within": {"last": 2, "unit": "week"}}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"field": "event.searched", "cmp": "gte", "value": 1}, "searched at least once"),
        ({"field": "event.searched", "cmp": "eq", "value": 0}, "never searched"),
        (
            {"field": "event.searched", "cmp": "lte", "value": 3, **LATELY},
            "searched at most 3 times in the last 2 weeks",
        ),
        (
            {"field": "event.searched", "cmp": "between", "value": [2, 4]},
            "searched between 2 and 4 times",
        ),
        (
            {"field": "orders.count", "cmp": "gte", "value": 3,
             "within": {"last": 1, "unit": "year"}},
            "number of orders is at least 3 in the last year",
        ),
        (
            {"field": "event.product_viewed", "cmp": "gte", "value": 1, **LATELY,
             "where": [{"field": "product.category", "cmp": "in", "value": ["Dog food"]}]},
            "viewed a product at least once in the last 2 weeks"
            " (where category of the product is Dog food)",
        ),
        (
            {"field": "product.category_bought", "cmp": "not_in", "value": ["Dog food"]},
            "not bought of the category Dog food",
        ),
        (
            {"field": "product.category_bought", "cmp": "in", "value": ["Dog food", "Cat food"]},
            "bought of the category one of Dog food, Cat food",
        ),
        (
            {"field": "product.bought", "cmp": "in", "value": ["DF-1"]},
            "bought Dry food · DF-1",
        ),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_it_is_said_as_people_would(rule: dict, words: str) -> None:
    for category in ("Dog food", "Cat food"):
        ProductFactory(category=category)
    ProductFactory(source_id="DF-1", name="Dry food")
    assert sentence(parse(rule)) == f"customers for whom {words}"
    with translation.override("tr"):
        assert sentence(parse(rule))
