"""The pages of an import, one per step; they show and decide nothing."""

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from config.shared import clock
from config.shared.errors import VesileError
from customers.importing.containers import MEBIBYTE
from customers.importing.contents import all_contents, contents_of
from customers.importing.retail_rows import SYSTEM as RETAIL
from customers.importing.systems import NAMES as SYSTEM_NAMES
from customers.models import ImportMapping, ImportRun
from customers.models.import_run import ImportState
from customers.services import file_imports

from . import figures, mapping, steps
from .forms import LookForm, UploadForm

PREVIEWED: Final = 20  # rows


def run_or_404(pk: int) -> ImportRun:
    run = ImportRun.objects.select_related("file", "rejects").filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def upload_page(
    admin: Any, request: HttpRequest, form: UploadForm | None = None, problem: str = ""
) -> HttpResponse:
    """A new import: what is in the file, and the file."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    return admin.page(  # type: ignore[no-any-return]
        request,
        "vesile/import/upload.html",
        title=_("New import"),
        form=form or UploadForm(initial={"contents": all_contents()[0].key}),
        problem=problem,
        largest=settings.IMPORT_LARGEST_UPLOAD // MEBIBYTE,
    )


def step_page(admin: Any, request: HttpRequest, pk: int, step: str = "") -> HttpResponse:
    """One step of a run; a step that cannot be shown (any more) leads to the one that can."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    run = run_or_404(pk)
    if step not in steps.reachable(run):
        return HttpResponseRedirect(steps.address(run))
    return show(admin, request, run, step)


def show(admin: Any, request: HttpRequest, run: ImportRun, step: str, **told: Any) -> HttpResponse:
    """The page of a step; `told` is what a form that was not accepted says."""
    may_import = admin.has_add_permission(request)
    context: dict[str, Any] = {
        "run": run,
        "object": run,
        "step": step,
        "steps": steps.steps(run, step),
        "tone": steps.TONES.get(ImportState(run.state), "plain"),
        "kind": kind_in_words(run),
        "may_import": may_import,
        "may_edit": may_import and run.state in steps.OPEN,
        "may_download": admin.has_rejects_permission(request),
        "may_see_customers": request.user.has_perm("customers.view_customer"),
        "revision": steps.revision(run),
        **_OF_STEP[step](run, request),
        **told,
    }
    return admin.page(  # type: ignore[no-any-return]
        request, f"vesile/import/{step}.html", title=run.name, **context
    )


def kind_in_words(run: ImportRun) -> str:
    known = next((one for one in all_contents() if one.key == run.kind), None)
    return str(known.label) if known else run.kind.replace("-", " ").title()


def first_rows(run: ImportRun) -> tuple[list[dict[str, Any]], str]:
    """The first rows, or why the file cannot be read with these settings."""
    try:
        return file_imports.preview(run=run, rows=PREVIEWED), ""
    except VesileError as error:
        return [], str(error)


def _look(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    rows, unreadable = first_rows(run)
    headers = [
        heading or _("Column %(place)s") % {"place": number + 1}
        for number, heading in enumerate(run.detected["headers"])
    ]
    begins = run.detected.get("begins", 1)
    return {
        "form": LookForm(run.detected),
        "detected": run.detected,
        "system": SYSTEM_NAMES.get(run.detected["system"], ""),
        "is_retail": run.detected["system"] == RETAIL,
        "headers": headers,
        "rows": [_preview_row(row, headers) for row in rows],
        "begins": begins,
        "row_count": max(0, (run.line_count or 0) - run.detected["has_header"] - begins + 1),
        "unreadable": unreadable,
    }


def _preview_row(row: dict[str, Any], headers: list[str]) -> dict[str, Any]:
    """Cells with what would be stored where that is another text, and what is wrong with them."""
    problems: dict[int | None, list[str]] = {}
    for one in row["problems"]:
        words = f"{one['reason']} {one['remedy']}".strip()
        problems.setdefault(one["column"], []).append(words)
    cells = []
    for number in range(len(headers)):
        written = row["cells"][number] if number < len(row["cells"]) else ""
        stored = row["stored"].get(str(number), "")
        cells.append(
            {
                "written": written,
                "stored": stored if stored and stored != written.strip() else "",
                "problems": problems.get(number, []),
            }
        )
    blamed = [
        headers[number] for number in problems if number is not None and number < len(headers)
    ]
    return {
        "number": row["row"],
        "cells": cells,
        "problems": problems.get(None, []),
        "blamed": ", ".join(blamed),
    }


def _columns(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    rows, unreadable = first_rows(run)
    return {
        "rows": rows,
        "unreadable": unreadable,
        "options": mapping.shown_options(contents_of(run.kind), run.mapping["options"]),
        "saved": ImportMapping.objects.filter(kind=run.kind).order_by("name"),
        "missing": file_imports.missing(run=run),
        **columns_context(run, run.mapping["columns"], rows),
    }


def columns_context(
    run: ImportRun, columns: dict[str, dict[str, Any]], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """The table of columns, and what is asked further about some of them."""
    targets = contents_of(run.kind).targets()
    shown = mapping.shown_columns(run, targets, columns, rows)
    return {
        "columns": shown,
        "groups": mapping.grouped(targets),
        "own_value": mapping.OWN_VALUE if mapping.takes_own_values(targets) else "",
        "asking": [one for one in shown if one.needs_more],
        "channels": mapping.channels(),
        "meanings": mapping.MEANINGS.items(),
    }


def _check(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    context: dict[str, Any] = {"missing": file_imports.missing(run=run)}
    if run.state == ImportState.CHECKED:
        context["report"] = figures.report_of(run, run.report, dry_run=True)
    return context | progress_context(run, request)


def _run(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if run.state == ImportState.CHECKED:
        context["report"] = figures.report_of(run, run.report, dry_run=True)
    elif run.counts:
        context["report"] = figures.report_of(run, run.counts, dry_run=False)
    return context | progress_context(run, request)


def progress_context(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    return {
        "is_working": run.state in steps.WORKING,
        "progress": figures.progress_of(
            run, at=clock.now(), sample=request.GET.get("since", "")[:40]
        ),
    }


def _done(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    report = figures.report_of(run, run.counts, dry_run=False) if run.file_id is None else None
    return {"report": report, "told": figures.told_counts(run) if report is None else []}


_OF_STEP: Final = {
    steps.LOOK: _look,
    steps.COLUMNS: _columns,
    steps.CHECK: _check,
    steps.RUN: _run,
    steps.DONE: _done,
}


def progress_part(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of a page; where another step is due, the whole page is asked for again."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    run = run_or_404(pk)
    if run.state not in steps.WORKING or request.GET.get("state") != run.state:
        return HttpResponse(headers={"HX-Redirect": steps.address(run)})
    context = {
        "run": run,
        "step": steps.current(run),
        "may_import": admin.has_add_permission(request),
        "is_part": True,
        **progress_context(run, request),
    }
    return TemplateResponse(request, "vesile/import/progress.html", context)
