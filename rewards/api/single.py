"""Calls about one code that older clients still make: the code is in the address, and the answer is
that of a single code.
"""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from config.shared import addresses, idempotency, limits
from config.shared.api.fields import Metadata
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.api.storefront import Storefront, rendered
from config.shared.idempotency import Answer
from rewards.asked import AskedSession, Attempt
from rewards.drafts import Drafted

from . import bracketed, wire
from .answers import (
    ApplicableToListSerializer,
    DiscountSerializer,
    HeldSessionSerializer,
    OrderTotalsSerializer,
    RedemptionSerializer,
)
from .client import LookingUp
from .schema import ASKED, REFUSED
from .serializers import CustomerSerializer, OrderSerializer, SessionSerializer, read_attempt
from .views import Redeeming, Validating

_OLD: Final = " As older clients ask; new ones name several `redeemables`."
_TYPED: Final = ("quantity", "price", "amount")


class SingleTold(serializers.Serializer):
    """An order and a customer for the code in the address."""

    order = OrderSerializer(required=False, allow_null=True)
    customer = CustomerSerializer(required=False, allow_null=True)
    session = SessionSerializer(required=False, allow_null=True)
    metadata = Metadata()


class SingleValidationOut(serializers.Serializer):
    """What one code gives, or why not."""

    valid = serializers.BooleanField()
    code = serializers.CharField()
    campaign = serializers.CharField(required=False)
    campaign_id = serializers.CharField(required=False)
    metadata = serializers.DictField(required=False)
    discount = DiscountSerializer(required=False)
    order = OrderTotalsSerializer(required=False)
    applicable_to = ApplicableToListSerializer(required=False)
    inapplicable_to = ApplicableToListSerializer(required=False)
    session = HeldSessionSerializer(required=False)
    reason = serializers.CharField(required=False)
    error = ErrorSerializer(required=False)


EXAMPLE: Final = OpenApiExample(
    "An order of two items and shipping",
    {name: value for name, value in ASKED.value.items() if name != "redeemables"},
    request_only=True,
)


def attempt_with(code: str, body: Any) -> Attempt:
    """What is asked of this one code; raises ValidationError and BadInput."""
    if body and not isinstance(body, dict):
        return read_attempt(body)  # says what it is instead
    told = body or {}
    named = {name: value for name, value in told.items() if name != "redeemables"}
    for name in ("customer", "order"):
        if isinstance(named.get(name), dict) and not any(
            value is not None for value in named[name].values()
        ):
            named.pop(name)  # as such clients write that they have none
    return read_attempt(named | {"redeemables": [{"object": "voucher", "id": code.strip()}]})


def validated(made: Drafted, code: str, session: AskedSession | None) -> dict[str, Any]:
    """The answer of the validation of one code."""
    whole = wire.validated(made, session=session)
    [one] = whole["redeemables"]
    if not whole["valid"]:
        details, error = one["result"]["details"], one["result"].get("error")
        return {"valid": False, "code": code, "reason": details["message"]} | (
            {"error": error} if error else {}
        )
    [part] = made.parts
    code_used, offer = part.voucher, part.promotion
    assert code_used is not None  # noqa: S101 -- a code was used
    assert offer is not None  # noqa: S101 -- as every code, of an offer
    return {
        "valid": True,
        "code": code_used.code,
        "campaign": offer.name,
        "campaign_id": offer.public_id,
        "metadata": code_used.metadata,
        "discount": one["result"]["discount"],
        "order": whole["order"],
        "applicable_to": one["applicable_to"],
        "inapplicable_to": one["inapplicable_to"],
    } | ({"session": whole["session"]} if session else {})


def redeemed(made: Drafted) -> dict[str, Any]:
    """The redemption of one code."""
    [part] = made.parts
    return wire.redemption(part)


class ValidatingOne(Validating):
    def answer_one(self, request: Request, code: str, body: Any) -> HttpResponse:
        attempt = attempt_with(code, body)

        def work(_store: idempotency.Store) -> Answer:
            return Answer.of(200, validated(self.tried(attempt), code, attempt.session))

        return rendered(idempotency.exactly_once(request=request, work=work))


