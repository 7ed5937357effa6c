"""A shop of a million customers with orders, lines, events, consents and lists, the same each time.

Made inside the database from hashes of row numbers, so that no plan and no session changes it. It
takes some minutes and is kept for the next run: `bench_shop` refers to customers, so whatever
empties those empties it too.
"""

from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from config.shared.text import fold
from customers.models import Attribute, AttributeType, DataCategory
from segments.models import StaticList

AT: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STAMP: Final = "4"  # to be raised with every change of what is made here
BIG: Final = (
    "customers_customer",
    "customers_identity",
    "customers_order",
    "customers_orderline",
    "customers_event",
    "customers_consentevent",
    "customers_consentstate",
    "customers_purchaseprofile",
    "customers_purchasetotal",
    "segments_listmember",
)
TABLES: Final = (
    *BIG, "customers_product", "customers_productcategory", "customers_attribute",
    "segments_staticlist",
)  # fmt: skip

# City, country, zone, language; the first ones have most customers.
PLACES: Final = (
    ("İstanbul", "TR", "Europe/Istanbul", "tr"), ("Ankara", "TR", "Europe/Istanbul", "tr"),
    ("İzmir", "TR", "Europe/Istanbul", "tr"), ("London", "GB", "Europe/London", "en"),
    ("Berlin", "DE", "Europe/Berlin", "de"), ("Bursa", "TR", "Europe/Istanbul", "tr"),
    ("Antalya", "TR", "Europe/Istanbul", "tr"), ("Dublin", "IE", "Europe/Dublin", "en"),
    ("New York", "US", "America/New_York", "en"), ("Adana", "TR", "Europe/Istanbul", "tr"),
    ("Konya", "TR", "Europe/Istanbul", "tr"), ("München", "DE", "Europe/Berlin", "de"),
    ("Auckland", "NZ", "Pacific/Auckland", "en"), ("St. John's", "CA", "America/St_Johns", "en"),
    ("Honolulu", "US", "Pacific/Honolulu", "en"), ("Iğdır", "TR", "Europe/Istanbul", "tr"),
)  # fmt: skip
ZONES: Final = tuple(sorted({zone for _city, _country, zone, _language in PLACES}))
CATEGORIES: Final = (
    *("Dog food", "Sofas", "Lamps", "Tea", "Diets"),
    *(f"Range {n}" for n in range(35)),
)
FIRST: Final = (
    *("Mehmet", "Fatma", "Mustafa", "Ayşe", "Ahmet", "Emine"),
    *("Zeynep", "James", "Mary", "Işıl", "Zoë", "Oliver"),
)
LAST: Final = (
    *("Yılmaz", "Kaya", "Demir", "Şahin", "Çelik", "Öztürk"),
    *("Smith", "Jones", "Murphy", "Lee", "İnce", "Doğan"),
)


def _share(salt: int, of: str = "n") -> str:
    """SQL for a number from 0 to below 1 that follows from a row's number."""
    return f"((hashint8extended({of}, {salt}) & 1048575) / 1048576.0)"


