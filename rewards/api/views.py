"""The storefront's calls: parse, authorise, call one service, answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock, idempotency
from config.shared.api.storefront import KeyFront, Storefront, rendered
from config.shared.errors import BadInput
from config.shared.idempotency import Answer
from rewards.asked import Attempt
from rewards.assessing import preview
from rewards.drafts import Drafted, draft
from rewards.errors import LiveInTestMode, OnlyTogether, RedemptionNotFound, VoucherNotFound
from rewards.models import Redemption
from rewards.on_pages import tells_little
from rewards.rules import Rule
from rewards.services import reservations
from rewards.services.redemptions import redeem
from rewards.services.refused_attempts import keep_asked
from rewards.services.returns import record_return
from rewards.services.rollbacks import roll_back
from rewards.stacking_rules import StackingError

from . import schema, wire
from .listing import redemptions_of
from .serializers import ReturnSerializer, RollbackSerializer, read_attempt


class Validating(KeyFront):
    """A call that says what codes would give.

    `refused` is the attempt of which codes were refused, for calls that keep it in their own way.
    """

    looks_up_codes = frozenset({"POST"})
    refused: Attempt | None = None
    only_asks = True

    def answer(self, request: Request) -> HttpResponse:
        attempt = read_attempt(request.data)

        def work(_store: idempotency.Store) -> Answer:
            made = self.tried(attempt)
            return Answer.of(200, wire.validated(made, session=attempt.session))

        return rendered(idempotency.exactly_once(request=request, work=work))

    def tried(self, attempt: Attempt) -> Drafted:
        """What the codes give now, held where a session is asked for."""
        at, session = clock.now(), attempt.session
        with told_as_published():
            if session is None:
                drafted = draft(preview(attempt=attempt, api_key=self.key, at=at))
            else:
                drafted = reservations.hold(
                    attempt=attempt, session=session, api_key=self.key, at=at
                )
        self.wrong_codes = _wrong(drafted)
        if drafted.refused:
            self.refused = attempt
            if not tells_little(self.key):
                keep_asked((one.redemption for one in drafted.refused if one.redemption), at=at)
        return drafted


class Redeeming(KeyFront):
    """A call that uses codes; `refused` is an attempt whose refusals were not kept with it."""

    looks_up_codes = frozenset({"POST"})
    refused: Attempt | None = None
    only_asks = False

    def answer(
        self,
        request: Request,
        attempt: Attempt,
        shown: Callable[[Drafted], Any] = wire.redeemed,
    ) -> HttpResponse:
        """Redeem once; what was accepted is answered as `shown` says."""

        def answer_to(made: Drafted) -> Answer:
            if made.whole is None:
                return Answer.of(400, wire.refused(made))
            return Answer.of(200, shown(made))

        def work(store: idempotency.Store) -> Answer:
            answered: list[Answer] = []

            def answer_early(made: Drafted) -> dict[str, Any]:
                answered.append(answer_to(made))
                return store.values(answered[0])

            with told_as_published(), self._guesses_noted(attempt):
                made = redeem(
                    attempt=attempt,
                    api_key=self.key,
                    at=clock.now(),
                    answering=answer_early,
                )
                self.wrong_codes = _wrong(made)
            return answered[0] if answered else answer_to(made)

        answer = idempotency.exactly_once(request=request, work=work, claim_first=False)
        if answer.replayed:
            self.wrong_codes, self.refused = 0, None  # they were noted when it was answered
        return rendered(answer)

    @contextmanager
    def _guesses_noted(self, attempt: Attempt) -> Iterator[None]:
        try:
            yield
        except VoucherNotFound:
            self.wrong_codes, self.refused = 1, attempt
            raise


class Validations(Storefront, Validating):
    scopes = {"POST": "validations:write"}

    @schema.validate
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class Redemptions(Storefront, Redeeming):
    scopes = {"GET": "redemptions:read", "POST": "redemptions:write"}

    @schema.redeem
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request, read_attempt(request.data))

    @schema.list_redemptions
    def get(self, request: Request) -> Response:
        page = redemptions_of(request.query_params, api_key=self.key)
        return Response(wire.listed(page.rows, total=page.total, more=page.more))


class OfRedemption(Storefront):
    """A call about a redemption that was made."""

    def found(self, redemption_id: str) -> Redemption:
        """Raises RedemptionNotFound; what keys in test mode made only such keys see."""
        known = Redemption.objects.attempts().with_its_objects().of_brand(self.key.brand_id)
        if not self.key.test:
            known = known.filter(test=False)
        found = known.filter(public_id=redemption_id).first()
        if found is None:
            raise RedemptionNotFound(redemption_id)
        return found

    def own(self, redemption_id: str) -> Redemption:
        """The same, if this key may take it back; raises LiveInTestMode."""
        found = self.found(redemption_id)
        if self.key.test and not found.test:
            raise LiveInTestMode
        return found


class RedemptionDetail(OfRedemption):
    scopes = {"GET": "redemptions:read"}

    @schema.get_redemption
    def get(self, request: Request, redemption_id: str) -> Response:
        found = self.found(redemption_id)
        return Response(wire.redemption(found, parts=list(found.children.order_by("pk"))))


class SingleRollback(OfRedemption):
    scopes = {"POST": "redemptions:write"}

    @schema.roll_back
    def post(self, request: Request, redemption_id: str) -> HttpResponse:
        asked = _rollback_asked(request)

        def work(_store: idempotency.Store) -> Answer:
            found = self.own(redemption_id)
            if found.voucher is None:
                raise OnlyTogether(found.public_id)
            made = roll_back(redemption=found, at=clock.now(), api_key=self.key, **asked)
            return Answer.of(200, wire.rollback(made))

        return rendered(idempotency.exactly_once(request=request, work=work))


class StackRollback(OfRedemption):
    scopes = {"POST": "redemptions:write"}

    @schema.roll_back_stack
    def post(self, request: Request, redemption_id: str) -> HttpResponse:
        asked = _rollback_asked(request)

        def work(_store: idempotency.Store) -> Answer:
            found = self.own(redemption_id)
            made = roll_back(redemption=found, at=clock.now(), api_key=self.key, **asked)
            return Answer.of(200, wire.rollbacks(made))

        return rendered(idempotency.exactly_once(request=request, work=work))


class Returns(OfRedemption):
    scopes = {"POST": "redemptions:write"}

    @schema.give_back
    def post(self, request: Request, redemption_id: str) -> HttpResponse:
        serializer = ReturnSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)

        def work(_store: idempotency.Store) -> Answer:
            made = record_return(
                redemption=self.own(redemption_id),
                items=serializer.returned(),
                source_id=serializer.validated_data.get("source_id") or "",
                api_key=self.key,
                at=clock.now(),
            )
            return Answer.of(200, wire.returned(made))

        return rendered(idempotency.exactly_once(request=request, work=work))


class Sessions(Storefront):
    scopes = {"DELETE": "validations:write"}

    @schema.release
    def delete(self, request: Request, code: str, session_key: str) -> HttpResponse:
        reservations.release(api_key=self.key, code=code, session_key=session_key, at=clock.now())
        return HttpResponse(status=204)


def _rollback_asked(request: Request) -> dict[str, Any]:
    serializer = RollbackSerializer(data=request.data or {})
    serializer.is_valid(raise_exception=True)
    asked = serializer.validated_data
    reason = asked.get("reason") or request.query_params.get("reason", "")[:300]
    return {
        "reason": reason,
        "tracking_id": asked.get("tracking_id")
        or request.query_params.get("tracking_id", "")[:120],
        "metadata": asked.get("metadata") or {},
    }


def _wrong(made: Drafted) -> int:
    """How many of the codes are unknown or somebody else's: what a guesser would send."""
    guesses = {Rule.VOUCHER_KNOWN, Rule.HOLDER, Rule.HELD}
    return sum(one.refusal.rule in guesses for one in made.refused)


@contextmanager
def told_as_published() -> Iterator[None]:
    """A request that is wrong as a whole is told by its published key."""
    try:
        yield
    except StackingError as error:
        raise BadInput(error.translated(), key=error.key) from error
