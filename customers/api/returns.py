"""Returns on the wire: our own resource, in the words of orders."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared.api.fields import Amount, Moment, Text
from config.shared.api.listing import PAGING, Page, check_names, page_of, text
from config.shared.errors import NotFound
from customers.asked import AskedReturn
from customers.errors import UnusableReturn
from customers.models import Order, Return, ReturnLine
from customers.models.customer import DEFAULT_SOURCE
from customers.models.order import LineKind

from .finding import find_customer
from .orders import MOST_ITEMS, SHIPPING_PRODUCT_ID, PositionSerializer, currency_of, line_of
from .profile import CustomerFields, asked_customer
from .serializers import ToldSerializer


class ReturnOrderSerializer(serializers.Serializer):
    """The order that something came back of: one of the two."""

    id = Text(max_length=30, help_text="Ours.")
    source_id = Text(help_text="The shop's order number; the order may arrive later.")


class ReturnTold(ToldSerializer):
    """Something given back, to be recorded or corrected."""

    source_id = serializers.CharField(
        max_length=120, help_text="The shop's number of the return; told twice it is one."
    )
    order = ReturnOrderSerializer(required=False, allow_null=True)
    customer = CustomerFields(required=False, allow_null=True)
    items = serializers.ListField(
        child=PositionSerializer(), max_length=MOST_ITEMS, required=False, allow_null=True
    )
    amount = Amount(
        required=False,
        allow_null=True,
        help_text="The sum of the items; without items, what was given back in money alone.",
    )
    currency = Text(max_length=3, help_text="ISO 4217; absent means the order's, or the project's.")
    reason = Text(max_length=200, help_text="Why it came back, in the shop's words.")
    returned_at = Moment(help_text="Absent means now.")

    def plain(self, given: dict[str, Any]) -> AskedReturn:
        order, items = given.get("order") or {}, given.get("items")
        lines = [line_of(n, item) for n, item in enumerate(items or ())]
        amount = given.get("amount")
        if not lines and amount is None:
            raise UnusableReturn(details=_("Send the items that came back, or amount."))
        total = sum(line.amount for line in lines)
        if lines and amount is not None and amount != total:
            raise UnusableReturn(
                details=_("amount is %(amount)d, but the items sum to %(total)d.")
                % {"amount": amount, "total": total}
            )
        return AskedReturn(
            source_id=given["source_id"],
            order_source_id="" if order.get("id") else order.get("source_id") or "",
            order_public_id=order.get("id") or "",
            customer=asked_customer(given["customer"]) if given.get("customer") else None,
            currency=currency_of(given.get("currency")),
            amount=amount,
            lines=lines,
            reason=given.get("reason") or "",
            returned_at=given.get("returned_at"),
        )


class ReturnItemOut(serializers.Serializer):
    """`matched_quantity` was found among what was bought, `unmatched_quantity` was not (yet).

    A charge, such as the shipping fee, is matched to nothing.
    """

    object = serializers.ChoiceField(["return_item"])
    product_id = serializers.CharField()
    source_id = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    price = serializers.IntegerField()
    amount = serializers.IntegerField()
    matched_quantity = serializers.IntegerField()
    unmatched_quantity = serializers.IntegerField()
    order_ids = serializers.ListField(child=serializers.CharField())


class ReturnOrderOut(serializers.Serializer):
    object = serializers.ChoiceField(["order"])
    id = serializers.CharField(allow_null=True)
    source_id = serializers.CharField()


class ReturnOwnerOut(serializers.Serializer):
    object = serializers.ChoiceField(["customer"])
    id = serializers.CharField()
    source_id = serializers.CharField()


class ReturnOut(serializers.Serializer):
    """A return. `order` without an id has not arrived yet; `customer` is null until we know."""

    object = serializers.ChoiceField(["return"])
    id = serializers.CharField()
    source_id = serializers.CharField()
    currency = serializers.CharField()
    amount = serializers.IntegerField()
    reason = serializers.CharField(allow_null=True)
    order = ReturnOrderOut(allow_null=True)
    customer = ReturnOwnerOut(allow_null=True)
    items = ReturnItemOut(many=True)
    returned_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


def returns() -> QuerySet[Return]:
    """With what `shown` shows."""
    lines = ReturnLine.objects.select_related("product").order_by("pk")
    return Return.objects.select_related("identity__customer").prefetch_related(
        Prefetch("lines", lines.prefetch_related("matches__order_line__order"))
    )


def known_return(wanted: str) -> Return | None:
    """By our id, else by the shop's number."""
    if "\x00" in wanted or len(wanted) > 120:
        return None
    number = wanted.removeprefix("ret_")
    is_ours = number != wanted and number.isascii() and number.isdigit() and len(number) < 19
    found = returns().filter(pk=int(number)).first() if is_ours else None
    return found or returns().filter(source=DEFAULT_SOURCE, source_id=wanted).first()


def find_return(wanted: str) -> Return:
    """Raises NotFound."""
    found = known_return(wanted)
    if found is None:
        raise NotFound(
            _("There is no return with this id."),
            details=_("Check the id, or record the return with POST /v1/returns."),
            resource_id=wanted,
            resource_type="return",
        )
    return found


def returns_of(params: QueryDict) -> Page[Return]:
    """The asked part of the returns, newest first; raises BadInput and UnknownCustomer."""
    check_names(params, PAGING | {"customer"})
    rows = returns().order_by("-pk")
    if customer := text(params, "customer"):
        rows = rows.filter(identity__customer=find_customer(customer))
    return page_of(
        params,
        rows,
        after=lambda found, last: found.filter(pk__lt=last.pk),
        find=known_return,
    )


def shown(documents: Sequence[Return]) -> list[dict[str, Any]]:
    """Returns of `returns` in the published words; one statement for the orders they name."""
    numbers = {document.order_source_id for document in documents} - {""}
    orders = {
        (source, number): public_id
        for source, number, public_id in Order.objects.filter(source_id__in=numbers).values_list(
            "source", "source_id", "public_id"
        )
    }
    return [
        _shown(document, orders.get((document.source, document.order_source_id)))
        for document in documents
    ]


def _shown(document: Return, order_id: str | None) -> dict[str, Any]:
    order = owner = None
    if document.order_source_id:
        order = {"object": "order", "id": order_id, "source_id": document.order_source_id}
    if document.identity is not None:
        owner = {
            "object": "customer",
            "id": document.identity.customer.public_id,
            "source_id": document.identity.external_id,
        }
    return {
        "object": "return",
        "id": document.public_id,
        "source_id": document.source_id,
        "currency": document.currency,
        "amount": document.amount,
        "reason": document.reason or None,
        "order": order,
        "customer": owner,
        "items": [_item(line) for line in document.lines.all()],
        "returned_at": document.returned_at,
        "received_at": document.received_at,
    }


def _item(line: ReturnLine) -> dict[str, Any]:
    code = SHIPPING_PRODUCT_ID if line.kind == LineKind.SHIPPING else str(line.kind)
    return {
        "object": "return_item",
        "product_id": line.product.public_id if line.product else code,
        "source_id": line.product.source_id if line.product else code,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.unit_amount,
        "amount": line.amount,
        "matched_quantity": line.matched_quantity,
        "unmatched_quantity": line.quantity - line.matched_quantity if line.product else 0,
        "order_ids": sorted({match.order_line.order.public_id for match in line.matches.all()}),
    }
