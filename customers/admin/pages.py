"""Pages about one customer beside the page itself: editing, merging, exporting, erasing."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

# Called with the CustomerAdmin, the request and the customer's primary key.
CustomerView = Callable[[Any, HttpRequest, int], HttpResponse]

_views: dict[str, CustomerView] = {}


def customer_page_at(name: str) -> Callable[[CustomerView], CustomerView]:
    """Serve a view at `/admin/customers/customer/<pk>/<name>/`.

    Its address is called `admin:customers_customer_<name>`. The colleague is signed in; what else
    they need to be allowed is the view's to check. ValueError where the name is taken.
    """

    def keep(view: CustomerView) -> CustomerView:
        if name in _views:
            raise ValueError(f"there is a page {name} of customers already")
        _views[name] = view
        return view

    return keep


def patterns(admin: Any) -> list[URLPattern]:
    """The addresses of all pages kept, for `CustomerAdmin.get_urls`."""
    return [
        path(
            f"<int:pk>/{name}/",
            admin.admin_site.admin_view(_bound(admin, view)),
            name=f"customers_customer_{name.replace('-', '_')}",
        )
        for name, view in _views.items()
    ]


def _bound(admin: Any, view: CustomerView) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, pk: int) -> HttpResponse:
        return view(admin, request, pk)

    return answer
