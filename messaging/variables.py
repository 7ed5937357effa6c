"""The variables every message has: the customer and the brand."""

from collections.abc import Sequence
from datetime import datetime

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from messaging import context
from messaging.claims import Claim
from messaging.context import NOT_PERSONAL, Value, Variable


def _country_name(code: str, language: str) -> str | None:
    if not code:
        return None
    try:
        locale = Locale.parse(language or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(locale.territories.get(code, code))


def _of_customer(claim: Claim) -> dict[str, Value]:
    customer = claim.customer
    return {
        "customer.first_name": customer.first_name or None,
        "customer.last_name": customer.last_name or None,
        "customer.name": customer.full_name or None,
        "customer.city": customer.city or None,
        "customer.country": _country_name(customer.country, claim.language),
        "customer.language": customer.language or None,
    }


def _of_brand(claim: Claim) -> dict[str, Value]:
    brand = claim.brand
    return {
        "brand.name": brand.name,
        "brand.colour": brand.colour,
        "brand.website": brand.website or None,
        "brand.postal_address": brand.postal_address or None,
    }


def _customers(claims: Sequence[Claim], at: datetime) -> dict[int, dict[str, Value]]:
    return {position: _of_customer(claim) for position, claim in enumerate(claims)}


def _brands(claims: Sequence[Claim], at: datetime) -> dict[int, dict[str, Value]]:
    return {position: _of_brand(claim) for position, claim in enumerate(claims)}


def register_all() -> None:
    """Called once, when the app is ready."""
    profile = DataCategory.PROFILE.value
    context.register(
        Variable("customer.first_name", _("first name"), profile, may_be_missing=True),
        Variable("customer.last_name", _("last name"), profile, may_be_missing=True),
        Variable("customer.name", _("full name"), profile, may_be_missing=True),
        Variable("customer.city", _("city"), profile, may_be_missing=True),
        Variable("customer.country", _("country"), profile, may_be_missing=True),
        Variable("customer.language", _("language"), profile, may_be_missing=True),
        build=_customers,
    )
    context.register(
        Variable("brand.name", _("brand"), NOT_PERSONAL),
        Variable("brand.colour", _("colour"), NOT_PERSONAL),
        Variable("brand.website", _("website"), NOT_PERSONAL, may_be_missing=True),
        Variable("brand.postal_address", _("postal address"), NOT_PERSONAL, may_be_missing=True),
        build=_brands,
    )
