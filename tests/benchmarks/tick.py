"""The calendar tick over a million customers, against an indexed INSERT ... SELECT by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.db import connection

from campaigns.models import Campaign, Decision
from campaigns.services import ticking
from config.shared.models import Brand
from messaging.models import Template
from tests.benchmarks.pairs import Result, measure
from tests.benchmarks.surroundings import settle

AT = datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)
BEFORE = datetime(2026, 11, 21, 8, 59, 30, tzinfo=UTC)
QUIET_AT = datetime(2026, 11, 21, 9, 31, 30, tzinfo=UTC)
QUIET_BEFORE = datetime(2026, 11, 21, 9, 30, 30, tzinfo=UTC)
CUSTOMERS = 1_000_000

_PEOPLE = """
INSERT INTO customers_customer (public_id, first_name, last_name, email, phone, birth_month,
    birth_day, birth_year, language, country, region, city, zone, zone_source, zone_problem,
    search, signed_up_at, created_at, updated_at)
SELECT 'cust_' || n, 'Ann', 'Baker', '', '', extract(month FROM d), extract(day FROM d), 1980,
       'en', 'GB', '', '', 'Europe/London', 'address', '', '', now(), now(), now()
FROM generate_series(1, %s) n, LATERAL (SELECT date '1980-01-01' + (n %% 366) AS d) born
"""
_FLOOR = """
INSERT INTO campaigns_decision
    (campaign_id, customer_id, occurrence_key, due_at, state, decided_at)
SELECT %s, id, '2026', %s, 'due', %s FROM customers_customer
WHERE zone = 'Europe/London' AND month_day = 1121
ON CONFLICT (campaign_id, customer_id, occurrence_key) DO NOTHING
"""


def _execute(sql: str, parameters: list[object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def run() -> Iterator[Result]:
    """A day with about 2,700 due; the same tick again; a tick in which nobody's hour comes."""
    _execute("TRUNCATE campaigns_decision, campaigns_campaign, customers_customer CASCADE")
    _execute(_PEOPLE, [CUSTOMERS])
    template = Template.objects.create(name="bench", created_at=AT)
    campaign = Campaign.objects.create(
        brand=Brand.objects.get(is_default=True),
        name="bench",
        state="live",
        template=template,
        send_time=time(9),
        launched_at=BEFORE,
        ticked_until=BEFORE,
        created_at=AT,
        updated_at=AT,
    )
    settle("customers_customer", "campaigns_decision")

    def watermark(moment: datetime) -> None:
        Campaign.objects.filter(pk=campaign.pk).update(ticked_until=moment)

    def afresh() -> None:
        _execute("TRUNCATE campaigns_decision")
        watermark(BEFORE)

    def floor() -> None:
        _execute(_FLOOR, [campaign.pk, AT, AT])

    afresh()
    floor()
    by_hand = set(Decision.objects.values_list("customer_id", "occurrence_key"))
    afresh()
    ticking.tick(at=AT)
    assert set(Decision.objects.values_list("customer_id", "occurrence_key")) == by_hand
    assert len(by_hand) > 2_500
    yield measure(
        f"tick, {len(by_hand):,} due of {CUSTOMERS:,}",
        goal=2.0,
        floor=floor,
        product=lambda: ticking.tick(at=AT),
        reset=afresh,
    )
    yield measure(
        "the same tick again: 0 rows",
        goal=1.0,
        floor=floor,
        product=lambda: ticking.tick(at=AT),
        reset=afresh,
        reset_product=lambda: (ticking.tick(at=AT), watermark(BEFORE)),
    )
    yield measure(
        "nobody due",
        goal=0.1,
        floor=floor,
        product=lambda: ticking.tick(at=QUIET_AT),
        reset=afresh,
        reset_product=lambda: watermark(QUIET_BEFORE),
    )
    _execute("TRUNCATE campaigns_decision, campaigns_campaign, customers_customer CASCADE")
