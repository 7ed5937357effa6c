"""What a shop may send: types and ranges; what is missing in an order is a rule's business."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared import money
from config.shared.api.fields import Amount, JsonObject, Metadata, Text, WholeNumber
from config.shared.errors import BadInput
from config.shared.ids import new_id
from rewards.asked import AskedCustomer, AskedItem, AskedOrder, AskedSession, Attempt
from rewards.codes import code_key
from rewards.services.returns import ReturnedItem

REDEEMABLES = ("voucher", "promotion_tier", "promotion_stack")
SUPPORTED = ("voucher",)
MOST_ITEMS = 500
MOST_REDEEMABLES = 30
TTL_UNITS = {
    "DAYS": "days",
    "HOURS": "hours",
    "MINUTES": "minutes",
    "SECONDS": "seconds",
    "MILLISECONDS": "milliseconds",
    "MICROSECONDS": "microseconds",
}
DEFAULT_TTL_DAYS = 7
LONGEST_TTL = timedelta(days=31)


class RedeemableSerializer(JsonObject):
    """What shall be used: the code of a voucher."""

    object = serializers.ChoiceField(REDEEMABLES)
    id = serializers.CharField(max_length=120)


class CustomerSerializer(JsonObject):
    """Who buys: `source_id` is the shop's own id, `id` ours. One of them is needed."""

    id = Text(max_length=30)
    source_id = Text()


class ItemSerializer(JsonObject):
    """One line of the order. The line of the product `prod_5h1pp1ng` is the shipping fee."""

    product_id = Text()
    sku_id = Text()
    source_id = Text()
    metadata = Metadata()
    quantity = WholeNumber(
        min_value=1, max_value=1_000_000, required=False, allow_null=True, help_text="Default 1."
    )
    price = Amount(required=False, allow_null=True, help_text="Of one unit, minor units.")
    amount = Amount(required=False, allow_null=True, help_text="price * quantity, minor units.")


class OrderSerializer(JsonObject):
    """The order. Amounts are integers in minor units; shipping is part of them."""

    source_id = Text(help_text="The shop's order number: it can be paid once with the same code.")
    amount = Amount(required=False, allow_null=True, help_text="The sum of the items.")
    currency = Text(max_length=3, help_text="ISO 4217; absent means the project's.")
    items = serializers.ListField(
        child=ItemSerializer(), max_length=MOST_ITEMS, required=False, allow_null=True
    )
    customer = CustomerSerializer(required=False, allow_null=True)
    metadata = Metadata()


class SessionSerializer(JsonObject):
    """That what the codes take shall be held for a while; without a key a new session begins."""

    type = serializers.ChoiceField(["LOCK"], required=False, allow_null=True)
    key = Text(help_text="Names the checkout; the same key again replaces what it holds.")
    ttl = WholeNumber(min_value=1, required=False, allow_null=True, help_text="Default 7 days.")
    ttl_unit = serializers.ChoiceField(list(TTL_UNITS), required=False, allow_null=True)


class AttemptSerializer(JsonObject):
    """The published body of a validation and of a redemption."""

    redeemables = serializers.ListField(
        child=RedeemableSerializer(), min_length=1, max_length=MOST_REDEEMABLES
    )
    order = OrderSerializer(required=False, allow_null=True)
    customer = CustomerSerializer(required=False, allow_null=True)
    metadata = Metadata()

    session = SessionSerializer(required=False, allow_null=True)


# One for all requests: it keeps nothing of them, and its fields take longer to make than to use.
_ATTEMPT = AttemptSerializer()


def read_attempt(data: Any) -> Attempt:
    """What the body of a request asks; raises ValidationError, and BadInput for what contradicts
    itself.
    """
    asked = _ATTEMPT.run_validation(data)
    order = _order(asked["order"]) if asked.get("order") else _empty_order(asked)
    return Attempt(
        codes=_codes(asked["redeemables"]),
        order=order,
        customer=_customer(asked),
        metadata=asked.get("metadata") or {},
        session=_session(asked.get("session")),
    )


def _empty_order(asked: dict[str, Any]) -> AskedOrder | None:
    """An order that was sent without content is an order without an amount, null is none."""
    return None if asked.get("order") is None else AskedOrder()


