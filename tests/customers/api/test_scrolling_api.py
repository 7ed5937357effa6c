"""Clients that scroll through all customers by the moment at which each was learned of."""

from datetime import timedelta

import pytest

from customers.models import Customer
from tests.customers.api.conftest import AT


@pytest.fixture
def crowd(shop):
    """Seven of one moment, and one each before and after."""
    shop.batch("customers", [{"source_id": f"c{number}"} for number in range(9)])
    rows = list(Customer.objects.order_by("pk"))
    rows[0].created_at, rows[8].created_at = AT - timedelta(days=1), AT + timedelta(days=1)
    for row in (rows[0], rows[8]):
        row.save(update_fields=["created_at"])
    return [f"c{number}" for number in range(9)]


def scrolled(shop, start, order, limit=2):
    """As the published client does it."""
    seen, place = [], start
    while True:
        page = shop.get("customers", limit=limit, order=order, starting_after=place).json()
        for customer in page["customers"]:
            seen.append(customer["source_id"])
            told = customer["created_at"]
            place = max(place, told) if order == "created_at" else min(place, told)
        assert page["total"] == 9
        if not page["has_more"]:
            return seen


def test_nobody_is_missed_or_met_twice(shop, crowd):
    assert scrolled(shop, "2200-01-01T00:00:00Z", "-created_at") == crowd[::-1]
    assert scrolled(shop, "1970-01-01T00:00:00Z", "created_at") == crowd


def test_a_plain_moment_is_exclusive(shop, crowd):
    before = shop.get("customers", starting_after=AT.isoformat()).json()["customers"]
    assert [row["source_id"] for row in before] == ["c0"]
    after = shop.get("customers", starting_after=AT.isoformat(), order="created_at").json()
    assert [row["source_id"] for row in after["customers"]] == ["c8"]


def test_filters_hold_while_scrolling(shop, crowd):
    shop.put("customers/c4", {"email": "four@example.com"})
    found = shop.get(
        "customers", starting_after="2200-01-01T00:00:00Z", email="four@example.com"
    ).json()
    assert ([row["source_id"] for row in found["customers"]], found["total"]) == (["c4"], 1)


@pytest.mark.parametrize(
    "params",
    [
        {"starting_after": "yesterday"},
        {"starting_after": "2026-01-01"},
        {"starting_after": "2026-01-01T00:00:00Z", "page": 2},
        {"starting_after": "2026-01-01T00:00:00Z", "starting_after_id": "cust_x"},
        {"starting_after": "2026-01-01T00:00:00Z", "order": "name"},
        {"starting_after": "\x00"},
    ],
)
def test_what_is_no_place(shop, params):
    assert shop.get("customers", **params).status_code == 400
