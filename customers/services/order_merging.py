"""From the staged lines to customers, products, orders and returns: one statement per table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.shared import facts
from config.shared.idempotency import Overtaken
from config.shared.ids import new_ids
from config.shared.text import fold
from customers.importing.online_retail import Line
from customers.models import Customer, Identity, Product
from customers.residence import residence

from .locking import lock_customers

_KNOWN_CUSTOMERS = """
SELECT i.external_id, c.id, c.country, c.signed_up_at
FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id
WHERE i.source = %(source)s AND i.external_id = ANY(%(external_ids)s)
"""

_OWNERS = """
SELECT DISTINCT customer_id FROM customers_identity
WHERE source = %(source)s AND external_id = ANY(%(external_ids)s)
"""

_NEWER_DOCUMENT = """
SELECT EXISTS (SELECT FROM customers_order o JOIN customers_identity i ON i.id = o.identity_id
               WHERE i.customer_id = %(customer)s AND o.placed_at > %(until)s)
    OR EXISTS (SELECT FROM customers_return r JOIN customers_identity i ON i.id = r.identity_id
               WHERE i.customer_id = %(customer)s AND r.returned_at > %(until)s)
"""

_PRODUCTS = """
SELECT l.code, (array_agg(l.name ORDER BY l.happened_at DESC, l.line DESC))[1]
FROM import_line l
WHERE l.kind = 'product'
  AND NOT EXISTS (SELECT FROM customers_product p WHERE p.source_id = l.code)
GROUP BY l.code
ORDER BY min(l.line)
"""

_ADD_ORDERS = """
WITH document AS (
    SELECT document, min(customer) AS customer, min(happened_at) AS happened_at,
        coalesce(sum(quantity * unit_amount) FILTER (WHERE kind = 'product'), 0)::bigint AS amount,
        coalesce(sum(quantity * unit_amount) FILTER (WHERE kind <> 'product'), 0)::bigint
            AS charges_amount,
        row_number() OVER (ORDER BY min(line)) AS place
    FROM import_line WHERE NOT cancellation GROUP BY document
), stored AS (
    UPDATE customers_order o SET
        amount = o.amount + d.amount, charges_amount = o.charges_amount + d.charges_amount,
        placed_at = least(o.placed_at, d.happened_at)
    FROM document d
    WHERE o.source = %(source)s AND o.source_id = d.document AND d.document = ANY(%(stored)s)
    RETURNING o.source_id, o.id
), added AS (
    INSERT INTO customers_order (public_id, identity_id, source, source_id, status, currency,
                                 amount, charges_amount, placed_at, received_at)
    SELECT n.public_id, i.id, %(source)s, d.document, 'PAID', %(currency)s, d.amount,
           d.charges_amount, d.happened_at, %(now)s
    FROM document d
    JOIN unnest(%(public_ids)s::text[]) WITH ORDINALITY AS n (public_id, place) USING (place)
    JOIN customers_identity i ON i.source = %(source)s AND i.external_id = d.customer
    WHERE d.document <> ALL(%(stored)s)
    ORDER BY d.place
    RETURNING source_id, id
)
INSERT INTO import_document SELECT * FROM added UNION ALL SELECT * FROM stored
RETURNING id
"""

_ADD_ORDER_LINES = """
INSERT INTO customers_orderline (order_id, line_key, kind, product_id, name, quantity, unit_amount,
                                 amount, returned_quantity)
