"""Batches: many items of one kind in one request, each with a result of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from config.shared import actors, clock, idempotency
from config.shared.actors import Actor
from config.shared.api.handler import translated
from config.shared.api.parsers import BatchJSONParser, check_storable
from config.shared.api.storefront import Storefront, rendered
from config.shared.errors import BadInput, VesileError
from config.shared.idempotency import Answer
from customers.asked import Outcome
from customers.services.consent_intake import receive_consents
from customers.services.events import receive_events
from customers.services.orders import receive_orders
from customers.services.people import receive_customers
from customers.services.products import receive_products
from customers.services.returns import receive_returns

from . import schema, wire
from .orders import OrderTold
from .returns import ReturnTold
from .serializers import ConsentTold, CustomerTold, EventTold, ProductTold, ToldSerializer

MOST_ITEMS: Final = 1_000


def items_of(body: Any) -> list[Any]:
    """The items of a batch; raises BadInput for anything else."""
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise BadInput(
            _("This is no batch."),
            details=_("Send {“items”: […]} with 1 to %(most)d items.") % {"most": MOST_ITEMS},
        )
    return items


def parsed(items: Sequence[Any], serializer: ToldSerializer) -> list[Any]:
    """Each item as plain values, or the Outcome of one that cannot be read."""
    return [_parsed(item, serializer) for item in items]


def _parsed(item: Any, serializer: ToldSerializer) -> Any:
    try:
        check_storable(item)
        return serializer.asked(item)
    except (VesileError, APIException) as error:
        return Outcome.rejected(translated(error) or BadInput(details=str(error)))


class Batch(Storefront):
    """Items are read one by one; a rejected one does not keep the others out."""

    parser_classes = [BatchJSONParser]
    item: ClassVar[type[ToldSerializer]]

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        raise NotImplementedError

    def answer(self, request: Request) -> HttpResponse:
        read = parsed(items_of(request.data), self.item())

        def work(_store: idempotency.Store) -> Answer:
            asked = [item for item in read if not isinstance(item, Outcome)]
            received: Iterator[Outcome] = iter(
                self.receive(asked, actors.api_key(self.key.pk), clock.now()) if asked else ()
            )
            outcomes = [item if isinstance(item, Outcome) else next(received) for item in read]
            return Answer.of(200, wire.results(outcomes))

        return rendered(idempotency.exactly_once(request=request, work=work))


class CustomersBatch(Batch):
    scopes = {"POST": "customers:write"}
    item = CustomerTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_customers(asked=asked, actor=actor, at=at)

    @schema.batch("customers", CustomerTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class OrdersBatch(Batch):
    scopes = {"POST": "orders:write"}
    item = OrderTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_orders(asked=asked, actor=actor, at=at)

    @schema.batch("orders", OrderTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ReturnsBatch(Batch):
    scopes = {"POST": "returns:write"}
    item = ReturnTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_returns(asked=asked, actor=actor, at=at)

    @schema.batch("returns", ReturnTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class EventsBatch(Batch):
    scopes = {"POST": "events:write"}
    item = EventTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_events(asked=asked, actor=actor, at=at)

    @schema.batch("events", EventTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ProductsBatch(Batch):
    scopes = {"POST": "products:write"}
    item = ProductTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_products(asked=asked, at=at)

    @schema.batch("products", ProductTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ConsentsBatch(Batch):
    scopes = {"POST": "consents:write"}
    item = ConsentTold

    def receive(self, asked: list[Any], actor: Actor, at: datetime) -> list[Outcome]:
        return receive_consents(asked=asked, actor=actor, at=at)

    @schema.batch("consents", ConsentTold)
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)
