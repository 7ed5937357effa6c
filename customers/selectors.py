"""Reading customers."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q

from config.shared import clock
from config.shared.data_kinds import Kind
from config.shared.models import Project
from config.shared.text import fold

from .models import Channel, ConsentState, DataCategory, Product, ProductCategory

MARKETING = "marketing"


def allowing_consents(*, at: datetime, purpose: str = MARKETING) -> Q:
    """Condition on ConsentState: says yes at that moment."""
    return Q(purpose=purpose, allowed=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at))


def customers_allowing(
    customer_ids: Iterable[int], *, channel: str, at: datetime, purpose: str = MARKETING
) -> set[int]:
    """Which of these customers may be addressed on `channel` at that moment."""
    return set(
        ConsentState.objects.filter(
            allowing_consents(at=at, purpose=purpose),
            customer_id__in=list(customer_ids),
            channel=channel,
        ).values_list("customer_id", flat=True)
    )


def contactable_by_email_count(*, at: datetime) -> int:
    """How many customers have an e-mail address and allow us to write to it."""
    return (
        ConsentState.objects.filter(allowing_consents(at=at), channel=Channel.EMAIL)
        .exclude(customer__email="")
        .count()
    )


def gated_categories() -> frozenset[DataCategory]:
    """The kinds of data that the project uses only for customers who allowed it; one statement.

    Read anew for each unit of work and handed on from there: what an administrator protects is
    protected from the next statement on, in every process.
    """
    return as_categories(Project.objects.values_list("gated_categories", flat=True).get(pk=1))


def as_categories(names: Iterable[str]) -> frozenset[DataCategory]:
    return frozenset(DataCategory(name) for name in names)


def kinds_of_data() -> list[Kind]:
    """Every category with how many customers allow its use now, one statement."""
    at = clock.now()
    counted = dict(
        ConsentState.objects.filter(allowed=True, channel="")
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))
        .order_by()
        .values_list("data_category")
        .annotate(Count("customer", distinct=True))
    )
    return [Kind(one.value, one.label, counted.get(one.value, 0)) for one in DataCategory]


def permitted_categories(customer_ids: Iterable[int], *, at: datetime) -> dict[int, set[str]]:
    """The categories of data whose use each of these customers allows at that moment.

    For whatever purpose, as the rules of segments see it.
    """
    permitted: dict[int, set[str]] = {}
    rows = (
        ConsentState.objects.filter(customer_id__in=list(customer_ids), allowed=True, channel="")
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))
        .values_list("customer_id", "data_category")
    )
    for customer_id, category in rows:
        permitted.setdefault(customer_id, set()).add(category)
    return permitted


_COUNTRIES = """
WITH RECURSIVE used AS (
    (SELECT country FROM customers_customer ORDER BY country LIMIT 1)
    UNION ALL
    SELECT (SELECT country FROM customers_customer
            WHERE country > used.country ORDER BY country LIMIT 1)
    FROM used WHERE used.country IS NOT NULL
)
SELECT country FROM used WHERE country IS NOT NULL
"""


def countries_in_use() -> list[str]:
    """The countries of all customers, "" where one has none, in order.

    Jumps from one to the next in the index, so that a million customers need not be looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNTRIES)
        return [country for (country,) in cursor.fetchall()]


_ZONES_IN_USE = """
WITH RECURSIVE used(zone) AS (
    (SELECT zone FROM customers_customer ORDER BY zone LIMIT 1)
    UNION ALL
    SELECT (SELECT c.zone FROM customers_customer c WHERE c.zone > used.zone ORDER BY 1 LIMIT 1)
    FROM used WHERE used.zone IS NOT NULL
)
SELECT zone FROM used WHERE zone IS NOT NULL
"""


def zones_of_customers() -> list[str]:
    """The zones customers live in, found like `countries_in_use`."""
    with connection.cursor() as cursor:
        cursor.execute(_ZONES_IN_USE)
        return [zone for (zone,) in cursor.fetchall()]


def sensitive_products(codes: Iterable[str]) -> list[str]:
    """Which of these products, by the shop's codes or our ids, are in a sensitive category."""
    names = list(ProductCategory.objects.filter(is_sensitive=True).values_list("name", flat=True))
    wanted = list(codes)
    found = Product.objects.filter(
        Q(source_id__in=wanted) | Q(public_id__in=wanted), categories__overlap=names
    )
    return sorted(found.values_list("source_id", flat=True)) if names else []


def sensitive_categories(names: Iterable[str]) -> list[str]:
    """Which of these categories, however written, are sensitive."""
    keys = {fold(name): name for name in names}
    found = ProductCategory.objects.filter(key__in=keys, is_sensitive=True)
    return sorted(keys[key] for key in found.values_list("key", flat=True))
