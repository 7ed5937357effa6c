"""Middleware of people's pages, which a program's call passes by.

A call with a key has no session, no cookies and no page whose scripts are to be limited, and tills
wait for it. What it does have in common with pages stays with Django's own classes.
"""

from collections.abc import Awaitable

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

_API = ("/v1/", "/client/v1/", "/management/v1/")
_NAMING_A_KEY = ("HTTP_X_APP_ID", "HTTP_X_CLIENT_APPLICATION_ID", "HTTP_X_MANAGEMENT_ID")


def is_call(request: HttpRequest) -> bool:
    """Whether a program calls the API; whoever reads its description in a browser names no key."""
    return request.path_info.startswith(_API) and any(
        name in request.META for name in _NAMING_A_KEY
    )


class _OfPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if is_call(request):
            return self.get_response(request)
        return super().__call__(request)


class PagePolicyMiddleware(_OfPages, CSPMiddleware):
    """The Content-Security-Policy of pages."""


class PageSessionMiddleware(_OfPages, SessionMiddleware):
    """Sessions of people who work here."""


class PageUserMiddleware(_OfPages, AuthenticationMiddleware):
    """Who works here."""


class PageMessageMiddleware(_OfPages, MessageMiddleware):
    """Messages on the next page."""
