"""The calls of the shop's pages, with a key that everybody can read there."""

import time

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock, idempotency
from config.shared.api.handler import body_of
from config.shared.api.listing import PAGING, check_names
from config.shared.api.storefront import ClientFront, rendered
from config.shared.idempotency import Answer
from rewards.asked import Attempt
from rewards.assessing import preview
from rewards.candidates import find_identity
from rewards.drafts import Drafted, draft
from rewards.errors import VoucherNotFound
from rewards.services import reservations
from rewards.services.redemptions import redeem

from . import client_schema as schema
from . import wire
from .masking import is_hidden, masked, wait_until
from .views import attempt_of, told_as_published


class LookingUp(ClientFront):
    """A call that names codes: what does not work is counted, and looks the same whatever it is."""

    looks_up_codes = frozenset({"POST"})

    def attempt(self, request: Request) -> Attempt:
        attempt = attempt_of(request)
        customer = attempt.customer
        if customer is not None and customer.public_id:
            find_identity(customer)  # said of every code alike, before any is looked up
        return attempt

    def wrong(self, count: int, started: float) -> None:
        """Count codes that do not work, and answer no sooner than for any other of them."""
        if count:
            self.wrong_codes = count
            wait_until(started)


class ClientValidations(LookingUp):
    scopes = {"POST": "validations:write"}

    @schema.validate
    def post(self, request: Request) -> HttpResponse:
        started, wrong = time.monotonic(), 0
        attempt = self.attempt(request)

        def work(_store: idempotency.Store) -> Answer:
            nonlocal wrong
            at, session = clock.now(), attempt.session
            with told_as_published():
                if session is None:
                    made = draft(preview(attempt=attempt, api_key=self.key, at=at))
                else:
                    made = reservations.hold(
                        attempt=attempt, session=session, api_key=self.key, at=at
                    )
            wrong = _hidden(made)
            return Answer.of(200, wire.validated(masked(made), session=session))

        answer = idempotency.exactly_once(request=request, work=work)
        self.wrong(wrong, started)
        return rendered(answer)


class ClientRedemptions(LookingUp):
    scopes = {"POST": "redemptions:write"}

    @schema.redeem
    def post(self, request: Request) -> HttpResponse:
        started, wrong = time.monotonic(), 0
        attempt = self.attempt(request)

        def work(store: idempotency.Store) -> Answer:
            nonlocal wrong
            answered: list[Answer] = []

            def answer_early(made: Drafted) -> None:
                answered.append(Answer.of(200, wire.redeemed(made)))
                store(answered[0])

            at = clock.now()
            with told_as_published():
                if len(attempt.codes) > 1:
                    # Else a stack would say by what is left of it which of its codes exist.
                    tried = draft(preview(attempt=attempt, api_key=self.key, at=at))
                    if wrong := _hidden(tried):
                        return _unknown(tried, attempt)
                try:
                    made = redeem(
                        attempt=attempt, api_key=self.key, at=at, before_taking=answer_early
                    )
                except VoucherNotFound:
                    wrong = 1
                    return _unknown(None, attempt)
            if answered:
                return answered[0]
            if made.whole is not None:
                return Answer.of(200, wire.redeemed(made))
            if wrong := _hidden(made):
                return _unknown(made, attempt)
            return Answer.of(400, wire.refused(made))

        answer = idempotency.exactly_once(request=request, work=work)
        self.wrong(wrong, started)
        return rendered(answer)


def _hidden(made: Drafted) -> int:
    return sum(is_hidden(one.refusal) for one in made.refused)


def _unknown(made: Drafted | None, attempt: Attempt) -> Answer:
    """The answer to any code that does not work."""
    refused = [one.code for one in made.refused if is_hidden(one.refusal)] if made else []
    code = refused[0] if refused else attempt.codes[0]
    return Answer.of(404, body_of(VoucherNotFound(code)))


class PromotionTiers(ClientFront):
    """Promotions that apply themselves: there are none yet."""

    scopes = {"GET": "validations:write"}

    @schema.list_tiers
    def get(self, request: Request) -> Response:
        check_names(request.query_params, PAGING | {"is_available", "order", "origin"})
        return Response(
            {"object": "list", "data_ref": "tiers", "tiers": [], "total": 0, "has_more": False}
        )