_PEOPLE = f"""
INSERT INTO customers_customer (id, public_id, first_name, last_name, kind, email, phone,
    birth_month, birth_day, birth_year, language, country, region, city, zone, zone_source,
    zone_problem, metadata, restriction, search, signed_up_at, created_at, updated_at)
SELECT n, 'cust_' || substr(md5(n::text), 1, 20), (%(first)s::text[])[f], (%(last)s::text[])[l],
    CASE WHEN {_share(1)} < 0.03 THEN 'business' ELSE 'consumer' END,
    CASE WHEN {_share(2)} < 0.9 THEN mail ELSE '' END,
    CASE WHEN {_share(3)} < 0.5 THEN '+905' || lpad(n::text, 9, '0') ELSE '' END,
    extract(month FROM born), extract(day FROM born), extract(year FROM born),
    (%(languages)s::text[])[p], (%(countries)s::text[])[p], '', (%(cities)s::text[])[p],
    (%(zones)s::text[])[p], 'address', '',
    jsonb_strip_nulls(jsonb_build_object(
        'pet', CASE WHEN {_share(4)} < 0.1 THEN 'Dog' WHEN {_share(4)} < 0.25 THEN 'Cat' END,
        'vip', CASE WHEN {_share(5)} < 0.05 THEN TRUE WHEN {_share(5)} < 0.6 THEN FALSE END,
        'points', CASE WHEN {_share(6)} < 0.7 THEN floor({_share(7)} * 2000) END,
        'sizes', CASE WHEN {_share(8)} < 0.3 THEN jsonb_build_array('M', 'L') END)),
    CASE WHEN {_share(9)} < 0.002 THEN 'RESTRICTED' ELSE '' END,
    (%(folded_first)s::text[])[f] || ' ' || (%(folded_last)s::text[])[l] || ' ' || mail || ' '
        || (%(folded_cities)s::text[])[p] || ' ' || n,
    joined, joined, joined
FROM (
    SELECT n, 1 + floor({_share(10)} * 12)::int AS f, 1 + floor({_share(11)} * 12)::int AS l,
        1 + floor(power({_share(12)}, 1.6) * 16)::int AS p, 'person' || n || '@example.org' AS mail,
        CASE WHEN {_share(13)} < 0.6 THEN date '1950-01-01' + floor({_share(14)} * 20000)::int END
            AS born,
        %(at)s - interval '1 minute' * (%(people)s - n) * 4 AS joined
    FROM generate_series(1::bigint, %(people)s) n
) drawn
"""
_IDENTITIES = """
INSERT INTO customers_identity (id, customer_id, source, external_id, created_at)
SELECT id, id, 'shop', id::text, created_at FROM customers_customer
UNION ALL
SELECT %(people)s + n, n * 20, 'marketplace', n::text, %(at)s
FROM generate_series(1, %(people)s / 20) n
"""
_PRODUCTS = f"""
INSERT INTO customers_product (id, public_id, source_id, name, category, categories, brand, price,
    search, created_at)
SELECT n, 'prod_' || n, 'P' || n, 'Product ' || n, category,
    ARRAY[category, 'All of ' || left(category, 1)], 'Brand ' || 1 + n %% 120,
    floor({_share(20)} * 50000), 'product ' || n, %(at)s
FROM (SELECT n, (%(categories)s::text[])[1 + n %% 40] AS category
      FROM generate_series(1::bigint, 4000) n) numbered
"""
_CATEGORIES = """
INSERT INTO customers_productcategory (name, key, is_sensitive, created_at)
SELECT name, lower(name), name = 'Diets', %(at)s FROM unnest(%(categories)s::text[]) name
"""
# The last twenty were sent ahead of their time. Some buyers come back often, a fifth never bought.
_ORDERS = f"""
INSERT INTO customers_order (id, public_id, identity_id, source, source_id, status, currency,
    amount, charges_amount, placed_at, received_at)
SELECT n, 'ord_' || substr(md5(n::text), 1, 20), buyer, 'shop', (10000000 + n)::text,
    CASE WHEN {_share(31)} < 0.92 THEN 'FULFILLED' WHEN {_share(31)} < 0.95 THEN 'PAID'
        ELSE 'CANCELED' END,
    CASE WHEN buyer %% 4 = 0 THEN 'EUR' ELSE 'TRY' END,
    500 + floor(power({_share(32)}, 2) * 200000), CASE WHEN n %% 3 = 0 THEN 500 ELSE 0 END,
    placed, placed
FROM (
    SELECT n, 1 + floor(power({_share(30)}, 2.5) * %(identities)s)::bigint * 7919 %% %(identities)s
            AS buyer,
        %(at)s - interval '1 second' * (%(orders)s - 20 - n) * 37 AS placed
    FROM generate_series(1::bigint, %(orders)s) n
) drawn
"""
_LINES = f"""
INSERT INTO customers_orderline (order_id, line_key, kind, product_id, name, quantity, unit_amount,
    amount, returned_quantity)
SELECT n, line, 'product', 1 + floor(power({_share(40, "n * 4 + line")}, 2) * 4000)::bigint,
    'Product', 1 + n %% 2, price, price * (1 + n %% 2), 0
FROM generate_series(1::bigint, %(orders)s) n,
     generate_series(1, 1 + (n %% 3 = 0)::int + (n %% 7 = 0)::int) line,
     LATERAL (SELECT floor({_share(41, "n * 4 + line")} * 50000)::bigint AS price) priced
"""
_PROFILES = """
INSERT INTO customers_purchaseprofile (customer_id, orders_count, first_order_at, last_order_at,
    usual_interval_days, favourite_category, favourite_brand, price_band)
SELECT customer_id, count(*), min(placed_at), max(placed_at),
    CASE WHEN count(*) > 1 THEN extract(epoch FROM max(placed_at) - min(placed_at))
        / 86400 / (count(*) - 1) END,
    'Range ' || customer_id %% 35, 'Brand ' || 1 + customer_id %% 120, 1 + customer_id %% 5
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE status IN ('PAID', 'FULFILLED') GROUP BY customer_id
"""
_TOTALS = """
INSERT INTO customers_purchasetotal (customer_id, currency, orders_count, amount, returned_amount,
    discount_amount)
SELECT customer_id, currency, count(*), sum(amount + charges_amount), 0, 0
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE status IN ('PAID', 'FULFILLED') GROUP BY customer_id, currency
"""
# Of the customers who let us keep what they look at, a few have withdrawn it since.
_EVENTS = f"""
INSERT INTO customers_event (identity_id, product_id, name, data_category, source, external_id,
    occurred_at, received_at, properties)
SELECT who / 55 * 100 + who %% 55 + 1,
    CASE WHEN name IN ('product_viewed', 'cart_updated', 'review')
        THEN 1 + floor(power({_share(51)}, 2) * 4000)::bigint END,
    name, category, 'shop', n::text, happened, happened,
    jsonb_build_object('device', CASE WHEN {_share(52)} < 0.7 THEN 'mobile' ELSE 'desktop' END,
        'price', floor({_share(53)} * 50000), 'session', md5(n::text))
    || CASE WHEN name = 'searched' THEN jsonb_build_object('query',
        (ARRAY['grey sofa', 'dog food', 'lamp', 'green tea', 'carpet'])[1 + n %% 5])
        ELSE '{{}}' END
FROM (
    SELECT n, floor(power({_share(50)}, 1.7) * %(people)s * 0.55)::bigint AS who,
        kind.name, kind.category,
        %(at)s - interval '1 second' * (%(events)s - n) * 7 AS happened
    FROM generate_series(1::bigint, %(events)s) n,
    LATERAL (SELECT {_share(54)} AS x) drawn,
    LATERAL (SELECT * FROM (VALUES
        (0.50, 'product_viewed', 'BROWSE_HISTORY'), (0.70, 'page_viewed', 'BROWSE_HISTORY'),
        (0.80, 'cart_updated', 'BROWSE_HISTORY'), (0.90, 'searched', 'SEARCH_HISTORY'),
        (0.94, 'checkout_started', 'BROWSE_HISTORY'), (0.96, 'store_visit', 'OFFLINE'),
        (0.99, 'review', 'PURCHASE_HISTORY'), (1.00, 'complaint_filed', 'PURCHASE_HISTORY')
    ) AS kinds (upto, name, category) WHERE x < upto ORDER BY upto LIMIT 1) kind
) told
"""
_CONSENTS = f"""
INSERT INTO customers_consentevent (id, identity_id, purpose, channel, data_category, action, basis,
    source, captured_at, received_at, actor_kind, actor_id, jurisdiction, proof)
SELECT row_number() OVER (), n, 'marketing', channel, category,
    CASE WHEN category = 'BROWSE_HISTORY' AND n %% 100 BETWEEN 1 AND 4 OR {_share(60)} < 0.03
        THEN 'withdrawn' ELSE 'granted' END,
    'consent', 'checkout', %(at)s, %(at)s, 'customer', '', '', '{{}}'
FROM generate_series(1::bigint, %(people)s) n,
     (VALUES ('email', '', 0.6, 61), ('sms', '', 0.3, 62), ('', 'SEARCH_HISTORY', 0.5, 63),
             ('', 'LOCATION', 0.2, 64), ('', 'OFFLINE', 0.25, 65), ('', 'BROWSE_HISTORY', 1, 66)
     ) AS asked (channel, category, share, salt)
WHERE CASE WHEN category = 'BROWSE_HISTORY' THEN n %% 100 BETWEEN 1 AND 55
      ELSE (hashint8extended(n, salt) & 1048575) / 1048576.0 < share END
"""
_STATES = """
INSERT INTO customers_consentstate (customer_id, purpose, channel, data_category, allowed, basis,
    since, valid_until, event_id)
SELECT e.identity_id, e.purpose, e.channel, e.data_category, e.action = 'granted', 'consent',
    e.received_at, CASE WHEN e.id %% 50 = 0 THEN e.received_at - interval '1 day' END, e.id
FROM customers_consentevent e
"""
_MEMBERS = """
INSERT INTO segments_listmember (list_id, customer_id, added_at)
SELECT %(small)s::bigint, n * 50, %(at)s FROM generate_series(1, %(people)s / 50) n
UNION ALL
SELECT %(large)s::bigint, n * 3, %(at)s FROM generate_series(1, %(people)s / 3) n
"""
_INDEXES = """
SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes i
WHERE tablename = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM pg_constraint WHERE conindid = format('%%I', indexname)::regclass)
"""


