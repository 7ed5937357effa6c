"""The list of customers in the admin, and what leads to their pages."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import clock
from config.shared.localtime import to_local
from config.shared.screens import BulkList, ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, country, day, label, money, number
from config.shared.text import fold
from customers import overview
from customers.models import Channel, ConsentState, Customer
from customers.purchases import purchases_of
from customers.selectors import allowing_consents
from customers.views import customer_page

from .pages import patterns


class CountryFilter(admin.SimpleListFilter):
    """Countries that occur, by name; “not known” where we were told none."""

    title = gettext_lazy("country")
    parameter_name = "country"
    UNKNOWN = "-"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = Customer.objects.order_by().values_list("country", flat=True).distinct()
        named = sorted(
            ((country(code), code) for code in codes if code), key=lambda pair: fold(pair[0])
        )
        return [(code, name) for name, code in named] + [(self.UNKNOWN, _("not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(country="" if value == self.UNKNOWN else value)


class MayEmailFilter(admin.SimpleListFilter):
    title = gettext_lazy("may be written to by e-mail")
    parameter_name = "may_email"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("yes")), ("no", _("no, or never asked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"yes", "no"}:
            return queryset
        allowing = Exists(
            ConsentState.objects.filter(
                allowing_consents(at=clock.now()), customer=OuterRef("pk"), channel=Channel.EMAIL
            )
        )
        return queryset.filter(allowing if self.value() == "yes" else ~allowing)


class BirthdayFilter(admin.SimpleListFilter):
    title = gettext_lazy("birthday")
    parameter_name = "birthday"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("this-month", _("this month")), ("unknown", _("not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unknown":
            return queryset.filter(birth_month=None)
        if self.value() == "this-month":
            zone = request.project.zone  # type: ignore[attr-defined]
            return queryset.filter(birth_month=to_local(clock.now(), zone).month)
        return queryset


class CustomerList(BulkList):
    """Adds to the rows of one page what is read in bulk: trade and consents."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = [row.pk for row in rows]
        trade = purchases_of(ids)
        permissions = overview.email_permissions(ids, at=clock.now())
        for row in rows:
            row.trade = trade[row.pk]
            row.may_email = permissions.get(row.pk)


def amounts(by_currency: dict[str, int]) -> str:
    return " + ".join(money(amount, currency) for currency, amount in by_currency.items()) or EMPTY


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Customers arrive with an import or through the API.")
    list_display = ("name", "where", "may_email", "orders", "spend", "last_order")
    list_filter = (CountryFilter, MayEmailFilter, BirthdayFilter)
    search_fields = ("search",)
    search_help_text = gettext_lazy("Name, e-mail, phone, city or customer number")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.matching(search_term), False

    def get_urls(self) -> list[URLPattern]:
        """The pages that modules beside this one add come before Django's own."""
        return [*patterns(self), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
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
        return format_html(
            '{}<br><span class="v-sub">{}</span>', str(customer), second or customer.phone
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
