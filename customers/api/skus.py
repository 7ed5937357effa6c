"""The shop's calls about variants of products, in the published words."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.api.fields import Amount, Metadata, Text
from config.shared.api.listing import check_names
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.errors import BadInput
from config.shared.models import Project
from customers.asked import AskedSku, Outcome
from customers.services.skus import delete_sku, receive_sku

from . import wire
from .finding import find_product, find_sku
from .serializers import ToldSerializer
from .telling import Telling

EXAMPLE: Final = {
    "source_id": "85123A-RED",
    "sku": "White hanging heart, red ribbon",
    "price": 295,
    "attributes": {"ribbon": "red"},
}
_TAGS: Final = ["Products"]
_MISSING: Final = {**ERRORS, 404: ErrorSerializer}
_WRITTEN: Final = {**_MISSING, 409: ErrorSerializer}
_FORCE: Final = OpenApiParameter("force", description="Makes no difference here.")


class SkuTold(ToldSerializer):
    """A variant to be made or changed. What is absent stays as it is; null removes it."""

    id = Text(max_length=30, help_text="Ours; then source_id is not looked at.")
    source_id = Text(help_text="The shop's own code of the variant.")
    sku = Text(max_length=300, help_text="Its name.")
    price = Amount(
        required=False,
        allow_null=True,
        help_text="Minor units of the project's currency; without one the product's counts.",
    )
    currency = Text(max_length=3, help_text="Only the project's own.")
    attributes = Metadata(help_text='What the variant is: {"size": "M"}.')
    image_url = serializers.URLField(
        required=False, allow_null=True, allow_blank=True, max_length=1000
    )
    metadata = Metadata()

    def plain(self, given: dict[str, Any]) -> AskedSku:
        _check_currency(given.get("currency"))
        fields: dict[str, Any] = {}
        for name, ours in (("sku", "name"), ("image_url", "image_url")):
            if name in given:
                fields[ours] = given[name] or ""
        if "price" in given:
            fields["price"] = given["price"]
        if "attributes" in given:
            fields["attributes"] = given["attributes"] or {}
        if given.get("metadata") is not None:
            fields["metadata"] = given["metadata"]
        return AskedSku(given.get("source_id") or "", given.get("id") or "", fields)


def _check_currency(said: str | None) -> None:
    currency = Project.objects.get().currency
    if said and said.strip().upper() != currency:
        raise BadInput(
            _("The price of a variant is in the currency of the project."),
            details=_("currency: send %(currency)s, or leave it out.") % {"currency": currency},
        )


class SkuOut(serializers.Serializer):
    object = serializers.ChoiceField(["sku"])
    id = serializers.CharField()
    source_id = serializers.CharField()
    product_id = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    price = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    attributes = serializers.DictField()
    image_url = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(allow_null=True)


class SkuListOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["skus"])
    skus = SkuOut(many=True)
    total = serializers.IntegerField()


def shown(public_id: str) -> dict[str, Any]:
    """A variant as it is now."""
    return wire.sku(find_sku(public_id), currency=Project.objects.get().currency)


class ProductSkus(Telling):
    """The variants of a product."""

    scopes = {"GET": "products:read", "POST": "products:write"}

    @extend_schema(
        operation_id="create_sku",
        summary="Create or change a variant",
        description="By source_id.",
        request=SkuTold,
        parameters=IDEMPOTENCY,
        responses={200: SkuOut, **_WRITTEN},
        examples=[OpenApiExample("A variant with a price of its own", EXAMPLE, request_only=True)],
        tags=_TAGS,
    )
    def post(self, request: Request, product_id: str) -> HttpResponse:
        told = SkuTold().asked(request.data)

        def receive() -> list[Outcome]:
            product = find_product(product_id)
            return [receive_sku(product=product, asked=told, at=clock.now())]

        return self.told(request, receive, lambda outcome: shown(outcome.id))

    @extend_schema(
        operation_id="list_skus",
        summary="List the variants of a product",
        description="All of them, in the order in which we learned of them.",
        responses={200: SkuListOut, **_MISSING},
        tags=_TAGS,
    )
    def get(self, request: Request, product_id: str) -> Response:
        check_names(request.query_params, frozenset())
        product = find_product(product_id)
        currency = Project.objects.get().currency
        rows = [
            wire.sku(found, currency=currency) for found in product.skus.select_related("product")
        ]
        return Response({"object": "list", "data_ref": "skus", "skus": rows, "total": len(rows)})


class ProductSku(Telling):
    """One variant, by its product."""

    scopes = {"PUT": "products:write", "DELETE": "products:write"}

    @extend_schema(
        operation_id="update_sku",
        summary="Change a variant",
        request=SkuTold,
        parameters=IDEMPOTENCY,
        responses={200: SkuOut, **_WRITTEN},
        examples=[OpenApiExample("Another price", {"price": 315}, request_only=True)],
        tags=_TAGS,
    )
    def put(self, request: Request, product_id: str, sku_id: str) -> HttpResponse:
        told = SkuTold().asked(request.data)

        def receive() -> list[Outcome]:
            product = find_product(product_id)
            asked = replace(told, public_id=find_sku(sku_id).public_id)
            return [receive_sku(product=product, asked=asked, at=clock.now())]

        return self.told(request, receive, lambda outcome: shown(outcome.id))

    @extend_schema(
        operation_id="delete_sku",
        summary="Delete a variant",
        parameters=[*IDEMPOTENCY, _FORCE],
        responses={204: None, **_WRITTEN},
        tags=_TAGS,
    )
    def delete(self, request: Request, product_id: str, sku_id: str) -> HttpResponse:
        def delete() -> None:
            sku = find_sku(sku_id, of=find_product(product_id))
            delete_sku(sku=sku, actor=self.actor)

        return self.deleted(request, delete)


class SkuDetail(Telling):
    """One variant."""

    scopes = {"GET": "products:read"}

    @extend_schema(
        operation_id="get_sku",
        summary="Get a variant",
        responses={200: SkuOut, **_MISSING},
        tags=_TAGS,
    )
    def get(self, request: Request, sku_id: str) -> Response:
        return Response(shown(sku_id))
