"""Static lists over the API: made, changed, filled and emptied in batches."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import actors, idempotency
from config.shared.api import listing
from config.shared.api.fields import Text
from config.shared.api.handler import body_of
from config.shared.api.parsers import BatchJSONParser, check_storable
from config.shared.api.storefront import Storefront, rendered
from config.shared.errors import BadInput, NotFound
from config.shared.idempotency import Answer
from customers.api import finding
from customers.api import wire as customers_wire
from customers.models import DataCategory
from segments.models import ListMember, StaticList
from segments.services.list_intake import Named, add_named, remove_named
from segments.services.lists import delete_list, save_list

from . import list_schema, wire

MOST_NAMES: Final = 1_000
_LONGEST: Final = 254  # characters of an address


def find_list(public_id: str) -> StaticList:
    """Raises NotFound."""
    found = None
    if "\x00" not in public_id:
        found = StaticList.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(
            _("There is no list with this id."),
            details=_("GET /v1/lists lists those there are."),
            resource_id=public_id,
            resource_type="customer_list",
        )
    return found


class ListTold(serializers.Serializer):
    """A list's name and what it was made from; what is absent in a change stays."""

    name = serializers.CharField(max_length=120)
    description = Text(max_length=300)
    made_from = serializers.ListField(
        child=serializers.ChoiceField(DataCategory.values), required=False
    )


class Lists(Storefront):
    scopes = {"GET": "lists:read", "POST": "lists:write"}

    @list_schema.list_lists
    def get(self, request: Request) -> Response:
        listing.check_names(request.query_params, listing.PAGING)
        rows: QuerySet[StaticList] = StaticList.objects.order_by("-pk")
        page = listing.page_of(
            request.query_params, rows, after=lambda found, last: found.filter(pk__lt=last.pk)
        )
        return Response(customers_wire.listed("lists", page, _shown(page.rows)))

    @list_schema.create_list
    def post(self, request: Request) -> HttpResponse:
        told = ListTold().run_validation(request.data)

        def work(_store: idempotency.Store) -> Answer:
            made = save_list(
                name=told["name"],
                description=told.get("description") or "",
                categories=told.get("made_from", ()),
                actor=actors.api_key(self.key.pk),
            )
            return Answer.of(200, _shown([made])[0])

        return rendered(idempotency.exactly_once(request=request, work=work))


class ListDetail(Storefront):
    scopes = {"GET": "lists:read", "PUT": "lists:write", "DELETE": "lists:write"}

    @list_schema.get_list
    def get(self, request: Request, list_id: str) -> Response:
        return Response(_shown([find_list(list_id)])[0])

    @list_schema.update_list
    def put(self, request: Request, list_id: str) -> HttpResponse:
        told = ListTold(partial=True).run_validation(request.data)

        def work(_store: idempotency.Store) -> Answer:
            stored = find_list(list_id)
            kept = save_list(
                static_list=stored,
                name=told.get("name", stored.name),
                description=told.get("description", stored.description) or "",
                categories=told.get("made_from", stored.categories),
                actor=actors.api_key(self.key.pk),
            )
            return Answer.of(200, _shown([kept])[0])

        return rendered(idempotency.exactly_once(request=request, work=work))

    @list_schema.delete_list
    def delete(self, request: Request, list_id: str) -> Response:
        delete_list(static_list=find_list(list_id), actor=actors.api_key(self.key.pk))
        return Response(status=204)


class _Change(Storefront):
    """Names in one request, each with a result of its own."""

    parser_classes = [BatchJSONParser]

    def change(
        self, request: Request, list_id: str, by: Callable[..., list[Named]]
    ) -> HttpResponse:
        given = _given(request.data)

        def work(_store: idempotency.Store) -> Answer:
            found = find_list(list_id)
            usable = [name for name in given if name is not None]
            outcomes = iter(by(static_list=found, names=usable, actor=actors.api_key(self.key.pk)))
            results = [_rejected() if name is None else next(outcomes) for name in given]
            return Answer.of(
                200,
                {
                    "results": [_result(index, one) for index, one in enumerate(results)],
                    "customers_count": found.members.count(),
                },
            )

        return rendered(idempotency.exactly_once(request=request, work=work))


class ListCustomers(_Change):
    scopes = {"GET": "lists:read", "POST": "lists:write"}

    @list_schema.list_list_customers
    def get(self, request: Request, list_id: str) -> Response:
        found = find_list(list_id)
        listing.check_names(request.query_params, {"limit", "starting_after_id"})
        limit = listing.limit_of(request.query_params)
        members = found.members.order_by("customer_id")
        if last := listing.text(request.query_params, "starting_after_id"):
            members = members.filter(customer_id__gt=finding.find_customer(last).pk)
        ids = list(members.values_list("customer_id", flat=True)[: limit + 1])
        rows = list(finding.customers().filter(pk__in=ids[:limit]).order_by("pk"))
        return Response(wire.customers(rows, more=len(ids) > limit))

    @list_schema.add_customers
    def post(self, request: Request, list_id: str) -> HttpResponse:
        return self.change(request, list_id, add_named)


class ListRemoval(_Change):
    scopes = {"POST": "lists:write"}

    @list_schema.remove_customers
    def post(self, request: Request, list_id: str) -> HttpResponse:
        return self.change(request, list_id, remove_named)


def _given(body: Any) -> list[str | None]:
    """The names, None for one that cannot be read; raises BadInput."""
    names = body.get("customers") if isinstance(body, dict) else None
    if not isinstance(names, list) or not 1 <= len(names) <= MOST_NAMES:
        raise BadInput(
            _("These are no customers."),
            details=_("Send {“customers”: […]} with 1 to %(most)d ids or addresses.")
            % {"most": MOST_NAMES},
        )
    return [_name(name) for name in names]


def _name(given: object) -> str | None:
    if not isinstance(given, str) or not 1 <= len(given.strip()) <= _LONGEST:
        return None
    try:
        check_storable(given)
    except ParseError:
        return None
    return given.strip()


def _rejected() -> Named:
    return Named(error=BadInput(_("Give a text of 1 to 254 characters.")))


def _result(index: int, one: Named) -> dict[str, Any]:
    status = "rejected" if one.error else "changed" if one.changed else "unchanged"
    return {
        "index": index,
        "status": status,
        "id": one.public_id or None,
        "error": None if one.error is None else body_of(one.error),
    }


def _shown(rows: Sequence[StaticList]) -> list[dict[str, Any]]:
    """The lists with how many are on them; one statement."""
    members = ListMember.objects.filter(list__in=[one.pk for one in rows])
    counts = dict(members.order_by().values_list("list").annotate(Count("pk")))
    return [
        {
            "id": one.public_id,
            "object": "customer_list",
            "name": one.name,
            "description": one.description,
            "made_from": one.categories,
            "customers_count": counts.get(one.pk, 0),
            "created_at": one.created_at,
            "updated_at": one.updated_at,
        }
        for one in rows
    ]