SELECT d.id, l.key, l.kind, p.id, l.name, l.quantity, l.unit_amount, l.quantity * l.unit_amount, 0
FROM import_line l
JOIN import_document d USING (document)
LEFT JOIN customers_product p ON l.kind = 'product' AND p.source_id = l.code
WHERE NOT l.cancellation
ORDER BY l.line
"""

_ADD_RETURNS = """
WITH document AS (
    SELECT document, min(customer) AS customer, min(happened_at) AS happened_at,
        sum(quantity * unit_amount)::bigint AS amount, min(line) AS first_line
    FROM import_line WHERE cancellation GROUP BY document
), stored AS (
    UPDATE customers_return r SET
        amount = r.amount + d.amount, returned_at = least(r.returned_at, d.happened_at)
    FROM document d
    WHERE r.source = %(source)s AND r.source_id = d.document AND d.document = ANY(%(stored)s)
    RETURNING r.source_id, r.id
), added AS (
    INSERT INTO customers_return (identity_id, source, source_id, currency, amount, reason,
                                  returned_at, received_at)
    SELECT i.id, %(source)s, d.document, %(currency)s, d.amount, '', d.happened_at, %(now)s
    FROM document d
    JOIN customers_identity i ON i.source = %(source)s AND i.external_id = d.customer
    WHERE d.document <> ALL(%(stored)s)
    ORDER BY d.first_line
    RETURNING source_id, id
)
INSERT INTO import_document SELECT * FROM added UNION ALL SELECT * FROM stored
"""

_ADD_RETURN_LINES = """
INSERT INTO customers_returnline (document_id, line_key, kind, product_id, name, quantity,
                                  unit_amount, amount, matched_quantity)
