"""Imports in the admin: the list, and the addresses of the pages of a run."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.views import ChangeList

from config.shared import files
from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, label, moment, number
from customers.imports import actions, figures, pages, steps
from customers.models import ImportRun
from customers.models.import_run import ImportState


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in ImportState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class RunList(ChangeList):
    """Rows lead to the step that waits for somebody."""

    def url_for_result(self, result: Any) -> str:
        return steps.address(result)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Whoever may view runs sees them; whoever may add them imports."""

    empty_text = gettext_lazy(
        "Bring customers and orders in from files of any shop or newsletter system."
    )
    list_display_links = ("name",)
    list_filter = (StateFilter,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        place = "<int:pk>/"
        name = "customers_importrun_"
        return [
            path(f"{place}rejects/", view(self.rejects_view), name=f"{name}rejects"),
            path(f"{place}progress/", view(self.progress_view), name=f"{name}progress"),
            path(f"{place}more/", view(self.more_view), name=f"{name}more"),
            path(f"{place}step/<slug:step>/", view(self.step_view), name=f"{name}step"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("rejects")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RunList

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("customers.add_importrun"))

    def has_rejects_permission(self, request: HttpRequest) -> bool:
        """The rejected lines hold personal data: the right to export customers is needed."""
        return bool(request.user.has_perm("customers.export_customer"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            return actions.upload(self, request)
        return pages.upload_page(self, request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The step that waits for somebody; its forms go to the addresses of the steps."""
        run = self.get_object(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return pages.step_page(self, request, run.pk, steps.current(run))

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        if request.method == "POST":
            return actions.act(self, request, pk, step)
        return pages.step_page(self, request, pk, step)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return pages.progress_part(self, request, pk)

    def more_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return actions.more_part(self, request, pk)

    def rejects_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_rejects_permission(request):
            raise PermissionDenied
        run = ImportRun.objects.select_related("rejects").filter(pk=pk).first()
        if run is None or run.rejects is None:
            raise Http404
        headers = {"Content-Disposition": content_disposition_header(True, run.rejects.name)}
        if run.state in steps.ENDED:
            headers["Content-Length"] = str(run.rejects.size)
        return StreamingHttpResponse(  # type: ignore[return-value]
            files.read(run.rejects), content_type=run.rejects.content_type, headers=headers
        )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        columns = ("name", "kind_in_words", "status", "progress", "outcome", "started")
        return (*columns, "download") if self.has_rejects_permission(request) else columns

    @display(description=gettext_lazy("Contents"))
    def kind_in_words(self, run: ImportRun) -> str:
        return pages.kind_in_words(run).capitalize()

    @display(description=gettext_lazy("State"))
    def status(self, run: ImportRun) -> str:
        words = run.get_wish_display() if run.wish else run.get_state_display()
        return label(words, steps.TONES.get(ImportState(run.state), "plain"))

    @display(description=gettext_lazy("Rows"))
    def progress(self, run: ImportRun) -> str:
        if run.state in steps.ENDED or run.state in steps.OPEN or not run.line_count:
            return format_html('<span class="v-num">{}</span>', number(figures.rows_of(run)))
        return format_html(
            '<span class="v-num">{} / {}</span><br><progress class="v-progress" max="{}" '
            'value="{}" aria-label="{}"></progress>',
            number(run.lines_done),
            number(run.line_count),
            run.line_count,
            min(run.lines_done, run.line_count),
            _("Progress"),
        )

    @display(description=gettext_lazy("Outcome"))
    def outcome(self, run: ImportRun) -> str:
        return run.problem or figures.outcome_in_words(run) or EMPTY

    @display(description=gettext_lazy("Started"))
    def started(self, run: ImportRun) -> str:
        return moment(run.started_at)

    @display(description=gettext_lazy("Rejected rows"))
    def download(self, run: ImportRun) -> str:
        if run.rejects is None or not figures.has_rejects(run):
            return EMPTY
        return format_html(
            '<a class="v-link" href="{}">{}</a>',
            reverse("admin:customers_importrun_rejects", args=[run.pk]),
            _("Download"),
        )
