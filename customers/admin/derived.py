"""The page “What we derive and why”."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from config.shared.admin_site import VesileAdminSite
from customers import derived
from customers.selectors import gated_categories


class DerivedPages:
    """Each derived attribute with its purpose, the kind of data it needs, and what uses it."""

    def __init__(self, site: Any) -> None:
        self.site = site

    def urls(self) -> Iterable[URLPattern]:
        return [path("derived/", self.site.admin_view(self.page), name="derived")]

    def page(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("customers.view_customer"):
            raise PermissionDenied
        request.current_app = self.site.name
        listed = derived.listed()
        return TemplateResponse(
            request,
            "vesile/customer/derived.html",
            {
                **self.site.each_context(request),
                "title": _("What we derive and why"),
                "listed": listed,
                "unused": sum(one.is_unused for one in listed),
                "gated": gated_categories(),
            },
        )


cast(VesileAdminSite, admin.site).add_pages(lambda site: DerivedPages(site).urls())
