"""Products in the admin: what was sold and what came back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared.models import Project
from config.shared.screens import BulkList, ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, label, moment, money, number
from config.shared.text import fold
from customers.catalog import Sold, latest_sales, sold_of
from customers.models import Product, ProductCategory

MOST_CHOICES = 200


def percent(share: float | None) -> str:
    return EMPTY if share is None else _("%(n)s%%") % {"n": number(round(100 * share))}


class ProductList(BulkList):
    """Adds to the rows of one page what was sold of them."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        sold = sold_of([row.pk for row in rows])
        currency = Project.objects.values_list("currency", flat=True).get()
        for row in rows:
            row.sold, row.currency = sold[row.pk], currency


class CategoryFilter(admin.SimpleListFilter):
    title = gettext_lazy("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(ProductCategory.objects.values_list("pk", "name")[:MOST_CHOICES])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if not value.isdigit():
            return queryset
        names = ProductCategory.objects.filter(pk=value).values_list("name", flat=True)
        return queryset.filter(categories__contains=list(names)) if names else queryset.none()


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Products arrive with orders, with an import or through the API.")
    empty_link = (reverse_lazy("admin:customers_importrun_add"), gettext_lazy("Import a file"))
    empty_link_permission = "customers.add_importrun"
    empty_value_display = EMPTY
    list_display = ("named", "categories_named", "brand", "listed_price", "sold", "returned_share")
    list_filter = (CategoryFilter,)
    search_fields = ("search",)
    search_help_text = gettext_lazy("Name or product code")
    ordering = ("-id",)
    fields = (
        "named",
        "categories_named",
        "brand",
        "listed_price",
        "sold",
        "returned_share",
        "own_values",
        "sales",
        "made",
        "changed",
    )
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return ProductList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = fold(search_term)
        return (queryset.filter(search__contains=wanted) if wanted else queryset), False

    @display(description=gettext_lazy("Product"), ordering="-id")
    def named(self, product: Product) -> str:
        return format_html(
            '{}<br><span class="v-sub">{}</span>', product.name or EMPTY, product.source_id
        )

    @display(description=gettext_lazy("Categories"))
    def categories_named(self, product: Product) -> str:
        return ", ".join(product.categories) or EMPTY

    @display(description=gettext_lazy("Price"))
    def listed_price(self, product: Product) -> str:
        if product.price is None:
            return EMPTY
        return money(product.price, _currency(product))

    @display(description=gettext_lazy("Units sold"))
    def sold(self, product: Product) -> str:
        return number(_sold(product).units)

    @display(description=gettext_lazy("Given back"))
    def returned_share(self, product: Product) -> str:
        return percent(_sold(product).returned_share)

    @display(description=gettext_lazy("The shop's own values"))
    def own_values(self, product: Product) -> str:
        values = dict.fromkeys(product.attributes, "") | product.metadata
        return format_html_join(mark_safe("<br>"), "{}: {}", values.items()) or EMPTY

    @display(description=gettext_lazy("created"))
    def made(self, product: Product) -> str:
        return moment(product.created_at)

    @display(description=gettext_lazy("changed"))
    def changed(self, product: Product) -> str:
        return moment(product.updated_at)

    @display(description=gettext_lazy("Latest sales"))
    def sales(self, product: Product) -> str:
        """Of a sensitive product it is nobody's business who bought it."""
        if ProductCategory.objects.filter(name__in=product.categories, is_sensitive=True).exists():
            return label(_("sensitive: not shown"), "wait")
        return format_html_join(
            mark_safe("<br>"),
            "{} · {} × {} · {}",
            [
                (
                    moment(line.order.placed_at),
                    number(line.quantity),
                    money(line.unit_amount, line.order.currency),
                    _customer(line.order.identity),
                )
                for line in latest_sales(product.pk)
            ],
        ) or _("Nobody bought it so far.")


def _sold(product: Any) -> Sold:
    """Read in bulk on the list, alone on the page of one product."""
    if not hasattr(product, "sold"):
        product.sold = sold_of([product.pk])[product.pk]
    found: Sold = product.sold
    return found


def _currency(product: Any) -> str:
    if not hasattr(product, "currency"):
        product.currency = Project.objects.values_list("currency", flat=True).get()
    return str(product.currency)


def _customer(identity: Any) -> str:
    if identity is None:
        return EMPTY
    url = reverse("admin:customers_customer_change", args=[identity.customer_id])
    return format_html('<a class="v-link" href="{}">{}</a>', url, str(identity.customer))
