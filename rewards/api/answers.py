"""The shapes of the API's answers, as its description tells them; the tests hold them true."""

from rest_framework import serializers

from config.shared.api.schema import ErrorSerializer, WhySerializer


class EffectTakenSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(
        ["percent", "amount", "fixed_price", "unit", "buy_get", "bundle", "free_shipping"]
    )
    percent = serializers.CharField(required=False)
    amount = serializers.IntegerField(required=False)
    cap_amount = serializers.IntegerField(required=False)
    details = serializers.DictField(required=False)
    units = serializers.IntegerField(required=False, help_text="Units that were discounted.")
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

    type = serializers.ChoiceField(["PERCENT", "AMOUNT", "FIXED", "UNIT"])
    effect = serializers.ChoiceField(
        [
            *("APPLY_TO_ORDER", "APPLY_TO_ITEMS", "APPLY_TO_ITEMS_BY_QUANTITY"),
            *("APPLY_TO_ITEMS_PROPORTIONALLY", "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"),
            *("ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"),
        ]
    )
    percent_off = serializers.FloatField(required=False)
    amount_limit = serializers.IntegerField(required=False, allow_null=True)
    amount_off = serializers.IntegerField(required=False)
    fixed_amount = serializers.IntegerField(required=False)
    unit_off = serializers.IntegerField(required=False)
    unit_type = serializers.CharField(required=False)
    product = UnitProductSerializer(required=False)
    sku = UnitProductSerializer(required=False)
    is_dynamic = serializers.BooleanField()
    vesile = VesileDiscountSerializer()


class OrderItemSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["order_item"])
    product_id = serializers.CharField(required=False)
    sku_id = serializers.CharField(required=False)
    source_id = serializers.CharField(required=False)
    price = serializers.IntegerField(required=False)
    quantity = serializers.IntegerField()
    initial_quantity = serializers.IntegerField(help_text="Without what an offer added.")
    discount_quantity = serializers.IntegerField(required=False)
    amount = serializers.IntegerField()
    initial_amount = serializers.IntegerField()
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
    status = serializers.ChoiceField(["CANCELED"], required=False)


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
    status = serializers.ChoiceField(["APPLICABLE", "INAPPLICABLE", "SKIPPED"])
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
    redeemables_application_mode = serializers.ChoiceField(["ALL", "PARTIAL"])
    redeemables_sorting_rule = serializers.ChoiceField(["REQUESTED_ORDER", "CATEGORY_HIERARCHY"])
    redeemables_products_application_mode = serializers.ChoiceField(["STACK", "ONCE"])
    redeemables_no_effect_rule = serializers.ChoiceField(["REDEEM_ANYWAY", "SKIP"])
    no_effect_skip_categories = serializers.ListField(child=serializers.CharField())
    no_effect_redeem_anyway_categories = serializers.ListField(child=serializers.CharField())


class HeldSessionSerializer(serializers.Serializer):
    """The session that holds what the codes take."""

    type = serializers.ChoiceField(["LOCK"])
    key = serializers.CharField()
    ttl = serializers.IntegerField()
    ttl_unit = serializers.ChoiceField(["MILLISECONDS"])


class ValidationSerializer(serializers.Serializer):
    """Whether the code applies; a rule's refusal is `valid: false`, not an HTTP error."""

    valid = serializers.BooleanField()
    redeemables = ValidatedRedeemableSerializer(many=True)
    inapplicable_redeemables = ValidatedRedeemableSerializer(many=True)
    skipped_redeemables = ValidatedRedeemableSerializer(many=True)
    order = OrderTotalsSerializer(required=False)
    session = HeldSessionSerializer(required=False)
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
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    redemption = VoucherLimitSerializer()


class RelatedIdSerializer(serializers.Serializer):
    id = serializers.CharField()


class RelatedSerializer(serializers.Serializer):
    """What was redeemed together with a parent."""

    redemptions = RelatedIdSerializer(many=True)


class RedemptionSerializer(serializers.Serializer):
    """One attempt to use a code; ids of refused ones begin with rf_."""

    object = serializers.ChoiceField(["redemption"])
    id = serializers.CharField()
    date = serializers.DateTimeField()
    customer_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    result = serializers.ChoiceField(["SUCCESS", "FAILURE"])
    status = serializers.ChoiceField(["SUCCEEDED", "FAILED", "ROLLED_BACK"])
    failure_code = serializers.CharField(required=False)
    failure_message = serializers.CharField(required=False)
    order = OrderTotalsSerializer(allow_null=True)
    channel = ChannelSerializer()
    customer = RedeemingCustomerSerializer(allow_null=True)
    related_object_type = serializers.ChoiceField(["voucher", "redemption"])
    related_object_id = serializers.CharField(allow_null=True)
    voucher = VoucherSerializer(allow_null=True)
    redemption = serializers.CharField(required=False, help_text="The parent of the stack.")
    related_redemptions = RelatedSerializer(required=False)
    vesile = WhySerializer(required=False)


class RedeemedSerializer(serializers.Serializer):
    redemptions = RedemptionSerializer(many=True)
    parent_redemption = RedemptionSerializer(required=False)
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


class RollbackAnswerSerializer(serializers.Serializer):
    """A redemption taken back; its amount is negative."""

    object = serializers.ChoiceField(["redemption_rollback"])
    id = serializers.CharField()
    date = serializers.DateTimeField()
    customer_id = serializers.CharField(allow_null=True)
    tracking_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    amount = serializers.IntegerField()
    redemption = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(["SUCCESS"])
    status = serializers.ChoiceField(["SUCCEEDED"])
    order = OrderTotalsSerializer()
    channel = ChannelSerializer()
    customer = RedeemingCustomerSerializer(allow_null=True)
    related_object_type = serializers.ChoiceField(["voucher", "redemption"])
    related_object_id = serializers.CharField(allow_null=True)
    voucher = VoucherSerializer(required=False)


class StackRollbackSerializer(serializers.Serializer):
    rollbacks = RollbackAnswerSerializer(many=True)
    parent_rollback = RollbackAnswerSerializer(required=False)
    order = OrderTotalsSerializer()


class ReturnedLineSerializer(serializers.Serializer):
    redemption = serializers.CharField()
    index = serializers.IntegerField(help_text="Position in order.items, from 0.")
    quantity = serializers.IntegerField()
    discount_amount = serializers.IntegerField()


class ReturnAnswerSerializer(serializers.Serializer):
    """What returned goods gave back, exactly what their lines received."""

    object = serializers.ChoiceField(["redemption_return"])
    id = serializers.CharField()
    source_id = serializers.CharField(allow_null=True)
    redemption = serializers.CharField()
    date = serializers.DateTimeField()
    currency = serializers.CharField()
    amount = serializers.IntegerField()
    items = ReturnedLineSerializer(many=True)