def _session(asked: dict[str, Any] | None) -> AskedSession | None:
    if asked is None:
        return None
    unit = TTL_UNITS[asked.get("ttl_unit") or "DAYS"]
    number = asked.get("ttl") or (DEFAULT_TTL_DAYS if unit == "days" else 1)
    try:
        lasts = timedelta(**{unit: number})
    except OverflowError:
        lasts = timedelta.max
    if lasts > LONGEST_TTL:
        raise BadInput(
            _("session.ttl: a session lasts at most %(days)d days.") % {"days": LONGEST_TTL.days},
            key="invalid_session",
        )
    return AskedSession(asked.get("key") or new_id("ssn"), lasts)


def _codes(redeemables: list[dict[str, Any]]) -> tuple[str, ...]:
    """The codes in their order; other redeemables are refused by name."""
    named = [(one["object"], code_key(one["id"])) for one in redeemables]
    if len(set(named)) != len(named):
        raise BadInput(
            _("A redeemable is named twice."),
            key="duplicated_redeemables",
            details=_("Name every redeemable once."),
        )
    if any(kind not in SUPPORTED for kind, _key in named):
        raise BadInput(
            _("These redeemables cannot be used."),
            key="invalid_redeemables",
            details=_("Send redeemables with “object”: “voucher”."),
        )
    return tuple(str(one["id"]) for one in redeemables)


def _customer(asked: dict[str, Any]) -> AskedCustomer | None:
    order = asked.get("order") or {}
    named = [
        AskedCustomer(given.get("source_id") or "", given.get("id") or "")
        for given in (asked.get("customer"), order.get("customer"))
        if given is not None
    ]
    if not named:
        return None
    if len(set(named)) > 1:
        raise BadInput(
            _("The request and its order name different customers."), key="invalid_customer"
        )
    if not named[0].source_id.strip() and not named[0].public_id:
        raise BadInput(
            _("The customer has no id."),
            key="invalid_customer",
            details=_("Send source_id, the shop's own id of the customer, or id, ours."),
        )
    return named[0]


def _order(asked: dict[str, Any]) -> AskedOrder:
    metadata = asked.get("metadata") or {}
    order = AskedOrder(
        items=tuple(_item(index, item) for index, item in enumerate(asked.get("items") or [])),
        amount=asked.get("amount"),
        currency=_currency(asked.get("currency") or metadata.get("currency")),
        source_id=asked.get("source_id") or "",
        metadata=metadata,
    )
    if order.items and order.amount is not None and order.has_item_amounts:
        total = sum(item.line_amount or 0 for item in order.items)
        if total != order.amount:
            raise BadInput(
                _("order.amount is %(amount)d, but its items sum to %(total)d.")
                % {"amount": order.amount, "total": total},
                key="invalid_order",
                details=_("Send amounts that agree, shipping included, or only the items."),
            )
    return order


def _currency(said: Any) -> str:
    """A currency in capitals, or an empty text where none is said; raises BadInput."""
    if said is None or said == "":
        return ""
    currency = said.strip().upper() if isinstance(said, str) else ""
    if not money.is_currency(currency):
        raise BadInput(
            _("The order's currency is unknown."),
            key="invalid_order",
            details=_("Use a code of ISO 4217 such as EUR or TRY."),
        )
    return currency


def _item(index: int, asked: dict[str, Any]) -> AskedItem:
    item = AskedItem(
        quantity=asked.get("quantity") or 1,
        price=asked.get("price"),
        amount=asked.get("amount"),
        product_id=asked.get("product_id") or "",
        sku_id=asked.get("sku_id") or "",
        source_id=asked.get("source_id") or "",
        metadata=asked.get("metadata") or {},
    )
    priced = None if item.price is None else item.price * item.quantity
    if priced is not None and item.amount is not None and item.amount != priced:
        raise BadInput(
            _("order.items[%(index)d]: the amount is not price times quantity.") % {"index": index},
            key="invalid_order",
            details=_("Send amounts that agree, or only one of price and amount."),
        )
    return item


class RollbackSerializer(serializers.Serializer):
    """Why a redemption is taken back; nothing of it is needed."""

    reason = Text(max_length=300)
    tracking_id = Text()
    metadata = Metadata()


class ReturnedItemSerializer(serializers.Serializer):
    """Units of one line, named as the order named it."""

    source_id = serializers.CharField(max_length=120)
    quantity = WholeNumber(min_value=1, max_value=1_000_000)


class ReturnSerializer(serializers.Serializer):
    """Goods that came back. With `source_id`, the shop's number of the return, once only."""

    source_id = Text()
    items = serializers.ListField(
        child=ReturnedItemSerializer(), min_length=1, max_length=MOST_ITEMS
    )

    def returned(self) -> list[ReturnedItem]:
        """The items, after `is_valid`."""
        return [ReturnedItem(**item) for item in self.validated_data["items"]]
