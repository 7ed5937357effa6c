"""A shop at its tills: codes, customers and products, and what a till sends for each order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from config.shared import clock, keys
from config.shared.actors import SYSTEM
from config.shared.ids import new_ids
from config.shared.models import ApiKey
from customers.models import Customer, Identity, Product
from rewards.codes import CodePattern, generate
from rewards.models import EffectKind, Promotion, Voucher
from rewards.services.promotions import EffectDraft, create_promotion
from tests.benchmarks.surroundings import settle

CODES: Final = 100_000
CUSTOMERS: Final = 10_000
PRODUCTS: Final = 1_000
HOT: Final = "SPRING-HOT"
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ENOUGH: Final = 2_000_000_000  # uses: a limit that is counted and never reached
_HOST: Final = "127.0.0.1"

_EMPTY: Final = """
TRUNCATE rewards_voucher, rewards_promotion, shared_idempotencyrecord, shared_fact,
    shared_apirequest CASCADE
"""
_FORGET: Final = """
TRUNCATE rewards_redemption, shared_idempotencyrecord, shared_fact, shared_apirequest CASCADE
"""


@dataclass(frozen=True, slots=True)
class Till:
    """What requests are made of; codes and the hot one are of one offer of 15 %."""

    key: ApiKey
    token: str
    codes: tuple[str, ...]
    promotion: Promotion

    def requests(self, codes: Iterator[str], run: str) -> Iterator[bytes]:
        """A redemption of each code by the next customer, for an order of its own.

        `run` keeps orders and Idempotency-Keys of several runs apart.
        """
        head = (
            f"POST /v1/redemptions HTTP/1.1\r\nHost: {_HOST}\r\nX-App-Id: {self.key.app_id}\r\n"
            f"X-App-Token: {self.token}\r\nContent-Type: application/json\r\n"
        )
        for number, code in enumerate(codes):
            body = json.dumps(asked(code, number, run))
            own = f"Idempotency-Key: {run}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
            yield f"{head}{own}{body}".encode()


def asked(code: str, number: int, run: str) -> dict[str, Any]:
    """The body of the request with this number: three lines of known products."""
    return {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": f"till-{number * 7919 % CUSTOMERS}"},
        "order": {
            "source_id": f"{run}-{number}",
            "currency": "GBP",
            "items": [
                {
                    "source_id": f"till-product-{(number * 31 + line) % PRODUCTS}",
                    "quantity": 1 + (number + line) % 4,
                    "price": 199 + (number * 13 + line * 701) % 4_000,
                }
                for line in range(3)
            ],
        },
    }


def set_up() -> Till:
    """Empty offers, codes and redemptions, and make those of the benchmark."""
    empty()
    make_customers()
    make_products()
    promotion = create_promotion(
        name="Fifteen percent",
        currency="GBP",
        effects=[EffectDraft(EffectKind.PERCENT, percent=Decimal(15))],
        holder_only=False,
        actor=SYSTEM,
        at=_AT,
    )
    codes = generate(CodePattern("TILL-####-####-####"), CODES)
    _make_codes(promotion, [*codes, HOT])
    made = keys.create_api_key(name="bench", kind="secret", actor=SYSTEM)
    # Counted like any other, but never refused.
    made.key.requests_per_minute = _ENOUGH
    made.key.save(update_fields=["requests_per_minute"])
    settle("rewards_voucher", "customers_customer", "customers_identity", "customers_product")
    return Till(made.key, made.token, tuple(codes), promotion)


def empty() -> None:
    """No offers, no codes, nothing redeemed."""
    _execute(_EMPTY)
    ApiKey.objects.filter(name="bench").delete()


def forget() -> None:
    """Nothing redeemed, every code as it was made."""
    _execute(_FORGET)
    Voucher.objects.filter(redeemed_count__gt=0).update(redeemed_count=0)
    settle("rewards_voucher")


def books() -> list[tuple[Any, ...]]:
    """What was redeemed, by order: code, customer, currency and the three amounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT order_source_id, voucher_id, r.promotion_id, identity_id, api_key_id, result,
                currency, order_amount, discount_amount, total_amount, v.redeemed_count
            FROM rewards_redemption r JOIN rewards_voucher v ON v.id = r.voucher_id
            ORDER BY order_source_id
            """
        )
        return list(cursor.fetchall())


def make_customers() -> None:
    """Those that tills know, unless they are there."""
    if Identity.objects.filter(source="shop", external_id__startswith="till-").exists():
        return
    at = clock.now()
    customers = Customer.objects.bulk_create(
        Customer(first_name="Ann", zone="Europe/London", created_at=at, updated_at=at)
        for _number in range(CUSTOMERS)
    )
    Identity.objects.bulk_create(
        Identity(customer=customer, external_id=f"till-{number}", created_at=at)
        for number, customer in enumerate(customers)
    )


def make_products() -> None:
    """Those that tills sell, unless they are there."""
    Product.objects.bulk_create(
        (
            Product(source_id=f"till-product-{number}", categories=["garden"], created_at=_AT)
            for number in range(PRODUCTS)
        ),
        ignore_conflicts=True,
    )


def _make_codes(promotion: Promotion, codes: list[str]) -> None:
    at = clock.now()
    Voucher.objects.bulk_create(
        (
            Voucher(
                public_id=public_id,
                promotion=promotion,
                code=code,
                code_key=code.lower(),
                redemption_limit=_ENOUGH if code == HOT else 1,
                created_at=at,
            )
            for public_id, code in zip(new_ids("v", len(codes)), codes, strict=True)
        ),
        batch_size=5_000,
    )


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
