"""Lists of customers, orders and products: which, and which part of them."""

import re
from datetime import UTC
from typing import Final, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.shared.api.listing import (
    PAGING,
    Page,
    check_names,
    limit_of,
    moment_of,
    page_of,
    period_names,
    refuse,
    text,
    within,
)
from config.shared.text import normalise_email
from customers.models import Customer, Order, Product

from . import finding

Row = TypeVar("Row", bound=Model)

# Rows are numbered as we learn of them, so the oldest and the newest are found by an index.
_ORDERS: Final = {"created_at": False, "-created_at": True}
_PERIODS: Final = period_names("created_at", "updated_at")
_OF_CUSTOMERS: Final = {"limit", "order", "email", "name", "city"} | set(_PERIODS)
_PLACE: Final = re.compile(r"(.+\.[0-9]{6})([0-9]{18})(Z)", re.ASCII)


def customers_of(params: QueryDict) -> Page[Customer]:
    """The asked part of the customers; raises BadInput."""
    if "starting_after" in params:
        check_names(params, _OF_CUSTOMERS | {"starting_after"})
        return _from_place(params, _meant(params))
    check_names(params, _OF_CUSTOMERS | PAGING)
    return _page(params, _meant(params), last_page=99)


def _meant(params: QueryDict) -> QuerySet[Customer]:
    name, city = text(params, "name"), text(params, "city")
    rows = finding.customers()
    if name or city:
        # Only then: a semi-join of everybody with everybody makes the total of a million dear.
        found = Customer.objects.matching(name) if name else Customer.objects.all()
        if city:
            found = found.matching(city).filter(city=city)
        rows = rows.filter(pk__in=found.values("pk"))
    rows = within(params, rows, _PERIODS)
    if email := text(params, "email"):
        rows = rows.filter(email=normalise_email(email))
    return rows


def place_of(found: Customer) -> str:
    """When the customer was learned of, as the place of a scrolling client: a moment that nobody
    else has.

    The published client goes on behind the earliest (or latest) `created_at` that it saw, a text
    to it, and would miss those who came at the same moment. So our number follows as further digits
    of the fraction of the second, which are the same moment to who reads it as one.
    """
    moment = found.created_at.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='microseconds')}{found.pk:018}Z"


def _from_place(params: QueryDict, rows: QuerySet[Customer]) -> Page[Customer]:
    """The next ones behind `starting_after`, a `place_of` or any moment; raises BadInput."""
    is_newest_first = _is_newest_first(params)
    given = text(params, "starting_after")
    place = _PLACE.fullmatch(given)
    moment = moment_of("starting_after", f"{place[1]}{place[3]}" if place else given)
    side = "lt" if is_newest_first else "gt"
    behind = Q(**{f"created_at__{side}": moment})
    if place:
        behind |= Q(**{"created_at": moment, f"pk__{side}": int(place[2])})
    order = ("-created_at", "-pk") if is_newest_first else ("created_at", "pk")
    # The bound on the moment alone is what an index can be searched by.
    rest = rows.filter(behind, **{f"created_at__{side}e": moment}).order_by(*order)
    limit = limit_of(params)
    found = list(rest[: limit + 1])
    more = found[limit - 1].public_id if len(found) > limit else None
    return Page(found[:limit], rows.count(), more)


def orders_of(params: QueryDict) -> Page[Order]:
    """The asked part of the orders; raises BadInput."""
    check_names(params, PAGING | {"order"})
    return _page(params, finding.orders())


def products_of(params: QueryDict) -> Page[Product]:
    """The asked part of the products; raises BadInput."""
    check_names(params, PAGING | {"order"})
    return _page(params, Product.objects.all())


def _page(params: QueryDict, rows: QuerySet[Row], *, last_page: int = 100) -> Page[Row]:
    """Newest first unless asked otherwise."""
    if _is_newest_first(params):
        return page_of(
            params,
            rows.order_by("-pk"),
            after=lambda found, last: found.filter(pk__lt=last.pk),
            last_page=last_page,
        )
    return page_of(
        params,
        rows.order_by("pk"),
        after=lambda found, last: found.filter(pk__gt=last.pk),
        last_page=last_page,
    )


def _is_newest_first(params: QueryDict) -> bool:
    """Raises BadInput."""
    order = text(params, "order") or "-created_at"
    if order not in _ORDERS:
        raise refuse("order", _("Use one of: %(names)s.") % {"names": ", ".join(_ORDERS)})
    return _ORDERS[order]
