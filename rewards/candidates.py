"""What the database tells of the codes that somebody wants to use, and of who wants to."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, Final

from psycopg.types.numeric import Int8

from config.shared.models import ApiKey, Project
from config.shared.rows import Columns, ask
from customers.models import Customer, Identity
from customers.models.customer import DEFAULT_SOURCE
from rewards.asked import AskedCustomer, Attempt
from rewards.codes import code_key
from rewards.effects import StoredEffect
from rewards.errors import CustomerNotFound, VoucherNotFound
from rewards.models import (
    Budget,
    Promotion,
    Redemption,
    RedemptionResult,
    StackingRules,
    Voucher,
)
from rewards.stacking_rules import StackingRules as Rules


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code as it was asked for, with its offer and what the offer spent so far.

    `budgets` by their period are that of the offer's whole life and those of the periods around
    the moment, as far as they exist.
    """

    code: str
    voucher: Voucher
    effects: tuple[StoredEffect, ...]
    budgets: Mapping[str, Budget]

    @property
    def promotion(self) -> Promotion:
        return self.voucher.promotion


@dataclass(frozen=True, slots=True)
class Found:
    """The codes that exist, by their key, and what concerns them together.

    `paid_id` is the redemption by which these very codes paid this order already. `zone` and
    `currency` are the project's; `stacking` the brand's rules as stored, empty for the defaults.
    `identity` is the customer's, where the shop named it by its own id and some code exists.
    """

    candidates: Mapping[str, Candidate]
    currency: str
    zone: str
    stacking: Mapping[str, Any]
    paid_id: int | None
    identity: Identity | None = None

    def has(self, code: str) -> bool:
        """Whether a code exists, however it is written."""
        return code_key(code) in self.candidates

    def candidate(self, code: str) -> Candidate:
        """The one of this code, however it was written; raises VoucherNotFound."""
        found = self.candidates.get(code_key(code))
        if found is None:
            raise VoucherNotFound(code)
        return found


def paid_key(*, attempt: Attempt, api_key: ApiKey) -> str:
    """What names an order together with the codes it is paid with; empty without an order id.

    What a key in test mode paid is not paid for any other key.
    """
    if not attempt.order_source_id:
        return ""
    codes = sorted(code_key(code) for code in attempt.codes)
    parts = [str(api_key.brand_id), attempt.order_source_id, *codes]
    if api_key.test:
        parts.insert(0, "test")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def find_candidates(*, attempt: Attempt, api_key: ApiKey, at: datetime) -> Found:
    """The codes with all that their evaluation at this moment needs, in one statement.

    Codes that do not exist, or belong to another brand, are not among them, nor for a live key
    those that keys in test mode made.
    """
    keys = {code_key(code): code for code in attempt.codes}
    found = ask(
        _candidates(),
        {
            "keys": list(keys),
            "brand": Int8(api_key.brand_id or 0),
            "test": api_key.test,
            # No zone is more than a day ahead of UTC.
            "tomorrow": (at.date() + timedelta(days=2)).isoformat(),
            "paid": paid_key(attempt=attempt, api_key=api_key),
            "source": DEFAULT_SOURCE,
            "external_id": attempt.customer.source_id if attempt.customer else "",
        },
    )
    rows = [iter(row) for row in found]
    if not rows:
        return find_nothing(api_key.brand_id)
    candidates = [_candidate(row, keys) for row in rows]
    together = rows[0]  # what is left of each row is the same
    currency, zone, stacking, paid_id = islice(together, 4)
    identity = _identity(together)
    return Found(
        {one.voucher.code_key: one for one in candidates},
        currency,
        zone,
        json.loads(stacking) if stacking else {},
        paid_id,
        identity,
    )


def find_nothing(brand_id: int | None) -> Found:
    """What concerns codes together where none exists, in two statements."""
    project = Project.objects.get()
    return Found({}, project.currency, project.zone, stored_rules(brand_id), None)


def stored_rules(brand_id: int | None) -> Mapping[str, Any]:
    """How offers of the brand combine, as stored; empty for the defaults."""
    rules: Mapping[str, Any] | None = (
        StackingRules.objects.filter(brand=brand_id).values_list("rules", flat=True).first()
    )
    return rules or {}


def rules_of(brand_id: int | None) -> Rules:
    """How offers of the brand combine."""
    return Rules.read(stored_rules(brand_id))


_VOUCHER: Final = Columns(Voucher, "v")
_PROMOTION: Final = Columns(Promotion, "p")
_HOLDER: Final = Columns(Identity, "h")
_HOLDING: Final = Columns(Customer, "hc", only=("id", "public_id"))
_IDENTITY: Final = Columns(Identity, "i")
_CUSTOMER: Final = Columns(Customer, "c")


