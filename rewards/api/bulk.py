"""The shop's calls that tell of many codes at once, in the background."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared.api.fields import Metadata
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from customers.api.bulk import (
    MOST,
    Asking,
    AsyncStarted,
    FromFile,
    Many,
    described,
    described_file,
)
from customers.api.bulk_rows import UnusableCell, whole
from customers.importing import headed
from rewards import bulk

from .voucher_fields import MetadataChanged, NamedCodeTold

_TAG: Final = "Vouchers"
_TEXTS: Final = {
    "code": "code",
    "category": "category",
    "start_date": "start_date",
    "expiration_date": "expiration_date",
    "additional_info": "additional_info",
}
_VALUE_OF: Final = {"AMOUNT": "amount_off", "FIXED": "fixed_amount"}
_WRITTEN: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_NOTHING: Final = ("", "0")


class CodesMetadataTold(serializers.Serializer):
    codes = serializers.ListField(
        child=serializers.CharField(max_length=120), min_length=1, max_length=MOST
    )
    metadata = Metadata()


class VouchersBulk(Many):
    scopes = {"POST": "vouchers:write"}
    kind = bulk.METADATA

    @described(
        "update_vouchers_in_bulk",
        "Change the metadata of many codes",
        MetadataChanged(many=True),
        _TAG,
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class VouchersMetadata(Asking):
    scopes = {"POST": "vouchers:write"}
    kind = bulk.METADATA

    @extend_schema(
        operation_id="update_vouchers_metadata_in_bulk",
        summary="Give many codes the same metadata",
        description="Worked on in the background; the async action says how it went.",
        request=CodesMetadataTold,
        parameters=IDEMPOTENCY,
        responses={202: AsyncStarted, **ERRORS, 409: ErrorSerializer},
        examples=[
            OpenApiExample(
                "The same for two",
                {"codes": ["TEN-OFF", "POSTER-2026"], "metadata": {"printed": "May"}},
                request_only=True,
            )
        ],
        tags=[_TAG],
    )
    def post(self, request: Request) -> HttpResponse:
        given = CodesMetadataTold().run_validation(request.data)
        named = list(dict.fromkeys(given["codes"]))
        common = {"metadata": given.get("metadata") or {}}
        return self.once(request, [{"code": one} for one in named], common)


class VouchersImport(Many):
    scopes = {"POST": "vouchers:write"}
    kind = bulk.IMPORT

    @described(
        "import_vouchers",
        "Import codes, each with an offer of its own",
        NamedCodeTold(many=True),
        _TAG,
    )
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class VouchersFile(FromFile):
    scopes = {"POST": "vouchers:write"}
    kind = bulk.IMPORT

    @described_file(
        "import_vouchers_using_csv",
        "Import a file of codes, each with an offer of its own",
        "Code, Voucher Type, Discount Type (PERCENT, AMOUNT or FIXED), Value, Category, Start "
        "Date, Expiration Date, Redemption Limit, Active, Additional Info",
        _TAG,
    )
    def post(self, request: Request) -> Response:
        return self.answer(request, voucher, "code", "discount_type", "value")


def voucher(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of the published columns; raises UnusableCell."""
    named = {headed.plain(heading): text for heading, text in cells.items()}
    read: dict[str, Any] = {ours: named[name] for name, ours in _TEXTS.items() if name in named}
    read["discount"] = _discount(named.get("discount_type", "").upper(), named.get("value", ""))
    if "voucher_type" in named:
        read["type"] = named["voucher_type"].upper()
    if "redemption_limit" in named:
        read["redemption"] = {"quantity": whole("Redemption Limit", named["redemption_limit"])}
    if "active" in named:
        read["active"] = _yes_or_no("Active", named["active"])
    for name in ("redeemed_quantity", "redeemed_amount"):
        if named.get(name, "") not in _NOTHING:
            raise UnusableCell(_("%(name)s: only codes that nobody used.") % {"name": name})
    known = {*_TEXTS, "discount_type", "value", "voucher_type", "redemption_limit", "active"}
    known |= {"redeemed_quantity", "redeemed_amount"}
    own = {name: text for name, text in cells.items() if headed.plain(name) not in known}
    return read | ({"metadata": own} if own else {})


def _discount(kind: str, value: str) -> dict[str, Any]:
    if kind == "PERCENT":
        return {"type": kind, "percent_off": value.removesuffix("%").strip()}
    if kind not in _VALUE_OF:
        allowed = ", ".join(("PERCENT", *_VALUE_OF))
        raise UnusableCell(
            _("Discount Type: use one of %(names)s; others with POST /v1/vouchers.")
            % {"names": allowed}
        )
    return {"type": kind, _VALUE_OF[kind]: whole("Value", value)}


def _yes_or_no(name: str, text: str) -> bool:
    found = _WRITTEN.get(text.lower())
    if found is None:
        raise UnusableCell(_("%(name)s: write true or false.") % {"name": name})
    return found
