"""What the calls share by which a shop tells of one thing."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from config.shared import actors, idempotency
from config.shared.actors import Actor
from config.shared.api.storefront import Storefront, rendered
from config.shared.idempotency import Answer
from customers.asked import Outcome


class Telling(Storefront):
    """A call that tells of one thing, which is a batch of one."""

    @property
    def actor(self) -> Actor:
        return actors.api_key(self.key.pk)

    def told(
        self,
        request: Request,
        receive: Callable[[], list[Outcome]],
        show: Callable[[Outcome], dict[str, Any]],
    ) -> HttpResponse:
        """Receive it once and answer with what is stored now; raises why it was rejected."""

        def work(_store: idempotency.Store) -> Answer:
            [outcome] = receive()
            if outcome.error is not None:
                raise outcome.error
            return Answer.of(200, show(outcome))

        return rendered(idempotency.exactly_once(request=request, work=work))

    def deleted(self, request: Request, delete: Callable[[], object]) -> HttpResponse:
        """Delete it once and answer with nothing."""

        def work(_store: idempotency.Store) -> Answer:
            delete()
            return Answer(204, b"")

        return rendered(idempotency.exactly_once(request=request, work=work))
