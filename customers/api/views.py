"""The shop's calls about one customer, order, return, event, product or consent."""

from dataclasses import replace

from django.http import FileResponse, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from customers.asked import AskedCustomer, Outcome
from customers.services.consent_intake import receive_consents
from customers.services.events import receive_events
from customers.services.handing_out import hand_out_record
from customers.services.identities import link_identity
from customers.services.orders import receive_orders
from customers.services.people import receive_customers
from customers.services.products import receive_products
from customers.services.returns import receive_returns
from customers.services.skus import delete_product

from . import consents, erasure, listing, schema, wire
from .finding import find_customer, find_order, find_product
from .orders import OrderTold
from .returns import ReturnTold, find_return, returns_of, shown
from .serializers import (
    ConsentFields,
    ConsentTold,
    CustomerTold,
    EventTold,
    IdentityTold,
    ProductTold,
)
from .telling import Telling


class Customers(Telling):
    scopes = {"GET": "customers:read", "POST": "customers:write"}

    @schema.create_customer
    def post(self, request: Request) -> HttpResponse:
        asked = CustomerTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_customers(asked=[asked], actor=self.actor, at=clock.now()),
            lambda outcome: wire.customer(find_customer(outcome.id, shown=True)),
        )

    @schema.list_customers
    def get(self, request: Request) -> Response:
        page = listing.customers_of(request.query_params)
        rows = [wire.customer(found) for found in page.rows]
        if "starting_after" in request.query_params:
            for row, found in zip(rows, page.rows, strict=True):
                row["created_at"] = listing.place_of(found)
        return Response(wire.listed("customers", page, rows))


class CustomerDetail(Telling):
    scopes = {"GET": "customers:read", "PUT": "customers:write", "DELETE": "customers:erase"}

    @schema.get_customer
    def get(self, request: Request, customer_id: str) -> Response:
        return Response(wire.customer(find_customer(customer_id, shown=True)))

    @schema.update_customer
    def put(self, request: Request, customer_id: str) -> HttpResponse:
        told = CustomerTold().asked(request.data)

        def receive() -> list[Outcome]:
            public_id = find_customer(customer_id).public_id
            asked = replace(told, public_id=public_id)
            return receive_customers(asked=[asked], actor=self.actor, at=clock.now())

        return self.told(
            request, receive, lambda outcome: wire.customer(find_customer(outcome.id, shown=True))
        )

    @erasure.delete_customer
    def delete(self, request: Request, customer_id: str) -> HttpResponse:
        return self.deleted(request, lambda: erasure.erased(customer_id, self.actor))


class CustomerIdentities(Telling):
    scopes = {"POST": "customers:write"}

    @schema.link_identity
    def post(self, request: Request, customer_id: str) -> HttpResponse:
        source, external_id = IdentityTold().asked(request.data)

        def receive() -> list[Outcome]:
            public_id = find_customer(customer_id).public_id
            return [
                link_identity(
                    public_id=public_id,
                    source=source,
                    external_id=external_id,
                    actor=self.actor,
                    at=clock.now(),
                )
            ]

        return self.told(
            request, receive, lambda outcome: wire.customer(find_customer(outcome.id, shown=True))
        )


class CustomerConsents(Telling):
    scopes = {"GET": "consents:read", "POST": "consents:write"}

    @consents.list_consents
    def get(self, request: Request, customer_id: str) -> Response:
        return consents.answer(find_customer(customer_id))

    @schema.create_consent
    def post(self, request: Request, customer_id: str) -> HttpResponse:
        serializer = ConsentFields()
        given = serializer.run_validation(request.data)
        # The address says whose it is.
        told = serializer.consent(given, AskedCustomer())

        def receive() -> list[Outcome]:
            customer = AskedCustomer(public_id=find_customer(customer_id).public_id)
            return receive_consents(
                asked=[replace(told, customer=customer)], actor=self.actor, at=clock.now()
            )

        return self.told(request, receive, lambda outcome: wire.consent(told, outcome))