class VoucherValidation(Storefront, ValidatingOne):
    scopes = {"POST": "validations:write"}

    @extend_schema(
        operation_id="validate_voucher",
        summary="Validate this one code",
        description="What the code would give on an order now." + _OLD,
        request=SingleTold,
        parameters=IDEMPOTENCY,
        responses={200: SingleValidationOut, **ERRORS, 409: ErrorSerializer},
        examples=[EXAMPLE],
        tags=["Validations"],
    )
    def post(self, request: Request, code: str) -> HttpResponse:
        return self.answer_one(request, code, request.data)


class ClientValidation(LookingUp, ValidatingOne):
    """The whole request is in the address."""

    scopes = {"GET": "validations:write"}
    looks_up_codes = frozenset({"GET"})

    @extend_schema(
        operation_id="client_validate_voucher",
        summary="Validate one code",
        description=(
            "What the code would give on an order now; all of it in the address, lists and objects "
            "in brackets: `item[0][price]=255`." + _OLD
        ),
        parameters=[
            OpenApiParameter("code", required=True),
            OpenApiParameter("amount", int, description="Of the order, in minor units."),
            OpenApiParameter("item[0][source_id]", description="And product_id, sku_id."),
            OpenApiParameter("item[0][quantity]", int),
            OpenApiParameter("item[0][price]", int),
            OpenApiParameter("customer[source_id]"),
            OpenApiParameter("order[metadata][currency]"),
            OpenApiParameter("metadata[any]"),
            OpenApiParameter("session_type", enum=["LOCK"]),
            OpenApiParameter("session_key"),
            OpenApiParameter("session_ttl", int),
            OpenApiParameter("session_ttl_unit"),
            OpenApiParameter("tracking_id", description="Not kept."),
        ],
        responses={200: SingleValidationOut, **ERRORS},
        tags=["The shop's pages"],
    )
    def get(self, request: Request) -> HttpResponse:
        told = _told_in_query(request)
        return self.answer_one(request, str(told.pop("code", "")), told)

    def _caller(self, request: Request) -> limits.Caller:
        customer = request.query_params.get("customer[source_id]", "")
        return limits.Caller(addresses.client_address(request._request), customer)


def _told_in_query(request: Request) -> dict[str, Any]:
    """The query as the body that says the same."""
    query = request.query_params
    given = bracketed.numbers(
        bracketed.read((name, query[name]) for name in query), "amount", "session_ttl"
    )
    order = given.get("order") if isinstance(given.get("order"), dict) else {}
    items = [
        bracketed.numbers(item, *_TYPED) if isinstance(item, dict) else item
        for item in bracketed.rows(given.get("item"))
    ]
    order = {
        "amount": given.get("amount"),
        "items": items or None,
        "metadata": (order or {}).get("metadata") or {},
    }
    session = {
        name: given.get(f"session_{name}")
        for name in ("type", "key", "ttl", "ttl_unit")
        if given.get(f"session_{name}")
    }
    return {
        "code": given.get("code") if isinstance(given.get("code"), str) else "",
        "customer": given.get("customer"),
        "metadata": given.get("metadata") or {},
        "session": session or None,
        "order": order,
    }


class ClientRedemption(LookingUp, Redeeming):
    scopes = {"POST": "redemptions:write"}

    @extend_schema(
        operation_id="client_redeem_voucher",
        summary="Redeem one code",
        description="Only where the key allows it." + _OLD,
        request=SingleTold,
        parameters=[*IDEMPOTENCY, OpenApiParameter("code", required=True)],
        responses={200: RedemptionSerializer, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
        examples=[EXAMPLE, REFUSED],
        tags=["The shop's pages"],
    )
    def post(self, request: Request) -> HttpResponse:
        code = request.query_params.get("code", "")
        return self.answer(request, attempt_with(code, request.data), shown=redeemed)
