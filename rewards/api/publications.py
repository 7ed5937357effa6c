"""The shop's calls that give customers codes."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.api.fields import Metadata, Text, WholeNumber
from config.shared.api.listing import PAGING, check_names, refuse, text
from config.shared.api.parsers import check_storable
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.api.schema import PAGING as PAGING_TOLD
from config.shared.errors import BadInput
from customers.models import Identity
from customers.services.customers import identify
from rewards.asked import AskedCustomer
from rewards.candidates import find_identity
from rewards.codes import code_key
from rewards.models import Publication
from rewards.services.publications import MOST, publish

from . import bracketed
from .answers import VoucherSerializer
from .campaign_answers import CodeSerializer, ListSerializer
from .campaign_codes import voucher_shown
from .campaign_listing import newest_first
from .campaign_wire import listed
from .campaigns import Managing
from .finding import find_voucher
from .serializers import CustomerSerializer
from .wire import voucher as given_voucher

EXAMPLE: Final = OpenApiExample(
    "A code of a campaign, once for this order",
    {
        "campaign": {"name": "Spring 2026"},
        "customer": {"source_id": "17850"},
        "source_id": "thanks-for-536365",
        "channel": "order confirmation",
    },
    request_only=True,
)


class PublishedCampaign(serializers.Serializer):
    name = Text(help_text="Its name or id.")
    id = Text(max_length=30)
    count = WholeNumber(min_value=1, max_value=MOST, required=False, allow_null=True)


class PublicationTold(serializers.Serializer):
    """Codes of a campaign, or this very code, for a customer."""

    campaign = PublishedCampaign(required=False, allow_null=True)
    voucher = Text(help_text="A code.")
    customer = CustomerSerializer()
    source_id = Text(help_text="The same again gives what it gave.")
    channel = Text(max_length=60)
    metadata = Metadata()


class PublicationOut(serializers.Serializer):
    """What was given; `vouchers` names all codes of the request."""

    object = serializers.ChoiceField(["publication"])
    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    customer_id = serializers.CharField()
    tracking_id = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    channel = serializers.ChoiceField(["API"])
    source_id = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(["SUCCESS"])
    customer = serializers.DictField()
    vouchers_id = serializers.ListField(child=serializers.CharField())
    vouchers = serializers.ListField(child=serializers.CharField())
    voucher = CodeSerializer()
    vesile = serializers.DictField()


class PublicationRow(PublicationOut):
    voucher = VoucherSerializer()  # type: ignore[assignment]


class PublicationListOut(ListSerializer):
    publications = PublicationRow(many=True)


class Publishing(Managing):
    """A call that gives a customer codes."""

    def published(self, request: Request, told: Any) -> HttpResponse:
        """Give what is told, once."""
        given = PublicationTold().run_validation(told)
        campaign = given.get("campaign") or {}
        wanted = campaign.get("id") or campaign.get("name")
        if bool(wanted) == bool(given.get("voucher")):
            raise BadInput(_("Name either a campaign or a voucher."))
        join_once = _join_once(request)

        def work() -> dict[str, Any]:
            promotion = self.promotion(wanted) if wanted else None
            code = None
            if promotion is None:
                code = find_voucher(given["voucher"], api_key=self.key)
            default = promotion.join_once if promotion else False
            made = publish(
                identity=self._identity(given["customer"]),
                at=clock.now(),
                promotion=promotion,
                voucher=code,
                source_id=given.get("source_id") or "",
                channel=given.get("channel") or "",
                metadata=given.get("metadata") or {},
                count=campaign.get("count") or 1,
                join_once=default if join_once is None else join_once,
                api_key=self.key,
            )
            first = made.publications[0]
            return _shown(first, made.publications) | {"voucher": voucher_shown(first.voucher)}

        return self.once(request, work)

    def _identity(self, given: dict[str, Any]) -> Identity:
        asked = AskedCustomer(given.get("source_id") or "", given.get("id") or "")
        if not asked.source_id.strip() and not asked.public_id:
            raise BadInput(
                _("The customer has no id."),
                key="invalid_customer",
                details=_("Send source_id, the shop's own id of the customer, or id, ours."),
            )
        return find_identity(asked) or identify(source_id=asked.source_id, actor=self.actor)


class Publications(Publishing):
    scopes = {"GET": "publications:read", "POST": "publications:write"}

    @extend_schema(
        operation_id="create_publication",
        summary="Give a customer a code",
        description="With a `source_id` the same request gives the same codes, ever.",
        request=PublicationTold,
        parameters=[
            *IDEMPOTENCY,
            OpenApiParameter(
                "join_once",
                OpenApiTypes.BOOL,
                description="Gives the code the customer got before; default: as the campaign.",
            ),
        ],
        responses={200: PublicationOut, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
        examples=[EXAMPLE],
        tags=["Publications"],
    )
    def post(self, request: Request) -> HttpResponse:
        return self.published(request, request.data)

    @extend_schema(
        operation_id="list_publications",
        summary="List which codes were given to whom",
        parameters=[
            *PAGING_TOLD,
            OpenApiParameter("order", enum=["created_at", "-created_at"]),
            OpenApiParameter("campaign", description="The name of the campaign."),
            OpenApiParameter("customer", description="Our id, or the shop's."),
            OpenApiParameter("voucher", description="The code."),
            OpenApiParameter("source_id"),
            OpenApiParameter("result", enum=["SUCCESS"]),
        ],
        responses={200: PublicationListOut, **ERRORS},
        tags=["Publications"],
    )
    def get(self, request: Request) -> Response:
        params = request.query_params
        check_names(
            params,
            PAGING | {"order", "campaign", "customer", "voucher", "source_id", "result"},
        )
        rows = Publication.objects.filter(brand=self.key.brand_id).select_related(
            "voucher__promotion", "voucher__holder__customer", "identity__customer"
        )
        if not self.key.test:
            rows = rows.filter(test=False)
        if campaign := text(params, "campaign"):
            rows = rows.filter(promotion__name=campaign)
        if code := text(params, "voucher"):
            rows = rows.filter(voucher__code_key=code_key(code))
        if source_id := text(params, "source_id"):
            rows = rows.filter(source_id=source_id)
        if customer := text(params, "customer"):
            rows = rows.filter(
                Q(identity__customer__public_id=customer) | Q(identity__external_id=customer)
            )
        page = newest_first(params, rows)
        shown = [_shown(row, [row]) | {"voucher": given_voucher(row.voucher)} for row in page.rows]
        return Response(listed("publications", page, shown))


def _join_once(request: Request) -> bool | None:
    """What the address says of it; raises BadInput."""
    said = text(request.query_params, "join_once").lower()
    if said not in ("", "true", "false"):
        raise refuse("join_once", _("Use one of: %(names)s.") % {"names": "true, false"})
    return said == "true" if said else None


class PublicationByAddress(Publishing):
    """The same, all of it in the address, for systems that can do nothing but open one."""

    scopes = {"GET": "publications:write"}

    @extend_schema(
        operation_id="create_publication_by_address",
        summary="Give a customer a code, asked in the address",
        description=(
            "For systems that cannot send a body. One code; send a `source_id`, so that opening "
            "the address again gives the same one."
        ),
        parameters=[
            *IDEMPOTENCY,
            OpenApiParameter("campaign[name]", description="Its name or id."),
            OpenApiParameter("voucher", description="A code."),
            OpenApiParameter("customer[source_id]"),
            OpenApiParameter("customer[id]", description="Ours."),
            OpenApiParameter("source_id"),
            OpenApiParameter("join_once", OpenApiTypes.BOOL),
            OpenApiParameter("metadata[any]"),
        ],
        responses={200: PublicationOut, **ERRORS, 404: ErrorSerializer, 409: ErrorSerializer},
        tags=["Publications"],
    )
    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        told = bracketed.read((name, query[name]) for name in query)
        check_storable(told)
        return self.published(request, told)


def _shown(first: Publication, given: Sequence[Publication]) -> dict[str, Any]:
    customer = first.identity.customer
    return {
        "object": "publication",
        "id": first.public_id,
        "created_at": first.created_at,
        "customer_id": customer.public_id,
        "tracking_id": None,
        "metadata": first.metadata,
        "channel": "API",
        "source_id": first.source_id or None,
        "result": "SUCCESS",
        "customer": {
            "object": "customer",
            "id": customer.public_id,
            "source_id": first.identity.external_id,
        },
        "vouchers_id": [one.voucher.public_id for one in given],
        "vouchers": [one.voucher.code for one in given],
        "vesile": {"channel": first.channel},
    }
