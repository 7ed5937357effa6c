"""What a shop may send of campaigns, which are our offers: types and ranges."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared.api.fields import Amount, Instant, Metadata, Text, WholeNumber
from config.shared.errors import BadInput
from config.shared.invalid import InvalidValueError
from rewards.codes import UNAMBIGUOUS, CodePattern, code_key
from rewards.models import Period
from rewards.services.promotion_checks import LARGEST_COUNT

from .offers import DiscountFields
from .published_windows import hours_of

MOST_VOUCHERS: Final = 1_000_000
TYPES: Final = {"AUTO_UPDATE": False, "STATIC": True}
"""Whether only codes that exist already are given."""


class Count(WholeNumber):
    """From 1 on; null is no limit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=1, max_value=LARGEST_COUNT, required=False, allow_null=True, **options
        )


class OfferFields(serializers.Serializer):
    """Ours: what the published campaign has no words for. What is absent stays as it is."""

    currency = serializers.CharField(max_length=3, required=False)
    zone = Text(max_length=64, help_text="Of its days and hours; empty means the project's.")
    holder_only = serializers.BooleanField(required=False)
    minimum_amount = Amount(required=False, allow_null=True)
    rules = Metadata(help_text="A tree of conditions, see docs/redemption.md.")
    refusal_text = Text(max_length=300)
    redemption_limit = Count()
    limit_per_customer = Count()
    limit_per_customer_period = Count()
    customer_period = serializers.ChoiceField(Period.values, required=False, allow_blank=True)
    budget_amount = Amount(required=False, allow_null=True)
    budget_period_amount = Amount(required=False, allow_null=True)
    budget_period = serializers.ChoiceField(Period.values, required=False, allow_blank=True)
    exclusive = serializers.BooleanField(required=False)
    priority = serializers.IntegerField(min_value=-1_000_000, max_value=1_000_000, required=False)
    code_lifetime_days = serializers.IntegerField(
        min_value=0, max_value=3_660, required=False, allow_null=True
    )


class CodeConfigFields(serializers.Serializer):
    """How codes look. Together they must be too many to be guessed, see docs/storefront-api.md."""

    pattern = Text(max_length=40, help_text="A random character for every #.")
    prefix = Text(max_length=30)
    postfix = Text(max_length=30)
    length = WholeNumber(min_value=1, max_value=40, required=False, allow_null=True)
    charset = Text(max_length=100)

    def pattern_of(self, given: dict[str, Any]) -> CodePattern:
        """The pattern; raises BadInput. Capitals and small letters are the same in a code."""
        charset = "".join(
            {code_key(char): char for char in given.get("charset") or UNAMBIGUOUS}.values()
        ).upper()
        if given.get("pattern"):
            text = (given.get("prefix") or "") + given["pattern"] + (given.get("postfix") or "")
            return CodePattern(text, charset)
        try:
            return CodePattern.of(
                prefix=given.get("prefix") or "",
                postfix=given.get("postfix") or "",
                charset=charset,
                **({"length": given["length"]} if given.get("length") else {}),
            )
        except InvalidValueError as error:
            raise BadInput(details=f"code_config: {error.translated()}") from error


class QuantityFields(serializers.Serializer):
    quantity = Count(help_text="null: as often as anyone likes.")


class CampaignVoucherFields(serializers.Serializer):
    type = serializers.ChoiceField(["DISCOUNT_VOUCHER"], help_text="Others come later.")
    discount = DiscountFields()
    code_config = CodeConfigFields(required=False, allow_null=True)
    redemption = QuantityFields(required=False, allow_null=True)


class ValidityFields(serializers.Serializer):
    """When it is valid. Days and hours are those of the offer's zone."""

    start_date = Instant()
    expiration_date = Instant()
    validity_timeframe = serializers.JSONField(
        required=False, allow_null=True, help_text='{"interval": "P2D", "duration": "PT1H"}'
    )
    validity_day_of_week = serializers.JSONField(
        required=False, allow_null=True, help_text="0 is Sunday, 6 is Saturday."
    )
    validity_hours = serializers.JSONField(
        required=False,
        allow_null=True,
        help_text='{"daily": [{"start_time": "12:00", "expiration_time": "14:00"}]}',
    )


