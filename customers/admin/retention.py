"""How long inactive customers are kept; how many it concerns is said before it is set."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from config.shared import actors, clock
from config.shared.admin_site import VesileAdminSite
from config.shared.errors import VesileError
from config.shared.models import Project
from config.shared.screens.pages import keyset_page
from customers.models import RetentionRun
from customers.services.retention import LONGEST, SHORTEST, inactive, limit_of, set_retention


class RetentionPages:
    """The setting, a preview of what it would do, and what the runs did."""

    def __init__(self, site: Any) -> None:
        self.site = site

    def urls(self) -> Iterable[URLPattern]:
        return [path("retention/", self.site.admin_view(self.page), name="retention")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("customers.erase_customer"):
            raise PermissionDenied
        if request.method == "POST":
            return self._save(request)
        request.current_app = self.site.name
        current = Project.objects.get().retention_months
        asked = _months(request.GET.get("months", ""))
        at = clock.now()
        page = keyset_page(RetentionRun.objects.all(), before=request.GET.get("before", ""))
        return TemplateResponse(
            request,
            "vesile/rights/retention.html",
            {
                **self.site.each_context(request),
                "title": _("Retention"),
                "current": current,
                "asked": asked,
                "since": limit_of(asked, at=at) if asked else None,
                "count": inactive(limit_of(asked, at=at)).count() if asked else None,
                "shortest": SHORTEST,
                "longest": LONGEST,
                "page": page,
            },
        )

    def _save(self, request: HttpRequest) -> HttpResponse:
        months = request.POST.get("months", "")
        try:
            set_retention(
                months=int(months) if months.isdigit() else None, actor=actors.staff(request)
            )
        except VesileError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("admin:retention"))


def _months(text: str) -> int | None:
    """What was asked for, where it can be set."""
    if not text.isdigit() or not SHORTEST <= int(text) <= LONGEST:
        return None
    return int(text)


cast(VesileAdminSite, admin.site).add_pages(lambda site: RetentionPages(site).urls())
