"""The list of customers in the admin, and what leads to their pages."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from config.shared import clock
from config.shared.admin_site import PaletteEntry
from config.shared.screens import ReadOnlyAdmin
from config.shared.screens.lists import KeysetList, ListPager
from config.shared.templatetags.vesile import EMPTY, country, day, label, money, number
from customers import overview
from customers.models import Customer
from customers.purchases import purchases_of
from customers.search import MOST, Found, Hit, find, find_customers
from customers.views import customer_page

from .filters import (
    AdviserFilter,
    BirthdayFilter,
    CountryFilter,
    KindFilter,
    LastOrderFilter,
    MayEmailFilter,
    SpentFilter,
    attribute_filters,
)
from .pages import patterns

FILTERS: Final = (
    CountryFilter,
    KindFilter,
    MayEmailFilter,
    LastOrderFilter,
    SpentFilter,
    BirthdayFilter,
    AdviserFilter,
)
PALETTE_ROWS: Final = 10


class CustomerList(KeysetList):
    """Newest first by key, or what a search found; adds to the rows what is read in bulk."""

    def get_results(self, request: HttpRequest) -> None:
        if not self.query:
            super().get_results(request)
            return
        found = find(self.query, within=self.queryset if self.has_active_filters else None)
        start = max(self.page_num - 1, 0) * self.list_per_page
        matches = found.matches[start : start + self.list_per_page]
        stored = Customer.objects.in_bulk([match.customer_id for match in matches])
        rows = []
        for match in matches:
            if match.customer_id in stored:
                row: Any = stored[match.customer_id]
                row.through = match.through
                rows.append(row)
        more = start + self.list_per_page < len(found.matches)
        pager = ListPager(
            newer=self._at({PAGE_VAR: self.page_num - 1}) if self.page_num > 1 else "",
            older=self._at({PAGE_VAR: self.page_num + 1}) if more else "",
            remark=_remark(found),
        )
        self.show(request, rows, pager)

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [row.pk for row in rows]
        trade = purchases_of(ids)
        permissions = overview.email_permissions(ids, at=clock.now())
        for row in rows:
            row.trade = trade[row.pk]
            row.may_email = permissions.get(row.pk)


def _remark(found: Found) -> str:
    if found.more:
        return _(
            "More than %(most)s customers fit. These are the best of the first ones: "
            "type more to find the others."
        ) % {"most": number(MOST)}
    count = len(found.matches)
    return ngettext("%(count)s customer fits.", "%(count)s customers fit.", count) % {
        "count": number(count)
    }


def _told_apart(hit: Hit) -> str:
    """What tells apart people of one name; the place first, because Unfold capitalises it."""
    customer = hit.customer
    place = customer.city or (country(customer.country) if customer.country else "")
    told = [place, hit.through, customer.email or customer.phone]
    return " · ".join(filter(None, told))


def amounts(by_currency: dict[str, int]) -> str:
    return " + ".join(money(amount, currency) for currency, amount in by_currency.items()) or EMPTY


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Customers arrive with an import or through the API.")
    empty_link = (reverse_lazy("admin:customers_importrun_add"), gettext_lazy("Import a file"))
    empty_link_permission = "customers.add_importrun"
    list_before_template = "vesile/rights/export_link.html"
    list_display = ("name", "where", "may_email", "orders", "spend", "last_order")
    search_fields = ("search",)
    search_help_text = gettext_lazy("Name, e-mail, phone, city, order or customer number")
    sortable_by = ()

    def get_list_filter(self, request: HttpRequest) -> list[type[admin.SimpleListFilter]]:
        """Read once per request, although the admin asks more than once."""
        if not hasattr(request, "customer_filters"):
            gated = request.project.gated_categories  # type: ignore[attr-defined]
            request.customer_filters = [*FILTERS, *attribute_filters(gated)]  # type: ignore[attr-defined]
        filters: list[type[admin.SimpleListFilter]] = request.customer_filters  # type: ignore[attr-defined]
        return filters

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Nothing: the list finds by itself, within what the filters leave."""
        return queryset, False

    def palette(self, request: HttpRequest, text: str) -> list[PaletteEntry]:
        """What the palette (Ctrl+K) shows for a text."""
        return [
            PaletteEntry(
                title=str(hit.customer),
                description=_told_apart(hit),
                link=reverse("admin:customers_customer_change", args=[hit.customer.pk]),
            )
            for hit in find_customers(text, limit=PALETTE_ROWS)
        ]

    def get_urls(self) -> list[URLPattern]:
        """The pages that modules beside this one add come before Django's own."""
        return [*patterns(self), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CustomerList]:
        return CustomerList

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one customer instead of a form: nothing here is typed in by hand."""
        return customer_page(self, request, object_id)

    @display(description=gettext_lazy("Name"), ordering="-id")
    def name(self, customer: Customer) -> str:
        second = customer.email if customer.full_name else ""
        through = getattr(customer, "through", "")
        return format_html(
            '{}<br><span class="v-sub">{}</span>',
            str(customer),
            _("through %(number)s") % {"number": through} if through else second or customer.phone,
        )

    @display(description=gettext_lazy("Country"))
    def where(self, customer: Customer) -> str:
        return country(customer.country)

    @display(description=gettext_lazy("E-mail allowed"))
    def may_email(self, customer: Any) -> str:
        if customer.may_email is None:
            return label(_("never asked"))
        return label(_("yes"), "good") if customer.may_email else label(_("no"), "bad")

    @display(description=gettext_lazy("Orders"))
    def orders(self, customer: Any) -> str:
        return format_html('<span class="v-num">{}</span>', number(customer.trade.orders))

    @display(description=gettext_lazy("Spent"))
    def spend(self, customer: Any) -> str:
        return format_html('<span class="v-num">{}</span>', amounts(customer.trade.spend))

    @display(description=gettext_lazy("Last order"))
    def last_order(self, customer: Any) -> str:
        return day(customer.trade.last_order_at)
