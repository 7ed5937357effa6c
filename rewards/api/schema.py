"""The API's description of itself: its answers and worked examples, which the tests hold true."""

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
)

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer

from .answers import (
    RedeemedSerializer,
    RedemptionListSerializer,
    RedemptionSerializer,
    ReturnAnswerSerializer,
    RollbackAnswerSerializer,
    StackRollbackSerializer,
    ValidationSerializer,
)
from .serializers import AttemptSerializer, ReturnSerializer, RollbackSerializer

ASKED = OpenApiExample(
    "A code on an order of two items and shipping",
    request_only=True,
    value={
        "redeemables": [{"object": "voucher", "id": "BDAY-7K2M-9QXD-4TRE"}],
        "customer": {"source_id": "17850"},
        "order": {
            "source_id": "536365",
            "currency": "GBP",
            "items": [
                {"source_id": "85123A", "quantity": 6, "price": 255},
                {"source_id": "71053", "quantity": 6, "price": 339},
                {"product_id": "prod_5h1pp1ng", "price": 495},
            ],
        },
    },
)
REFUSED = OpenApiExample(
    "The order is below the minimum",
    response_only=True,
    status_codes=["400"],
    value={
        "code": 400,
        "key": "order_rules_violated",
        "message": "The order is below the minimum of the offer.",
        "details": "More must be in the cart, shipping not counted; or lower the minimum of the "
        "offer.",
        "request_id": "9f0c6b5e2f3d4a0c8d1b7e6f5a4c3b2d",
        "resource_id": "BDAY-7K2M-9QXD-4TRE",
        "resource_type": "voucher",
        "vesile": {
            "rule": "order_minimum",
            "seen": "18.00 GBP",
            "needed": "25.00 GBP",
            "redemption_id": "rf_3kTMd82aPqLz0VbX9fRw",
        },
    },
)

validate = extend_schema(
    operation_id="validate",
    summary="Validate a code",
    description=(
        "What codes would give on an order now. Changes nothing, unless a session is asked for: "
        "then what the codes take is held until redeemed, released or expired."
    ),
    request=AttemptSerializer,
    parameters=IDEMPOTENCY,
    responses={200: ValidationSerializer, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
    examples=[ASKED],
    tags=["Validations"],
)
redeem = extend_schema(
    operation_id="redeem",
    summary="Redeem a code",
    description=(
        "Use a code on an order. A refusal by a rule is a 400 with its key, and is kept. An order "
        "that was already paid with the same code is answered with that redemption."
    ),
    request=AttemptSerializer,
    parameters=IDEMPOTENCY,
    responses={200: RedeemedSerializer, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
    examples=[ASKED, REFUSED],
    tags=["Redemptions"],
)
list_redemptions = extend_schema(
    operation_id="list_redemptions",
    summary="List redemptions",
    description="Accepted and refused, newest first.",
    parameters=[
        *PAGING,
        OpenApiParameter("result", enum=["SUCCESS", "FAILURE"], many=True),
        OpenApiParameter("campaign", description="The name of the offer."),
        OpenApiParameter("customer", description="Our id of the customer, or the shop's."),
    ],
    responses={200: RedemptionListSerializer, **ERRORS},
    tags=["Redemptions"],
)
get_redemption = extend_schema(
    operation_id="get_redemption",
    summary="Get a redemption",
    responses={200: RedemptionSerializer, **ERRORS, 404: ErrorSerializer},
    tags=["Redemptions"],
)
_CHANGES = {**ERRORS, 404: ErrorSerializer, 409: ErrorSerializer}
roll_back = extend_schema(
    operation_id="roll_back",
    summary="Roll back a redemption",
    description="Gives back exactly what it took, once. The order may be paid again.",
    request=RollbackSerializer,
    parameters=[*IDEMPOTENCY, OpenApiParameter("reason")],
    responses={200: RollbackAnswerSerializer, **_CHANGES},
    tags=["Redemptions"],
)
roll_back_stack = extend_schema(
    operation_id="roll_back_stack",
    summary="Roll back codes redeemed together",
    description="All of them, by the id of their parent redemption.",
    request=RollbackSerializer,
    parameters=[*IDEMPOTENCY, OpenApiParameter("reason")],
    responses={200: StackRollbackSerializer, **_CHANGES},
    tags=["Redemptions"],
)
give_back = extend_schema(
    operation_id="return_items",
    summary="Record returned goods",
    description=(
        "Ours. After k of n units a line has given back floor(line discount * k / n) in all, "
        "whatever the order of the returns."
    ),
    request=ReturnSerializer,
    parameters=IDEMPOTENCY,
    responses={200: ReturnAnswerSerializer, **_CHANGES},
    tags=["Redemptions"],
)
release = extend_schema(
    operation_id="release_session",
    summary="Release what a session holds of a code",
    responses={204: None, **_CHANGES},
    tags=["Validations"],
)