SELECT d.id, l.key, l.kind, p.id, l.name, l.quantity, l.unit_amount, l.quantity * l.unit_amount, 0
FROM import_line l
JOIN import_document d USING (document)
LEFT JOIN customers_product p ON l.kind = 'product' AND p.source_id = l.code
WHERE l.cancellation
ORDER BY l.line
"""

# A description of its own: the code stands in where a line had none.
_LATEST_NAMES = """
SELECT p.id, p.source_id, named.name
FROM customers_product p
JOIN (
    SELECT DISTINCT ON (line.product_id) line.product_id, line.name
    FROM (
        SELECT l.product_id, l.name, o.placed_at AS at, l.id
        FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
        WHERE l.product_id IN (SELECT product_id FROM customers_orderline
                               WHERE id > %(order_lines_before)s)
        UNION ALL
        SELECT l.product_id, l.name, r.returned_at, l.id
        FROM customers_returnline l JOIN customers_return r ON r.id = l.document_id
        WHERE l.id > %(return_lines_before)s
    ) line
    JOIN customers_product own ON own.id = line.product_id AND own.source_id <> line.name
    ORDER BY line.product_id, line.at DESC, line.id DESC
) named ON named.product_id = p.id
WHERE p.name <> named.name
"""


@dataclass(slots=True)
class _Seen:
    """What a batch says of a customer: when first, and the country on the latest line."""

    first: datetime
    last: datetime
    country: str


def _seen_customers(lines: Iterable[Line]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for line in lines:
        known = seen.get(line.customer)
        if known is None:
            seen[line.customer] = _Seen(line.happened_at, line.happened_at, line.country)
            continue
        if line.happened_at < known.first:
            known.first = line.happened_at
        if line.happened_at >= known.last:
            known.last, known.country = line.happened_at, line.country
    return seen


def add_customers(
    cursor: Any,
    scope: Mapping[str, object],
    lines: Iterable[Line],
    *,
    now: datetime,
    default_zone: str,
) -> int:
    """Make the customers that are missing, lock and correct the others; returns how many are new.

    The country follows the latest line, unless a later document is stored already.
    """
    seen = _seen_customers(lines)
    stored = _lock_known(cursor, scope, list(seen))
    changed = []
    for external_id, (pk, country, signed_up_at) in stored.items():
        said = seen[external_id]
        moved = said.country not in ("", country) and not _newer(cursor, pk, said.last)
        if moved or signed_up_at is None or said.first < signed_up_at:
            customer = Customer.objects.get(pk=pk)
            customer.signed_up_at = min(said.first, signed_up_at or said.first)
            customer.country = said.country if moved else country
            _settle_zone(customer, default_zone)
            customer.updated_at = now
            changed.append(customer)
    Customer.objects.bulk_update(changed, _MAY_CHANGE, batch_size=500)
    new = {
        external_id: _new_customer(external_id, said, now, default_zone)
        for external_id, said in seen.items()
        if external_id not in stored
    }
    Customer.objects.bulk_create(new.values(), batch_size=2_000)
    Identity.objects.bulk_create(
        (
            Identity(
                customer=customer, source=str(scope["source"]), external_id=name, created_at=now
            )
            for name, customer in new.items()
        ),
        batch_size=2_000,
    )
    facts.record_many(
        kind="customer.changed",
        subject_ids=[customer.pk for customer in [*new.values(), *changed]],
        at=now,
    )
    return len(new)


def _lock_known(
    cursor: Any, scope: Mapping[str, object], external_ids: list[str]
) -> dict[str, tuple[int, str, datetime | None]]:
    """Primary key, country and day of sign-up of the known ones, by external id; locked.

    Raises Overtaken where somebody merged one of them, or undid that, meanwhile: begin again.
    """
    values = {**scope, "external_ids": external_ids}
    cursor.execute(_KNOWN_CUSTOMERS, values)
    found = {customer for _name, customer, _country, _since in cursor.fetchall()}
    lock_customers(found)
    cursor.execute(_KNOWN_CUSTOMERS, values)
    stored = {name: (pk, country, since) for name, pk, country, since in cursor.fetchall()}
    if not {pk for pk, _country, _since in stored.values()} <= found:
        raise Overtaken
    return stored


_MAY_CHANGE = ["country", "zone", "zone_source", "zone_problem", "signed_up_at", "updated_at"]


def _new_customer(external_id: str, said: _Seen, now: datetime, default_zone: str) -> Customer:
    customer = Customer(
        country=said.country, signed_up_at=said.first, created_at=now, updated_at=now
    )
    _settle_zone(customer, default_zone)
    customer.search = customer.search_text([external_id])
    return customer


def _settle_zone(customer: Customer, default_zone: str) -> None:
    if customer.zone_source == "explicit":
        return
    lives = residence(
        given_zone=customer.zone_problem,
        country=customer.country,
        region=customer.region,
        default_zone=default_zone,
    )
    customer.zone, customer.zone_source, customer.zone_problem = (
        lives.zone,
        lives.source,
        lives.problem,
    )


def _newer(cursor: Any, customer_id: int, until: datetime) -> bool:
    cursor.execute(_NEWER_DOCUMENT, {"customer": customer_id, "until": until})
    return bool(cursor.fetchone()[0])


def add_products(cursor: Any, *, now: datetime) -> int:
    """Make the products that are missing; returns how many."""
    cursor.execute(_PRODUCTS)
    made = Product.objects.bulk_create(
        (
            Product(source_id=code, name=name, search=fold(f"{name} {code}"), created_at=now)
            for code, name in cursor.fetchall()
        ),
        batch_size=2_000,
    )
    return len(made)


def add_documents(
    cursor: Any, scope: Mapping[str, object], *, stored: Collection[str], order_count: int
) -> list[int]:
    """Write orders and returns with their lines; returns the ids of the orders.

    `stored` are the numbers that exist already, `order_count` is an upper bound of the orders in
    the batch.
    """
    values = {**scope, "stored": list(stored), "public_ids": new_ids("ord", order_count)}
    cursor.execute(_ADD_ORDERS, values)
    orders = [order for (order,) in cursor.fetchall()]
    for statement in (_ADD_ORDER_LINES, _ADD_RETURNS, _ADD_RETURN_LINES):
        cursor.execute(statement, values)
    return orders


def owners(cursor: Any, scope: Mapping[str, object], lines: Iterable[Line]) -> list[int]:
    """The customers that these lines are of, once they are stored."""
    cursor.execute(_OWNERS, {**scope, "external_ids": list({line.customer for line in lines})})
    return [customer for (customer,) in cursor.fetchall()]


def settle_product_names(cursor: Any, scope: Mapping[str, object]) -> None:
    """Name each product of this run after the latest description that any document gives it."""
    cursor.execute(_LATEST_NAMES, scope)
    products = [
        Product(pk=pk, name=name, search=fold(f"{name} {code}"))
        for pk, code, name in cursor.fetchall()
    ]
    Product.objects.bulk_update(products, ["name", "search"], batch_size=500)
