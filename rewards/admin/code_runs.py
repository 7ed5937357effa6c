"""Codes in large numbers: generating and importing them, and watching the work."""

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import actors, clock, files
from config.shared.errors import VesileError
from config.shared.invalid import InvalidValueError
from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import label, moment, number
from rewards.left_out import first_left_out
from rewards.models import CodeRun, CodeRunKind, CodeRunState
from rewards.services import code_runs

from .code_forms import GenerateForm, ImportForm

TONES: Final = {
    CodeRunState.FINISHED: "good",
    CodeRunState.FAILED: "bad",
    CodeRunState.WAITING: "wait",
    CodeRunState.RUNNING: "wait",
}
LEFT_OUT_SHOWN: Final = 20
_STEERING: Final = {
    "pause": code_runs.pause,
    "resume": code_runs.resume,
    "stop": code_runs.stop,
}


def said(error: VesileError | InvalidValueError) -> str:
    return error.translated() if isinstance(error, InvalidValueError) else str(error)


@admin.register(CodeRun)
class CodeRunAdmin(ReadOnlyAdmin):
    """Whoever may view runs sees them; whoever may add them makes codes."""

    empty_text = gettext_lazy(
        "Generate codes for an offer, or bring in codes that were printed already."
    )
    empty_link = (reverse_lazy("admin:rewards_coderun_generate"), gettext_lazy("Generate codes"))
    empty_link_permission = "rewards.add_coderun"
    list_display = ("what", "offer", "status", "progress", "left_out", "asked")
    list_select_related = ("promotion",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("generate/", view(self.generate_view), name="rewards_coderun_generate"),
            path("import/", view(self.import_view), name="rewards_coderun_import"),
            path("<int:pk>/rejects/", view(self.rejects_view), name="rewards_coderun_rejects"),
            path("<int:pk>/steer/", view(self.steer_view), name="rewards_coderun_steer"),
            *super().get_urls(),
        ]

    def may_make(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("rewards.add_coderun"))

    def generate_view(self, request: HttpRequest) -> HttpResponse:
        return self._ask(request, GenerateForm, "generate", _("Generate codes"))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return self._ask(request, ImportForm, "import", _("Import codes"))

    def _ask(
        self, request: HttpRequest, form_class: type[Any], kind: str, title: str
    ) -> HttpResponse:
        if not self.may_make(request):
            raise PermissionDenied
        problem = ""
        form = form_class(initial={"promotion": request.GET.get("promotion", "")})
        if request.method == "POST":
            form = form_class(request.POST, request.FILES)
            if form.is_valid():
                try:
                    run = self._start(request, kind, dict(form.cleaned_data))
                    return HttpResponseRedirect(self._url(run))
                except (VesileError, InvalidValueError) as error:
                    problem = said(error)
        return self.page(
            request, "vesile/code/make.html", title=title, form=form, problem=problem, kind=kind
        )

    def _start(self, request: HttpRequest, kind: str, asked: dict[str, Any]) -> CodeRun:
        actor, at = actors.staff(request), clock.now()
        if kind == CodeRunKind.GENERATE:
            return code_runs.start_generation(**asked, actor=actor, at=at)
        file = asked.pop("file")
        return code_runs.start_import(
            **asked, name=file.name or "", parts=file.chunks(), actor=actor, at=at
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far the work is; it asks for itself again while somebody works."""
        run: Any = self.get_object(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        done = run.made if run.kind == CodeRunKind.GENERATE else run.position
        return self.page(
            request,
            "vesile/code/run.html",
            title=f"{run.get_kind_display().capitalize()}: {run.promotion.name}",
            run=run,
            tone=TONES.get(run.state, "plain"),
            done=min(done, run.wanted) if run.wanted else done,
            left_out=first_left_out(run, most=LEFT_OUT_SHOWN) if self.may_make(request) else [],
            is_working=run.state in (CodeRunState.WAITING, CodeRunState.RUNNING),
            is_open=run.state in code_runs.OPEN,
            may_make=self.may_make(request),
        )

    def steer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pause, go on or stop, as the pressed button says."""
        if not self.may_make(request) or request.method != "POST":
            raise PermissionDenied
        run = self._run(request, pk)
        steer = _STEERING.get(request.POST.get("do", ""))
        if steer is not None:
            try:
                steer(run=run, actor=actors.staff(request))
            except VesileError as error:
                messages.error(request, str(error))
        return HttpResponseRedirect(self._url(run))

    def rejects_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_make(request):
            raise PermissionDenied
        run = self._run(request, pk)
        try:
            file = code_runs.record_download(run=run, actor=actors.staff(request))
        except VesileError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self._url(run))
        headers = {"Content-Disposition": content_disposition_header(True, file.name)}
        return StreamingHttpResponse(  # type: ignore[return-value]
            files.read(file), content_type=file.content_type, headers=headers
        )

    def _run(self, request: HttpRequest, pk: int) -> CodeRun:
        run = self.get_queryset(request).filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("promotion", "rejects")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _url(self, run: CodeRun) -> str:
        return reverse("admin:rewards_coderun_change", args=[run.pk])

    @display(description=gettext_lazy("What"))
    def what(self, run: CodeRun) -> str:
        return run.get_kind_display().capitalize()

    @display(description=gettext_lazy("Offer"))
    def offer(self, run: CodeRun) -> str:
        return run.promotion.name

    @display(description=gettext_lazy("State"))
    def status(self, run: CodeRun) -> str:
        return label(run.get_state_display(), TONES.get(CodeRunState(run.state), "plain"))

    @display(description=gettext_lazy("Made"))
    def progress(self, run: CodeRun) -> str:
        if run.kind == CodeRunKind.IMPORT:
            return number(run.made)
        return f"{number(run.made)} / {number(run.wanted)}"

    @display(description=gettext_lazy("Left out"))
    def left_out(self, run: CodeRun) -> str:
        return number(run.skipped)

    @display(description=gettext_lazy("Asked"))
    def asked(self, run: CodeRun) -> str:
        return moment(run.created_at)
