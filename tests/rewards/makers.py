"""Offers, customers and codes for tests, made through the services where there is one."""

from datetime import UTC, datetime
from decimal import Decimal

from config.shared import keys
from config.shared.actors import SYSTEM
from customers.models import Customer, Identity
from rewards.models import EffectKind
from rewards.services.promotions import EffectDraft, create_promotion
from rewards.services.vouchers import create_generic_code, issue_personal_code

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def percent(value, cap=None, **more):
    return EffectDraft(EffectKind.PERCENT, percent=Decimal(value), cap_amount=cap, **more)


def amount(value):
    return EffectDraft(EffectKind.AMOUNT, amount=value)


FREE_SHIPPING = EffectDraft(EffectKind.FREE_SHIPPING)


def make_identity(source_id):
    customer = Customer.objects.create(zone="Europe/Istanbul", created_at=AT, updated_at=AT)
    return Identity.objects.create(customer=customer, external_id=source_id, created_at=AT)


def make_promotion(*effects, name="Spring", currency="GBP", **fields):
    return create_promotion(
        name=name,
        currency=currency,
        effects=effects or [percent(15, cap=5000)],
        actor=SYSTEM,
        at=AT,
        **fields,
    )


def make_generic(promotion=None, *, code="SPRING-15", limit=None, **fields):
    return create_generic_code(
        promotion=promotion or make_promotion(holder_only=False),
        code=code,
        redemption_limit=limit,
        actor=SYSTEM,
        at=AT,
        **fields,
    )


def make_personal(promotion, holder, key="2026-05-01"):
    return issue_personal_code(
        promotion=promotion,
        holder=holder,
        issued_kind="campaign",
        issued_id=7,
        issued_key=key,
        at=AT,
        zone="Europe/Istanbul",
    )


def make_key(kind="secret", **fields):
    """The headers with which a shop's server calls."""
    made = keys.create_api_key(name="shop", kind=kind, actor=SYSTEM, **fields)
    return {"X-App-Id": made.key.app_id, "X-App-Token": made.token}
