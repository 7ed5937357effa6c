"""The shop's calls that tell of many at once, in the background; async actions say how it went."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import async_actions, clock, idempotency
from config.shared.api.fields import Metadata
from config.shared.api.parsers import BatchJSONParser, StrictJSONParser
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.api.storefront import Storefront, rendered
from config.shared.async_actions import Item
from config.shared.errors import BadInput
from config.shared.idempotency import Answer
from customers import bulk

from . import bulk_rows
from .orders import OrderTold
from .serializers import CustomerTold, ProductTold

MOST: Final = 10_000
_WRITTEN: Final = {**ERRORS, 409: ErrorSerializer}
_IN_THE_BACKGROUND: Final = (
    "Worked on in the background, in the order of the requests; the async action says how it went."
)
_MINOR: Final = "Amounts are in minor units. Columns that are none of these are metadata."


class AsyncStarted(serializers.Serializer):
    async_action_id = serializers.CharField()


class FileTold(serializers.Serializer):
    file = serializers.FileField()


class MetadataTold(serializers.Serializer):
    """The same values for many, who are merged key by key; null removes a key."""

    source_ids = serializers.ListField(
        child=serializers.CharField(max_length=120), min_length=1, max_length=MOST
    )
    metadata = Metadata()


def listed(body: Any) -> list[Any]:
    """The things of a request; raises BadInput for anything else."""
    if not isinstance(body, list) or not 1 <= len(body) <= MOST:
        raise BadInput(
            _("Send a list of 1 to %(most)d.") % {"most": MOST},
            details=_("Split a longer one, or send a file with importCSV."),
        )
    return body


class Asking(Storefront):
    """Keeps what is told for a worker."""

    kind: ClassVar[str]

    def asked(self, items: Iterable[Item], common: dict[str, Any] | None = None) -> dict[str, str]:
        action = async_actions.start(
            kind=self.kind, items=items, key=self.key, at=clock.now(), common=common
        )
        return {"async_action_id": action.public_id}

    def once(
        self, request: Request, items: Sequence[Any], common: dict[str, Any] | None = None
    ) -> HttpResponse:
        numbered = [Item(number, value) for number, value in enumerate(items)]

        def work(_store: idempotency.Store) -> Answer:
            return Answer.of(202, self.asked(numbered, common))

        return rendered(idempotency.exactly_once(request=request, work=work))


class Many(Asking):
    """A list of things, each as in the call for one."""

    parser_classes = [BatchJSONParser]

    def answer(self, request: Request) -> HttpResponse:
        return self.once(request, listed(request.data))


class SameMetadata(Asking):
    """The same metadata for many."""

    parser_classes = [StrictJSONParser]

    def answer(self, request: Request) -> HttpResponse:
        given = MetadataTold().run_validation(request.data)
        named = list(dict.fromkeys(given["source_ids"]))
        common = {"metadata": given.get("metadata") or {}}
        return self.once(request, [{"source_id": one} for one in named], common)


class FromFile(Asking):
    """The rows of a file. Without Idempotency-Key: told twice, it changes nothing."""

    parser_classes = [MultiPartParser]

    def answer(self, request: Request, read: bulk_rows.Read, *needed: str) -> Response:
        with bulk_rows.items_in(request, read, needed=needed) as items:
            return Response(self.asked(items), status=202)


def described(operation_id: str, summary: str, item: Any, tag: str, examples: Any = ()) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=f"Each as in the call for one; at most {MOST}. {_IN_THE_BACKGROUND}",
        request=item,
        parameters=IDEMPOTENCY,
        responses={202: AsyncStarted, **_WRITTEN},
        examples=list(examples),
        tags=[tag],
    )


def described_file(operation_id: str, summary: str, columns: str, tag: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=(
            f"CSV or a workbook, with headings in the first line: {columns}. {_MINOR} An empty "
            f"cell says nothing. {_IN_THE_BACKGROUND}"
        ),
        request={"multipart/form-data": FileTold},
        responses={202: AsyncStarted, **ERRORS},
        tags=[tag],
    )


def _same(operation_id: str, summary: str, tag: str, example: Any) -> Any:
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=f"Who is not known yet is made. {_IN_THE_BACKGROUND}",
        request=MetadataTold,
        parameters=IDEMPOTENCY,
        responses={202: AsyncStarted, **_WRITTEN},
        examples=[OpenApiExample("The same for two", example, request_only=True)],
        tags=[tag],
    )


class CustomersBulk(Many):
    scopes = {"POST": "customers:write"}
    kind = bulk.CUSTOMERS

    @described(
        "update_customers_in_bulk",
        "Create or change many customers",
        CustomerTold(many=True),
        "Customers",
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class CustomersMetadata(SameMetadata):
    scopes = {"POST": "customers:write"}
    kind = bulk.CUSTOMERS

    @_same(
        "update_customers_metadata_in_bulk",
        "Give many customers the same metadata",
        "Customers",
        {"source_ids": ["17850", "13047"], "metadata": {"newsletter": "spring"}},
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class CustomersFile(FromFile):
    scopes = {"POST": "customers:write"}
    kind = bulk.CUSTOMER_FILE

    @described_file(
        "import_customers_using_csv",
        "Import a file of customers",
        "source_id, name, email, phone, birthdate, description, address_line_1, address_line_2, "
        "address_postal_code, address_city, address_state, address_country, and ours: first_name, "
        "last_name, language, zone",
        "Customers",
    )
    def post(self, request: Request) -> Response:
        return self.answer(request, bulk_rows.customer, "source_id")


class OrdersImport(Many):
    scopes = {"POST": "orders:write"}
    kind = bulk.ORDERS

    @described("import_orders", "Tell of many orders", OrderTold(many=True), "Orders")
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ProductsBulk(Many):
    scopes = {"POST": "products:write"}
    kind = bulk.PRODUCTS

    @described(
        "update_products_in_bulk",
        "Create or change many products",
        ProductTold(many=True),
        "Products",
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ProductsMetadata(SameMetadata):
    scopes = {"POST": "products:write"}
    kind = bulk.PRODUCTS

    @_same(
        "update_products_metadata_in_bulk",
        "Give many products the same metadata",
        "Products",
        {"source_ids": ["85123A", "22423"], "metadata": {"shelf": "7B"}},
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ProductsFile(FromFile):
    scopes = {"POST": "products:write"}
    kind = bulk.PRODUCT_FILE

    @described_file(
        "import_products_using_csv",
        "Import a file of products",
        "source_id, name, price, attributes (separated by commas), image_url, and ours: category, "
        "categories, brand",
        "Products",
    )
    def post(self, request: Request) -> Response:
        return self.answer(request, bulk_rows.product, "source_id")


class SkusFile(FromFile):
    scopes = {"POST": "products:write"}
    kind = bulk.SKU_FILE

    @described_file(
        "import_skus_using_csv",
        "Import a file of variants",
        "source_id, product_id (the shop's own code of the product, or ours), sku, price, "
        "attributes (an object of JSON), image_url",
        "Products",
    )
    def post(self, request: Request) -> Response:
        return self.answer(request, bulk_rows.sku, "source_id", "product_id")
