"""What the database tells of a code that somebody wants to use, and of who wants to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from config.shared.models import Project
from customers.models import Identity
from customers.models.customer import DEFAULT_SOURCE
from rewards.arithmetic import Effect as ArithmeticEffect
from rewards.asked import AskedCustomer, Attempt
from rewards.codes import code_key
from rewards.errors import CustomerNotFound, VoucherNotFound
from rewards.evaluation import arithmetic_effect
from rewards.models import Effect, Redemption, RedemptionResult, Voucher


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code with its offer; `paid_id` is the redemption with which it already paid this order."""

    voucher: Voucher
    effects: tuple[ArithmeticEffect, ...]
    currency: str
    paid_id: int | None


def find_candidate(*, attempt: Attempt, brand_id: int | None) -> Candidate:
    """The code with all that its evaluation needs, in one statement; raises VoucherNotFound.

    `currency` is the order's, else the one in its metadata, else the project's.
    """
    order = attempt.order
    found: Any = (  # a Voucher with three annotations
        Voucher.objects.filter(code_key=code_key(attempt.code), promotion__brand=brand_id)
        .select_related("promotion", "holder__customer")
        .annotate(
            effects_as_json=ArraySubquery(_effects()),
            project_currency=Subquery(Project.objects.values("currency")[:1]),
            paid_id=Subquery(_paid(order.source_id if order else "")),
        )
        .first()
    )
    if found is None:
        raise VoucherNotFound(attempt.code)
    said: Any = order and (order.currency or order.metadata.get("currency"))
    return Candidate(
        found,
        tuple(_effect(stored) for stored in found.effects_as_json),
        said if isinstance(said, str) and said else found.project_currency,
        found.paid_id,
    )


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
            )
        )
    )


def _effect(stored: dict[str, Any]) -> ArithmeticEffect:
    percent = stored["percent"]
    return arithmetic_effect(
        kind=stored["kind"],
        percent=None if percent is None else Decimal(percent),
        amount=stored["amount"],
        cap_amount=stored["cap_amount"],
    )


def _paid(order_source_id: str) -> Any:
    """The redemption with which the outer voucher paid the order; none for an order without id."""
    return (
        Redemption.objects.filter(
            voucher=OuterRef("pk"),
            order_source_id=order_source_id,
            result=RedemptionResult.SUCCESS,
            rolled_back_at=None,
        )
        .exclude(order_source_id="")
        .order_by()
        .values("pk")[:1]
    )


def find_identity(customer: AskedCustomer) -> Identity | None:
    """The identity a shop names, with its customer; None for an id of the shop that is new to us.

    A public id stands for the customer's identity in the shop, else for the oldest. Raises
    CustomerNotFound for a public id that we never gave.
    """
    known = Identity.objects.select_related("customer")
    if customer.source_id:
        return known.filter(source=DEFAULT_SOURCE, external_id=customer.source_id).first()
    identities = list(known.filter(customer__public_id=customer.public_id).order_by("pk"))
    of_shop = [identity for identity in identities if identity.source == DEFAULT_SOURCE]
    for identity in of_shop or identities:
        return identity
    raise CustomerNotFound(customer.public_id)
