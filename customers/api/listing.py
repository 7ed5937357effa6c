"""Lists of customers, orders and products: which, and which part of them."""

from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from config.shared.api.listing import (
    PAGING,
    Page,
    check_names,
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
_OF_CUSTOMERS: Final = PAGING | {"order", "email", "name", "city"} | set(_PERIODS)


def customers_of(params: QueryDict) -> Page[Customer]:
    """The asked part of the customers; raises BadInput."""
    check_names(params, _OF_CUSTOMERS)
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
    return _page(params, rows, last_page=99)


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
    order = text(params, "order") or "-created_at"
    if order not in _ORDERS:
        raise refuse("order", _("Use one of: %(names)s.") % {"names": ", ".join(_ORDERS)})
    if _ORDERS[order]:
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
