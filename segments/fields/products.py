"""What a customer bought."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.fields.facts import (
    BRAND,
    CATEGORY,
    COMING_ORDER,
    HARMLESS,
    ORDER_DETAILS,
    PRODUCT,
    orders,
)
from segments.fields.pickers import BRANDS, CATEGORIES, PRODUCTS
from segments.rules import dated
from segments.rules.binding import Binder
from segments.rules.counting import happened
from segments.rules.fields import Field, register
from segments.rules.search import Search
from segments.rules.tree import Condition


def _bought(condition: Condition, binder: Binder, found: str, *, alone: bool = False) -> str:
    wanted = found.format(wanted=f"{binder.value(condition.value)}::text[]")
    lines = (
        "EXISTS (SELECT 1 FROM customers_orderline l JOIN customers_product p"
        f" ON p.id = l.product_id AND {HARMLESS}"
        f" WHERE l.order_id = o.id AND l.quantity > 0 AND {wanted})"
    )
    return f"{orders(condition, binder, alone=alone)} AND {lines}"


def _field(name: str, label: Promise, found: str, search: Search) -> Field:
    def bought(condition: Condition, binder: Binder) -> str:
        return _bought(condition, binder, found)

    purchases = dated.Facts(bought, "o.placed_at")

    def predicate(condition: Condition, binder: Binder) -> str:
        return happened(
            condition,
            binder,
            lambda alone: _bought(condition, binder, found, alone=alone),
            wanted=condition.cmp == "in",
        )

    def seen(condition: Condition, binder: Binder) -> str:
        return f"{purchases.latest(condition, binder)}::text"

    return Field(
        f"product.{name}",
        label,
        "members",
        DataCategory.PURCHASE_HISTORY,
        predicate,
        seen,
        windowed=True,
        nullable=False,
        search=search,
        details={"order.is_gift": ORDER_DETAILS["order.is_gift"]},
        wakes=dated.any_of(purchases),
        coming=COMING_ORDER,
    )


def register_fields() -> None:
    for name, label, found, search in (
        ("bought", _("bought"), PRODUCT, PRODUCTS),
        ("category_bought", _("bought of the category"), CATEGORY, CATEGORIES),
        ("brand_bought", _("bought of the brand"), BRAND, BRANDS),
    ):
        register(_field(name, label, found, search))
