"""How many customers have each pair of scores, are in each stage, and buy in each price band."""

from datetime import datetime

from django.db import connection

from customers.models import DataCategory
from customers.selectors import gated_categories
from segments.fields.habits import BANDS
from segments.fields.lifecycle import ID as LIFECYCLE
from segments.fields.rfm import scores
from segments.lifecycle import STAGES
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, allowed
from segments.selectors import count


def pair_sizes(*, at: datetime) -> dict[tuple[int, int], int]:
    """Customers by recency and frequency; as rules find them, so only whom we may look at."""
    binder = Binder(at)
    alias = scores(binder)
    rows = _grouped(f"{alias}.recency, {alias}.frequency", f"{alias}.recency", binder)
    return {(int(recency), int(frequency)): count for recency, frequency, count in rows}


def band_sizes(*, at: datetime) -> dict[str, int]:
    """Customers by price band, by its number."""
    binder = Binder(at)
    alias = binder.join("habit", lambda: "customers_purchaseprofile")
    rows = _grouped(f"{alias}.price_band", f"{alias}.price_band", binder)
    counted = {str(band): count for band, count in rows}
    return {band: counted.get(band, 0) for band in BANDS}


def stage_sizes(*, at: datetime) -> dict[str, int]:
    """Customers who are new, active and lapsed; one statement for each."""
    return {
        stage: count({"field": LIFECYCLE, "cmp": "is", "value": stage}, at=at) for stage in STAGES
    }


def _grouped(columns: str, known: str, binder: Binder) -> list[tuple[int, ...]]:
    where = [UNRESTRICTED, f"{known} IS NOT NULL"]
    if DataCategory.PURCHASE_HISTORY in gated_categories():
        where.append(allowed(DataCategory.PURCHASE_HISTORY, binder))
    places = ", ".join(str(n + 1) for n in range(columns.count(",") + 1))
    joins = binder.joins()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, count(*) FROM customers_customer c {joins}"
            f" WHERE {' AND '.join(where)} GROUP BY {places}",
            binder.params,
        )
        return list(cursor.fetchall())
