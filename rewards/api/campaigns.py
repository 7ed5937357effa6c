"""The shop's calls about campaigns, which are our offers: parse, authorise, call, answer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import actors, clock, idempotency
from config.shared.actors import Actor
from config.shared.api.storefront import Storefront, rendered
from config.shared.idempotency import Answer
from config.shared.models import Project
from customers.services.profile import merged_metadata
from rewards.errors import LiveInTestMode
from rewards.models import Promotion, Voucher
from rewards.services.adding_codes import MOST_AT_ONCE, AskedCode, add_code, add_codes
from rewards.services.code_runs import start_generation
from rewards.services.promotion_changes import (
    change_promotion,
    delete_promotion,
    lock_promotion,
    switch_promotion,
)
from rewards.services.promotions import create_promotion

from . import campaign_schema as schema
from . import campaign_wire as wire
from .campaign_fields import CampaignChanged, CampaignTold, CodeConfigFields
from .campaign_listing import campaigns_of
from .finding import being_made, code_counts, find_promotion
from .offers import drafts_of_discount
from .published_windows import window_told


class Managing(Storefront):
    """A call that changes offers or codes."""

    @property
    def actor(self) -> Actor:
        return actors.api_key(self.key.pk)

    def once(self, request: Request, work: Callable[[], dict[str, Any] | None]) -> HttpResponse:
        """Do it once; answer with what it gives, or with nothing."""

        def answered(_store: idempotency.Store) -> Answer:
            body = work()
            return Answer(204, b"") if body is None else Answer.of(200, body)

        return rendered(idempotency.exactly_once(request=request, work=answered))

    def promotion(self, wanted: str) -> Promotion:
        return find_promotion(wanted, api_key=self.key)

    def own(self, promotion: Promotion) -> Promotion:
        """The same, if this key may change it; raises LiveInTestMode."""
        if self.key.test and not promotion.test:
            raise LiveInTestMode
        return promotion

    def added(self, promotion: Promotion, asked: AskedCode) -> Voucher:
        """A code added to an offer, by a key in test mode one for tests."""
        return add_code(
            promotion=promotion,
            asked=asked,
            actor=self.actor,
            at=clock.now(),
            test=self.key.test,
        )


def shown(promotion: Promotion) -> dict[str, Any]:
    """A campaign as it is now."""
    counted, making = code_counts([promotion]), being_made([promotion])
    return wire.campaign(
        promotion, vouchers_count=counted[promotion.pk], making=promotion.pk in making
    )


class Campaigns(Managing):
    scopes = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @schema.create_campaign
    def post(self, request: Request) -> HttpResponse:
        serializer = CampaignTold()
        given = serializer.run_validation(request.data)
        voucher = given["voucher"]
        pattern = CodeConfigFields().pattern_of(voucher.get("code_config") or {})
        effects = drafts_of_discount(voucher["discount"])
        project = Project.objects.get()
        fields: dict[str, Any] = {
            "currency": project.currency,
            "holder_only": False,
        } | serializer.offer(given)
        fields["window"] = window_told(
            given,
            {},
            zone=fields.get("zone") or project.zone,
            starts_at=fields.get("starts_at"),
            ends_at=fields.get("expires_at"),
        )
        count = given.get("vouchers_count") or 0

        def work() -> dict[str, Any]:
            promotion = create_promotion(
                name=given["name"],
                brand=self.key.brand,
                test=self.key.test,
                code_pattern=pattern.text,
                code_charset=pattern.charset,
                uses_per_code=_quantity(voucher),
                metadata=merged_metadata({}, given.get("metadata") or {}),
                effects=effects,
                actor=self.actor,
                at=clock.now(),
                **fields,
            )
            if count > MOST_AT_ONCE:
                start_generation(promotion=promotion, count=count, actor=self.actor, at=clock.now())
            else:
                add_codes(promotion=promotion, count=count, actor=self.actor, at=clock.now())
            return shown(promotion)

        return self.once(request, work)

    @schema.list_campaigns
    def get(self, request: Request) -> Response:
        page = campaigns_of(request.query_params, api_key=self.key)
        counted, making = code_counts(page.rows), being_made(page.rows)
        rows = [
            wire.campaign(row, vouchers_count=counted[row.pk], making=row.pk in making)
            for row in page.rows
        ]
        return Response(wire.listed("campaigns", page, rows))


def _quantity(voucher: dict[str, Any]) -> int | None:
    """How often each code can be used; once where nothing is said."""
    redemption = voucher.get("redemption")
    return redemption.get("quantity") if redemption is not None else 1


class CampaignDetail(Managing):
    scopes = {"GET": "campaigns:read", "PUT": "campaigns:write", "DELETE": "campaigns:write"}

    @schema.get_campaign
    def get(self, request: Request, campaign: str) -> Response:
        return Response(shown(self.promotion(campaign)))

    @schema.update_campaign
    def put(self, request: Request, campaign: str) -> HttpResponse:
        serializer = CampaignChanged()
        given = serializer.run_validation(request.data)
        told = serializer.offer(given)
        effects = drafts_of_discount(given["discount"]) if given.get("discount") else None

        def work() -> dict[str, Any]:
            promotion = lock_promotion(self.own(self.promotion(campaign)))
            fields = told | {"window": _window(promotion, given, told)}
            gone = dict.fromkeys(given.get("unset_metadata_fields") or ())
            fields["metadata"] = merged_metadata(
                promotion.metadata, gone | (given.get("metadata") or {})
            )
            change_promotion(
                promotion=promotion,
                fields=fields,
                effects=effects,
                actor=self.actor,
                at=clock.now(),
            )
            return shown(self.promotion(promotion.public_id))

        return self.once(request, work)

    @schema.delete_campaign
    def delete(self, request: Request, campaign: str) -> HttpResponse:
        def work() -> dict[str, Any]:
            promotion = self.own(self.promotion(campaign))
            delete_promotion(promotion=promotion, actor=self.actor, at=clock.now())
            return {}

        return self.once(request, work)


def _window(promotion: Promotion, given: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    zone = told.get("zone", promotion.zone) or Project.objects.get().zone
    return window_told(
        given,
        promotion.window,
        zone=zone,
        starts_at=told.get("starts_at", promotion.starts_at),
        ends_at=told.get("expires_at", promotion.expires_at),
    )


class CampaignSwitch(Managing):
    """Accepting the codes of a campaign, or refusing them."""

    scopes = {"POST": "campaigns:write"}
    active: bool

    def switched(self, request: Request, campaign: str) -> HttpResponse:
        def work() -> dict[str, Any]:
            promotion = self.own(self.promotion(campaign))
            switch_promotion(
                promotion=promotion, active=self.active, actor=self.actor, at=clock.now()
            )
            return shown(self.promotion(promotion.public_id))

        return self.once(request, work)


class CampaignEnable(CampaignSwitch):
    active = True

    @schema.enable_campaign
    def post(self, request: Request, campaign: str) -> HttpResponse:
        return self.switched(request, campaign)


class CampaignDisable(CampaignSwitch):
    active = False

    @schema.disable_campaign
    def post(self, request: Request, campaign: str) -> HttpResponse:
        return self.switched(request, campaign)
