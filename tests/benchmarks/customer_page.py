"""List, search and page of customers among a million people and five million orders.

The floor is the same question in SQL by hand, fetched through the same driver. Screens do far more
than their queries (session, permissions, templates), so for them the floor only says what part of
the time is the database's. Numbers of statements are pinned: they must not depend on the data.
"""

import math
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.shared.groups import ADMINISTRATOR, sync
from config.shared.models import StaffUser
from customers.models import Customer
from customers.search import find_customers
from tests.benchmarks import crowd
from tests.benchmarks.pairs import Result, measure
from tests.benchmarks.surroundings import settle

PEOPLE, ORDERS = 1_000_000, 5_000_000
TURNS = 25
LIST = "/admin/customers/customer/"
# Frequent and rare words, parts of words, phones, numbers, and what nobody is called.
SEARCHES = (
    "ahmet", "yılmaz", "gmail", "met", "ahmet yılmaz", "Işık", "zeynep kaya", "smith", "532",
    "0532 123", "+90 532 123 45 67", "10001234", "MP-2021-00000015", "0001234", "123456", "al",
    "ahmet.yilmaz777", "nobody-of-that-name",
)  # fmt: skip
# Statements of the list without its frame: page, purchases, consents, three for the filters.
LIST_STATEMENTS = 6
FRAME = 5
MOST_OF_A_SEARCH = 4
_FLOOR_OF_SEARCH = """
SELECT * FROM customers_customer WHERE id IN (
    SELECT id FROM customers_customer WHERE search LIKE %s LIMIT 1001
) ORDER BY search LIKE %s DESC, id DESC LIMIT 25
"""
_FLOOR_OF_LIST = """
SELECT c.*, p.*, t.*, s.allowed
FROM (SELECT * FROM customers_customer ORDER BY id DESC LIMIT 26) c
LEFT JOIN customers_purchaseprofile p ON p.customer_id = c.id
LEFT JOIN customers_purchasetotal t ON t.customer_id = c.id
LEFT JOIN customers_consentstate s ON s.customer_id = c.id AND s.channel = 'email'
    AND s.purpose = 'marketing'
ORDER BY c.id DESC
"""
_FLOOR_OF_PAGE = """
SELECT o.id, o.placed_at, o.amount FROM customers_order o
JOIN customers_identity i ON i.id = o.identity_id WHERE i.customer_id = %s
ORDER BY o.placed_at DESC LIMIT 26
"""


def _fetch(sql: str, parameters: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _client() -> Client:
    sync()
    settings.ALLOWED_HOSTS = ["*"]
    user = StaffUser.objects.filter(email="bench@example.com").first()
    if user is None:
        user = StaffUser.objects.create_user("bench@example.com", is_staff=True)
    user.groups.set(Group.objects.filter(name=ADMINISTRATOR))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def _spread(name: str, work: Callable[[], object]) -> str:
    """Median and 95th percentile in milliseconds."""
    times = []
    work()
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[18]
    return f"{name}: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms"


def _measured(name: str, floor: Callable[[], object], product: Callable[[], object]) -> Result:
    return measure(name, goal=math.inf, floor=floor, product=product, reset=lambda: None)


def run() -> Iterator[Result]:
    """Makes the crowd where it is not there yet: that takes some minutes."""
    if Customer.objects.count() != PEOPLE:
        crowd.make(PEOPLE, ORDERS)
        settle(*crowd.TABLES)
    client = _client()

    def get(path: str) -> Callable[[], object]:
        def ask() -> object:
            response = client.get(path)
            assert response.status_code == 200, path
            return response

        return ask

    for text in SEARCHES:
        search = partial(find_customers, text, limit=25)
        assert _statements(search) <= MOST_OF_A_SEARCH
        print(_spread(f"search “{text}”", search), flush=True)
    for filters in ("", "?country=TR", "?kind=business", "?may_email=no", "?last_order=never",
                    "?spent=20000", "?birthday=unknown", "?last_order=before-365"):  # fmt: skip
        path = LIST + filters
        get(path)()
        # An empty page has nothing more to read.
        assert _statements(get(path)) <= FRAME + LIST_STATEMENTS, path
        print(_spread(f"list {filters or 'unfiltered'}", get(path)), flush=True)
    busiest, usual = _people()
    for name, pk in (("of the busiest customer", busiest), ("of a usual customer", usual)):
        path = f"{LIST}{pk}/change/"
        get(path)()
        print(_spread(f"page {name}, {_statements(get(path))} statements", get(path)), flush=True)

    yield _measured(
        "search for a frequent word",
        lambda: _fetch(_FLOOR_OF_SEARCH, ["%ahmet%", "ahmet%"]),
        lambda: find_customers("ahmet", limit=25),
    )
    yield _measured(
        "search for a rare one",
        lambda: _fetch(_FLOOR_OF_SEARCH, ["%ahmet.yilmaz777%", "ahmet.yilmaz777%"]),
        lambda: find_customers("ahmet.yilmaz777", limit=25),
    )
    yield _measured("list, whole screen", lambda: _fetch(_FLOOR_OF_LIST), get(LIST))
    yield _measured(
        "page of the busiest customer, whole screen",
        lambda: _fetch(_FLOOR_OF_PAGE, [busiest]),
        get(f"{LIST}{busiest}/change/"),
    )


def _people() -> tuple[int, int]:
    """The customer with most orders, and one in the middle."""
    busiest = _fetch(
        "SELECT customer_id FROM customers_purchaseprofile ORDER BY orders_count DESC LIMIT 1"
    )
    usual = _fetch("SELECT id FROM customers_customer ORDER BY id OFFSET 500000 LIMIT 1")
    return int(busiest[0][0]), int(usual[0][0])
