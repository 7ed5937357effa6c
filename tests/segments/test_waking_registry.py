"""Every field says when passing time may change its answers, for every comparison it has."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers.models import Adviser, DataCategory, ProductCategory
from segments.models import StaticList
from segments.rules import fields, passing
from segments.rules.binding import Binder
from segments.rules.fields import Field
from segments.rules.parser import parse
from segments.rules.tree import Condition
from segments.rules.waking import next_change
from tests.factories import (
    AttributeFactory,
    CampaignFactory,
    CustomerFactory,
    ProductFactory,
    SegmentFactory,
)
from tests.segments.samples import sample

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
AGEING = {"profile.age", "orders.days_since", "orders.lifecycle"}
CLOCK_MOVES = {"in_last", "in_next", "more_than_ago", "anniversary"} | set(passing.PERIODS)


@pytest.fixture(autouse=True)
def something_to_ask_about() -> None:
    for kind in ("text", "number", "money", "boolean", "date", "set"):
        AttributeFactory(key=f"a_{kind}", type=kind, currency="EUR" if kind == "money" else "")
    ProductFactory(source_id="22423", category="22423", brand="22423")  # what `sample` names
    ProductCategory.objects.create(name="Hearts", key="hearts", created_at=AT)
    Adviser.objects.create(source_id="a1", name="Kim")
    StaticList.objects.create(name="Guests", created_at=AT, updated_at=AT)
    CampaignFactory()
    SegmentFactory()
    CustomerFactory()


def asked(field: Field) -> list[dict]:
    """A condition for each comparison of the field, with and without a window."""
    found = []
    for cmp in field.operators:
        rule = {"field": field.id, "cmp": cmp, **sample(field, cmp)}
        found.append(rule)
        if field.windowed:
            found += [
                rule | {"within": {"last": 3, "unit": unit}}
                for unit in ("hour", "day", "week", "month", "year")
            ]
    return found


def test_every_comparison_of_every_field_can_be_watched() -> None:
    for field in fields.all_fields():
        for rule in asked(field):
            for few in (True, False):
                binder = Binder(AT, few=few, zones={"Europe/Istanbul"})
                sql = next_change(parse(rule), binder, frozenset(DataCategory))
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT {sql} FROM customers_customer c {binder.joins()}", binder.params
                    )
                    [(found,)] = cursor.fetchall()
                assert found is None or found > AT, rule


def test_what_a_clock_moves_is_watched_and_what_it_does_not_move_is_not() -> None:
    """Where nobody would say so, the one who is in would never leave."""
    for field in fields.all_fields():
        if field.nests:
            continue
        for rule in asked(field):
            tree = parse(rule)
            assert isinstance(tree, Condition)
            moved = field.wakes(tree, Binder(AT, zones=())) is not None
            timed = tree.cmp in CLOCK_MOVES or tree.within is not None
            if field.id in AGEING and tree.cmp not in {
                "empty",
                "not_empty",
            }:
                timed = True
            if field.group == "interest" and not field.id.startswith("interest.told_"):
                timed = True  # it fades
            assert moved == timed, rule


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({}, "wakes"),
        ({"wakes": passing.never, "windowed": True}, "coming"),
        (
            {
                "wakes": passing.never,
                "details": {"x": fields.Detail("x", _("city"), "date", lambda c, b: "TRUE")},
            },
            "narrowed by days",
        ),
    ],
)
def test_a_field_that_leaves_it_open_cannot_be_registered(told: dict, complaint: str) -> None:
    bare = Field(
        "test.bare",
        _("city"),
        "boolean",
        DataCategory.PROFILE,
        lambda condition, binder: "TRUE",
        lambda condition, binder: "c.city",
        **told,
    )
    with pytest.raises(TypeError, match=complaint):
        fields.register(bare)
    assert "test.bare" not in fields.FIELDS
