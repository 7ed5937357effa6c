"""The same segments by hand: up to three ways each, as somebody who knows the tables would try.

They know what the product knows: consent, restrictions, days on the customer's own clock, sensitive
categories, what is kept added up. They also know what it does not: the zones that occur, and how
the shop writes its cities and attributes. Each counts customers.
"""

from collections.abc import Sequence
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
# Since some local midnight: of customers joined as c, and of those behind an order or event.
ZONED: Final = "JOIN customers_customer k ON k.id = i.customer_id"


def _zone(name: str) -> str:
    return f"JOIN unnest(%(zones)s::text[], %({name})s::timestamptz[]) z(zone, starts)"


def _c(name: str) -> str:
    return f"customers_customer c {_zone(name)} ON z.zone = c.zone"


def _k(name: str) -> str:
    return f"{ZONED} {_zone(name)} ON z.zone = k.zone"


def _allows(kind: str, who: str = "c.id") -> str:
    return (
        f"EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = {who}"
        f" AND s.data_category = '{kind}' AND s.allowed"
        " AND (s.valid_until IS NULL OR s.valid_until > %(at)s))"
    )


def _says_yes(channel: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.purpose = 'marketing' AND s.channel = '{channel}' AND s.allowed"
        " AND (s.valid_until IS NULL OR s.valid_until > %(at)s))"
    )


MAIL: Final = f"{_says_yes('email')} AND c.email <> ''"
SMS: Final = f"{_says_yes('sms')} AND c.phone <> ''"


def _lines(test: str) -> str:
    """Positions of an order."""
    return (
        "SELECT 1 FROM customers_orderline l JOIN customers_product p ON p.id = l.product_id"
        f" WHERE l.order_id = o.id AND l.quantity > 0 AND {HARMLESS} AND {test}"
    )


def _category(name: str) -> str:
    return f"p.categories && '{{{name}}}'::varchar[]"


def _who_bought(test: str, more: str = "", join: str = "") -> str:
    """Ids of customers with such a position, from the products on."""
    return (
        "SELECT i.customer_id FROM customers_product p JOIN customers_orderline l ON"
        f" l.product_id = p.id JOIN customers_order o ON o.id = l.order_id"
        f" JOIN customers_identity i ON i.id = o.identity_id {join}"
        f" WHERE {STANDING} AND l.quantity > 0 AND {HARMLESS} AND {test} {more}"
    )


def _event(name: str, more: str = "") -> str:
    kinds = {"searched": "SEARCH_HISTORY", "complaint_filed": "PURCHASE_HISTORY"}
    kind = kinds.get(name, "BROWSE_HISTORY")
    return f"e.name = '{name}' AND e.data_category = '{kind}' AND e.occurred_at <= %(at)s {more}"


def _count(sql: str) -> str:
    return f"SELECT count(*) FROM {sql}"


_KEPT: Final = "JOIN customers_purchaseprofile h ON h.customer_id = c.id"
# Whoever ordered after the moment asked about; orders_count and the like are of now.
_BEFORE: Final = "h.last_order_at <= %(at)s"
_LATER: Final = "SELECT customer_id FROM customers_purchaseprofile WHERE last_order_at > %(at)s"


def _orders_of_later(having: str) -> str:
    return (
        f"SELECT i.customer_id FROM {BUYER} WHERE {STANDING}"
        f" AND i.customer_id IN ({_LATER}) GROUP BY 1 HAVING {having}"
    )


PARTS: Final = {name: globals()[name] for name in ("FREE", "STANDING", "BUYER", "DOER", "HERS")}