@cache
def _candidates() -> str:
    """One row for each code; what concerns them together, and the customer, on each of them.

    Budgets are that of the offer's life and those of the periods of the offer's kind that may run
    now in some zone: keys begin with the first local day of their period, so that the current one
    is among the last of these, whatever the offer's periods were before.
    """
    return f"""
SELECT {_VOUCHER.sql}, {_PROMOTION.sql}, {_HOLDER.sql}, {_HOLDING.sql},
    (SELECT jsonb_agg(jsonb_build_object('kind', e.kind,
            'percent', e.percent::text, -- a JSON number would be read as a float
            'amount', e.amount, 'cap_amount', e.cap_amount, 'details', e.details,
            'other_amounts', e.other_amounts) ORDER BY e.position, e.id)
        FROM rewards_effect e WHERE e.promotion_id = p.id),
    (SELECT jsonb_agg(to_jsonb(b)) FROM rewards_budget b
        WHERE b.promotion_id = p.id AND (b.period_key = '' OR b.id IN (
            SELECT id FROM rewards_budget
            WHERE promotion_id = p.id AND period_key LIKE '%%/' || p.budget_period
                AND period_key < %(tomorrow)s
            ORDER BY period_key DESC LIMIT 4))),
    (SELECT currency FROM shared_project LIMIT 1), (SELECT zone FROM shared_project LIMIT 1),
    (SELECT rules FROM rewards_stackingrules WHERE brand_id = %(brand)s),
    (SELECT r.id FROM rewards_redemption r WHERE r.paid_key = %(paid)s AND r.paid_key <> ''
        AND r.result = 'SUCCESS' AND r.rolled_back_at IS NULL),
    {_IDENTITY.sql}, {_CUSTOMER.sql}
FROM rewards_voucher v
JOIN rewards_promotion p ON p.id = v.promotion_id
LEFT JOIN customers_identity h ON h.id = v.holder_id
LEFT JOIN customers_customer hc ON hc.id = h.customer_id
LEFT JOIN customers_identity i ON i.source = %(source)s AND i.external_id = %(external_id)s
    AND i.external_id <> ''
LEFT JOIN customers_customer c ON c.id = i.customer_id
WHERE v.code_key = ANY(%(keys)s) AND p.brand_id = %(brand)s AND (%(test)s OR NOT v.test)
ORDER BY v.id
"""


def _identity(values: Iterator[Any]) -> Identity | None:
    identity, customer = _IDENTITY.taken(values), _CUSTOMER.taken(values)
    if identity is not None and customer is not None:
        identity.customer = customer
    return identity


def _candidate(row: Iterator[Any], keys: Mapping[str, str]) -> Candidate:
    voucher, promotion = _VOUCHER.taken(row), _PROMOTION.taken(row)
    holder, holding = _HOLDER.taken(row), _HOLDING.taken(row)
    effects, budgets = islice(row, 2)
    assert voucher is not None and promotion is not None  # noqa: S101, PT018 -- by the joins
    voucher.promotion = promotion
    voucher.holder = holder
    if holder is not None and holding is not None:
        holder.customer = holding
    return Candidate(
        keys[voucher.code_key],
        voucher,
        tuple(_effect(stored) for stored in json.loads(effects or "[]")),
        {budget.period_key: budget for budget in map(_budget, json.loads(budgets or "[]"))},
    )


def _effect(stored: dict[str, Any]) -> StoredEffect:
    percent = stored["percent"]
    return StoredEffect(**stored | {"percent": None if percent is None else Decimal(percent)})


def _budget(row: dict[str, Any]) -> Budget:
    until = Budget._meta.get_field("reserved_until").to_python(row["reserved_until"])
    return Budget(**row | {"reserved_until": until})


def find_paid(*, attempt: Attempt, api_key: ApiKey) -> int | None:
    """The redemption by which these codes paid this order, asked anew."""
    key = paid_key(attempt=attempt, api_key=api_key)
    if not key:
        return None
    standing = Redemption.objects.filter(
        paid_key=key, result=RedemptionResult.SUCCESS, rolled_back_at=None
    )
    return standing.values_list("pk", flat=True).first()


def find_identity(customer: AskedCustomer, *, lock: bool = False) -> Identity | None:
    """The identity a shop names, with its customer; None for an id of the shop that is new to us.

    A public id stands for the customer's identity in the shop, else for the oldest. `lock` locks
    the customer's row until the end of the transaction, as `lock_customers` does. Raises
    CustomerNotFound for a public id that we never gave.
    """
    named = _BY_SOURCE if customer.source_id else _BY_PUBLIC_ID
    parameters = {
        "source": DEFAULT_SOURCE,
        "external_id": customer.source_id,
        "public_id": customer.public_id,
    }
    rows = ask(_identity_sql(named, lock=lock), parameters)
    if rows:
        return _identity(iter(rows[0]))
    if customer.source_id:
        return None
    raise CustomerNotFound(customer.public_id)


_BY_SOURCE: Final = "i.source = %(source)s AND i.external_id = %(external_id)s"
_BY_PUBLIC_ID: Final = "c.public_id = %(public_id)s"


@cache
def _identity_sql(named: str, *, lock: bool) -> str:
    """The identity of the shop before others, the older before the newer."""
    return f"""
SELECT {_IDENTITY.sql}, {_CUSTOMER.sql}
FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id
WHERE {named} ORDER BY i.source <> %(source)s, i.id {"FOR NO KEY UPDATE OF c" if lock else ""}
"""
