"""The shop's calls about codes: read, change, switch, delete; codes with an offer of their own."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.errors import BadInput
from config.shared.models import Project
from rewards.errors import LiveInTestMode
from rewards.models import Voucher
from rewards.services.adding_codes import AskedCode
from rewards.services.promotions import EffectDraft
from rewards.services.standalone_codes import create_standalone_code
from rewards.services.voucher_changes import (
    change_voucher,
    delete_voucher,
    disable_voucher,
    enable_voucher,
)

from . import voucher_schema as schema
from . import wire as redemption_wire
from .campaign_codes import asked_code, voucher_shown
from .campaign_listing import vouchers_of
from .campaign_wire import listed
from .campaign_wire import voucher as shown
from .campaigns import Managing
from .finding import find_voucher, redeemed_counts
from .listing import redemptions_of_voucher
from .offers import drafts_of_discount
from .published_windows import window_told
from .single import attempt_with, redeemed
from .views import Redeeming
from .voucher_fields import StandaloneTold, VoucherChanged


class VoucherCall(Managing):
    """A call about codes."""

    def voucher(self, wanted: str) -> Voucher:
        return find_voucher(wanted, api_key=self.key)

    def own_voucher(self, wanted: str) -> Voucher:
        """The same, if this key may change it; raises LiveInTestMode."""
        found = self.voucher(wanted)
        if self.key.test and not found.test:
            raise LiveInTestMode
        return found

    def made(self, request: Request, *, code: str) -> HttpResponse:
        """A code of the campaign that is named, else with an offer of its own."""
        given = StandaloneTold().run_validation(request.data)

        asked = asked_code(given, default_limit=None, code=code)
        wanted = given.get("campaign_id") or given.get("campaign")
        work = partial(self._of_campaign, given, asked, wanted)
        if not wanted:
            work = partial(self._standalone, asked, *own_offer(given))
        return self.once(request, work)

    def _of_campaign(self, given: dict[str, Any], asked: AskedCode, wanted: str) -> dict[str, Any]:
        promotion = self.promotion(wanted)
        if given.get("redemption") is None:
            asked = replace(asked, limit=promotion.uses_per_code)
        return voucher_shown(self.added(promotion, asked))

    def _standalone(
        self, asked: AskedCode, effects: list[EffectDraft], fields: dict[str, Any]
    ) -> dict[str, Any]:
        return voucher_shown(
            create_standalone_code(
                asked=asked,
                effects=effects,
                fields={"brand": self.key.brand, **fields},
                actor=self.actor,
                at=clock.now(),
                test=self.key.test,
            )
        )


class Vouchers(VoucherCall):
    scopes = {"GET": "vouchers:read", "POST": "vouchers:write"}

    @schema.list_vouchers
    def get(self, request: Request) -> Response:
        page = vouchers_of(request.query_params, api_key=self.key)
        redeemed = redeemed_counts(page.rows)
        rows = [shown(row, redeemed=redeemed[row.pk]) for row in page.rows]
        return Response(listed("vouchers", page, rows))

    @schema.create_random_voucher
    def post(self, request: Request) -> HttpResponse:
        return self.made(request, code="")


def own_offer(given: dict[str, Any]) -> tuple[list[EffectDraft], dict[str, Any]]:
    """The effects and the fields of the offer that a code brings along; raises BadInput."""
    if not given.get("discount"):
        raise BadInput(
            _("The code says neither what it gives nor whose it is."),
            details=_("Send discount, or the campaign that it belongs to."),
        )
    project = Project.objects.get()
    fields: dict[str, Any] = {
        "currency": project.currency,
        "starts_at": given.get("start_date"),
        "expires_at": given.get("expiration_date"),
        "stacking_category": given.get("category") or "",
    }
    fields["window"] = window_told(
        given,
        {},
        zone=project.zone,
        starts_at=fields["starts_at"],
        ends_at=fields["expires_at"],
    )
    return drafts_of_discount(given["discount"]), fields


class VoucherDetail(VoucherCall):
    """One code. What it gives and when is said of its campaign."""

    scopes = {
        "GET": "vouchers:read",
        "POST": "vouchers:write",
        "PUT": "vouchers:write",
        "DELETE": "vouchers:write",
    }

    @schema.get_voucher
    def get(self, request: Request, code: str) -> Response:
        found = self.voucher(code)
        return Response(shown(found, redeemed=redeemed_counts([found])[found.pk]))

    @schema.create_voucher
    def post(self, request: Request, code: str) -> HttpResponse:
        return self.made(request, code=code)

    @schema.update_voucher
    def put(self, request: Request, code: str) -> HttpResponse:
        serializer = VoucherChanged()
        given = serializer.run_validation(request.data)
        told = serializer.told(given)

        def work() -> dict[str, Any]:
            changed = change_voucher(
                voucher=self.own_voucher(code), fields=told, actor=self.actor, at=clock.now()
            )
            return voucher_shown(changed)

        return self.once(request, work)

    @schema.delete_voucher
    def delete(self, request: Request, code: str) -> HttpResponse:
        def work() -> None:
            delete_voucher(voucher=self.own_voucher(code), actor=self.actor, at=clock.now())

        return self.once(request, work)


class VoucherEnable(VoucherCall):
    scopes = {"POST": "vouchers:write"}

    @schema.enable_voucher
    def post(self, request: Request, code: str) -> HttpResponse:
        return self.once(
            request,
            lambda: voucher_shown(enable_voucher(voucher=self.own_voucher(code), actor=self.actor)),
        )


class VoucherDisable(VoucherCall):
    scopes = {"POST": "vouchers:write"}

    @schema.disable_voucher
    def post(self, request: Request, code: str) -> HttpResponse:
        return self.once(
            request,
            lambda: voucher_shown(
                disable_voucher(voucher=self.own_voucher(code), actor=self.actor)
            ),
        )


class VoucherRedemptions(VoucherCall, Redeeming):
    """What was done with a code, newest first; accepted and refused. And, for older clients, using
    it.
    """

    scopes = {"GET": "redemptions:read", "POST": "redemptions:write"}

    @schema.redeem_voucher
    def post(self, request: Request, code: str) -> HttpResponse:
        return self.answer(request, attempt_with(code, request.data), shown=redeemed)

    @schema.voucher_redemptions
    def get(self, request: Request, code: str) -> Response:
        found = self.voucher(code)
        page = redemptions_of_voucher(request.query_params, found, api_key=self.key)
        return Response(
            {
                "object": "list",
                "data_ref": "redemption_entries",
                "url": f"/v1/vouchers/{found.public_id}/redemption",
                "quantity": found.redemption_limit,
                "redeemed_quantity": redeemed_counts([found])[found.pk],
                "redemption_entries": [redemption_wire.redemption(made) for made in page.rows],
                "total": page.total,
                "has_more": page.more is not None,
                "more_starting_after_id": page.more,
            }
        )


@extend_schema(exclude=True)
class VoucherRedemptionsInPlural(VoucherRedemptions):
    """The same by the name that people guess; described once, under the published one."""

    http_method_names = ["get", "options"]
