"""The customer, order or product an address names: by our id, else by the shop's own."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from config.shared.errors import NotFound
from customers.errors import UnknownCustomer, UnknownOrder
from customers.models import Customer, Merge, Order, Product, Sku
from customers.models.customer import DEFAULT_SOURCE
from customers.services.skus import no_such_sku

Row = TypeVar("Row", bound=Model)


def _found(rows: QuerySet[Row], wanted: str, **shops_own: str) -> Row | None:
    if "\x00" in wanted or len(wanted) > 120:
        return None
    return rows.filter(public_id=wanted).first() or rows.filter(**shops_own).first()


def customers() -> QuerySet[Customer]:
    """With what `wire.customer` shows."""
    return Customer.objects.select_related("adviser").prefetch_related("identities", "addresses")


def orders() -> QuerySet[Order]:
    """With what `wire.order` shows."""
    return Order.objects.select_related("identity__customer").prefetch_related("lines__product")


def find_customer(wanted: str, *, shown: bool = False) -> Customer:
    """Also by the id of one who was merged into another; `shown` loads what `wire.customer` shows.

    Raises UnknownCustomer.
    """
    rows = customers() if shown else Customer.objects.all()
    found = _found(rows, wanted, identities__source=DEFAULT_SOURCE, identities__external_id=wanted)
    if found is None and "\x00" not in wanted:
        merged = Merge.objects.in_force().filter(absorbed_public_id=wanted)
        found = rows.filter(pk__in=merged.values("kept")).first()
    if found is None:
        raise UnknownCustomer(
            details=_("Check the id, or create the customer with POST /v1/customers."),
            resource_id=wanted,
            resource_type="customer",
        )
    return found


def find_order(wanted: str) -> Order:
    """Raises UnknownOrder."""
    found = _found(orders(), wanted, source=DEFAULT_SOURCE, source_id=wanted)
    if found is None:
        raise UnknownOrder(wanted)
    return found


def find_product(wanted: str) -> Product:
    """Raises NotFound."""
    found = _found(Product.objects.all(), wanted, source_id=wanted)
    if found is None:
        raise NotFound(
            _("There is no product with this id."),
            details=_("Send the shop's own code as source_id; then the product is created."),
            resource_id=wanted,
            resource_type="product",
        )
    return found


def find_sku(wanted: str, *, of: Product | None = None) -> Sku:
    """A variant, of this product if one is named. Raises NotFound."""
    rows = Sku.objects.select_related("product")
    found = _found(rows if of is None else rows.filter(product=of), wanted, source_id=wanted)
    if found is None:
        raise no_such_sku(wanted)
    return found