class CustomerRecord(Telling):
    scopes = {"GET": "customers:export"}

    @schema.get_record
    def get(self, request: Request, customer_id: str) -> FileResponse:
        record = hand_out_record(
            customer=find_customer(customer_id), form="json", actor=self.actor, at=clock.now()
        )
        return FileResponse(record, content_type="application/json")


class Consents(Telling):
    scopes = {"POST": "consents:write"}

    @schema.record_consent
    def post(self, request: Request) -> HttpResponse:
        told = ConsentTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_consents(asked=[told], actor=self.actor, at=clock.now()),
            lambda outcome: wire.consent(told, outcome),
        )


class Events(Telling):
    scopes = {"POST": "events:write"}

    @schema.track_event
    def post(self, request: Request) -> HttpResponse:
        told = EventTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_events(asked=[told], actor=self.actor, at=clock.now()),
            lambda outcome: wire.event(told, outcome),
        )


class Orders(Telling):
    scopes = {"GET": "orders:read", "POST": "orders:write"}

    @schema.create_order
    def post(self, request: Request) -> HttpResponse:
        asked = OrderTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_orders(asked=[asked], actor=self.actor, at=clock.now()),
            lambda outcome: wire.order(find_order(outcome.id)),
        )

    @schema.list_orders
    def get(self, request: Request) -> Response:
        page = listing.orders_of(request.query_params)
        return Response(wire.listed("orders", page, [wire.order(order) for order in page.rows]))


class OrderDetail(Telling):
    scopes = {"GET": "orders:read", "PUT": "orders:write"}

    @schema.get_order
    def get(self, request: Request, order_id: str) -> Response:
        return Response(wire.order(find_order(order_id)))

    @schema.update_order
    def put(self, request: Request, order_id: str) -> HttpResponse:
        told = OrderTold().asked(request.data)

        def receive() -> list[Outcome]:
            asked = replace(told, public_id=find_order(order_id).public_id)
            return receive_orders(asked=[asked], actor=self.actor, at=clock.now())

        return self.told(request, receive, lambda outcome: wire.order(find_order(outcome.id)))


class Returns(Telling):
    scopes = {"GET": "returns:read", "POST": "returns:write"}

    @schema.create_return
    def post(self, request: Request) -> HttpResponse:
        asked = ReturnTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_returns(asked=[asked], actor=self.actor, at=clock.now()),
            lambda outcome: shown([find_return(outcome.id)])[0],
        )

    @schema.list_returns
    def get(self, request: Request) -> Response:
        page = returns_of(request.query_params)
        return Response(wire.listed("returns", page, shown(page.rows)))


class ReturnDetail(Telling):
    scopes = {"GET": "returns:read"}

    @schema.get_return
    def get(self, request: Request, return_id: str) -> Response:
        return Response(shown([find_return(return_id)])[0])


class Products(Telling):
    scopes = {"GET": "products:read", "POST": "products:write"}

    @schema.create_product
    def post(self, request: Request) -> HttpResponse:
        asked = ProductTold().asked(request.data)
        return self.told(
            request,
            lambda: receive_products(asked=[asked], at=clock.now()),
            lambda outcome: wire.product(find_product(outcome.id)),
        )

    @schema.list_products
    def get(self, request: Request) -> Response:
        page = listing.products_of(request.query_params)
        return Response(wire.listed("products", page, [wire.product(p) for p in page.rows]))


class ProductDetail(Telling):
    scopes = {"GET": "products:read", "PUT": "products:write", "DELETE": "products:write"}

    @schema.get_product
    def get(self, request: Request, product_id: str) -> Response:
        return Response(wire.product(find_product(product_id)))

    @schema.update_product
    def put(self, request: Request, product_id: str) -> HttpResponse:
        told = ProductTold().asked(request.data)

        def receive() -> list[Outcome]:
            asked = replace(told, public_id=find_product(product_id).public_id)
            return receive_products(asked=[asked], at=clock.now())

        return self.told(request, receive, lambda outcome: wire.product(find_product(outcome.id)))

    @schema.delete_product
    def delete(self, request: Request, product_id: str) -> HttpResponse:
        return self.deleted(
            request,
            lambda: delete_product(product=find_product(product_id), actor=self.actor),
        )
