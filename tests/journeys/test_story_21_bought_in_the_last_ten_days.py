"""21. Bought something in the last ten days, by the customer's own calendar.

That the message names the products comes with the variables about orders.
"""

import pytest

from .people import moment

RECENT = {"field": "orders.last", "cmp": "in_last", "value": {"last": 10, "unit": "day"}}


def recent(shop, at):
    told = shop.tell("segments/count", {"rules": RECENT, "at": moment(at).isoformat()})
    return told["count"]


@pytest.mark.parametrize(
    ("zone", "noon", "still", "over"),
    [
        # Bought at noon on the 10th; the tenth day after it is the 20th, until it ends there.
        ("Pacific/Auckland", "+13:00", "2026-01-20 10:59", "2026-01-20 11:00"),
        ("Europe/London", "+00:00", "2026-01-20 23:59", "2026-01-21 00:00"),
        ("America/Los_Angeles", "-08:00", "2026-01-21 07:59", "2026-01-21 08:00"),
    ],
)
def test_the_tenth_day_ends_at_the_customers_own_midnight(shop, days, zone, noon, still, over):
    days.reach("2026-01-31 12:00")
    shop.customer("ann", zone=zone)
    shop.order("ann", "o1", ("TEAPOT", 5_000), at=f"2026-01-10T12:00:00{noon}")

    assert recent(shop, still) == 1
    assert recent(shop, over) == 0


def test_the_same_moment_is_another_day_elsewhere(shop, days):
    """Both bought at one moment: the 11th in Auckland, still the 10th in Los Angeles."""
    days.reach("2026-01-31 12:00")
    for name, zone in (("aroha", "Pacific/Auckland"), ("lucy", "America/Los_Angeles")):
        shop.customer(name, zone=zone)
        shop.order(name, f"o-{name}", ("TEAPOT", 5_000), at="2026-01-10T20:00:00+00:00")

    assert recent(shop, "2026-01-21 07:59") == 2
    assert recent(shop, "2026-01-21 08:00") == 1, "it is the 21st in Los Angeles now"
    assert recent(shop, "2026-01-21 11:00") == 0, "and the 22nd in Auckland"


def test_a_cancelled_order_is_no_purchase(shop, days):
    shop.customer("ann")
    shop.order("ann", "o1", ("TEAPOT", 5_000))
    assert recent(shop, "2026-01-05 08:00") == 1

    shop.tell("orders", {"source_id": "o1", "status": "CANCELED", "customer": {"source_id": "ann"}})

    assert recent(shop, "2026-01-05 08:00") == 0
