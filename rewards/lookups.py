"""What an evaluation needs to know beside the codes, asked in one statement: only what some rule or
effect looks at.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from customers.models import Identity
from rewards.wares import Ware, Wares, variant


@dataclass(frozen=True, slots=True)
class Held:
    """What other checkouts hold at this moment: uses, and minor units of the offer's currency."""

    uses: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """The answers; what was not asked is empty.

    `uses` are those of the customer by promotion: in all, and in the period asked about.
    `wares` are products by any of their ids.
    """

    wares: Wares = field(default_factory=dict)
    uses: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    held_of_voucher: Mapping[int, int] = field(default_factory=dict)
    held_of_promotion: Mapping[int, Held] = field(default_factory=dict)
    held_of_customer: Mapping[int, int] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Questions:
    """Collects subselects, each giving one JSON value, and asks them together."""

    selects: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, select: str, **params: Any) -> None:
        """Ask `select`, an SQL expression of type jsonb, under `name`."""
        self.selects[name] = select
        self.params |= params

    def ask(self) -> dict[str, Any]:
        """The answers by name, in one statement; none without questions."""
        if not self.selects:
            return {}
        columns = ", ".join(f"({select})::text" for select in self.selects.values())
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns}", self.params)
            row = cursor.fetchone()
        answers = (None if text is None else json.loads(text) for text in row)
        return dict(zip(self.selects, answers, strict=True))


_WARES = """
SELECT jsonb_agg(jsonb_build_array(
    w.public_id, w.source_id, w.price, w.categories, w.brand, w.sku, w.sku_public_id))
FROM (
    SELECT public_id, source_id, price, categories, brand, '' AS sku, '' AS sku_public_id
    FROM customers_product WHERE source_id = ANY(%(ware_ids)s) OR public_id = ANY(%(ware_ids)s)
    UNION ALL
    SELECT p.public_id, p.source_id, coalesce(s.price, p.price), p.categories, p.brand,
        s.source_id, s.public_id
    FROM customers_sku s JOIN customers_product p ON p.id = s.product_id
    WHERE s.source_id = ANY(%(ware_ids)s) OR s.public_id = ANY(%(ware_ids)s)
) AS w
"""

_USES = """
SELECT jsonb_agg(jsonb_build_array(p.id, u.in_all, u.in_period))
FROM unnest(%(use_promotions)s::bigint[], %(use_since)s::timestamptz[]) AS p (id, since),
LATERAL (
    SELECT count(*) AS in_all, count(*) FILTER (WHERE r.created_at >= p.since) AS in_period
    FROM customers_identity i JOIN rewards_redemption r ON r.identity_id = i.id
    WHERE i.customer_id = %(use_customer)s AND r.promotion_id = p.id AND r.result = 'SUCCESS'
        AND r.rolled_back_at IS NULL AND NOT r.test
) AS u
"""

_OTHERS = "expires_at > %(held_at)s AND NOT (brand_id = %(brand)s AND session_key = %(session)s)"

_HELD_OF_VOUCHER = f"""
SELECT jsonb_agg(jsonb_build_array(voucher_id, uses)) FROM (
    SELECT voucher_id, count(*) AS uses FROM rewards_reservation
    WHERE voucher_id = ANY(%(held_vouchers)s) AND {_OTHERS} GROUP BY 1) AS h
"""

_HELD_OF_PROMOTION = f"""
SELECT jsonb_agg(jsonb_build_array(promotion_id, uses, amount)) FROM (
    SELECT promotion_id, count(*) AS uses, sum(amount) AS amount FROM rewards_reservation
    WHERE promotion_id = ANY(%(held_promotions)s) AND {_OTHERS} GROUP BY 1) AS h
"""

_HELD_OF_CUSTOMER = f"""
SELECT jsonb_agg(jsonb_build_array(promotion_id, uses)) FROM (
    SELECT promotion_id, count(*) AS uses
    FROM customers_identity i JOIN rewards_reservation ON identity_id = i.id
    WHERE i.customer_id = %(held_customer)s AND promotion_id = ANY(%(held_promotions)s)
        AND {_OTHERS} GROUP BY 1) AS h
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A promotion whose uses by one customer matter, and since when its period runs."""

    promotion_id: int
    since: datetime


def ask_wares(questions: Questions, ids: Iterable[str]) -> None:
    """Products and variants by the shop's ids or ours."""
    wanted = sorted(set(ids) - {""})
    if wanted:
        questions.add("wares", _WARES, ware_ids=wanted)


def ask_uses(questions: Questions, counted: Sequence[Counted], *, identity: Identity) -> None:
    """How often the customer redeemed these promotions, by any identity. Lock the customer before;
    the answer also says whose the identity is now: a merge may have come before the lock.
    """
    if counted:
        questions.add(
            "customer",
            "SELECT to_jsonb(customer_id) FROM customers_identity WHERE id = %(use_identity)s",
            use_identity=identity.pk,
        )
        questions.add(
            "uses",
            _USES,
            use_promotions=[one.promotion_id for one in counted],
            use_since=[one.since for one in counted],
            use_customer=identity.customer_id,
        )


def ask_held(
    questions: Questions,
    *,
    voucher_ids: Sequence[int],
    promotion_ids: Sequence[int],
    customer_id: int | None,
    brand_id: int | None,
    session_key: str,
    at: datetime,
) -> None:
    """What checkouts other than this session hold of these. Lock what is asked about before."""
    if voucher_ids:
        questions.add("held_of_voucher", _HELD_OF_VOUCHER)
    if promotion_ids:
        questions.add("held_of_promotion", _HELD_OF_PROMOTION)
        if customer_id is not None:
            questions.add("held_of_customer", _HELD_OF_CUSTOMER)
    questions.params |= {
        "held_vouchers": list(voucher_ids),
        "held_promotions": list(promotion_ids),
        "held_customer": customer_id,
        "held_at": at,
        "brand": brand_id,
        "session": session_key,
    }


def answered(questions: Questions) -> Known:
    """Ask, and put the answers into their shapes."""
    answers = questions.ask()
    return Known(
        wares=_wares(answers.get("wares") or []),
        uses={pk: (in_all, period) for pk, in_all, period in answers.get("uses") or []},
        held_of_voucher=dict(answers.get("held_of_voucher") or []),
        held_of_promotion={
            pk: Held(uses, amount) for pk, uses, amount in answers.get("held_of_promotion") or []
        },
        held_of_customer=dict(answers.get("held_of_customer") or []),
        more=answers,
    )


def _wares(rows: Iterable[Sequence[Any]]) -> dict[str, Ware]:
    wares: dict[str, Ware] = {}
    for public_id, source_id, price, categories, brand, sku, sku_public_id in rows:
        ware = Ware(public_id, source_id, price, frozenset(categories), brand, sku)
        keys = (variant(sku_public_id), variant(sku)) if sku else (public_id, source_id)
        wares |= dict.fromkeys(keys, ware)
    return wares
