"""The one admin site; apps add their own pages to it through `add_pages`."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone, translation
from unfold.sites import UnfoldAdminSite

from config.shared.models import Project, StaffUser

PageMaker = Callable[["VesileAdminSite"], Iterable[URLPattern]]


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """A line of the palette."""

    title: str
    description: str
    link: str
    icon: str = "person"


class VesileAdminSite(UnfoldAdminSite):
    """Unfold's site with room for custom pages: same navigation, login and permissions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._page_makers: list[PageMaker] = []

    def add_pages(self, maker: PageMaker) -> None:
        """Register a maker of URL patterns, called when addresses are first asked for."""
        self._page_makers.append(maker)

    def extra_urls(self) -> list[URLPattern]:
        return [pattern for maker in self._page_makers for pattern in maker(self)]

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The palette: parts of the site by name, and rows of the models that offer `palette`.

        Unlike Unfold's, it reads a bounded number of rows, and keeps no names of people in a cache.
        """
        text = request.GET.get("s", "").strip()
        if not text:
            return HttpResponse()
        apps = self.get_app_list(request)
        found: list[Any] = self._search_apps(apps, text.lower())
        extended = "extended" in request.GET
        started = time.perf_counter()
        if extended:
            found += self._rows(request, text)
        pages = Paginator(found, max(len(found), 1))
        return TemplateResponse(
            request,
            f"unfold/helpers/{'command' if extended else 'search'}_results.html",
            {
                "page_obj": pages,
                "results": pages.page(1),
                "page_counter": 0,
                "execution_time": time.perf_counter() - started,
                "command_show_history": False,
            },
            headers={"HX-Trigger": "search"},
        )

    def _rows(self, request: HttpRequest, text: str) -> list["PaletteEntry"]:
        return [
            entry
            for admin in self._registry.values()
            if hasattr(admin, "palette") and admin.has_view_permission(request)
            for entry in admin.palette(request, text)
        ]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded: Callable[..., Any] = super().admin_view(_in_house_terms(view), cacheable)
        return guarded


def _in_house_terms(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer in the project's zone, and in the colleague's language unless they switched it."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        project = Project.objects.get(pk=1)
        request.project = project  # type: ignore[attr-defined]
        language = translation.get_language() or settings.LANGUAGE_CODE
        switched = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if isinstance(request.user, StaffUser) and not switched:
            language = request.user.language
        with timezone.override(ZoneInfo(project.zone)), translation.override(language):
            request.LANGUAGE_CODE = language
            response: HttpResponse = view(request, *args, **kwargs)
            # Templates render late, when both overrides would be gone.
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
            response.headers.setdefault("Content-Language", language)
            return response

    return update_wrapper(answer, view)
