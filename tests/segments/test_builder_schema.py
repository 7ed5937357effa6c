"""What the rule builder is told of the fields says the same as the registry and the parser."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from config.shared import money
from segments.admin.builder_schema import _EDITORS, schema
from segments.rules.fields import all_fields
from segments.rules.operators import BY_TYPE
from tests import factories as make

pytestmark = pytest.mark.django_db


def described(**more):
    """As it reaches the page."""
    made = schema(all_fields(), currency="GBP")
    return json.loads(json.dumps(made, cls=DjangoJSONEncoder))


def fields_of(made):
    return {field["id"]: field for group in made["groups"] for field in group["fields"]}


def test_every_field_is_there_with_all_its_comparisons():
    made = described()
    known = fields_of(made)
    for field in all_fields():
        offered = {one["cmp"] for one in made["kinds"][known[field.id]["kind"]]}
        assert offered == set(field.operators), field.id


def test_every_detail_is_there_with_all_its_comparisons():
    made = described()
    known = fields_of(made)
    for field in all_fields():
        details = {one["id"]: one for one in known[field.id].get("details", [])}
        assert set(details) == set(field.details), field.id
        for detail in field.details.values():
            offered = {one["cmp"] for one in made["kinds"][details[detail.id]["kind"]]}
            assert offered == set(detail.operators), (field.id, detail.id)


@pytest.mark.parametrize("kind", BY_TYPE)
def test_every_way_to_read_a_value_has_a_way_to_write_it(kind):
    for name, operator in BY_TYPE[kind].items():
        assert operator.read in _EDITORS, f"{kind}.{name}"


def test_what_happened_is_asked_as_people_ask():
    viewed = described()["kinds"]["times"]
    assert [one["label"] for one in viewed[:3]] == ["at least once", "never", "at least"]
    assert viewed[1] == {"cmp": "eq", "value": 0, "label": "never"}


def test_a_count_is_never_unknown_but_an_average_may_be():
    known = fields_of(described())
    made = described()["kinds"]
    assert "empty" not in {one["cmp"] for one in made[known["orders.count"]["kind"]]}
    assert "empty" in {one["cmp"] for one in made[known["orders.average"]["kind"]]}


def test_few_choices_travel_with_the_page_and_many_are_searched():
    known = fields_of(described())
    assert ["champions", "champions"] in known["rfm.segment"]["choices"]
    assert known["profile.country"]["search"]
    assert "choices" not in known["profile.country"]


def test_custom_attributes_are_there_with_their_choices():
    make.AttributeFactory(key="club", name="Club", type="text", choices=["gold", "silver"])
    club = fields_of(described())["attribute.club"]
    assert (club["label"], club["choices"]) == ("Club", [["gold", "gold"], ["silver", "silver"]])


def test_people_may_name_events_and_properties_of_their_own():
    behaviour = next(g for g in described()["groups"] if g["label"] == "Behaviour")
    assert behaviour["other"]["prefix"] == "event."
    assert behaviour["fields"][0]["other"]["prefix"] == "property."


def test_the_currency_of_the_shop_comes_first_and_decimals_are_known():
    made = described()
    assert made["currencies"][0] == "GBP"
    assert made["currencies"].count("GBP") == 1
    assert made["decimals"]["JPY"] == 0
    assert all(
        money.exponent(code) == 2 for code in made["currencies"] if code not in made["decimals"]
    )


def test_labels_begin_with_the_capital_of_their_language():
    assert fields_of(described())["orders.count"]["label"] == "Number of orders"
    with translation.override("tr"):
        for field in fields_of(described()).values():
            assert not field["label"].startswith(("i", "I ")), field["id"]


def test_the_statements_do_not_grow_with_what_is_stored(django_assert_num_queries):
    """Attributes and advisers; products, segments, offers and campaigns are searched."""
    make.ProductFactory.create_batch(3)
    make.SegmentFactory.create_batch(3)
    with django_assert_num_queries(3):
        described()
