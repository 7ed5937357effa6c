"""What a shop may send of an order, in the published words."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared import money
from config.shared.api.fields import Amount, Metadata, Moment, Text, WholeNumber
from config.shared.errors import BadInput
from customers.asked import AskedLine, AskedOrder
from customers.errors import UnusableOrder
from customers.models.order import LineKind, OrderStatus

from .profile import CustomerFields, asked_customer
from .serializers import ToldSerializer, refuse_unsupported

SHIPPING_PRODUCT_ID: Final = "prod_5h1pp1ng"
MOST_ITEMS: Final = 500


class OrderProductSerializer(serializers.Serializer):
    """What is told of the product within an item."""

    id = Text()
    source_id = Text()
    name = Text(max_length=300)


class PositionSerializer(serializers.Serializer):
    """One position. That of the product `prod_5h1pp1ng` is the shipping fee."""

    product_id = Text()
    sku_id = Text()
    source_id = Text()
    product = OrderProductSerializer(required=False, allow_null=True)
    quantity = WholeNumber(
        min_value=1, max_value=1_000_000, required=False, allow_null=True, help_text="Default 1."
    )
    price = Amount(required=False, allow_null=True, help_text="Of one unit, minor units.")
    amount = Amount(required=False, allow_null=True, help_text="price * quantity, minor units.")


class OrderLineSerializer(PositionSerializer):
    """One line of the order. The line of the product `prod_5h1pp1ng` is the shipping fee."""

    discount_amount = Amount(required=False, allow_null=True)


class OrderTold(ToldSerializer):
    """An order to be made or changed. What is absent stays as it is."""

    id = Text(max_length=30, help_text="Ours; then source_id is not looked at.")
    source_id = Text(help_text="The shop's order number; told twice it is one order.")
    status = serializers.ChoiceField(OrderStatus.choices, required=False, allow_null=True)
    amount = Amount(
        required=False, allow_null=True, help_text="The sum of the items, before discounts."
    )
    discount_amount = Amount(
        required=False, allow_null=True, help_text="Off the order, beside that of its items."
    )
    currency = Text(max_length=3, help_text="Ours: ISO 4217; absent means the project's.")
    items = serializers.ListField(
        child=OrderLineSerializer(), max_length=MOST_ITEMS, required=False, allow_null=True
    )
    customer = CustomerFields(required=False, allow_null=True)
    metadata = Metadata()
    created_at = Moment(help_text="When it was placed; absent means now.")
    updated_at = Moment(
        help_text="Ours: when the shop changed it; what is older than that changes nothing."
    )
    cancel_reason = Text(max_length=200, help_text="Ours.")
    is_gift = serializers.BooleanField(
        required=False,
        allow_null=True,
        help_text="Ours: bought for somebody else, so it says nothing about the taste.",
    )
    gift_reason = Text(max_length=200, help_text="Ours: the occasion, in the shop's words.")

    def to_internal_value(self, data: Any) -> Any:
        for name in ("referrer", "referrer_id"):
            refuse_unsupported(data, name)
        return super().to_internal_value(data)

    def plain(self, given: dict[str, Any]) -> AskedOrder:
        items, metadata = given.get("items"), given.get("metadata")
        order = AskedOrder(
            customer=asked_customer(given["customer"]) if given.get("customer") else None,
            source_id=given.get("source_id") or "",
            public_id=given.get("id") or "",
            status=given.get("status") or "",
            currency=currency_of(given.get("currency") or (metadata or {}).get("currency")),
            amount=given.get("amount"),
            discount_amount=_discount(given),
            lines=None if items is None else [line_of(n, item) for n, item in enumerate(items)],
            metadata=metadata,
            cancel_reason=given.get("cancel_reason"),
            is_gift=given.get("is_gift"),
            gift_reason=given.get("gift_reason"),
            placed_at=given.get("created_at"),
            changed_at=given.get("updated_at"),
        )
        _check_sum(order)
        return order


def currency_of(said: Any) -> str:
    """A currency in capitals, or an empty text where none is said; raises BadInput."""
    if said is None or said == "":
        return ""
    currency = said.strip().upper() if isinstance(said, str) else ""
    if not money.is_currency(currency):
        raise BadInput(
            _("The order's currency is unknown."),
            key="invalid_order",
            details=_("currency: use a code of ISO 4217 such as EUR or TRY."),
        )
    return currency


def _discount(given: dict[str, Any]) -> int | None:
    """What is taken off the order and its items together; None where nothing is said."""
    told = [given.get("discount_amount")]
    told += [item.get("discount_amount") for item in given.get("items") or ()]
    said = [amount for amount in told if amount is not None]
    return sum(said) if said else None


def _check_sum(order: AskedOrder) -> None:
    if order.lines:
        total = sum(line.amount for line in order.lines)
        if order.amount is not None and order.amount != total:
            raise UnusableOrder(
                details=_("amount is %(amount)d, but the items sum to %(total)d.")
                % {"amount": order.amount, "total": total}
            )
        if total > money.LARGEST_AMOUNT:
            raise UnusableOrder(details=_("The items sum to more than an amount may be."))
    if (order.discount_amount or 0) > money.LARGEST_AMOUNT:
        raise UnusableOrder(details=_("The items sum to more than an amount may be."))


def line_of(index: int, item: dict[str, Any]) -> AskedLine:
    """A position; raises UnusableOrder, naming its place."""
    product = item.get("product") or {}
    code = next(
        (
            value
            for value in (
                item.get("source_id"),
                product.get("source_id"),
                item.get("product_id"),
                product.get("id"),
                item.get("sku_id"),
            )
            if value
        ),
        "",
    )
    if not code:
        raise UnusableOrder(
            details=_("items[%(index)d]: name the product with source_id or product_id.")
            % {"index": index}
        )
    quantity = item.get("quantity") or 1
    price, amount = item.get("price"), item.get("amount")
    if price is None and amount is None:
        raise UnusableOrder(
            details=_("items[%(index)d]: send amount, or price and quantity.") % {"index": index}
        )
    if price is not None and amount is not None and amount != price * quantity:
        raise UnusableOrder(
            details=_("items[%(index)d]: the amount is not price times quantity.")
            % {"index": index}
        )
    is_shipping = SHIPPING_PRODUCT_ID in (item.get("product_id"), item.get("source_id"))
    whole = price * quantity if amount is None and price is not None else amount or 0
    return AskedLine(
        kind=LineKind.SHIPPING if is_shipping else LineKind.PRODUCT,
        product="" if is_shipping else code,
        name=product.get("name") or "",
        quantity=quantity,
        unit_amount=whole // quantity if price is None else price,
        amount=whole,
    )
