"""The storefront's calls: parse, authorise, call one service, answer."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock, idempotency
from config.shared.api.handler import body_of
from config.shared.api.storefront import Storefront, rendered
from config.shared.errors import NotFound
from config.shared.idempotency import Answer
from rewards import drafts
from rewards.asked import Attempt
from rewards.errors import VoucherNotFound
from rewards.models import Redemption, RedemptionResult
from rewards.services.redemptions import redeem

from . import schema, wire
from .listing import redemptions_of
from .serializers import AttemptSerializer


def _attempt(request: Request) -> Attempt:
    serializer = AttemptSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.attempt()


class Validations(Storefront):
    scopes = {"POST": "validations:write"}

    @schema.validate
    def post(self, request: Request) -> Response:
        attempt = _attempt(request)
        try:
            draft = drafts.preview(attempt=attempt, api_key=self.key, at=clock.now())
        except VoucherNotFound as error:
            return Response(wire.inapplicable(attempt.code, body_of(error)))
        if draft.result == RedemptionResult.FAILURE:
            return Response(wire.inapplicable(attempt.code, wire.refusal(draft, attempt.code)))
        return Response(wire.applicable(draft, attempt.code))


class Redemptions(Storefront):
    scopes = {"GET": "redemptions:read", "POST": "redemptions:write"}

    @schema.redeem
    def post(self, request: Request) -> HttpResponse:
        attempt = _attempt(request)

        def work(store: idempotency.Store) -> Answer:
            answered: list[Answer] = []

            def answer_early(made: Redemption) -> None:
                answered.append(_answer(made, attempt))
                store(answered[0])

            made = redeem(
                attempt=attempt,
                api_key=self.key,
                at=clock.now(),
                before_taking=answer_early,
            )
            return answered[0] if answered else _answer(made, attempt)

        return rendered(idempotency.exactly_once(request=request, work=work))

    @schema.list_redemptions
    def get(self, request: Request) -> Response:
        page = redemptions_of(request.query_params, brand_id=self.key.brand_id)
        return Response(wire.listed(page.rows, total=page.total, more=page.more))


class RedemptionDetail(Storefront):
    scopes = {"GET": "redemptions:read"}

    @schema.get_redemption
    def get(self, request: Request, redemption_id: str) -> Response:
        found = (
            Redemption.objects.with_its_objects()
            .filter(promotion__brand=self.key.brand_id, public_id=redemption_id)
            .first()
        )
        if found is None:
            raise NotFound(
                _("There is no redemption with this id."),
                resource_id=redemption_id,
                resource_type="redemption",
            )
        return Response(wire.redemption(found))


def _answer(made: Redemption, attempt: Attempt) -> Answer:
    if made.result == RedemptionResult.FAILURE:
        return Answer.of(400, wire.refused(made, attempt.code))
    return Answer.of(200, wire.redeemed(made))
