"""The one admin site; apps add their own pages to it through `add_pages`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone, translation
from unfold.sites import UnfoldAdminSite

from config.shared.models import Project, StaffUser

PageMaker = Callable[["VesileAdminSite"], Iterable[URLPattern]]


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

    def _search_models(
        self,
        request: HttpRequest,
        app_list: list[dict[str, Any]],
        search_term: str,
        allowed_models: list[str] | None = None,
    ) -> list[Any]:
        """What Unfold finds, described in the reader's language and not by our app's label."""
        search = super()._search_models
        return [
            replace(found, description=str(model["name"]))
            for app in app_list
            for model in app["models"]
            for found in search(request, [{**app, "models": [model]}], search_term, allowed_models)
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
