"""Customers and imports in the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import clock, files
from config.shared.localtime import to_local
from config.shared.screens import BulkList, ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, country, day, label, moment, money, number
from config.shared.text import fold
from customers import overview
from customers.models import Channel, ConsentState, Customer, ImportRun
from customers.selectors import allowing_consents
from customers.views import customer_page


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
        trade = overview.trade_of(ids)
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


# What an import counts, the most telling first.
COUNTS = {
    "orders": gettext_lazy("orders"),
    "lines": gettext_lazy("product lines"),
    "rejected": gettext_lazy("rejected lines"),
    "customers": gettext_lazy("new customers"),
    "products": gettext_lazy("new products"),
    "lines_read": gettext_lazy("lines read"),
    "cancellations": gettext_lazy("cancellations"),
    "cancellation_lines": gettext_lazy("cancelled lines"),
    "cancellation_lines_matched_fully": gettext_lazy("cancelled lines matched fully"),
    "cancellation_lines_matched_partly": gettext_lazy("cancelled lines matched partly"),
    "cancellation_lines_unmatched": gettext_lazy("cancelled lines not matched"),
    "units_matched": gettext_lazy("units matched"),
    "non_products": gettext_lazy("charges that are no products"),
    "without_customer": gettext_lazy("lines without a customer"),
    "duplicates": gettext_lazy("duplicates"),
    "already_stored": gettext_lazy("lines of an earlier file"),
}
STATE_TONES = {"running": "wait", "finished": "good", "failed": "bad"}


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy(
        "Start one with: python manage.py import_orders FILE --format online-retail"
    )
    list_display_links = ("name",)
    fields = (
        "name",
        "kind_in_words",
        "status",
        "lines",
        "counted",
        "problem",
        "started",
        "finished",
    )
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/rejects/",
                self.admin_site.admin_view(self.rejects_view),
                name="customers_importrun_rejects",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("rejects")

    def has_rejects_permission(self, request: HttpRequest) -> bool:
        """The rejected lines hold personal data: the right to export customers is needed."""
        return request.user.has_perm("customers.export_customer")

    def rejects_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_rejects_permission(request):
            raise PermissionDenied
        run = ImportRun.objects.select_related("rejects").filter(pk=pk).first()
        if run is None or run.rejects is None:
            raise Http404
        headers = {
            "Content-Disposition": content_disposition_header(True, run.rejects.name),
            "Content-Length": str(run.rejects.size),
        }
        return StreamingHttpResponse(  # type: ignore[return-value]
            files.read(run.rejects), content_type=run.rejects.content_type, headers=headers
        )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        columns = ("name", "kind_in_words", "status", "lines", "outcome", "started")
        return (*columns, "download") if self.has_rejects_permission(request) else columns

    @display(description=gettext_lazy("Format"))
    def kind_in_words(self, run: ImportRun) -> str:
        return run.kind.replace("-", " ").title()

    @display(description=gettext_lazy("State"))
    def status(self, run: ImportRun) -> str:
        return label(run.get_state_display(), STATE_TONES[run.state])

    @display(description=gettext_lazy("Lines"))
    def lines(self, run: ImportRun) -> str:
        return number(run.lines_done)

    @display(description=gettext_lazy("Outcome"))
    def outcome(self, run: ImportRun) -> str:
        return run.problem or _counts_in_words(run, ", ", limit=3) or EMPTY

    @display(description=gettext_lazy("Counts"))
    def counted(self, run: ImportRun) -> str:
        rows = format_html_join(
            "", "<dt>{}</dt><dd>{}</dd>", [(name, number(n)) for name, n in _counts(run)]
        )
        return format_html('<dl class="v-facts">{}</dl>', rows) if rows else EMPTY

    @display(description=gettext_lazy("Started"))
    def started(self, run: ImportRun) -> str:
        return moment(run.started_at)

    @display(description=gettext_lazy("Finished"))
    def finished(self, run: ImportRun) -> str:
        return moment(run.finished_at)

    @display(description=gettext_lazy("Rejected lines"))
    def download(self, run: ImportRun) -> str:
        if run.rejects is None:
            return EMPTY
        return format_html(
            '<a class="v-link" href="{}">{}</a>',
            reverse("admin:customers_importrun_rejects", args=[run.pk]),
            _("Download"),
        )


def _counts(run: ImportRun) -> list[tuple[str, int]]:
    return [(str(words), run.counts[name]) for name, words in COUNTS.items() if name in run.counts]


def _counts_in_words(run: ImportRun, separator: str, *, limit: int) -> str:
    return separator.join(f"{name}: {number(value)}" for name, value in _counts(run)[:limit])
