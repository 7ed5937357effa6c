from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared import clock, health
from config.shared.admin_site import VesileAdminSite


class HealthPages:
    """Whether the parts of the installation work, in words."""

    def __init__(self, site: Any) -> None:
        self.site = site

    def urls(self) -> Iterable[URLPattern]:
        return [path("health/", self.site.admin_view(self.page), name="health")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("shared.view_auditentry"):
            raise PermissionDenied
        request.current_app = self.site.name
        report = health.report()
        return TemplateResponse(
            request,
            "vesile/shared/health.html",
            {
                **self.site.each_context(request),
                "title": _("Health"),
                "parts": in_words(report),
                "at": clock.now(),
                "tzdb": report["tzdb"],
            },
        )


def in_words(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts with their state, what it means and what to do."""
    told = [_database(report["database"]), _broker(report["broker"]), _beat(report["beat"])]
    if report["database"] == "ok":
        told += [
            {"name": part.name, "ok": part.status == "ok", "words": part.words}
            for part in health.parts().values()
        ]
    return told


def _database(status: str) -> dict[str, Any]:
    return {
        "name": _("Database"),
        "ok": status == "ok",
        "words": _("PostgreSQL answers.")
        if status == "ok"
        else _("PostgreSQL does not answer: start it, or check DATABASE_URL."),
    }


def _broker(status: str) -> dict[str, Any]:
    return {
        "name": _("Broker"),
        "ok": status == "ok",
        "words": _("Redis answers; workers are woken at once.")
        if status == "ok"
        else _(
            "Redis does not answer. Codes can still be redeemed and nothing is lost, but messages "
            "wait. Start Redis, or check REDIS_URL."
        ),
    }


def _beat(beat: dict[str, Any]) -> dict[str, Any]:
    told = {"name": _("Scheduler (beat) and worker"), "ok": beat["status"] == "ok"}
    if beat["status"] == "never":
        told["words"] = _(
            "They have never run here. Start a worker and beat; until then nothing is sent."
        )
        return told
    if beat["seconds_ago"] is None:
        told["words"] = _("Nobody knows, because the database does not answer.")
        return told
    seconds = beat["seconds_ago"]
    ago = ngettext("%(n)s second ago", "%(n)s seconds ago", seconds) % {"n": seconds}
    words = (
        _("The last beat was handled %(ago)s.")
        if told["ok"]
        else _("The last beat was handled %(ago)s. Start beat and a worker again.")
    )
    told["words"] = words % {"ago": ago}
    return told


cast(VesileAdminSite, admin.site).add_pages(lambda site: HealthPages(site).urls())
