"""What a shop may send of single codes."""

from typing import Any

from rest_framework import serializers

from config.shared.api.fields import Instant, Metadata, Text
from customers.api.serializers import refuse_unsupported

from .campaign_fields import CodeConfigFields, CodeFields, QuantityFields, ValidityFields
from .offers import DiscountFields


class StandaloneTold(ValidityFields, CodeFields):
    """A new code: of a campaign, else with what it gives, as often as anyone likes."""

    type = serializers.ChoiceField(
        ["DISCOUNT_VOUCHER"], required=False, allow_null=True, help_text="Others come later."
    )
    code = Text(max_length=60, help_text="Also in the address; without one it is random.")
    code_config = CodeConfigFields(required=False, allow_null=True)
    campaign = Text(help_text="The name of its campaign.")
    campaign_id = Text(max_length=30)
    discount = DiscountFields(required=False, allow_null=True)
    category = Text(max_length=60, help_text="Of a code that has no campaign.")
    active = serializers.BooleanField(required=False, allow_null=True)


class NamedCodeTold(StandaloneTold):
    """A code that is brought along, with what it gives."""

    code = serializers.CharField(max_length=60)  # type: ignore[assignment]

    def to_internal_value(self, data: Any) -> Any:
        for name in ("campaign", "campaign_id", "gift", "loyalty_card"):
            refuse_unsupported(data, name)
        return super().to_internal_value(data)


class MetadataChanged(serializers.Serializer):
    """A code by how it is written or by our id, and metadata that is merged; null removes a key."""

    code = serializers.CharField(max_length=120)
    metadata = Metadata()


class VoucherChanged(serializers.Serializer):
    """What is absent stays. `metadata` is merged; what the code gives is said of its campaign."""

    start_date = Instant()
    expiration_date = Instant(help_text="Never after that of its campaign.")
    active = serializers.BooleanField(required=False, allow_null=True)
    redemption = QuantityFields(
        required=False, allow_null=True, help_text="Ours: what was redeemed so far counts."
    )
    metadata = Metadata()
    additional_info = Text(max_length=500, help_text="Kept in metadata.additional_info.")

    def told(self, given: dict[str, Any]) -> dict[str, Any]:
        """The fields of our code that are told; `metadata` is to be merged."""
        fields = {
            ours: given[name]
            for name, ours in (("start_date", "starts_at"), ("expiration_date", "expires_at"))
            if name in given
        }
        for name in ("active", "metadata"):
            if given.get(name) is not None:
                fields[name] = given[name]
        redemption = given.get("redemption") or {}
        if "quantity" in redemption:
            fields["redemption_limit"] = redemption["quantity"]
        return fields

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "additional_info" in given:
            info = {"additional_info": given["additional_info"] or None}
            given["metadata"] = (given.get("metadata") or {}) | info
        return given
