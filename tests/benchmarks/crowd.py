"""A million customers and five million orders, the same on every run, made inside the database."""

from collections.abc import Sequence

from django.db import connection

from config.shared.text import fold

SEED = 0.42
TABLES = (
    "customers_customer",
    "customers_identity",
    "customers_order",
    "customers_purchaseprofile",
    "customers_purchasetotal",
    "customers_consentevent",
    "customers_consentstate",
)


def _words(text: str) -> list[str]:
    return text.split()


# Frequent names first: the generator prefers the beginning of each list.
_TURKISH_FIRST = _words(
    "Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Hatice Hüseyin Zeynep Hasan Elif İbrahim Meryem "
    "İsmail Şerife Osman Zehra Yusuf Sultan Murat Hanife Ömer Merve Ramazan Havva Halil Zeliha "
    "Süleyman Esra Abdullah Fadime Mahmut Özlem Salih Hacer Kemal Melek Recep Yasemin Hakan Hülya "
    "Kadir Rabia Adem Sevim Orhan Cemile Yaşar İlknur Bayram Songül Şükrü Gülşen Çağrı Işıl Umut "
    "Irmak Barış Nazlı Ilgın Deniz Tuğba Oğuz Gökçe Iğdır Ülkü Ferhat Büşra Cengiz İpek Volkan"
)
_TURKISH_LAST = _words(
    "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan "
    "Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Özcan Çakır Erdoğan Yavuz Can Acar Şen Işık "
    "Güneş Bozkurt Bulut Keskin Turan Gül Ünal Aktaş Kaplan Güler Tekin Taş Köse Yüksel Ateş Avcı "
    "Sarı Uçar Duman Ekinci Altun Işıklı İnce Uysal Gündoğdu Tunç Sezer Ergin Bilgiç Irmak"
)
_ENGLISH_FIRST = _words(
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara "
    "Richard Susan Joseph Jessica Thomas Sarah Charles Karen Aoife Ciarán Siobhán Zoë Oliver Amelia"
)
_ENGLISH_LAST = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Moore Jackson "
    "Martin Lee Thompson White Harris Clark Lewis O'Brien Murphy Byrne Kelly MacAllister Ashworth"
)
_TURKISH_CITIES = _words(
    "İstanbul Ankara İzmir Bursa Antalya Konya Adana Şanlıurfa Gaziantep Iğdır"
)
_ENGLISH_CITIES = _words("London Manchester Dublin Leeds Bristol Cork Glasgow Galway Norwich York")
_MAIL = ("gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "example.org")

_PEOPLE = """
INSERT INTO customers_customer (public_id, first_name, last_name, email, phone, birth_month,
    birth_day, birth_year, language, country, region, city, zone, zone_source, zone_problem,
    search, signed_up_at, created_at, updated_at)
SELECT 'cust_' || substr(md5(n::text), 1, 20), first, last, email, phone, extract(month FROM born),
    extract(day FROM born), extract(year FROM born), language, country, '', city, zone, 'address',
    '', folded_first || ' ' || folded_last || ' ' || email || ' ' || phone || ' ' || folded_city
        || ' ' || n, joined, joined, joined
FROM (
    SELECT n, turkish,
        CASE WHEN turkish THEN (%(tf)s::text[])[f] ELSE (%(ef)s::text[])[f] END AS first,
        CASE WHEN turkish THEN (%(tl)s::text[])[l] ELSE (%(el)s::text[])[l] END AS last,
        CASE WHEN turkish THEN (%(ftf)s::text[])[f] ELSE (%(fef)s::text[])[f] END AS folded_first,
        CASE WHEN turkish THEN (%(ftl)s::text[])[l] ELSE (%(fel)s::text[])[l] END AS folded_last,
        CASE WHEN turkish THEN (%(tc)s::text[])[c] ELSE (%(ec)s::text[])[c] END AS city,
        CASE WHEN turkish THEN (%(ftc)s::text[])[c] ELSE (%(fec)s::text[])[c] END AS folded_city,
        CASE WHEN turkish THEN (%(mf)s::text[])[f] ELSE (%(mef)s::text[])[f] END || '.'
            || CASE WHEN turkish THEN (%(mtl)s::text[])[l] ELSE (%(mel)s::text[])[l] END
            || n || '@' || (%(mail)s::text[])[m] AS email,
        CASE WHEN turkish THEN '+905' || (30 + floor(r * 30))::int
            ELSE '+447' || (30 + floor(r * 60))::int END
            || lpad((n * 7919 %% 10000000)::text, 7, '0') AS phone,
        CASE WHEN turkish THEN 'tr' ELSE 'en' END AS language,
        CASE WHEN turkish THEN 'TR' ELSE 'GB' END AS country,
        CASE WHEN turkish THEN 'Europe/Istanbul' ELSE 'Europe/London' END AS zone,
        date '1950-01-01' + (n * 31 %% 20000)::int AS born,
        timestamptz '2019-01-01 00:00Z' + interval '1 minute' * n * 3.6 AS joined
    FROM (
        SELECT n, turkish, r,
            1 + floor(power(random(), 1.6)
                * CASE WHEN turkish THEN %(ntf)s ELSE %(nef)s END)::int AS f,
            1 + floor(power(random(), 1.6)
                * CASE WHEN turkish THEN %(ntl)s ELSE %(nel)s END)::int AS l,
            1 + floor(power(random(), 2) * 10)::int AS c,
            1 + floor(power(random(), 2) * 6)::int AS m
        FROM (SELECT n, random() < 0.75 AS turkish, random() AS r
              FROM generate_series(1::bigint, %(people)s) n) drawn
    ) indexed
) described
ORDER BY n
"""
_IDENTITIES = """
INSERT INTO customers_identity (customer_id, source, external_id, created_at)
SELECT id, 'shop', substring(search FROM '[0-9]+$'), created_at FROM customers_customer ORDER BY id
"""
_ORDERS = """
INSERT INTO customers_order (public_id, identity_id, source, source_id, status, currency, amount,
    charges_amount, placed_at, received_at)
SELECT 'ord_' || substr(md5(n::text), 1, 20), (SELECT min(id) FROM customers_identity)
        + floor(power(random(), 1.3) * %(people)s)::bigint,
    CASE WHEN n %% 5 = 0 THEN 'marketplace' ELSE 'shop' END,
    CASE WHEN n %% 5 = 0 THEN 'MP-' || (2021 + n %% 5) || '-' || lpad(n::text, 8, '0')
        ELSE (10000000 + n)::text END,
    CASE WHEN random() < 0.95 THEN 'FULFILLED' ELSE 'CANCELED' END, 'TRY',
    500 + floor(random() * 100000)::int, 0, placed, placed
FROM (SELECT n, timestamptz '2021-01-01 00:00Z' + interval '1 second' * n * 34 AS placed
      FROM generate_series(1, %(orders)s) n) numbered
ORDER BY n
"""
_PROFILES = """
INSERT INTO customers_purchaseprofile (customer_id, orders_count, first_order_at, last_order_at,
    usual_interval_days, favourite_category, favourite_brand, price_band)
SELECT customer_id, count(*), min(placed_at), max(placed_at), NULL, '', '', 1 + customer_id %% 5
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE status IN ('PAID', 'FULFILLED') GROUP BY customer_id ORDER BY customer_id
"""
_TOTALS = """
INSERT INTO customers_purchasetotal (customer_id, currency, orders_count, amount, returned_amount,
    discount_amount)
SELECT customer_id, currency, count(*), sum(amount + charges_amount), 0, 0
FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
WHERE status IN ('PAID', 'FULFILLED') GROUP BY customer_id, currency ORDER BY customer_id
"""
_CONSENTS = """
INSERT INTO customers_consentevent (identity_id, purpose, channel, data_category, action, basis,
    source, captured_at, received_at, actor_kind, actor_id, jurisdiction, proof)
SELECT id, 'marketing', 'email', '', 'granted', 'consent', 'checkout', created_at, created_at,
    'customer', '', '', '{}' FROM customers_identity WHERE id %% 10 < 6 ORDER BY id
"""
_STATES = """
INSERT INTO customers_consentstate (customer_id, purpose, channel, data_category, allowed, basis,
    since, event_id)
SELECT i.customer_id, e.purpose, e.channel, '', e.id %% 20 > 0, 'consent', e.received_at, e.id
FROM customers_consentevent e JOIN customers_identity i ON i.id = e.identity_id
ORDER BY i.customer_id
"""


def _folded(names: Sequence[str]) -> list[str]:
    return [fold(name) for name in names]


def _mailed(names: Sequence[str]) -> list[str]:
    return [fold(name).replace("'", "") for name in names]


def make(people: int = 1_000_000, orders: int = 5_000_000) -> None:
    """Empty the tables and fill them; takes some minutes."""
    names = {
        "tf": _TURKISH_FIRST, "tl": _TURKISH_LAST, "ef": _ENGLISH_FIRST, "el": _ENGLISH_LAST,
        "tc": _TURKISH_CITIES, "ec": _ENGLISH_CITIES, "mail": list(_MAIL),
        "ftf": _folded(_TURKISH_FIRST), "ftl": _folded(_TURKISH_LAST),
        "fef": _folded(_ENGLISH_FIRST), "fel": _folded(_ENGLISH_LAST),
        "ftc": _folded(_TURKISH_CITIES), "fec": _folded(_ENGLISH_CITIES),
        "mf": _mailed(_TURKISH_FIRST), "mtl": _mailed(_TURKISH_LAST),
        "mef": _mailed(_ENGLISH_FIRST), "mel": _mailed(_ENGLISH_LAST),
    }  # fmt: skip
    counts = {
        "ntf": len(_TURKISH_FIRST), "ntl": len(_TURKISH_LAST),
        "nef": len(_ENGLISH_FIRST), "nel": len(_ENGLISH_LAST),
        "people": people, "orders": orders,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute("SELECT setseed(%s)", [SEED])
        for statement in (_PEOPLE, _IDENTITIES, _ORDERS, _PROFILES, _TOTALS, _CONSENTS, _STATES):
            cursor.execute(statement, {**names, **counts})
