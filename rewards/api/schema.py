"""The API's description of itself: its answers and worked examples, which the tests hold true."""

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
)
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer, WhySerializer

from .serializers import AttemptSerializer


class EffectTakenSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["percent", "amount", "free_shipping"])
    percent = serializers.CharField(required=False)
    amount = serializers.IntegerField(required=False)
    cap_amount = serializers.IntegerField(required=False)
    discount_amount = serializers.IntegerField()


class LineTakenSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="Position in order.items, from 0.")
    discount_amount = serializers.IntegerField()


class VesileDiscountSerializer(serializers.Serializer):
    """Every effect with what it took, and the exact part of every line, frozen at redemption."""

    currency = serializers.CharField()
    effects = EffectTakenSerializer(many=True)
    order_discount_amount = serializers.IntegerField()
    shipping_discount_amount = serializers.IntegerField()
    lines = LineTakenSerializer(many=True)


class UnitProductSerializer(serializers.Serializer):
    id = serializers.CharField()
    source_id = serializers.CharField()


class DiscountSerializer(serializers.Serializer):
    """One published effect. Free shipping is UNIT with `unit_type` prod_5h1pp1ng."""

    type = serializers.ChoiceField(["PERCENT", "AMOUNT", "UNIT"])
    effect = serializers.ChoiceField(["APPLY_TO_ORDER", "ADD_MISSING_ITEMS"])
    percent_off = serializers.FloatField(required=False)
    amount_limit = serializers.IntegerField(required=False, allow_null=True)
    amount_off = serializers.IntegerField(required=False)
    unit_off = serializers.IntegerField(required=False)
    unit_type = serializers.CharField(required=False)
    product = UnitProductSerializer(required=False)
    is_dynamic = serializers.BooleanField()
    vesile = VesileDiscountSerializer()


class OrderItemSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["order_item"])
    product_id = serializers.CharField(required=False)
    sku_id = serializers.CharField(required=False)
    source_id = serializers.CharField(required=False)
    price = serializers.IntegerField(required=False)
    quantity = serializers.IntegerField()
    amount = serializers.IntegerField()
    discount_amount = serializers.IntegerField()
    applied_discount_amount = serializers.IntegerField()
    subtotal_amount = serializers.IntegerField()


class OrderTotalsSerializer(serializers.Serializer):
    """total_amount = amount - total_discount_amount, which is discount + items discount."""

    object = serializers.ChoiceField(["order"])
    source_id = serializers.CharField(allow_null=True)
    customer_id = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField()
    initial_amount = serializers.IntegerField()
    discount_amount = serializers.IntegerField()
    items_discount_amount = serializers.IntegerField()
    total_discount_amount = serializers.IntegerField()
    total_amount = serializers.IntegerField()
    applied_discount_amount = serializers.IntegerField()
    items_applied_discount_amount = serializers.IntegerField()
    total_applied_discount_amount = serializers.IntegerField()
    items = OrderItemSerializer(many=True)
    currency = serializers.CharField()


class ApplicableToSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["product"])
    id = serializers.CharField()
    source_id = serializers.CharField()
    effect = serializers.ChoiceField(["APPLY_TO_EVERY"])
    order_item_indices = serializers.ListField(child=serializers.IntegerField())


class ApplicableToListSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["data"])
    data = ApplicableToSerializer(many=True)  # type: ignore[assignment]
    total = serializers.IntegerField()


class ResultDetailsSerializer(serializers.Serializer):
    key = serializers.CharField()
    message = serializers.CharField()


class ResultSerializer(serializers.Serializer):
    discount = DiscountSerializer(required=False)
    error = ErrorSerializer(required=False)
    details = ResultDetailsSerializer(required=False)


class ValidatedRedeemableSerializer(serializers.Serializer):
    status = serializers.ChoiceField(["APPLICABLE", "INAPPLICABLE"])
    object = serializers.ChoiceField(["voucher"])
    id = serializers.CharField()
    result = ResultSerializer()
    order = OrderTotalsSerializer(required=False)
    applicable_to = ApplicableToListSerializer(required=False)
    inapplicable_to = ApplicableToListSerializer(required=False)
    metadata = serializers.DictField(required=False)
    categories = serializers.ListField(child=serializers.DictField(), required=False)


