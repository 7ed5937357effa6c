"""The shop's calls that erase a customer for good."""

from typing import Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from config.shared import clock, idempotency
from config.shared.actors import Actor
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.api.storefront import rendered
from config.shared.idempotency import Answer
from customers.services.erasure import ErasureReason, erase_customer

from . import wire
from .finding import find_customer
from .telling import Telling

_FAILS: Final = {**ERRORS, 404: ErrorSerializer, 409: ErrorSerializer}


class DeletionOut(serializers.Serializer):
    object = serializers.ChoiceField(["pernament_deletion"], help_text="Spelled as published.")
    id = serializers.CharField()
    related_object = serializers.ChoiceField(["customer"])
    related_object_id = serializers.CharField()
    status = serializers.ChoiceField(["DONE"])
    created_at = serializers.DateTimeField()


_ERASED: Final = (
    "For the person's right to be forgotten; it cannot be taken back. Orders and redemptions stay "
    "as money without a person, the addresses are never written to again."
)
delete_customer = extend_schema(
    operation_id="delete_customer",
    summary="Erase a customer",
    description=_ERASED,
    parameters=IDEMPOTENCY,
    responses={204: None, **_FAILS},
    tags=["Customers"],
)
permanently_delete = extend_schema(
    operation_id="permanently_delete_customer",
    summary="Erase a customer, as the published clients call it",
    description=_ERASED,
    request=None,
    parameters=IDEMPOTENCY,
    responses={200: DeletionOut, **_FAILS},
    tags=["Customers"],
)


def erased(customer_id: str, actor: Actor) -> str:
    """Erase a customer for good; gives our id, which nobody has any more."""
    customer = find_customer(customer_id)
    erase_customer(customer=customer, actor=actor, reason=ErasureReason.REQUESTED, at=clock.now())
    return customer.public_id


class CustomerDeletion(Telling):
    """The same by the name that the published vocabulary has for it."""

    scopes = {"POST": "customers:erase"}

    @permanently_delete
    def post(self, request: Request, customer_id: str) -> HttpResponse:
        def work(_store: idempotency.Store) -> Answer:
            return Answer.of(200, wire.deletion(erased(customer_id, self.actor), at=clock.now()))

        return rendered(idempotency.exactly_once(request=request, work=work))