def make(people: int = 1_000_000) -> None:
    """Fill the tables with the shop, unless it is there from an earlier run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_shop"
            " (stamp text, customer_id bigint REFERENCES customers_customer)"
        )
        cursor.execute("SELECT stamp FROM bench_shop")
        stamp = f"{STAMP} {people}"
        if cursor.fetchall() == [(stamp,)]:
            return
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
        cursor.execute(_INDEXES, [list(BIG)])
        indexes = list(cursor.fetchall())
        for drop, _define in indexes:
            cursor.execute(drop)
        # Nothing here can refer to what is not there, so five million times nobody needs to look.
        cursor.execute("SET session_replication_role = replica")
        _fill(people)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _drop, define in indexes:
            cursor.execute(define)
        for table in TABLES:
            if table != "customers_purchaseprofile":
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT max(id) FROM {table}))"
                )
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("INSERT INTO bench_shop VALUES (%s, 1)", [stamp])


def _fill(people: int) -> None:
    cities, countries, zones, languages = (list(column) for column in zip(*PLACES, strict=True))
    for key, kind in (("pet", "TEXT"), ("vip", "BOOLEAN"), ("points", "NUMBER"), ("sizes", "SET")):
        Attribute.objects.create(
            key=key,
            name=key,
            type=AttributeType[kind],
            data_category=DataCategory.PROFILE,
            created_at=AT,
        )
    small, large = (
        StaticList.objects.create(name=name, categories=[], created_at=AT, updated_at=AT).pk
        for name in ("Invited", "Newsletter of 2019")
    )
    told: dict[str, Any] = {
        "at": AT,
        "first": list(FIRST),
        "last": list(LAST),
        "folded_first": [fold(name) for name in FIRST],
        "folded_last": [fold(name) for name in LAST],
        "cities": cities,
        "countries": countries,
        "zones": zones,
        "languages": languages,
        "folded_cities": [fold(city) for city in cities],
        "categories": list(CATEGORIES),
        "small": small,
        "large": large,
        "people": people,
        "identities": people * 21 // 20,
        "orders": people * 5,
        "events": people * 2,
    }
    with connection.cursor() as cursor:
        for statement in (
            *(_PEOPLE, _IDENTITIES, _PRODUCTS, _CATEGORIES, _ORDERS, _LINES, _PROFILES, _TOTALS),
            *(_EVENTS, _CONSENTS, _STATES, _MEMBERS),
        ):
            cursor.execute(statement, told)
