"""The same segments by hand: up to three ways each, as somebody who knows the tables would try.

They know what the product knows: consent, restrictions, days on the customer's own clock, sensitive
categories, what is kept added up. They also know what it does not: the zones that occur, and how
the shop writes its cities and attributes. Each counts customers.
"""

from collections.abc import Sequence

from tests.benchmarks.segment_parts import (
    BEFORE,
    BUYER,
    DOER,
    FREE,
    HARMLESS,
    HERS,
    KEPT,
    LATER,
    MAIL,
    SMS,
    STANDING,
    allows,
    both,
    c_in,
    category,
    count,
    event,
    g_in,
    k_in,
    lines,
    orders_of_later,
    says_yes,
    who_bought,
    zone_starts,
)


def floors() -> dict[str, Sequence[str]]:
    """Statements by the name of the segment."""
    dogs, sofas = category("Dog food"), category("Sofas")
    product = "JOIN customers_product p ON p.id = e.product_id"
    izmir = "c.city = 'İzmir'"
    year, fortnight = "y1", "d14"
    total = "sum(o.amount + o.charges_amount)"
    return {
        "looked at dog food, bought none": [
            count(
                f"{c_in(year)}"
                " JOIN unnest(%(zones)s::text[], %(d14)s::timestamptz[]) w(zone, starts)"
                f" ON w.zone = c.zone WHERE {FREE} AND {izmir} AND {allows('BROWSE_HISTORY')}"
                f" AND EXISTS (SELECT 1 FROM {DOER} {product} WHERE {HERS}"
                f" AND {event('product_viewed')} AND e.occurred_at >= w.starts"
                f" AND {HARMLESS} AND {dogs})"
                f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND EXISTS ({lines(dogs)}))"
            ),
            count(
                f"(SELECT i.customer_id AS id FROM {DOER} {product} {k_in(fortnight)}"
                f" WHERE {event('product_viewed')} AND e.occurred_at >= %(d14_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {dogs}"
                f" AND k.city = 'İzmir' AND k.restriction = ''"
                f" AND {allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1) v"
                f" JOIN customers_customer c ON c.id = v.id {zone_starts(year)} ON z.zone = c.zone"
                f" WHERE (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND EXISTS ({lines(dogs)}))"
            ),
        ],
        "lapsed three months": [
            both(
                count(
                    f"{c_in('m3')} {KEPT} WHERE {FREE} AND c.country = 'TR' AND {MAIL}"
                    f" AND h.last_order_at < z.starts AND {BEFORE}"
                ),
                f"SELECT count(*) FROM {c_in('m3')} WHERE {FREE} AND c.country = 'TR' AND {MAIL}"
                f" AND c.id IN ({LATER}) AND (SELECT max(o.placed_at) FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING}) < z.starts",
            ),
            count(
                f"(SELECT i.customer_id, max(o.placed_at) AS last FROM {BUYER} WHERE {STANDING}"
                f" GROUP BY 1) g {g_in('m3')}"
                f" WHERE {FREE} AND c.country = 'TR' AND {MAIL} AND g.last < z.starts"
            ),
        ],
        "best customers of the year": [
            count(
                f"(SELECT i.customer_id FROM {BUYER} {k_in(year)} WHERE {STANDING}"
                " AND o.placed_at >= %(y1_first)s AND o.placed_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 5"
                f" AND {total} FILTER (WHERE o.currency = 'TRY') >= 500000) g"
            ),
            count(
                f"(SELECT i.customer_id FROM {BUYER} WHERE {STANDING}"
                " AND o.placed_at >= %(y1_first)s GROUP BY 1 HAVING count(*) >= 5) g"
                f" {g_in(year)} WHERE {FREE}"
                f" AND (SELECT count(*) >= 5 AND {total} FILTER (WHERE o.currency = 'TRY') >="
                f" 500000 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts)"
            ),
            count(
                f"{c_in(year)} WHERE {FREE} AND (SELECT count(*) >= 5 AND {total} FILTER"
                f" (WHERE o.currency = 'TRY') >= 500000 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
        ],
        "first-time buyers": [
            both(
                count(
                    f"{c_in('d30')} {KEPT} WHERE {FREE} AND {BEFORE} AND h.orders_count = 1"
                    " AND h.first_order_at >= %(d30_first)s AND h.first_order_at >= z.starts"
                ),
                f"SELECT count(*) FROM {c_in('d30')} {KEPT} WHERE {FREE}"
                " AND h.first_order_at >= z.starts AND h.first_order_at <= %(at)s"
                f" AND c.id IN ({orders_of_later('count(*) = 1')})",
            ),
            count(
                f"{c_in('d30')} JOIN (SELECT i.customer_id, min(o.placed_at) AS first FROM {BUYER}"
                f" WHERE {STANDING} GROUP BY 1 HAVING count(*) = 1) g ON g.customer_id = c.id"
                f" WHERE {FREE} AND g.first >= z.starts"
            ),
            count(
                f"{c_in('d30')} WHERE {FREE} AND c.id IN (SELECT h.customer_id FROM"
                " customers_purchaseprofile h WHERE h.last_order_at >= %(d30_first)s"
                f" AND h.orders_count = 1 AND {BEFORE}"
                f" UNION ALL {orders_of_later('count(*) = 1')})"
                f" AND (SELECT min(o.placed_at) FROM {BUYER} WHERE {HERS} AND {STANDING})"
                " >= z.starts"
            ),
        ],
        "signed up, never bought": [
            count(
                f"{c_in('y2')} WHERE {FREE} AND c.signed_up_at >= %(y2_first)s"
                f" AND c.signed_up_at >= z.starts AND c.signed_up_at <= %(at)s"
                f" AND {says_yes('email')} AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS}"
                f" AND {STANDING})"
            ),
            count(
                f"{c_in('y2')} LEFT JOIN customers_purchaseprofile h ON h.customer_id = c.id"
                f" WHERE {FREE} AND c.signed_up_at >= z.starts AND c.signed_up_at <= %(at)s"
                f" AND {says_yes('email')}"
                " AND (h.customer_id IS NULL OR h.first_order_at > %(at)s)"
            ),
            count(
                f"(SELECT c.id FROM {c_in('y2')} WHERE {FREE} AND c.signed_up_at >= z.starts"
                f" AND c.signed_up_at <= %(at)s AND {says_yes('email')}"
                " EXCEPT SELECT customer_id FROM customers_purchaseprofile"
                " WHERE first_order_at <= %(at)s) g"
            ),
        ],
        "birthday next week": [
            count(
                "unnest(%(zones)s::text[], %(d180)s::timestamptz[], %(week)s::text[])"
                " z(zone, starts, days) JOIN customers_customer c ON c.zone = z.zone"
                f" AND c.month_day = ANY (z.days::smallint[]) WHERE {FREE} AND {SMS}"
                f" AND EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
            count(
                "unnest(%(zones)s::text[], %(d180)s::timestamptz[], %(week)s::text[])"
                " z(zone, starts, days) JOIN customers_customer c ON c.zone = z.zone"
                f" AND c.month_day = ANY (z.days::smallint[]) {KEPT} WHERE {FREE} AND {SMS}"
                f" AND (h.last_order_at >= z.starts AND {BEFORE} OR c.id IN ({LATER}) AND EXISTS"
                f" (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts))"
            ),
        ],
        "cart left within two days": [
            count(
                f"customers_customer c WHERE {FREE} AND {allows('BROWSE_HISTORY')}"
                f" AND EXISTS (SELECT 1 FROM {DOER} WHERE {HERS} AND {event('cart_updated')}"
                f" AND e.occurred_at >= %(h48)s) AND NOT EXISTS (SELECT 1 FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING} AND o.placed_at >= %(h48)s)"
            ),
            count(
                f"(SELECT i.customer_id AS id FROM {DOER} WHERE {event('cart_updated')}"
                f" AND e.occurred_at >= %(h48)s EXCEPT SELECT i.customer_id FROM {BUYER}"
                f" WHERE {STANDING} AND o.placed_at >= %(h48)s) g JOIN customers_customer c"
                f" USING (id) WHERE {FREE} AND {allows('BROWSE_HISTORY')}"
            ),
        ],
        "browsed without buying": [
            count(
                f"(SELECT i.customer_id FROM {DOER} {k_in('d30')} WHERE {event('product_viewed')}"
                " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 3) g"
                f" {g_in('d30')} WHERE {MAIL}"
                f" AND {allows('BROWSE_HISTORY')} AND NOT EXISTS (SELECT 1 FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts)"
            ),
            count(
                f"{c_in('d30')} WHERE {FREE} AND {MAIL} AND {allows('BROWSE_HISTORY')}"
                f" AND (SELECT count(*) FROM {DOER} WHERE {HERS} AND {event('product_viewed')}"
                " AND e.occurred_at >= z.starts) >= 3"
                f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING}"
                " AND o.placed_at >= z.starts)"
            ),
            count(
                f"(SELECT i.customer_id FROM {DOER} {k_in('d30')} WHERE {event('product_viewed')}"
                " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts GROUP BY 1"
                f" HAVING count(*) >= 3 EXCEPT SELECT i.customer_id FROM {BUYER} {k_in('d30')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d30_first)s AND o.placed_at >= z.starts) g"
                f" JOIN customers_customer c ON c.id = g.customer_id WHERE {FREE} AND {MAIL}"
                f" AND {allows('BROWSE_HISTORY')}"
            ),
        ],
        "searched or viewed, did not buy": [
            count(
                f"(SELECT i.customer_id FROM {DOER} {k_in('d60')} WHERE {event('searched')}"
                " AND e.occurred_at >= %(d60_first)s AND e.occurred_at >= z.starts"
                " AND e.properties ->> 'query' ILIKE '%%sofa%%'"
                f" AND {allows('SEARCH_HISTORY', 'k.id')}"
                f" UNION SELECT i.customer_id FROM {DOER} {product} {k_in('d60')}"
                f" WHERE {event('product_viewed')} AND e.occurred_at >= %(d60_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {sofas}"
                f" AND {allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1 HAVING count(*) >= 2"
                f" EXCEPT {who_bought(sofas, 'AND o.placed_at >= z.starts', k_in('y1'))}) g"
                f" JOIN customers_customer c ON c.id = g.customer_id WHERE {FREE}"
            ),
            count(
                f"(SELECT i.customer_id FROM {DOER} {k_in('d60')} WHERE {event('searched')}"
                " AND e.occurred_at >= %(d60_first)s AND e.occurred_at >= z.starts"
                " AND e.properties ->> 'query' ILIKE '%%sofa%%'"
                f" AND {allows('SEARCH_HISTORY', 'k.id')}"
                f" UNION SELECT i.customer_id FROM {DOER} {product} {k_in('d60')}"
                f" WHERE {event('product_viewed')} AND e.occurred_at >= %(d60_first)s"
                f" AND e.occurred_at >= z.starts AND {HARMLESS} AND {sofas}"
                f" AND {allows('BROWSE_HISTORY', 'k.id')} GROUP BY 1 HAVING count(*) >= 2) g"
                f" {g_in('y1')} WHERE {FREE} AND NOT EXISTS"
                f" (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.placed_at >= z.starts"
                f" AND EXISTS ({lines(sofas)}))"
            ),
        ],
        "dog owners": [
            count(
                f"(SELECT id FROM customers_customer WHERE metadata ->> 'pet' = 'Dog'"
                f" UNION {who_bought(dogs, 'AND o.placed_at >= z.starts', k_in('d180'))}) g"
                f" JOIN customers_customer c ON c.id = g.id WHERE {FREE}"
                " AND c.country IN ('TR', 'DE', 'GB') AND NOT EXISTS (SELECT 1 FROM"
                " segments_listmember m WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
            count(
                f'(SELECT id FROM customers_customer WHERE metadata @> \'{{"pet": "Dog"}}\''
                f" UNION SELECT i.customer_id FROM {BUYER} {k_in('d180')} WHERE {STANDING}"
                " AND o.placed_at >= %(d180_first)s AND o.placed_at >= z.starts"
                f" AND EXISTS ({lines(dogs)})) g"
                f" JOIN customers_customer c ON c.id = g.id WHERE {FREE}"
                " AND c.country IN ('TR', 'DE', 'GB') AND NOT EXISTS (SELECT 1 FROM"
                " segments_listmember m WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
            count(
                f"customers_customer c LEFT JOIN (SELECT DISTINCT i.customer_id FROM {BUYER}"
                f" {k_in('d180')} WHERE {STANDING} AND o.placed_at >= %(d180_first)s"
                f" AND o.placed_at >= z.starts AND EXISTS ({lines(dogs)})) g"
                f" ON g.customer_id = c.id WHERE {FREE} AND c.country IN ('TR', 'DE', 'GB')"
                " AND (c.metadata ->> 'pet' = 'Dog' OR g.customer_id IS NOT NULL)"
                " AND NOT EXISTS (SELECT 1 FROM segments_listmember m"
                " WHERE m.list_id = %(small)s AND m.customer_id = c.id)"
            ),
        ],
        "complained recently": [
            count(
                f"(SELECT DISTINCT i.customer_id FROM {DOER} {k_in('d30')}"
                f" WHERE {event('complaint_filed')} AND e.occurred_at >= %(d30_first)s"
                " AND e.occurred_at >= z.starts AND k.restriction = '') g"
                f" WHERE (SELECT count(*) FROM {BUYER} WHERE i.customer_id = g.customer_id"
                f" AND {STANDING}) >= 2"
            ),
            count(
                f"(SELECT DISTINCT i.customer_id FROM {DOER} {k_in('d30')}"
                f" WHERE {event('complaint_filed')} AND e.occurred_at >= %(d30_first)s"
                " AND e.occurred_at >= z.starts AND k.restriction = '') g"
                " JOIN customers_purchaseprofile h ON h.customer_id = g.customer_id"
                f" WHERE h.orders_count >= 2 AND {BEFORE} OR h.customer_id IN"
                f" ({orders_of_later('count(*) >= 2')})"
            ),
        ],
        "premium with large carts": [
            count(
                f"customers_customer c {KEPT} JOIN customers_purchasetotal t ON t.customer_id ="
                f" c.id AND t.currency = 'TRY' WHERE {FREE} AND h.price_band IN (4, 5)"
                " AND c.metadata @> '{\"vip\": true}' AND (t.amount >= 90000 * t.orders_count"
                f" AND {BEFORE} OR c.id IN ({LATER}) AND (SELECT avg(o.amount + o.charges_amount)"
                f" FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.currency = 'TRY') >= 90000)"
                " AND t.orders_count > 0"
            ),
            count(
                f"customers_customer c {KEPT} JOIN customers_purchasetotal t ON t.customer_id ="
                f" c.id AND t.currency = 'TRY' WHERE {FREE} AND h.price_band IN (4, 5)"
                " AND (c.metadata -> 'vip')::text = 'true' AND (t.amount >= 90000 * t.orders_count"
                f" AND {BEFORE} OR c.id IN ({LATER}) AND (SELECT avg(o.amount + o.charges_amount)"
                f" FROM {BUYER} WHERE {HERS} AND {STANDING} AND o.currency = 'TRY') >= 90000)"
                " AND t.orders_count > 0"
            ),
        ],
        "regulars who pause": [
            both(
                count(
                    f"{c_in('d90')}"
                    " JOIN unnest(%(zones)s::text[], %(d29)s::timestamptz[]) w(zone, ends)"
                    f" ON w.zone = c.zone {KEPT} WHERE {FREE} AND {BEFORE}"
                    " AND h.last_order_at >= %(d90_first)s AND h.last_order_at >= z.starts"
                    " AND h.last_order_at < w.ends AND (c.metadata ->> 'points')::numeric >= 500"
                    " AND c.country <> 'DE' AND (c.metadata -> 'vip' = 'true') IS NOT TRUE"
                    " AND NOT EXISTS (SELECT 1 FROM segments_listmember m"
                    " WHERE m.list_id = %(large)s AND m.customer_id = c.id)"
                ),
                f"SELECT count(*) FROM {c_in('d90')}"
                " JOIN unnest(%(zones)s::text[], %(d29)s::timestamptz[]) w(zone, ends)"
                " ON w.zone = c.zone CROSS JOIN LATERAL"
                f" (SELECT max(o.placed_at) AS last FROM {BUYER}"
                f" WHERE {HERS} AND {STANDING}) b WHERE {FREE} AND c.id IN ({LATER})"
                " AND b.last >= z.starts AND b.last < w.ends"
                " AND (c.metadata ->> 'points')::numeric >= 500 AND c.country <> 'DE'"
                " AND (c.metadata -> 'vip' = 'true') IS NOT TRUE AND NOT EXISTS"
                " (SELECT 1 FROM segments_listmember m"
                " WHERE m.list_id = %(large)s AND m.customer_id = c.id)",
            ),
        ],
        "buyers who did not search": [
            count(
                f"{c_in('d90')} JOIN (SELECT i.customer_id FROM {BUYER} {k_in('d90')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d90_first)s AND o.placed_at >= z.starts"
                " GROUP BY 1 HAVING count(*) >= 2) g ON g.customer_id = c.id"
                f" WHERE {FREE} AND {allows('SEARCH_HISTORY')} AND NOT EXISTS (SELECT 1"
                f" FROM {DOER} WHERE {HERS} AND {event('searched')} AND e.occurred_at >= z.starts)"
            ),
            count(
                f"(SELECT i.customer_id FROM {BUYER} {k_in('d90')}"
                f" WHERE {STANDING} AND o.placed_at >= %(d90_first)s AND o.placed_at >= z.starts"
                " AND k.restriction = '' GROUP BY 1 HAVING count(*) >= 2"
                f" EXCEPT SELECT i.customer_id FROM {DOER} {k_in('d90')} WHERE {event('searched')}"
                " AND e.occurred_at >= %(d90_first)s AND e.occurred_at >= z.starts) g"
                f" WHERE {allows('SEARCH_HISTORY', 'g.customer_id')}"
            ),
            count(
                f"{c_in('d90')} WHERE {FREE} AND {allows('SEARCH_HISTORY')}"
                f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
                f" AND o.placed_at >= z.starts) >= 2 AND NOT EXISTS (SELECT 1 FROM {DOER}"
                f" WHERE {HERS} AND {event('searched')} AND e.occurred_at >= z.starts)"
            ),
        ],
        "eight conditions": _eight(),
        "about to order again": [
            count(
                f"{c_in('d0')}"
                " JOIN unnest(%(zones)s::text[], %(in15)s::timestamptz[]) w(zone, ends)"
                f" ON w.zone = c.zone {KEPT} WHERE {FREE} AND h.usual_interval_days <= 120"
                " AND h.last_order_at + h.usual_interval_days * interval '1 day' > %(at)s"
                " AND h.last_order_at + h.usual_interval_days * interval '1 day' < w.ends"
                f" AND (h.orders_count >= 5 AND {BEFORE}"
                f" OR c.id IN ({orders_of_later('count(*) >= 5')}))"
            ),
        ],
    }


def _eight() -> list[str]:
    profile = (
        f"{FREE} AND c.language = 'tr' AND c.kind = 'consumer' AND {MAIL} AND"
        f" {allows('BROWSE_HISTORY')} AND w.today / 10000 - c.birth_year -"
        " (c.month_day > w.today %% 10000)::int BETWEEN 25 AND 60"
    )
    zones = (
        "unnest(%(zones)s::text[], %(y2)s::timestamptz[], %(d30)s::timestamptz[], %(today)s::int[])"
        " w(zone, years, month, today) ON w.zone = c.zone"
    )
    spent = (
        " AND (t.amount >= 300000 AND c.id NOT IN (" + LATER + ") OR c.id IN ("
        f"SELECT i.customer_id FROM {BUYER} WHERE {STANDING} AND i.customer_id IN ({LATER})"
        " AND o.currency = 'TRY' GROUP BY 1 HAVING sum(o.amount + o.charges_amount) >= 300000))"
    )
    ordered = (
        f" AND (SELECT count(*) FROM {BUYER} WHERE {HERS} AND {STANDING}"
        " AND o.placed_at >= w.years) BETWEEN 2 AND 10"
    )
    total = "JOIN customers_purchasetotal t ON t.customer_id = c.id AND t.currency = 'TRY'"
    brand = lines("p.brand = 'Brand 7'")
    not_bought = (
        f" AND NOT EXISTS (SELECT 1 FROM {BUYER} WHERE {HERS} AND {STANDING} AND EXISTS ({brand}))"
    )
    viewed = event("product_viewed", "AND e.properties ->> 'device' = 'mobile'")
    return [
        count(
            f"customers_customer c JOIN {zones} {total} WHERE {profile} {spent}"
            f" AND (SELECT count(*) FROM {DOER} WHERE {HERS} AND {viewed}"
            f" AND e.occurred_at >= w.month) >= 2 {ordered} {not_bought}"
        ),
        count(
            f"(SELECT i.customer_id FROM {DOER} {k_in('d30')} WHERE {viewed}"
            " AND e.occurred_at >= %(d30_first)s AND e.occurred_at >= z.starts"
            " GROUP BY 1 HAVING count(*) >= 2) g JOIN customers_customer c ON c.id = g.customer_id"
            f" JOIN {zones} {total} WHERE {profile} {spent} {ordered} {not_bought}"
        ),
    ]
