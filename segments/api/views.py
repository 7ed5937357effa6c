"""Segments over the API: kept, counted, listed, and asked about one customer."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import actors, clock, idempotency
from config.shared.api import listing
from config.shared.api.fields import Moment, Text
from config.shared.api.storefront import Storefront, rendered
from config.shared.errors import NotFound
from config.shared.idempotency import Answer
from customers.api import finding
from customers.api import wire as customers_wire
from segments import selectors
from segments.memberships import known_size, known_sizes
from segments.models import Segment
from segments.rules.parser import parse
from segments.services.segments import delete_segment, save_segment

from . import schema, wire


def find_segment(public_id: str) -> Segment:
    """Raises NotFound."""
    found = None
    if "\x00" not in public_id:
        found = Segment.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(
            _("There is no segment with this id."),
            details=_("GET /v1/segments lists those there are."),
            resource_id=public_id,
            resource_type="segment",
        )
    return found


def shown(found: Segment) -> dict[str, Any]:
    return wire.segment(found, known_size(found))


class SegmentTold(serializers.Serializer):
    """A segment's name and rule; what is absent in a change stays."""

    name = serializers.CharField(max_length=120)
    description = Text(max_length=300)
    rules = serializers.JSONField()


class CountTold(serializers.Serializer):
    """A rule, and the moment it is asked about: now if left out."""

    rules = serializers.JSONField()
    at = Moment()


class CustomerTold(serializers.Serializer):
    """Our id of a customer, or the shop's own."""

    customer = serializers.CharField(max_length=120)
    at = Moment()


class Segments(Storefront):
    scopes = {"GET": "segments:read", "POST": "segments:write"}

    @schema.list_segments
    def get(self, request: Request) -> Response:
        listing.check_names(request.query_params, listing.PAGING)
        rows: QuerySet[Segment] = Segment.objects.order_by("-pk")
        page = listing.page_of(
            request.query_params, rows, after=lambda found, last: found.filter(pk__lt=last.pk)
        )
        sizes = known_sizes(one.pk for one in page.rows)
        told = [wire.segment(one, sizes.get(one.pk)) for one in page.rows]
        return Response(customers_wire.listed("segments", page, told))

    @schema.create_segment
    def post(self, request: Request) -> HttpResponse:
        told = SegmentTold().run_validation(request.data)

        def work(_store: idempotency.Store) -> Answer:
            made = save_segment(
                name=told["name"],
                description=told.get("description") or "",
                rules=told["rules"],
                actor=actors.api_key(self.key.pk),
            )
            return Answer.of(200, shown(made))

        return rendered(idempotency.exactly_once(request=request, work=work))


class SegmentDetail(Storefront):
    scopes = {"GET": "segments:read", "PUT": "segments:write", "DELETE": "segments:write"}

    @schema.get_segment
    def get(self, request: Request, segment_id: str) -> Response:
        return Response(shown(find_segment(segment_id)))

    @schema.update_segment
    def put(self, request: Request, segment_id: str) -> HttpResponse:
        told = SegmentTold(partial=True).run_validation(request.data)

        def work(_store: idempotency.Store) -> Answer:
            stored = find_segment(segment_id)
            kept = save_segment(
                segment=stored,
                name=told.get("name", stored.name),
                description=told.get("description", stored.description) or "",
                rules=told.get("rules", stored.rules),
                actor=actors.api_key(self.key.pk),
            )
            return Answer.of(200, shown(kept))

        return rendered(idempotency.exactly_once(request=request, work=work))

    @schema.delete_segment
    def delete(self, request: Request, segment_id: str) -> Response:
        delete_segment(segment=find_segment(segment_id), actor=actors.api_key(self.key.pk))
        return Response(status=204)


class SegmentCount(Storefront):
    scopes = {"POST": "segments:read"}

    @schema.count_segment
    def post(self, request: Request) -> Response:
        told = CountTold().run_validation(request.data)
        tree = parse(told["rules"])
        count = selectors.count(told["rules"], at=told.get("at") or clock.now())
        return Response(wire.counted(count, tree))


class SegmentCustomers(Storefront):
    scopes = {"GET": "segments:read"}

    @schema.list_segment_customers
    def get(self, request: Request, segment_id: str) -> Response:
        found = find_segment(segment_id)
        listing.check_names(request.query_params, {"limit", "starting_after_id"})
        limit = listing.limit_of(request.query_params)
        after = 0
        if last := listing.text(request.query_params, "starting_after_id"):
            after = finding.find_customer(last).pk
        ids = selectors.member_page(found.rules, at=clock.now(), after=after, limit=limit + 1)
        rows = list(finding.customers().filter(pk__in=ids[:limit]).order_by("pk"))
        return Response(wire.customers(rows, more=len(ids) > limit))


class SegmentCheck(Storefront):
    scopes = {"POST": "segments:read"}

    @schema.check_customer
    def post(self, request: Request, segment_id: str) -> Response:
        told = CustomerTold().run_validation(request.data)
        found, at = find_segment(segment_id), told.get("at") or clock.now()
        customer = finding.find_customer(told["customer"])
        member = bool(selectors.member_ids(found.rules, at=at, among=[customer.pk]))
        explained = selectors.explain(found.rules, customer_id=customer.pk, at=at)
        return Response(wire.check(customer.public_id, member, explained))


class SegmentFields(Storefront):
    scopes = {"GET": "segments:read"}

    @schema.list_fields
    def get(self, request: Request) -> Response:
        return Response(wire.fields())
