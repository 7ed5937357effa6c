"""The shapes of answers about campaigns and codes, as the description tells them."""

from rest_framework import serializers

from rewards.models import EffectKind

from .answers import VoucherSerializer
from .offers import EFFECTS, TYPES


class OfferEffectSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(EffectKind.values)
    percent = serializers.CharField(required=False)
    amount = serializers.IntegerField(required=False)
    cap_amount = serializers.IntegerField(required=False)
    details = serializers.DictField(required=False)
    other_amounts = serializers.DictField(required=False)


class OwnOfferDiscountSerializer(serializers.Serializer):
    """Every effect of the offer."""

    currency = serializers.CharField()
    effects = OfferEffectSerializer(many=True)


class OfferUnitSerializer(serializers.Serializer):
    id = serializers.CharField()
    source_id = serializers.CharField()


class OfferDiscountSerializer(serializers.Serializer):
    """What codes will give. `is_dynamic` where only a cart can say how much."""

    type = serializers.ChoiceField(TYPES)
    effect = serializers.ChoiceField(EFFECTS)
    percent_off = serializers.FloatField(required=False)
    amount_limit = serializers.IntegerField(required=False, allow_null=True)
    amount_off = serializers.IntegerField(required=False)
    fixed_amount = serializers.IntegerField(required=False)
    unit_off = serializers.IntegerField(required=False)
    unit_type = serializers.CharField(required=False)
    product = OfferUnitSerializer(required=False)
    sku = OfferUnitSerializer(required=False)
    is_dynamic = serializers.BooleanField()
    vesile = OwnOfferDiscountSerializer()


class TimeframeSerializer(serializers.Serializer):
    interval = serializers.CharField()
    duration = serializers.CharField()


class DailyHoursSerializer(serializers.Serializer):
    start_time = serializers.CharField()
    expiration_time = serializers.CharField()
    days_of_week = serializers.ListField(child=serializers.IntegerField(), required=False)


class ValidityHoursSerializer(serializers.Serializer):
    daily = DailyHoursSerializer(many=True)


class ValiditySerializer(serializers.Serializer):
    start_date = serializers.DateTimeField(allow_null=True)
    expiration_date = serializers.DateTimeField(allow_null=True)
    validity_timeframe = TimeframeSerializer(allow_null=True)
    validity_day_of_week = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    validity_hours = ValidityHoursSerializer(allow_null=True)


class CampaignQuantitySerializer(serializers.Serializer):
    quantity = serializers.IntegerField(allow_null=True, help_text="null: without limit.")


class CodeConfigSerializer(serializers.Serializer):
    pattern = serializers.CharField()
    charset = serializers.CharField()


class CampaignVoucherSerializer(ValiditySerializer):
    """How the codes of the campaign are."""

    type = serializers.ChoiceField(["DISCOUNT_VOUCHER"])
    discount = OfferDiscountSerializer()
    redemption = CampaignQuantitySerializer()
    code_config = CodeConfigSerializer()
    is_referral_code = serializers.BooleanField()


class OwnCampaignSerializer(serializers.Serializer):
    """Ours: what the published campaign has no words for."""

    currency = serializers.CharField()
    zone = serializers.CharField(allow_blank=True)
    holder_only = serializers.BooleanField()
    minimum_amount = serializers.IntegerField(allow_null=True)
    rules = serializers.DictField()
    refusal_text = serializers.CharField(allow_blank=True)
    redemption_limit = serializers.IntegerField(allow_null=True)
    limit_per_customer = serializers.IntegerField(allow_null=True)
    limit_per_customer_period = serializers.IntegerField(allow_null=True)
    customer_period = serializers.CharField(allow_blank=True)
    budget_amount = serializers.IntegerField(allow_null=True)
    budget_period_amount = serializers.IntegerField(allow_null=True)
    budget_period = serializers.CharField(allow_blank=True)
    exclusive = serializers.BooleanField()
    priority = serializers.IntegerField()
    code_lifetime_days = serializers.IntegerField(allow_null=True)


_STATUSES = ["DONE", "IN_PROGRESS", "FAILED", "DRAFT", "MODIFYING"]


class CampaignSerializer(ValiditySerializer):
    object = serializers.ChoiceField(["campaign"])
    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    campaign_type = serializers.ChoiceField(["DISCOUNT_COUPONS"])
    type = serializers.ChoiceField(["AUTO_UPDATE", "STATIC"])
    voucher = CampaignVoucherSerializer()
    auto_join = serializers.BooleanField()
    join_once = serializers.BooleanField()
    use_voucher_metadata_schema = serializers.BooleanField()
    activity_duration_after_publishing = serializers.CharField(allow_null=True)
    vouchers_count = serializers.IntegerField()
    active = serializers.BooleanField()
    category = serializers.CharField(allow_null=True)
    category_id = serializers.CharField(allow_null=True)
    categories = serializers.ListField(child=serializers.DictField())
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    creation_status = serializers.ChoiceField(_STATUSES)
    vouchers_generation_status = serializers.ChoiceField(_STATUSES)
    readonly = serializers.BooleanField()
    protected = serializers.BooleanField()
    vesile = OwnCampaignSerializer()


class ListSerializer(serializers.Serializer):
    """What all lists share."""

    object = serializers.ChoiceField(["list"])
    data_ref = serializers.CharField()
    total = serializers.IntegerField()
    has_more = serializers.BooleanField()
    more_starting_after_id = serializers.CharField(allow_null=True)


class CampaignListSerializer(ListSerializer):
    campaigns = CampaignSerializer(many=True)


class CodeLimitSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    quantity = serializers.IntegerField(allow_null=True, help_text="null: without limit.")
    redeemed_quantity = serializers.IntegerField()
    url = serializers.CharField()


class CodeSerializer(VoucherSerializer):
    """A code with what it will give."""

    discount = OfferDiscountSerializer()  # type: ignore[assignment]
    redemption = CodeLimitSerializer()  # type: ignore[assignment]
    validity_timeframe = TimeframeSerializer(allow_null=True)
    validity_day_of_week = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    validity_hours = ValidityHoursSerializer(allow_null=True)
    category = serializers.CharField(allow_null=True)
    category_id = serializers.CharField(allow_null=True)
    categories = serializers.ListField(child=serializers.DictField())
    additional_info = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)
    referrer_id = serializers.CharField(allow_null=True)
    gift = serializers.DictField(allow_null=True)
    loyalty_card = serializers.DictField(allow_null=True)


class CodeListSerializer(ListSerializer):
    vouchers = CodeSerializer(many=True)


class DeletedSerializer(serializers.Serializer):
    """Done at once, so that no async action follows."""

    async_action_id = serializers.CharField(required=False)
