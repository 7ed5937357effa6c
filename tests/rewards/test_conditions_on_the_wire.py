"""Every kind of condition once through the API, refused with what was seen and needed; and a window
on the nights on which clocks change.
"""

from datetime import datetime, timedelta

import pytest

from customers.models import Order, Product
from rewards.conditions.kinds import KINDS
from rewards.models import Redemption
from segments.models import Segment

from .makers import AT, make_generic, make_identity, make_personal, make_promotion
from .shop import frozen, goods, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

COUNTED = {"uses", "budget"}
"""The limits of an offer count these, exactly; as conditions of an offer they are refused."""


def at_least(value, **more):
    return {"cmp": "gte", "value": value, "currency": "GBP", **more}


# kind, what holds, what fails, what the failure saw and needed
CASES = [
    ("order_amount", at_least(3000), at_least(3001), "30.00 GBP", ">= 30.01 GBP"),
    ("order_count", {"cmp": "gte", "value": 2}, {"cmp": "gte", "value": 3}, "2", ">= 3"),
    (
        "items",
        {"items": {"categories": ["tea"]}},
        {"items": {"categories": ["coffee"]}},
        "0",
        "any",
    ),
    ("segment", {"in": ["seg_irish"]}, {"in": ["seg_turkish"]}, "", "in seg_turkish"),
    ("country", {"in": ["IE"]}, {"not_in": ["IE"]}, "IE", "not in IE"),
    ("language", {"in": ["en"]}, {"in": ["tr"]}, "en", "in tr"),
    ("new_customer", {"is": False}, {"is": True}, "false", "= true"),
    ("age", {"cmp": "gte", "value": 36}, {"cmp": "gte", "value": 37}, "known", ">= 37"),
    (
        "order_history",
        {"of": "count", "cmp": "gte", "value": 1},
        {"of": "count", "cmp": "gte", "value": 2},
        "1",
        ">= 2",
    ),
    (
        "open",
        {"window": {"zone": "UTC", "days": [5]}},  # AT is a Friday
        {"window": {"zone": "UTC", "days": [6]}},
        "2026-05-01T09:00:00+00:00",
        ">= 2026-05-02T00:00:00+00:00",
    ),
    ("channel", {"in": ["API"]}, {"in": ["till"]}, "API", "in till"),
    (
        "metadata",
        {"of": "redemption", "name": "gift", "is": True},
        {"of": "redemption", "name": "gift", "is": False},
        "true",
        "= false",
    ),
]


@pytest.fixture
def ann():
    identity = make_identity("ann")
    customer = identity.customer
    customer.country, customer.language = "IE", "en"
    customer.birth_year, customer.birth_month, customer.birth_day = 1990, 3, 17
    customer.save()
    Order.objects.create(
        identity=identity, source_id="before", currency="GBP", amount=500, status="PAID",
        placed_at=AT, received_at=AT,
    )  # fmt: skip
    for country in ("irish", "turkish"):
        code = {"irish": "IE", "turkish": "TR"}[country]
        rule = {"op": "and", "rules": [{"field": "profile.country", "cmp": "is", "value": code}]}
        Segment.objects.create(
            public_id=f"seg_{country}", name=country, rules=rule, created_at=AT, updated_at=AT
        )
    Product.objects.create(source_id="P0", categories=["tea"], created_at=AT)
    return identity


def test_each_kind_is_here_or_counted_by_the_limits_of_the_offer():
    assert {case[0] for case in CASES} | {"holder"} | COUNTED == KINDS.keys()


def test_the_holder(shop, ann):
    make_identity("bob")
    rule = {"kind": "holder", "id": "mine"}
    code = make_personal(make_promotion(holder_only=False, rules=rule), ann).code

    refused = shop.redeem(code, items=goods(1000), customer="bob").json()["vesile"]

    assert refused["rule"] == "condition:holder"
    assert (refused["seen"], refused["needed"]) == ("false", "= true")
    assert shop.redeem(code, items=goods(1000), customer="ann").status_code == 200


@pytest.mark.parametrize(
    ("kind", "holds", "fails", "seen", "needed"), CASES, ids=[case[0] for case in CASES]
)
def test_a_condition(shop, ann, kind, holds, fails, seen, needed):
    rule = {"kind": kind, **fails, "id": "mine", "message": "Not this time."}
    make_generic(make_promotion(name="No", holder_only=False, rules=rule), code="NO-1")
    make_generic(
        make_promotion(name="Yes", holder_only=False, rules={"kind": kind, **holds, "id": "mine"}),
        code="YES-1",
    )
    sent = {"items": goods(1000, 2000), "customer": "ann", "metadata": {"gift": True}}

    assert shop.redeem("YES-1", **sent).status_code == 200
    refused = shop.redeem("NO-1", **sent)

    assert refused.status_code == 400
    told = refused.json()["vesile"]
    assert (told["rule"], told["seen"], told["needed"]) == (f"condition:{kind}", seen, needed)
    stored = Redemption.objects.get(result="FAILURE")
    assert (stored.failure_seen, stored.failure_needed) == (seen, needed)
    assert stored.failure_text == "Not this time."


def test_a_condition_turned_round_says_so(shop, ann):
    rule = {
        "op": "and",
        "not": True,
        "rules": [{"kind": "country", "in": ["IE"], "id": "mine"}],
    }
    make_generic(make_promotion(holder_only=False, rules=rule))

    refused = shop.redeem("SPRING-15", items=goods(1000), customer="ann").json()

    assert refused["vesile"]["rule"] == "condition:not:country"


SUNDAYS = {"days": [0], "hours": [{"from": "01:00", "to": "04:00"}]}
SECOND, QUARTER = timedelta(seconds=1), timedelta(minutes=15)
NIGHTS = [
    # The clocks go forward: there is no hour from two to three, so the window lasts two hours.
    ("2026-03-29T00:00", "2026-03-29T02:00"),
    # They go back: the hour from two to three comes twice, so it lasts four.
    ("2026-10-24T23:00", "2026-10-25T03:00"),
    # Any other Sunday of summer and of winter.
    ("2026-06-06T23:00", "2026-06-07T02:00"),
    ("2026-12-06T00:00", "2026-12-06T03:00"),
]


@pytest.mark.parametrize(("opens", "closes"), NIGHTS)
def test_sundays_one_to_four_in_berlin(shop, frozen, opens, closes):
    make_generic(make_promotion(holder_only=False, zone="Europe/Berlin", window=SUNDAYS))
    start, end = (datetime.fromisoformat(f"{at}+00:00") for at in (opens, closes))

    def valid(at):
        frozen.set(at)
        return shop.validate("SPRING-15", amount=1000).json()["valid"]

    moment = start - 2 * timedelta(hours=1)
    while moment <= end + 2 * timedelta(hours=1):
        assert valid(moment) is (start <= moment < end), moment
        moment += QUARTER
    assert [valid(start - SECOND), valid(end - SECOND)] == [False, True]
    frozen.set(end)
    refused = shop.redeem("SPRING-15", amount=1000).json()["vesile"]
    assert (refused["rule"], refused["seen"]) == ("promotion_window", end.isoformat())