class StackingRulesSerializer(serializers.Serializer):
    redeemables_limit = serializers.IntegerField()
    applicable_redeemables_limit = serializers.IntegerField()
    applicable_redeemables_per_category_limit = serializers.IntegerField()
    applicable_redeemables_category_limits = serializers.DictField()
    applicable_exclusive_redeemables_limit = serializers.IntegerField()
    applicable_exclusive_redeemables_per_category_limit = serializers.IntegerField()
    exclusive_categories = serializers.ListField(child=serializers.CharField())
    joint_categories = serializers.ListField(child=serializers.CharField())
    redeemables_application_mode = serializers.ChoiceField(["ALL"])
    redeemables_sorting_rule = serializers.ChoiceField(["REQUESTED_ORDER"])
    redeemables_products_application_mode = serializers.ChoiceField(["STACK"])
    redeemables_no_effect_rule = serializers.ChoiceField(["REDEEM_ANYWAY"])
    no_effect_skip_categories = serializers.ListField(child=serializers.CharField())
    no_effect_redeem_anyway_categories = serializers.ListField(child=serializers.CharField())


class ValidationSerializer(serializers.Serializer):
    """Whether the code applies; a rule's refusal is `valid: false`, not an HTTP error."""

    valid = serializers.BooleanField()
    redeemables = ValidatedRedeemableSerializer(many=True)
    inapplicable_redeemables = ValidatedRedeemableSerializer(many=True)
    skipped_redeemables = ValidatedRedeemableSerializer(many=True)
    order = OrderTotalsSerializer(required=False)
    stacking_rules = StackingRulesSerializer()


class ChannelSerializer(serializers.Serializer):
    channel_type = serializers.ChoiceField(["API"])
    channel_id = serializers.CharField(allow_null=True)


class RedeemingCustomerSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["customer"])
    id = serializers.CharField()
    source_id = serializers.CharField()


class VoucherLimitSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    quantity = serializers.IntegerField(allow_null=True, help_text="null: without limit.")


class VoucherSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["voucher"])
    id = serializers.CharField()
    code = serializers.CharField()
    type = serializers.ChoiceField(["DISCOUNT_VOUCHER"])
    campaign = serializers.CharField()
    campaign_id = serializers.CharField()
    discount = DiscountSerializer(allow_null=True)
    start_date = serializers.DateTimeField(allow_null=True)
    expiration_date = serializers.DateTimeField(
        allow_null=True, help_text="The first moment at which the code no longer works."
    )
    active = serializers.BooleanField()
    is_referral_code = serializers.BooleanField()
    holder_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    redemption = VoucherLimitSerializer()


class RedemptionSerializer(serializers.Serializer):
    """One attempt to use a code; ids of refused ones begin with rf_."""

    object = serializers.ChoiceField(["redemption"])
    id = serializers.CharField()
    date = serializers.DateTimeField()
    customer_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    result = serializers.ChoiceField(["SUCCESS", "FAILURE"])
    status = serializers.ChoiceField(["SUCCEEDED", "FAILED"])
    failure_code = serializers.CharField(required=False)
    failure_message = serializers.CharField(required=False)
    order = OrderTotalsSerializer(allow_null=True)
    channel = ChannelSerializer()
    customer = RedeemingCustomerSerializer(allow_null=True)
    related_object_type = serializers.ChoiceField(["voucher"])
    related_object_id = serializers.CharField(allow_null=True)
    voucher = VoucherSerializer(allow_null=True)
    vesile = WhySerializer(required=False)


class RedeemedSerializer(serializers.Serializer):
    redemptions = RedemptionSerializer(many=True)
    order = OrderTotalsSerializer()
    inapplicable_redeemables = ValidatedRedeemableSerializer(many=True)
    skipped_redeemables = ValidatedRedeemableSerializer(many=True)


class RedemptionListSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["redemptions"])
    redemptions = RedemptionSerializer(many=True)
    total = serializers.IntegerField()
    has_more = serializers.BooleanField()
    more_starting_after_id = serializers.CharField(allow_null=True)


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
        "details": "Shipping does not count towards the minimum.",
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
    description="What a code would give on an order now. Changes nothing.",
    request=AttemptSerializer,
    responses={200: ValidationSerializer, **ERRORS, 404: ErrorSerializer},
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
