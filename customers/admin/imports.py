"""Imports in the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import files
from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, label, moment, number
from customers.models import ImportRun

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
