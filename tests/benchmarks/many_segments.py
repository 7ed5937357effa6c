"""Two hundred segments such as a shop has, the same each time and no two alike."""

from itertools import cycle
from random import Random
from typing import Any

COUNTRIES = ["TR", "GB", "DE", "IE", "US", "NZ", "CA"]
CATEGORIES = ["Dog food", "Sofas", "Lamps", "Tea", *(f"Range {n}" for n in range(35))]
EVENTS = ["product_viewed", "page_viewed", "searched", "cart_updated", "checkout_started"]


def _span(chance: Random) -> dict[str, Any]:
    unit = chance.choice(["day", "day", "week", "month", "hour"])
    return {"last": chance.randint(1, {"hour": 72, "day": 120, "week": 20, "month": 12}[unit]),
            "unit": unit}  # fmt: skip


def _profile(chance: Random) -> dict[str, Any]:
    return chance.choice(
        [
            {"field": "profile.country", "cmp": "is", "value": chance.choice(COUNTRIES)},
            {"field": "profile.country", "cmp": "not_in", "value": chance.sample(COUNTRIES, 2)},
            {
                "field": "profile.city",
                "cmp": "contains",
                "value": chance.choice(["iz", "lon", "an"]),
            },
            {"field": "profile.language", "cmp": "is", "value": chance.choice(["tr", "en", "de"])},
            {"field": "profile.age", "cmp": "gte", "value": chance.randint(18, 70)},
            {"field": "profile.birthday", "cmp": "this_month"},
            {"field": "profile.signed_up", "cmp": "in_last", "value": _span(chance)},
            {"field": "consent.email_reachable", "cmp": "is", "value": True},
        ]
    )


def _orders(chance: Random) -> dict[str, Any]:
    return chance.choice(
        [
            {"field": "orders.count", "cmp": "gte", "value": chance.randint(1, 9)},
            {"field": "orders.count", "cmp": chance.choice(["gte", "eq", "lte"]),
             "value": chance.randint(0, 4), "within": _span(chance)},
            {"field": "orders.sum", "cmp": "gte", "value": chance.randint(1, 90) * 1_000,
             "currency": chance.choice(["TRY", "EUR"]), "within": _span(chance)},
            {"field": "orders.average", "cmp": "gt", "value": chance.randint(1, 90) * 1_000,
             "currency": "TRY"},
            {"field": "orders.last", "cmp": "more_than_ago", "value": _span(chance)},
            {"field": "orders.days_since", "cmp": "lte", "value": chance.randint(3, 200)},
            {"field": "product.category_bought", "cmp": chance.choice(["in", "not_in"]),
             "value": chance.sample(CATEGORIES, 2), "within": _span(chance)},
            {"field": "product.bought", "cmp": "in",
             "value": [f"P{chance.randint(1, 4_000)}" for _ in range(3)]},
        ]
    )  # fmt: skip


def _events(chance: Random) -> dict[str, Any]:
    return chance.choice(
        [
            {"field": f"event.{chance.choice(EVENTS)}", "cmp": "gte", "value": 1,
             "within": _span(chance)},
            {"field": f"event.{chance.choice(EVENTS)}", "cmp": "eq", "value": 0,
             "within": _span(chance)},
            {"field": "event.product_viewed", "cmp": "gte", "value": chance.randint(1, 5),
             "within": _span(chance),
             "where": [{"field": "product.category", "cmp": "in",
                        "value": chance.sample(CATEGORIES, 2)}]},
        ]
    )  # fmt: skip


def rules(count: int = 200) -> list[dict[str, Any]]:
    """Of two to eight conditions about the profile, orders and events by turns."""
    chance = Random(4)
    made: list[dict[str, Any]] = []
    for size, kind in zip(cycle(range(2, 9)), cycle([0, 1, 2, 1]), strict=False):
        if len(made) == count:
            return made
        asked = [(_profile, _orders, _events)[(kind + n) % 3](chance) for n in range(size)]
        if size > 4:
            asked[-2:] = [{"op": "or", "rules": asked[-2:], "not": chance.random() < 0.3}]
        made.append({"op": chance.choice(["and", "and", "and", "or"]), "rules": asked})
    return made