class CampaignFields(ValidityFields):
    """What can be said of a campaign when it is made and later."""

    description = Text(max_length=300)
    type = serializers.ChoiceField(
        list(TYPES),
        required=False,
        allow_null=True,
        help_text="STATIC gives only codes that exist already, AUTO_UPDATE makes more.",
    )
    join_once = serializers.BooleanField(required=False, allow_null=True)
    category = Text(max_length=60)
    activity_duration_after_publishing = Text(help_text="Whole hours or days: PT48H, P7D.")
    metadata = Metadata()
    vesile = OfferFields(required=False, allow_null=True)

    def offer(self, given: dict[str, Any]) -> dict[str, Any]:
        """The fields of our offer that are told, but for its days and hours; raises BadInput."""
        fields: dict[str, Any] = {}
        for name, ours in (("start_date", "starts_at"), ("expiration_date", "expires_at")):
            if name in given:
                fields[ours] = given[name]
        for name, ours in (("description", "description"), ("category", "stacking_category")):
            if name in given:
                fields[ours] = given[name] or ""
        if given.get("type") is not None:
            fields["only_from_pool"] = TYPES[given["type"]]
        if given.get("join_once") is not None:
            fields["join_once"] = given["join_once"]
        if "activity_duration_after_publishing" in given:
            duration = given["activity_duration_after_publishing"]
            fields["code_lifetime_hours"] = (
                hours_of(duration, "activity_duration_after_publishing") if duration else None
            )
        own = given.get("vesile") or {}
        return fields | {
            name: ("" if value is None and name in ("zone", "refusal_text") else value)
            for name, value in own.items()
        }


class CampaignTold(CampaignFields):
    """A new campaign with its first codes."""

    name = serializers.CharField(max_length=120)
    campaign_type = serializers.ChoiceField(
        ["DISCOUNT_COUPONS"], required=False, allow_null=True, help_text="Others come later."
    )
    vouchers_count = WholeNumber(
        min_value=0, max_value=MOST_VOUCHERS, required=False, allow_null=True
    )
    voucher = CampaignVoucherFields()
    validation_rules = serializers.ListField(
        max_length=0,
        required=False,
        allow_null=True,
        help_text="Conditions are said in `vesile.rules`.",
        error_messages={"max_length": _("Say conditions in vesile.rules.")},
    )


class CampaignChanged(CampaignFields):
    """What is absent stays as it is. `metadata` is merged, a key with null is removed."""

    discount = DiscountFields(required=False, allow_null=True)
    unset_metadata_fields = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=100,
        required=False,
        allow_null=True,
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if (given.get("vesile") or {}).get("currency") and not given.get("discount"):
            raise serializers.ValidationError(
                {"vesile": _("Send the discount too: its amounts are in the currency.")}
            )
        return given


class CodeFields(serializers.Serializer):
    """A code to be added. Without `redemption` it can be used as often as the campaign says."""

    redemption = QuantityFields(required=False, allow_null=True)
    start_date = Instant()
    expiration_date = Instant()
    metadata = Metadata()
    category = Text(max_length=60, help_text="Not kept: categories are those of the campaign.")
    additional_info = Text(max_length=500, help_text="Kept in metadata.additional_info.")


class RandomCodeFields(CodeFields):
    code_config = CodeConfigFields(required=False, allow_null=True)
    code = Text(max_length=60)


class ImportedCodeFields(CodeFields):
    """A code of an import."""

    code = serializers.CharField(max_length=60)
    active = serializers.BooleanField(required=False, allow_null=True)


class ImportedCodes(serializers.ListSerializer):
    child = ImportedCodeFields()
