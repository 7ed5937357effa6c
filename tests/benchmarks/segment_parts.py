"""What statements by hand about segments are put together from, and the moments they use."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from config.shared import localtime
from tests.benchmarks.shop import AT, ZONES

FREE: Final = "c.restriction = ''"
STANDING: Final = "o.status IN ('PAID', 'FULFILLED') AND o.placed_at <= %(at)s"
BUYER: Final = "customers_order o JOIN customers_identity i ON i.id = o.identity_id"
DOER: Final = "customers_event e JOIN customers_identity i ON i.id = e.identity_id"
HERS: Final = "i.customer_id = c.id"
HARMLESS: Final = (
    "NOT p.categories && (SELECT array_agg(name) FROM customers_productcategory WHERE is_sensitive)"
)
ZONED: Final = "JOIN customers_customer k ON k.id = i.customer_id"


def zone_starts(name: str) -> str:
    """Each zone that occurs, with a moment of its own (`params`)."""
    return f"JOIN unnest(%(zones)s::text[], %({name})s::timestamptz[]) z(zone, starts)"


def c_in(name: str) -> str:
    """Customers with the moment of their zone."""
    return f"customers_customer c {zone_starts(name)} ON z.zone = c.zone"


def g_in(name: str) -> str:
    """The customers of a grouping `g`, likewise."""
    return (
        f"JOIN customers_customer c ON c.id = g.customer_id {zone_starts(name)} ON z.zone = c.zone"
    )


def k_in(name: str) -> str:
    """The customers behind the orders or events of `i`, likewise."""
    return f"{ZONED} {zone_starts(name)} ON z.zone = k.zone"


def allows(kind: str, who: str = "c.id") -> str:
    """Whether a customer lets us use a kind of data."""
    return (
        f"EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = {who}"
        f" AND s.data_category = '{kind}' AND s.allowed"
        " AND (s.valid_until IS NULL OR s.valid_until > %(at)s))"
    )


def says_yes(channel: str) -> str:
    """Whether a customer allows marketing on a channel."""
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.purpose = 'marketing' AND s.channel = '{channel}' AND s.allowed"
        " AND (s.valid_until IS NULL OR s.valid_until > %(at)s))"
    )


MAIL: Final = f"{says_yes('email')} AND c.email <> ''"
SMS: Final = f"{says_yes('sms')} AND c.phone <> ''"


def lines(test: str) -> str:
    """Positions of an order."""
    return (
        "SELECT 1 FROM customers_orderline l JOIN customers_product p ON p.id = l.product_id"
        f" WHERE l.order_id = o.id AND l.quantity > 0 AND {HARMLESS} AND {test}"
    )


def category(name: str) -> str:
    return f"p.categories && '{{{name}}}'::varchar[]"


def who_bought(test: str, more: str = "", join: str = "") -> str:
    """Ids of customers with such a position, from the products on."""
    return (
        "SELECT i.customer_id FROM customers_product p JOIN customers_orderline l ON"
        f" l.product_id = p.id JOIN customers_order o ON o.id = l.order_id"
        f" JOIN customers_identity i ON i.id = o.identity_id {join}"
        f" WHERE {STANDING} AND l.quantity > 0 AND {HARMLESS} AND {test} {more}"
    )


def event(name: str, more: str = "") -> str:
    kinds = {"searched": "SEARCH_HISTORY", "complaint_filed": "PURCHASE_HISTORY"}
    kind = kinds.get(name, "BROWSE_HISTORY")
    return f"e.name = '{name}' AND e.data_category = '{kind}' AND e.occurred_at <= %(at)s {more}"


def count(sql: str) -> str:
    return f"SELECT count(*) FROM {sql}"


def both(one: str, other: str) -> str:
    return f"SELECT ({one}) + ({other})"


KEPT: Final = "JOIN customers_purchaseprofile h ON h.customer_id = c.id"
# Whoever ordered after the moment asked about; orders_count and the like are of now.
BEFORE: Final = "h.last_order_at <= %(at)s"
LATER: Final = "SELECT customer_id FROM customers_purchaseprofile WHERE last_order_at > %(at)s"


def orders_of_later(having: str) -> str:
    return (
        f"SELECT i.customer_id FROM {BUYER} WHERE {STANDING}"
        f" AND i.customer_id IN ({LATER}) GROUP BY 1 HAVING {having}"
    )


def params() -> dict[str, Any]:
    """The moments and days that differ from zone to zone, in the order of ZONES."""
    today = {zone: localtime.to_local(AT, zone).date() for zone in ZONES}

    def midnights(step: relativedelta) -> list[datetime]:
        return [localtime.to_instant(today[zone] - step, time(0), zone) for zone in ZONES]

    told: dict[str, Any] = {"at": AT, "zones": list(ZONES), "h48": AT - timedelta(hours=48)}
    steps = {f"d{n}": relativedelta(days=n) for n in (0, 14, 29, 30, 60, 90, 180)}
    steps |= {"m3": relativedelta(months=3), "y2": relativedelta(years=2)}
    steps |= {"y1": relativedelta(years=1), "in15": relativedelta(days=-15)}
    for name, step in steps.items():
        told[name] = midnights(step)
        told[f"{name}_first"] = min(told[name])
    told["today"] = [int(f"{today[zone]:%Y%m%d}") for zone in ZONES]
    told["week"] = [_week(today[zone]) for zone in ZONES]
    return told


def _week(today: date) -> str:
    days = (today + timedelta(days=n) for n in range(8))
    return "{" + ",".join(f"{day.month * 100 + day.day}" for day in days) + "}"
