"""All codes that a list shows: changing them together, and taking them away as a file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared import actors, audit, clock
from config.shared.errors import VesileError
from config.shared.models import Project
from config.shared.screens.downloads import csv_download
from config.shared.templatetags.vesile import number
from rewards.code_export import csv_of
from rewards.services.code_changes import Change, change_many, changing

from .code_forms import ChangeForm


def query_of(request: HttpRequest) -> str:
    """The filters and the search of the list, as they stand in its address."""
    asked = request.GET.copy()
    asked.pop("p", None)
    asked.pop("before", None)
    return f"?{asked.urlencode()}" if asked else ""


def shown(admin: Any, request: HttpRequest) -> QuerySet[Any]:
    """The codes that the list shows, on all its pages."""
    rows = admin.get_changelist_instance(request).queryset
    return admin.model.objects.filter(pk__in=rows.order_by().values("pk"))


def change(admin: Any, request: HttpRequest) -> HttpResponse:
    """The page of what can be done to the list, and its being done."""
    rows, problem, until, extending = shown(admin, request), "", "", None
    may_delete = admin.has_remove_permission(request)
    if request.method == "POST":
        form = ChangeForm(request.POST)
        until = request.POST.get("expires_at", "")[:40]
        asked = request.POST.get("change", "")
        if not form.is_valid():
            problem = _("Give a day and a time.")
        elif asked == "count":
            ends = form.cleaned_data["expires_at"]
            extending = changing(rows, Change.EXTEND, expires_at=ends).count()
        elif asked == Change.DELETE and not may_delete:
            raise PermissionDenied
        else:
            try:
                return _changed(request, rows, Change(asked), form.cleaned_data["expires_at"])
            except VesileError as error:
                problem = str(error)
    return admin.page(
        request,
        "vesile/code/many.html",
        title=_("Change many codes"),
        total=rows.count(),
        off=changing(rows, Change.SWITCH_OFF).count(),
        expiring=changing(rows, Change.EXPIRE, at=clock.now()).count(),
        deleting=changing(rows, Change.DELETE).count() if may_delete else 0,
        may_delete=may_delete,
        on=changing(rows, Change.SWITCH_ON).count(),
        ending=changing(rows, Change.EXTEND).count(),
        extending=extending,
        until=until,
        problem=problem,
        is_filtered=bool(query_of(request)),
        filters_of_list=query_of(request),
    )


def _changed(
    request: HttpRequest, rows: QuerySet[Any], what: Change, expires_at: Any
) -> HttpResponse:
    count = change_many(
        rows=rows,
        change=what,
        actor=actors.staff(request),
        at=clock.now(),
        expires_at=expires_at,
    )
    said = ngettext("%(count)s code was changed.", "%(count)s codes were changed.", count)
    messages.success(request, said % {"count": number(count)})
    return HttpResponseRedirect(reverse("admin:rewards_voucher_changelist") + query_of(request))


def export(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """The codes of the list as a file; that somebody had it is in the audit log first."""
    rows, now = shown(admin, request), clock.now()
    audit.record(
        actor=actors.staff(request),
        action="codes.exported",
        of=Project.objects.get(),
        fields=[*(name for name in request.GET if request.GET[name]), f"rows={rows.count()}"],
    )
    return csv_download(csv_of(rows), name=f"codes-{now:%Y-%m-%d}.csv")
