"""What a shop may send of products, events and consents: types, ranges and words."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared import clock
from config.shared.api.fields import Amount, Metadata, Moment, Text
from config.shared.errors import BadInput
from customers.asked import AskedConsent, AskedCustomer, AskedEvent, AskedProduct
from customers.data_use import category_of_event
from customers.models import Channel, ConsentAction, ConsentBasis, DataCategory
from customers.selectors import MARKETING

from .event_schema import EventProperties
from .profile import CustomerFields, asked_customer

# Where the shop's own values of an event may name a product, in this order.
_PRODUCT_KEYS: Final = ("product_source_id", "product_id", "product", "sku")
# The others are the system's: a file was imported, a consent ran out.
TOLD_ACTIONS: Final = [
    ConsentAction.SERVED,
    ConsentAction.GRANTED,
    ConsentAction.CONFIRMED,
    ConsentAction.REFUSED,
    ConsentAction.WITHDRAWN,
    ConsentAction.OBJECTED,
]


class ToldSerializer(serializers.Serializer):
    """Something told by a shop: `asked` gives it as plain values."""

    def asked(self, data: Any) -> Any:
        """Validated and as plain values; raises ValidationError and BadInput."""
        return self.plain(self.run_validation(data))

    def plain(self, given: dict[str, Any]) -> Any:
        raise NotImplementedError


class CustomerTold(CustomerFields, ToldSerializer):
    """A customer to be made or changed."""

    def plain(self, given: dict[str, Any]) -> AskedCustomer:
        return asked_customer(given)


class IdentityTold(ToldSerializer):
    """An id by which a device, a till or another system knows the customer."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=40, help_text="Whose id it is, such as device or till."
    )
    external_id = serializers.CharField(max_length=120)

    def plain(self, given: dict[str, Any]) -> tuple[str, str]:
        return given["source"], given["external_id"]


class ProductTold(ToldSerializer):
    """A product to be made or changed. What is absent stays as it is; null removes it."""

    id = Text(max_length=30, help_text="Ours; then source_id is not looked at.")
    source_id = Text(help_text="The shop's own code.")
    name = Text(max_length=300)
    category = Text(help_text="Ours: the main one; it is one of `categories`.")
    categories = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=20,
        required=False,
        allow_null=True,
        help_text="Ours: all of them; the first one is the main one where none is named.",
    )
    brand = Text(help_text="Ours.")
    price = Amount(required=False, allow_null=True, help_text="Minor units.")
    image_url = serializers.URLField(
        required=False, allow_null=True, allow_blank=True, max_length=1000
    )
    attributes = serializers.ListField(
        child=serializers.CharField(max_length=120),
        max_length=100,
        required=False,
        allow_null=True,
        help_text="What its variants differ in.",
    )
    metadata = Metadata()

    def plain(self, given: dict[str, Any]) -> AskedProduct:
        fields: dict[str, Any] = {
            name: given[name] or ""
            for name in ("name", "category", "brand", "image_url")
            if name in given
        }
        if "price" in given:
            fields["price"] = given["price"]
        for name in ("attributes", "categories"):
            if name in given:
                fields[name] = given[name] or []
        if given.get("metadata") is not None:
            fields["metadata"] = given["metadata"]
        return AskedProduct(given.get("source_id") or "", given.get("id") or "", fields)


class EventTold(ToldSerializer):
    """Something that happened in the shop."""

    event = serializers.CharField(
        max_length=300, help_text="Its name, such as product_viewed, or one of your own."
    )
    customer = CustomerFields()
    source_id = Text(help_text="Ours: the shop's own id of the event; told twice it counts once.")
    occurred_at = Moment(help_text="Ours: when it happened; absent means now.")
    data_category = Text(max_length=16, help_text="Ours: for an event with a name of your own.")
    metadata = EventProperties(help_text="Its properties; `product` names a product by its code.")

    def to_internal_value(self, data: Any) -> Any:
        for name in ("referral", "loyalty"):
            refuse_unsupported(data, name)
        return super().to_internal_value(data)

    def plain(self, given: dict[str, Any]) -> AskedEvent:
        properties = given.get("metadata") or {}
        return AskedEvent(
            customer=asked_customer(given["customer"]),
            name=given["event"],
            data_category=category_of_event(given["event"], given.get("data_category") or ""),
            occurred_at=given.get("occurred_at") or clock.now(),
            source_id=given.get("source_id") or "",
            product=_product_of(properties),
            properties=properties,
        )


def refuse_unsupported(data: Any, name: str) -> None:
    """Raise BadInput for what would be ignored: a promise that is broken."""
    if isinstance(data, dict) and data.get(name) is not None:
        raise BadInput(
            _("“%(name)s” is not supported.") % {"name": name},
            details=_("Send the request without it."),
        )


def _product_of(properties: dict[str, Any]) -> str:
    for name in _PRODUCT_KEYS:
        value = properties.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            code = str(value).strip()
            if 0 < len(code) <= 120:
                return code
    return ""


class ConsentFields(ToldSerializer):
    """One thing that happened to a consent, for one channel or one category of data."""

    purpose = Text(max_length=40, help_text="Absent means marketing.")
    channel = serializers.ChoiceField(Channel.choices, required=False, allow_null=True)
    data_category = serializers.ChoiceField(DataCategory.choices, required=False, allow_null=True)
    action = serializers.ChoiceField([(action.value, action.label) for action in TOLD_ACTIONS])
    basis = serializers.ChoiceField(ConsentBasis.choices, required=False, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=60, help_text="Where it was given: checkout, till."
    )
    source_id = Text(help_text="The source's own id of it; told twice it counts once.")
    captured_at = Moment(help_text="When the person acted; absent means now.")
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    text = Text(max_length=20_000, help_text="The words the person read.")
    locale = Text(max_length=10, help_text="The language of the text.")
    jurisdiction = Text(max_length=2, help_text="ISO 3166, two letters.")
    evidence = Metadata(help_text="What proves it: address of the page, form, witness.")
    double_opt_in = serializers.BooleanField(
        required=False,
        help_text="Ours: a grant of e-mail counts once the customer used the link we send them.",
    )

    def consent(self, given: dict[str, Any], customer: AskedCustomer) -> AskedConsent:
        channel, category = given.get("channel") or "", given.get("data_category") or ""
        if bool(channel) == bool(category):
            raise BadInput(
                _("This consent cannot be recorded."),
                key="invalid_consent",
                details=_("Name a channel or a category of data, one of them."),
            )
        return AskedConsent(
            customer=customer,
            purpose=given.get("purpose") or MARKETING,
            action=given["action"],
            basis=given.get("basis") or ConsentBasis.CONSENT.value,
            source=given["source"],
            captured_at=given.get("captured_at") or clock.now(),
            channel=channel,
            data_category=category,
            source_id=given.get("source_id") or "",
            text=given.get("text") or "",
            locale=given.get("locale") or "",
            jurisdiction=(given.get("jurisdiction") or "").upper(),
            valid_until=given.get("valid_until"),
            evidence=given.get("evidence") or {},
            double_opt_in=bool(given.get("double_opt_in")),
        )


class ConsentTold(ConsentFields):
    """A consent with its customer."""

    customer = CustomerFields()

    def plain(self, given: dict[str, Any]) -> AskedConsent:
        return self.consent(given, asked_customer(given["customer"]))