def floors() -> dict[str, Sequence[str]]:
    """Statements by the name of the segment."""
    dogs, sofas = _category("Dog food"), _category("Sofas")
    product = "JOIN customers_product p ON p.id = e.product_id"
    izmir = "c.city = 'İzmir'"
    year, fortnight = "y1", "d14"
    total = "sum(o.amount + o.charges_amount)"
    return {
        "looked at dog food, bought none": [
            _count(
                f"{_c(year)} JOIN unnest(%(zones)s::text[], %(d14)s::timestamptz[]) w(zone, starts)"
                f" ON w.zone = c.zone WHERE {FREE} AND {izmir} AND {_allows('BROWSE_HISTORY')}"
                f" AND EXISTS (SELECT 1 FROM {DOER} {product} WHERE {HERS}"
                f" AND {_event('product_viewed')} AND e.occurred_at >= w.starts"
                f" AND {HARMLESS} AND {dogs})"
                f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND EXISTS ({_lines(dogs)}))"
            ),
            _count(
                f"(SELECT i.customer_id AS id FROM {DOER} {product} {_k(fortnight)}"
                f" WHERE {_event('product_viewed')} AND e.occurred_at >= %(d14_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {dogs}"
                f" AND k.city = 'İzmir' AND k.restriction = ''"
                f" AND {_allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1) v"
                f" JOIN customers_customer c ON c.id = v.id {_zone(year)} ON z.zone = c.zone"
                f" WHERE (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND EXISTS ({_lines(dogs)}))"
            ),
        ],
        "lapsed three months": [
            _count(
                f"{_c('m3')} {_KEPT} WHERE {FREE} AND c.country = 'TR' AND {MAIL}"
                f" AND h.last_order_at < z.starts AND {_BEFORE}"
            )
            + f" + (SELECT count(*) FROM {_c('m3')} WHERE {FREE} AND c.country = 'TR' AND {MAIL}"
            f" AND c.id IN ({_LATER}) AND (SELECT max(o.placed_at) FROM {BUYER}"
            f" WHERE {HERS} AND {STANDING}) < z.starts)",
            _count(
                f"(SELECT i.customer_id, max(o.placed_at) AS last FROM {BUYER} WHERE {STANDING}"
                f" GROUP BY 1) g JOIN {_c('m3')} AND c.id = g.customer_id"
                f" WHERE {FREE} AND c.country = 'TR' AND {MAIL} AND g.last < z.starts"
            ).replace("c JOIN", "c JOIN", 1),
        ],
        "best customers of the year": [
            _count(
                f"(SELECT i.customer_id FROM {BUYER} {_k(year)} WHERE {STANDING}"
                " AND o.placed_at >= %(y1_first)s AND o.placed_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 5"
                f" AND {total} FILTER (WHERE o.currency = 'TRY') >= 500000) g"
            ),
            _count(
                f"(SELECT i.customer_id FROM {BUYER} WHERE {STANDING}"
                " AND o.placed_at >= %(y1_first)s GROUP BY 1 HAVING count(*) >= 5) g"
                f" JOIN {_c(year)} AND c.id = g.customer_id WHERE {FREE}"
                f" AND (SELECT count(*) >= 5 AND {total} FILTER (WHERE o.currency = 'TRY') >="
                f" 500000 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts)"
            ),
            _count(
                f"{_c(year)} WHERE {FREE} AND (SELECT count(*) >= 5 AND {total} FILTER"
                f" (WHERE o.currency = 'TRY') >= 500000 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
        ],
        "first-time buyers": [
            _count(
                f"{_c('d30')} {_KEPT} WHERE {FREE} AND {_BEFORE} AND h.orders_count = 1"
                " AND h.first_order_at >= %(d30_first)s AND h.first_order_at >= z.starts"
            )
            + f" + (SELECT count(*) FROM {_c('d30')} {_KEPT} WHERE {FREE}"
            " AND h.first_order_at >= z.starts AND h.first_order_at <= %(at)s"
            f" AND c.id IN ({_orders_of_later('count(*) = 1')}))",
            _count(
                f"{_c('d30')} JOIN (SELECT i.customer_id, min(o.placed_at) AS first FROM {BUYER}"
                f" WHERE {STANDING} GROUP BY 1 HAVING count(*) = 1) g ON g.customer_id = c.id"
                f" WHERE {FREE} AND g.first >= z.starts"
            ),
            _count(
                f"{_c('d30')} WHERE {FREE} AND c.id IN (SELECT h.customer_id FROM"
                " customers_purchaseprofile h WHERE h.last_order_at >= %(d30_first)s"
                f" AND h.orders_count = 1 AND {_BEFORE}"
                f" UNION ALL {_orders_of_later('count(*) = 1')})"
                f" AND (SELECT min(o.placed_at) FROM {BUYER} WHERE {HERS} AND {STANDING})"
                " >= z.starts"
            ),
        ],
        "signed up, never bought": [
            _count(
                f"{_c('y2')} WHERE {FREE} AND c.signed_up_at >= %(y2_first)s"
                f" AND c.signed_up_at >= z.starts AND c.signed_up_at <= %(at)s"
                f" AND {_says_yes('email')} AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS}"
                f" AND {STANDING})"
            ),
            _count(
                f"{_c('y2')} LEFT JOIN customers_purchaseprofile h ON h.customer_id = c.id"
                f" WHERE {FREE} AND c.signed_up_at >= z.starts AND c.signed_up_at <= %(at)s"
                f" AND {_says_yes('email')}"
                " AND (h.customer_id IS NULL OR h.first_order_at > %(at)s)"
            ),
            _count(
                f"(SELECT c.id FROM {_c('y2')} WHERE {FREE} AND c.signed_up_at >= z.starts"
                f" AND c.signed_up_at <= %(at)s AND {_says_yes('email')}"
                " EXCEPT SELECT customer_id FROM customers_purchaseprofile"
                " WHERE first_order_at <= %(at)s) g"
            ),
        ],
        "birthday next week": [
            _count(
                "unnest(%(zones)s::text[], %(d180)s::timestamptz[], %(week)s::text[])"
                " z(zone, starts, days) JOIN customers_customer c ON c.zone = z.zone"
                f" AND c.month_day = ANY (z.days::smallint[]) WHERE {FREE} AND {SMS}"
                f" AND EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
            _count(
                "unnest(%(zones)s::text[], %(d180)s::timestamptz[], %(week)s::text[])"
                " z(zone, starts, days) JOIN customers_customer c ON c.zone = z.zone"
                f" AND c.month_day = ANY (z.days::smallint[]) {_KEPT} WHERE {FREE} AND {SMS}"
                f" AND (h.last_order_at >= z.starts AND {_BEFORE} OR c.id IN ({_LATER}) AND EXISTS"
                f" (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts))"
            ),
        ],
        "cart left within two days": [
            _count(
                f"customers_customer c WHERE {FREE} AND {_allows('BROWSE_HISTORY')}"
                f" AND EXISTS (SELECT 1 FROM {DOER} WHERE {HERS} AND {_event('cart_updated')}"
                f" AND e.occurred_at >= %(h48)s) AND NOT EXISTS (SELECT 1 FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING} AND o.placed_at >= %(h48)s)"
            ),
            _count(
                f"(SELECT i.customer_id AS id FROM {DOER} WHERE {_event('cart_updated')}"
                f" AND e.occurred_at >= %(h48)s EXCEPT SELECT i.customer_id FROM {BUYER}"
                f" WHERE {STANDING} AND o.placed_at >= %(h48)s) g JOIN customers_customer c"
                f" USING (id) WHERE {FREE} AND {_allows('BROWSE_HISTORY')}"
            ),
        ],
        "browsed without buying": [
            _count(
                f"(SELECT i.customer_id FROM {DOER} {_k('d30')} WHERE {_event('product_viewed')}"
                " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 3) g"
                f" JOIN {_c('d30')} AND c.id = g.customer_id WHERE {MAIL}"
                f" AND {_allows('BROWSE_HISTORY')} AND NOT EXISTS (SELECT 1 FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts)"
            ),
            _count(
                f"{_c('d30')} WHERE {FREE} AND {MAIL} AND {_allows('BROWSE_HISTORY')}"
                f" AND (SELECT count(*) FROM {DOER} WHERE {HERS} AND {_event('product_viewed')}"
                " AND e.occurred_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
            _count(
                f"(SELECT i.customer_id FROM {DOER} {_k('d30')} WHERE {_event('product_viewed')}"
                " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts GROUP BY 1"
                f" HAVING count(*) >= 3 EXCEPT SELECT i.customer_id FROM {BUYER} {_k('d30')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d30_first)s AND o.placed_at >= z.starts) g"
                f" JOIN customers_customer c ON c.id = g.customer_id WHERE {FREE} AND {MAIL}"
                f" AND {_allows('BROWSE_HISTORY')}"
            ),
        ],
        "searched or viewed, did not buy": [
            _count(
                f"(SELECT i.customer_id FROM {DOER} {_k('d60')} WHERE {_event('searched')}"
                " AND e.occurred_at >= %(d60_first)s AND e.occurred_at >= z.starts"
                " AND e.properties ->> 'query' ILIKE '%%sofa%%'"
                f" AND {_allows('SEARCH_HISTORY', 'k.id')}"
                f" UNION SELECT i.customer_id FROM {DOER} {product} {_k('d60')}"
                f" WHERE {_event('product_viewed')} AND e.occurred_at >= %(d60_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {sofas}"
                f" AND {_allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1 HAVING count(*) >= 2"
                f" EXCEPT {_who_bought(sofas, 'AND o.placed_at >= z.starts', _k('y1'))}) g"
                f" JOIN customers_customer c ON c.id = g.customer_id WHERE {FREE}"
            ),
            _count(
                f"(SELECT i.customer_id FROM {DOER} {_k('d60')} WHERE {_event('searched')}"
                " AND e.occurred_at >= %(d60_first)s AND e.occurred_at >= z.starts"
                " AND e.properties ->> 'query' ILIKE '%%sofa%%'"
                f" AND {_allows('SEARCH_HISTORY', 'k.id')}"
                f" UNION SELECT i.customer_id FROM {DOER} {product} {_k('d60')}"
                f" WHERE {_event('product_viewed')} AND e.occurred_at >= %(d60_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {sofas}"
                f" AND {_allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1 HAVING count(*) >= 2) g"
                f" JOIN {_c('y1')} AND c.id = g.customer_id WHERE {FREE} AND NOT EXISTS"
                f" (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts"
                f" AND EXISTS ({_lines(sofas)}))"
            ),
        ],
        "dog owners": [
            _count(
                f"(SELECT id FROM customers_customer WHERE metadata ->> 'pet' = 'Dog'"
                f" UNION {_who_bought(dogs, 'AND o.placed_at >= z.starts', _k('d180'))}) g"
                f" JOIN customers_customer c ON c.id = g.id WHERE {FREE}"
                " AND c.country IN ('TR', 'DE', 'GB') AND NOT EXISTS (SELECT 1 FROM"
                " segments_listmember m WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
            _count(
                f'(SELECT id FROM customers_customer WHERE metadata @> \'{{"pet": "Dog"}}\''
                f" UNION SELECT i.customer_id FROM {BUYER} {_k('d180')} WHERE {STANDING}"
                " AND o.placed_at >= %(d180_first)s AND o.placed_at >= z.starts"
                f" AND EXISTS ({_lines(dogs)})) g"
                f" JOIN customers_customer c ON c.id = g.id WHERE {FREE}"
                " AND c.country IN ('TR', 'DE', 'GB') AND NOT EXISTS (SELECT 1 FROM"
                " segments_listmember m WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
            _count(
                f"customers_customer c LEFT JOIN (SELECT DISTINCT i.customer_id FROM {BUYER}"
                f" {_k('d180')} WHERE {STANDING} AND o.placed_at >= %(d180_first)s"
                f" AND o.placed_at >= z.starts AND EXISTS ({_lines(dogs)})) g"
                f" ON g.customer_id = c.id WHERE {FREE} AND c.country IN ('TR', 'DE', 'GB')"
                " AND (c.metadata ->> 'pet' = 'Dog' OR g.customer_id IS NOT NULL)"
                " AND NOT EXISTS (SELECT 1 FROM segments_listmember m"
                " WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
        ],
        "complained recently": [
            _count(
                f"(SELECT DISTINCT i.customer_id FROM {DOER} {_k('d30')}"
                f" WHERE {_event('complaint_filed')} AND e.occurred_at >= %(d30_first)s"
                " AND e.occurred_at >= z.starts AND k.restriction = '') g"
                f" WHERE (SELECT count(*) FROM {BUYER} WHERE i.customer_id = g.customer_id"
                f" AND {STANDING}) >= 2"
            ),
            _count(
                f"(SELECT DISTINCT i.customer_id FROM {DOER} {_k('d30')}"
                f" WHERE {_event('complaint_filed')} AND e.occurred_at >= %(d30_first)s"
                " AND e.occurred_at >= z.starts AND k.restriction = '') g"
                " JOIN customers_purchaseprofile h ON h.customer_id = g.customer_id"
                f" WHERE h.orders_count >= 2 AND {_BEFORE} OR h.customer_id IN"
                f" ({_orders_of_later('count(*) >= 2')})"
            ),
        ],
        "premium with large carts": [
            _count(
                f"customers_customer c {_KEPT} JOIN customers_purchasetotal t ON t.customer_id ="
                f" c.id AND t.currency = 'TRY' WHERE {FREE} AND h.price_band IN (4, 5)"
                " AND c.metadata @> '{\"vip\": true}' AND (t.amount >= 90000 * t.orders_count"
                f" AND {_BEFORE} OR c.id IN ({_LATER}) AND (SELECT avg(o.amount + o.charges_amount)"
                f" FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.currency = 'TRY') >= 90000)"
                " AND t.orders_count > 0"
            ),
            _count(
                f"customers_customer c {_KEPT} JOIN customers_purchasetotal t ON t.customer_id ="
                f" c.id AND t.currency = 'TRY' WHERE {FREE} AND h.price_band IN (4, 5)"
                " AND (c.metadata -> 'vip')::text = 'true' AND (t.amount >= 90000 * t.orders_count"
                f" AND {_BEFORE} OR c.id IN ({_LATER}) AND (SELECT avg(o.amount + o.charges_amount)"
                f" FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.currency = 'TRY') >= 90000)"
                " AND t.orders_count > 0"
            ),
        ],
        "regulars who pause": [
            _count(
                f"{_c('d90')} JOIN unnest(%(zones)s::text[], %(d29)s::timestamptz[]) w(zone, ends)"
                f" ON w.zone = c.zone {_KEPT} WHERE {FREE} AND {_BEFORE}"
                " AND h.last_order_at >= %(d90_first)s AND h.last_order_at >= z.starts"
                " AND h.last_order_at < w.ends AND (c.metadata ->> 'points')::numeric >= 500"
                " AND c.country <> 'DE' AND (c.metadata -> 'vip' = 'true') IS NOT TRUE"
                " AND NOT EXISTS (SELECT 1 FROM segments_listmember m"
                " WHERE m.list_id = %(large)s AND m.customer_id = c.id)"
            )
            + f" + (SELECT count(*) FROM {_c('d90')}"
            " JOIN unnest(%(zones)s::text[], %(d29)s::timestamptz[]) w(zone, ends)"
            f" ON w.zone = c.zone CROSS JOIN LATERAL (SELECT max(o.placed_at) AS last FROM {BUYER}"
            f" WHERE {HERS} AND {STANDING}) b WHERE {FREE} AND c.id IN ({_LATER})"
            " AND b.last >= z.starts AND b.last < w.ends"
            " AND (c.metadata ->> 'points')::numeric >= 500 AND c.country <> 'DE'"
            " AND (c.metadata -> 'vip' = 'true') IS NOT TRUE AND NOT EXISTS"
            " (SELECT 1 FROM segments_listmember m"
            " WHERE m.list_id = %(large)s AND m.customer_id = c.id))",
        ],
        "buyers who did not search": [
            _count(
                f"{_c('d90')} JOIN (SELECT i.customer_id FROM {BUYER} {_k('d90')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d90_first)s AND o.placed_at >= z.starts"
                " GROUP BY 1 HAVING count(*) >= 2) g ON g.customer_id = c.id"
                f" WHERE {FREE} AND {_allows('SEARCH_HISTORY')} AND NOT EXISTS (SELECT 1"
                f" FROM {DOER} WHERE {HERS} AND {_event('searched')} AND e.occurred_at >= z.starts)"
            ),
            _count(
                f"(SELECT i.customer_id FROM {BUYER} {_k('d90')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d90_first)s AND o.placed_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 2"
                f" EXCEPT SELECT i.customer_id FROM {DOER} {_k('d90')} WHERE {_event('searched')}"
                " AND e.occurred_at >= %(d90_first)s AND e.occurred_at >= z.starts) g"
                f" WHERE {_allows('SEARCH_HISTORY', 'g.customer_id')}"
            ),
            _count(
                f"{_c('d90')} WHERE {FREE} AND {_allows('SEARCH_HISTORY')}"
                f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND o.placed_at >= z.starts) >= 2 AND NOT EXISTS (SELECT 1 FROM {DOER}"
                f" WHERE {HERS} AND {_event('searched')} AND e.occurred_at >= z.starts)"
            ),
        ],
        "eight conditions": _eight(),
        "about to order again": [
            _count(
                f"{_c('d0')} JOIN unnest(%(zones)s::text[], %(in15)s::timestamptz[]) w(zone, ends)"
                f" ON w.zone = c.zone {_KEPT} WHERE {FREE} AND h.usual_interval_days <= 120"
                " AND h.last_order_at + h.usual_interval_days * interval '1 day' > %(at)s"
                " AND h.last_order_at + h.usual_interval_days * interval '1 day' < w.ends"
                f" AND (h.orders_count >= 5 AND {_BEFORE}"
                f" OR c.id IN ({_orders_of_later('count(*) >= 5')}))"
            ),
        ],
    }


def _eight() -> list[str]:
    profile = (
        f"{FREE} AND c.language = 'tr' AND c.kind = 'consumer' AND {MAIL} AND"
        f" {_allows('BROWSE_HISTORY')} AND w.today / 10000 - c.birth_year -"
        " (c.month_day > w.today %% 10000)::int BETWEEN 25 AND 60"
    )
    zones = (
        "unnest(%(zones)s::text[], %(y2)s::timestamptz[], %(d30)s::timestamptz[], %(today)s::int[])"
        " w(zone, years, month, today) ON w.zone = c.zone"
    )
    spent = (
        " AND (t.amount >= 300000 AND c.id NOT IN (" + _LATER + ") OR c.id IN ("
        f"SELECT i.customer_id FROM {BUYER} WHERE {STANDING} AND i.customer_id IN ({_LATER})"
        " AND o.currency = 'TRY' GROUP BY 1 HAVING sum(o.amount + o.charges_amount) >= 300000))"
    )
    ordered = (
        f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
        " AND o.placed_at >= w.years) BETWEEN 2 AND 10"
    )
    total = "JOIN customers_purchasetotal t ON t.customer_id = c.id AND t.currency = 'TRY'"
    brand = _lines("p.brand = 'Brand 7'")
    not_bought = (
        f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND EXISTS ({brand}))"
    )
    viewed = _event("product_viewed", "AND e.properties ->> 'device' = 'mobile'")
    return [
        _count(
            f"customers_customer c JOIN {zones} {total} WHERE {profile} {spent}"
            f" AND (SELECT count(*) FROM {DOER} WHERE {HERS} AND {viewed}"
            f" AND e.occurred_at >= w.month) >= 2 {ordered} {not_bought}"
        ),
        _count(
            f"(SELECT i.customer_id FROM {DOER} {_k('d30')} WHERE {viewed}"
            " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts"
            " GROUP BY 1 HAVING count(*) >= 2) g JOIN customers_customer c ON c.id = g.customer_id"
            f" JOIN {zones} {total} WHERE {profile} {spent} {ordered} {not_bought}"
        ),
    ]


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
