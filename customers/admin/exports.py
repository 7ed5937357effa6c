"""Exported lists: asking for one, watching it, having the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from config.shared import actors, clock, files
from config.shared.errors import VesileError
from config.shared.models import Project
from config.shared.screens import ReadOnlyAdmin
from config.shared.screens.pages import keyset_page
from customers import listing
from customers.export_columns import KEY, PROPOSED, available
from customers.models import Customer, CustomerQuerySet, ExportRun, ExportState
from customers.services import exports

from .customers import FILTERS
from .filters import attribute_filters

UNFINISHED = (ExportState.WAITING, ExportState.RUNNING)
TONES = {"finished": "good", "failed": "bad", "waiting": "wait", "running": "wait"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the filters of the list read of a request, where there is none."""

    project: Project


def _filters(query: Mapping[str, str]) -> list[Any]:
    """The filters of the list, each with its value of these parameters."""
    asked = _Asked(Project.objects.get())
    given = {name: [value] for name, value in query.items() if value}
    classes: list[Any] = [*FILTERS, *attribute_filters(asked.project.gated_categories)]
    return [one(asked, given, Customer, None) for one in classes]


def narrowed(query: Mapping[str, str]) -> CustomerQuerySet:
    """The customers that the filters of the list leave."""
    asked, rows = _Asked(Project.objects.get()), Customer.objects.all()
    for one in _filters(query):
        rows = one.queryset(asked, rows)
    return rows


listing.provide(narrowed)


@admin.register(ExportRun)
class ExportRunAdmin(ReadOnlyAdmin):
    """Everybody sees what they asked for themselves, and nothing of others."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("customers.export_customer")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        return [
            path("ask/", site(self.ask), name="customers_exportrun_ask"),
            path("<int:pk>/file/", site(self.file), name="customers_exportrun_file"),
            path("<int:pk>/stop/", site(self.stop), name="customers_exportrun_stop"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check(request)
        titles = {one.parameter_name: str(one.title) for one in _filters({})}
        page = keyset_page(
            exports.exports_of(actors.staff(request)).select_related("file"),
            before=request.GET.get("before", ""),
        )
        return self.page(
            request,
            "vesile/rights/exports.html",
            title=_("Exports"),
            page=page,
            runs=[_shown(run, titles) for run in page.rows],
            is_working=any(run.state in UNFINISHED for run in page.rows),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One export has no page of its own."""
        return HttpResponseRedirect(reverse("admin:customers_exportrun_changelist"))

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Columns and format for the list as it is filtered; on POST the export begins."""
        self._check(request)
        names = [listing.SEARCH, *(one.parameter_name for one in _filters({}))]
        query = {name: request.GET[name] for name in names if request.GET.get(name)}
        if request.method == "POST":
            try:
                exports.request_export(
                    query=query,
                    columns=request.POST.getlist("columns"),
                    file_format=request.POST.get("format", ""),
                    actor=actors.staff(request),
                    at=clock.now(),
                )
            except VesileError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(request.get_full_path())
            return HttpResponseRedirect(reverse("admin:customers_exportrun_changelist"))
        return self.page(
            request,
            "vesile/rights/export.html",
            title=_("Export customers"),
            count=exports.listed_count(query, at=clock.now()),
            is_filtered=bool(query),
            columns=[
                (column.key, column.title, column.key in PROPOSED)
                for column in available().values()
                if column.key != KEY
            ],
            days=exports.KEPT.days,
        )

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._own(request, pk)
        try:
            file = exports.record_download(run=run, actor=actors.staff(request))
        except VesileError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("admin:customers_exportrun_changelist"))
        headers = {
            "Content-Disposition": content_disposition_header(True, file.name),
            "Content-Length": str(file.size),
        }
        return StreamingHttpResponse(  # type: ignore[return-value]
            files.read(file), content_type=file.content_type, headers=headers
        )

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._own(request, pk)
        if request.method == "POST":
            try:
                exports.cancel_export(run=run, actor=actors.staff(request), at=clock.now())
            except VesileError as error:
                messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:customers_exportrun_changelist"))

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _own(self, request: HttpRequest, pk: int) -> ExportRun:
        self._check(request)
        run = exports.exports_of(actors.staff(request)).select_related("file").filter(pk=pk).first()
        if run is None:
            raise Http404
        return run


def _shown(run: ExportRun, titles: Mapping[str, str]) -> dict[str, Any]:
    """A row of the page."""
    done = run.state == ExportState.FINISHED
    total = run.row_count or 0
    return {
        "run": run,
        "tone": TONES.get(run.state, "plain"),
        "is_there": done and run.file is not None,
        "is_gone": done and run.file is None,
        "is_working": run.state in UNFINISHED,
        "percent": min(100, run.rows_done * 100 // total) if total else 0,
        "filters": ", ".join(titles[name] for name in run.filters["query"] if name in titles),
        "searched": run.filters.get("searched", False) or listing.SEARCH in run.filters["query"],
    }
