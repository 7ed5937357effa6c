"""The one admin site; apps add their own pages to it through `add_pages`."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite

PageMaker = Callable[["VesileAdminSite"], Iterable[URLPattern]]


class VesileAdminSite(UnfoldAdminSite):
    """Unfold's site, with room for custom pages under the same navigation and permissions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._page_makers: list[PageMaker] = []

    def add_pages(self, maker: PageMaker) -> None:
        """Register a function that returns URL patterns, called when they are first needed."""
        self._page_makers.append(maker)

    def extra_urls(self) -> list[URLPattern]:
        return [pattern for maker in self._page_makers for pattern in maker(self)]
