"""What people do on the pages of an import: each parses, authorises, calls one service, answers."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from config.shared import actors
from config.shared.errors import VesileError
from customers.importing.contents import contents_of
from customers.importing.proposing import recalled
from customers.models import ImportMapping, ImportRun
from customers.services import file_imports

from . import mapping, pages, steps
from .forms import LookForm, UploadForm, as_problems

Answer = HttpResponse | None


def upload(admin: Any, request: HttpRequest) -> HttpResponse:
    """Keep an upload and go to its first step; what cannot be kept is said on the page."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return pages.upload_page(admin, request, form, " ".join(_bare_problems(form)))
    file = form.cleaned_data["file"]
    try:
        run = file_imports.receive_upload(
            name=file.name or "",
            parts=file.chunks(),
            contents=form.cleaned_data["contents"],
            actor=actors.staff(request),
        )
    except VesileError as error:
        return pages.upload_page(admin, request, form, str(error))
    return HttpResponseRedirect(steps.address(run))


def _bare_problems(form: UploadForm) -> list[str]:
    return [str(problem) for problems in form.errors.values() for problem in problems]


def act(admin: Any, request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Do what the pressed button says (`do`), unless somebody changed the import meanwhile."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    run = pages.run_or_404(pk)
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        return HttpResponseRedirect(steps.address(run))
    try:
        with transaction.atomic():
            if _is_stale(run, request):
                messages.warning(
                    request,
                    _(
                        "Somebody changed this import since the page was loaded. Nothing was done; "
                        "look at it again."
                    ),
                )
                return HttpResponseRedirect(steps.address(run))
            answer = action(request, run)
    except VesileError as error:
        messages.error(request, str(error))
        return _again(admin, request, pk, step)
    run = pages.run_or_404(pk)
    return answer or HttpResponseRedirect(steps.address(run))


def _is_stale(run: ImportRun, request: HttpRequest) -> bool:
    """Locks the run, so that nobody changes it between this look and what follows."""
    stored = ImportRun.objects.select_for_update().get(pk=run.pk)
    return steps.revision(stored) != request.POST.get("revision", "")


def _again(admin: Any, request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """The page with what was typed, where the step is still to be done; else where it stands."""
    run = pages.run_or_404(pk)
    if step == steps.COLUMNS and step in steps.reachable(run):
        rows, _unreadable = pages.first_rows(run)
        told = _told_columns(request, run, rows)
        kind = contents_of(run.kind)
        options = mapping.shown_options(kind, mapping.decided_options(kind, request.POST))
        context = {**pages.columns_context(run, told, rows), "options": options}
        return pages.show(admin, request, run, step, **context)
    return HttpResponseRedirect(steps.address(run, step if step in steps.reachable(run) else ""))


def _told_columns(
    request: HttpRequest, run: ImportRun, rows: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    return mapping.decided_columns(run, contents_of(run.kind), request.POST.dict(), rows)


def _look(request: HttpRequest, run: ImportRun, *, on_to: str = steps.LOOK) -> Answer:
    """Read the file as chosen; back to the look where something chosen cannot be used."""
    form = LookForm(run.detected, request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(as_problems(form)))
        return HttpResponseRedirect(steps.address(run, steps.LOOK))
    told = form.told()
    if told:
        file_imports.change_detection(run=run, **told)
    return HttpResponseRedirect(steps.address(run, on_to))


def _look_on(request: HttpRequest, run: ImportRun) -> Answer:
    return _look(request, run, on_to=steps.COLUMNS)


def _decide(request: HttpRequest, run: ImportRun) -> ImportRun:
    rows, _unreadable = pages.first_rows(run)
    return file_imports.set_mapping(
        run=run,
        columns=_told_columns(request, run, rows),
        options=mapping.decided_options(contents_of(run.kind), request.POST),
        actor=actors.staff(request),
    )


def _map(request: HttpRequest, run: ImportRun) -> Answer:
    """Keep the columns; on to the check where nothing is missing, else back to what is."""
    run = _decide(request, run)
    target = steps.COLUMNS if file_imports.missing(run=run) else steps.CHECK
    return HttpResponseRedirect(steps.address(run, target))


def _save_mapping(request: HttpRequest, run: ImportRun) -> Answer:
    run = _decide(request, run)
    kept = file_imports.save_mapping(run=run, name=request.POST.get("mapping_name", ""))
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return HttpResponseRedirect(steps.address(run, steps.COLUMNS))


def _apply_mapping(request: HttpRequest, run: ImportRun) -> Answer:
    wanted = request.POST.get("saved", "")
    kept = ImportMapping.objects.filter(kind=run.kind, pk=wanted if wanted.isdigit() else 0).first()
    columns = (
        recalled(kept.columns, run.detected["headers"], run.mapping["columns"]) if kept else None
    )
    if kept is None or columns is None:
        messages.error(request, _("The saved mapping is for a file with other headings."))
    else:
        file_imports.set_mapping(
            run=run, columns=columns, options=kept.options, actor=actors.staff(request)
        )
        messages.success(request, _("“%(name)s” was applied.") % {"name": kept.name})
    return HttpResponseRedirect(steps.address(run, steps.COLUMNS))


def _check(request: HttpRequest, run: ImportRun) -> Answer:
    file_imports.check(run=run)
    return None


def _start(request: HttpRequest, run: ImportRun) -> Answer:
    file_imports.start(run=run, actor=actors.staff(request))
    return None


def _pause(request: HttpRequest, run: ImportRun) -> Answer:
    file_imports.pause(run=run)
    return None


def _resume(request: HttpRequest, run: ImportRun) -> Answer:
    file_imports.resume(run=run)
    return None


def _cancel(request: HttpRequest, run: ImportRun) -> Answer:
    file_imports.cancel(run=run, actor=actors.staff(request))
    return None


_ACTIONS: Final[dict[str, Callable[[HttpRequest, ImportRun], Answer]]] = {
    "look": _look,
    "look_on": _look_on,
    "map": _map,
    "save_mapping": _save_mapping,
    "apply_mapping": _apply_mapping,
    "check": _check,
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
}


def more_part(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked further about the columns as they are chosen just now; keeps nothing."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    run = pages.run_or_404(pk)
    if run.state not in steps.OPEN:
        return HttpResponse(headers={"HX-Redirect": steps.address(run)})
    rows, _unreadable = pages.first_rows(run)
    context = pages.columns_context(run, _told_columns(request, run, rows), rows)
    return TemplateResponse(request, "vesile/import/more.html", {**context, "may_edit": True})
