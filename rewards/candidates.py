"""What the database tells of the codes that somebody wants to use, and of who wants to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject

from config.shared.models import ApiKey, Project
from customers.models import Identity
from customers.models.customer import DEFAULT_SOURCE
from rewards.asked import AskedCustomer, Attempt
from rewards.codes import code_key
from rewards.effects import StoredEffect
from rewards.errors import CustomerNotFound, VoucherNotFound
from rewards.models import (
    Budget,
    Effect,
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
    """

    candidates: Mapping[str, Candidate]
    currency: str
    zone: str
    stacking: Mapping[str, Any]
    paid_id: int | None

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
    brand_id = api_key.brand_id
    known = Voucher.objects.filter(code_key__in=keys, promotion__brand=brand_id)
    rows: list[Any] = list(  # Vouchers with annotations
        (known if api_key.test else known.filter(test=False))
        .select_related("promotion", "holder__customer")
        .annotate(
            effects_as_json=ArraySubquery(_effects()),
            of_life=ArraySubquery(_budgets().filter(period_key="").values("row")),
            of_periods=ArraySubquery(_budgets_of_periods(at)),
            project_currency=Subquery(Project.objects.values("currency")[:1]),
            project_zone=Subquery(Project.objects.values("zone")[:1]),
            stacking=Subquery(StackingRules.objects.filter(brand=brand_id).values("rules")[:1]),
            paid_id=Subquery(_paid(paid_key(attempt=attempt, api_key=api_key))),
        )
        .order_by("pk")
    )
    if not rows:
        return find_nothing(brand_id)
    first = rows[0]
    return Found(
        {
            row.code_key: Candidate(
                keys[row.code_key],
                row,
                tuple(_effect(stored) for stored in row.effects_as_json),
                {b.period_key: b for b in map(_budget, [*row.of_life, *row.of_periods])},
            )
            for row in rows
        },
        first.project_currency,
        first.project_zone,
        first.stacking or {},
        first.paid_id,
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


def _effects() -> Any:
    return (
        Effect.objects.filter(promotion=OuterRef("promotion"))
        .order_by("position", "id")
        .values(
            stored=JSONObject(
                kind=F("kind"),
                percent=Cast("percent", TextField()),  # a JSON number would be read as a float
                amount=F("amount"),
                cap_amount=F("cap_amount"),
                details=F("details"),
                other_amounts=F("other_amounts"),
            )
        )
    )


def _effect(stored: dict[str, Any]) -> StoredEffect:
    percent = stored["percent"]
    return StoredEffect(**stored | {"percent": None if percent is None else Decimal(percent)})


def _budgets() -> Any:
    return Budget.objects.filter(promotion=OuterRef("promotion")).annotate(
        row=JSONObject(
            **{field.attname: F(field.attname) for field in Budget._meta.concrete_fields}
        )
    )


def _budgets_of_periods(at: datetime) -> Any:
    """Those of the periods of the offer's kind that may run at this moment in some zone.

    Keys begin with the first local day of their period. No zone is more than a day ahead of UTC, so
    that the current one is among the last of these, whatever the offer's periods were before.
    """
    after = (at.date() + timedelta(days=2)).isoformat()
    kind = Concat(Value("/"), OuterRef("promotion__budget_period"))
    running = _budgets().filter(period_key__endswith=kind, period_key__lt=after)
    return running.order_by("-period_key").values("row")[:4]


def _budget(row: dict[str, Any]) -> Budget:
    until = Budget._meta.get_field("reserved_until").to_python(row["reserved_until"])
    return Budget(**row | {"reserved_until": until})


def find_paid(*, attempt: Attempt, api_key: ApiKey) -> int | None:
    """The redemption by which these codes paid this order, asked anew."""
    for found in _paid(paid_key(attempt=attempt, api_key=api_key)):
        return int(found["pk"])
    return None


def _paid(key: str) -> Any:
    """The redemption that stands for this key."""
    return (
        Redemption.objects.filter(
            paid_key=key, result=RedemptionResult.SUCCESS, rolled_back_at=None
        )
        .exclude(paid_key="")
        .order_by()
        .values("pk")[:1]
    )


def find_identity(customer: AskedCustomer, *, lock: bool = False) -> Identity | None:
    """The identity a shop names, with its customer; None for an id of the shop that is new to us.

    A public id stands for the customer's identity in the shop, else for the oldest. `lock` locks
    the customer's row until the end of the transaction, as `lock_customers` does. Raises
    CustomerNotFound for a public id that we never gave.
    """
    known = Identity.objects.select_related("customer")
    if lock:
        known = known.select_for_update(of=("customer",), no_key=True)
    if customer.source_id:
        return known.filter(source=DEFAULT_SOURCE, external_id=customer.source_id).first()
    identities = list(known.filter(customer__public_id=customer.public_id).order_by("pk"))
    of_shop = [identity for identity in identities if identity.source == DEFAULT_SOURCE]
    for identity in of_shop or identities:
        return identity
    raise CustomerNotFound(customer.public_id)
