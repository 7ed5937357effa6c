"""A cart, facts about it, and for every kind of condition one that holds and one that fails."""

from datetime import UTC, datetime

from rewards.arithmetic import AmountOff, Cart, CartState, Line, apply_offer
from rewards.conditions import (
    CustomerFact,
    History,
    HistoryOf,
    MetadataOf,
    MoneyOf,
    Period,
    PlainFacts,
    Spent,
    UsedBy,
    Uses,
)

AT = datetime(2026, 5, 3, 2, tzinfo=UTC)  # a Sunday
LINES = (
    Line("0", 3000, quantity=3, product_id="mug", categories=frozenset({"kitchen"}), brand="Acme"),
    Line("1", 5000, product_id="lamp", collections=frozenset({"summer"})),
    Line("2", 500, product_id="prod_5h1pp1ng"),
)
CART = CartState.of(Cart(LINES, "GBP"))
FACTS = {
    "at": AT,
    "currency": "GBP",
    "cart": CART,
    "after": apply_offer(CART, [AmountOff(1000)]).after,
    "has_customer": True,
    "is_holder": True,
    "channel": "web",
    "known": {
        CustomerFact.COUNTRY: "IE",
        CustomerFact.LANGUAGE: "pt-BR",
        CustomerFact.AGE: 30,
        CustomerFact.IS_NEW: True,
    },
    "in_segments": frozenset({"seg_a", "seg_b"}),
    "values": {
        MetadataOf.ORDER: {"gift": True, "weight": 2.5, "tags": ["a", "b"], "note": "x"},
        MetadataOf.CUSTOMER: {"level": "gold"},
    },
    "histories": {
        History(HistoryOf.COUNT): 4,
        History(HistoryOf.SUM, 90, "GBP"): 12_000,
        History(HistoryOf.DAYS_SINCE_LAST): 20,
    },
    "used": {Uses(UsedBy.PROMOTION): 5, Uses(UsedBy.CUSTOMER, Period.DAY): 1},
    "spendings": {
        Spent(MoneyOf.DISCOUNT, Period.EVER, "GBP"): 4000,
        Spent(MoneyOf.ORDERS, Period.MONTH, "GBP"): 10_000,
    },
}


def facts(**changed):
    return PlainFacts(**FACTS | changed)


def condition(kind, **fields):
    return {"kind": kind, **fields}


def at_least(value, currency="GBP", **more):
    return {"cmp": "gte", "value": value, "currency": currency, **more}


KITCHEN = {"categories": ["kitchen"]}

# kind, fields that hold, fields that fail, what the failure saw and needed
CASES = [
    ("order_amount", at_least(8000), at_least(8001), "80.00 GBP", ">= 80.01 GBP"),
    (
        "order_amount",
        at_least(7000, of="after"),
        at_least(7001, of="after"),
        "70.00 GBP",
        ">= 70.01 GBP",
    ),
    (
        "order_amount",
        {"cmp": "between", "value": [1, 8000], "currency": "GBP"},
        {"cmp": "between", "value": [1, 2], "currency": "GBP"},
        "80.00 GBP",
        "0.01 GBP .. 0.02 GBP",
    ),
    ("order_count", {"cmp": "eq", "value": 4}, {"cmp": "lt", "value": 4}, "4", "< 4"),
    (
        "order_count",
        {"of": "lines", "cmp": "eq", "value": 2},
        {"of": "lines", "cmp": "ne", "value": 2},
        "2",
        "!= 2",
    ),
    ("items", {"items": KITCHEN}, {"items": {"categories": ["garden"]}}, "0", "any"),
    (
        "items",
        {"items": KITCHEN, "quantity": {"cmp": "gte", "value": 3}},
        {"items": KITCHEN, "quantity": {"cmp": "gte", "value": 4}},
        "3",
        ">= 4",
    ),
    (
        "items",
        {"items": KITCHEN, "amount": at_least(3000)},
        {"items": KITCHEN, "amount": at_least(3001)},
        "30.00 GBP",
        ">= 30.01 GBP",
    ),
    ("items", {"which": "every", "items": {}}, {"which": "every", "items": KITCHEN}, "3", "every"),
    (
        "items",
        {"which": "none", "items": {"brands": ["Other"]}},
        {"which": "none", "items": {"brands": ["Acme"]}},
        "3",
        "none",
    ),
    (
        "items",
        {"which": "cheapest", "items": KITCHEN},
        {"which": "dearest", "items": KITCHEN},
        "3",
        "dearest",
    ),
    ("segment", {"in": ["seg_a", "seg_x"]}, {"in": ["seg_x"]}, "", "in seg_x"),
    ("segment", {"not_in": ["seg_x"]}, {"not_in": ["seg_a"]}, "seg_a", "not in seg_a"),
    ("country", {"in": ["ie"]}, {"not_in": ["IE", "FR"]}, "IE", "not in FR, IE"),
    ("language", {"in": ["pt"]}, {"in": ["tr"]}, "pt-BR", "in tr"),
    ("new_customer", {}, {"is": False}, "true", "= false"),
    ("age", {"cmp": "gte", "value": 18}, {"cmp": "gte", "value": 31}, "known", ">= 31"),
    ("order_history", {"of": "count", "cmp": "gte", "value": 4}, None, "", ""),
    (
        "order_history",
        {"of": "sum", "days": 90, **at_least(12_000)},
        {"of": "sum", "days": 90, **at_least(12_001)},
        "120.00 GBP",
        ">= 120.01 GBP",
    ),
    (
        "order_history",
        {"of": "days_since_last", "cmp": "gt", "value": 19},
        {"of": "days_since_last", "cmp": "gt", "value": 20},
        "20",
        "> 20",
    ),
    (
        "open",
        {"window": {"zone": "UTC", "days": [0]}},
        {"window": {"zone": "UTC", "days": [1]}},
        "2026-05-03T02:00:00+00:00",
        ">= 2026-05-04T00:00:00+00:00",
    ),
    ("uses", {"limit": 6}, {"limit": 5}, "5", "< 5"),
    (
        "uses",
        {"by": "customer", "period": "day", "limit": 2},
        {"by": "customer", "period": "day", "limit": 1},
        "1",
        "< 1",
    ),
    (
        "budget",
        {"currency": "GBP", "limit": 5000},
        {"currency": "GBP", "limit": 4999},
        "50.00 GBP",
        "<= 49.99 GBP",
    ),
    (
        "budget",
        {"of": "orders", "period": "month", "currency": "GBP", "limit": 18_500},
        {"of": "orders", "period": "month", "currency": "GBP", "limit": 18_499},
        "185.00 GBP",
        "<= 184.99 GBP",
    ),
    ("channel", {"in": ["web"]}, {"in": ["app"]}, "web", "in app"),
    (
        "metadata",
        {"of": "order", "name": "gift", "is": True},
        {"of": "order", "name": "gift", "is": False},
        "true",
        "= false",
    ),
    (
        "metadata",
        {"of": "order", "name": "weight", "cmp": "lte", "value": 2.5},
        {"of": "order", "name": "weight", "cmp": "lt", "value": "2.5"},
        "2.5",
        "< 2.5",
    ),
    (
        "metadata",
        {"of": "order", "name": "tags", "in": ["b"]},
        {"of": "order", "name": "tags", "not_in": ["b"]},
        "[2]",
        "not in b",
    ),
    (
        "metadata",
        {"of": "customer", "name": "level", "is": "known"},
        {"of": "customer", "name": "level", "is": "not_known"},
        "gold",
        "not_known",
    ),
]
