"""Which data this shop has, so that nobody starts from a rule that can find nobody."""

from typing import Final

from django.db import connection

from customers.models import Customer, Order, ProductCategory
from segments.ready_made import Need

_LATEST: Final = 100_000  # events looked through; what the shop tells of is among them

_NAMES: Final = """
SELECT DISTINCT name FROM (
    SELECT name FROM customers_event ORDER BY id DESC LIMIT %s
) latest WHERE name = ANY (%s)
"""


def available() -> frozenset[Need]:
    """What the shop has told of; four statements, each of which ends at the first row or early."""
    events = [Need.CARTS, Need.CHECKOUTS, Need.VIEWS, Need.SEARCHES, Need.COMPLAINTS]
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [_LATEST, [need.value for need in events]])
        found = {Need(name) for (name,) in cursor.fetchall()}
    if Order.objects.exists():
        found.add(Need.ORDERS)
    if Customer.objects.filter(month_day__isnull=False).exists():
        found.add(Need.BIRTHDAYS)
    if ProductCategory.objects.filter(is_sensitive=False).exists():
        found.add(Need.CATEGORIES)
    return frozenset(found)
