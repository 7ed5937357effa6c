"""Around every call of the API: what browsers of other origins may read, how the limits stand, and
a line in the log of the key.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from config.shared import clock
from config.shared.api.calls import call_of
from config.shared.models import ApiKey

Answering = Callable[[HttpRequest], HttpResponse]
CLIENT: Final = "/client/"
PREFLIGHT_KEPT: Final = 600  # seconds; so long a page may go on asking after its origin was removed
SENT_HEADERS: Final = (
    "Content-Type, Idempotency-Key, X-Client-Application-Id, X-Client-Token, X-Request-ID, "
    "X-Voucherify-API-Version, X-Voucherify-Channel"
)
READ_HEADERS: Final = (
    "Idempotent-Replayed, Retry-After, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, "
    "X-Rate-Limit-Reset, X-Request-ID"
)


class CrossOriginMiddleware:
    """Lets the pages of a publishable key's origins, and nobody else's, read answers.

    A browser asks before a call and names no key then: it is answered for an origin of any usable
    publishable key. The answer to the call itself is only for an origin of the key that calls.
    There is no wildcard, and cookies take no part.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(CLIENT):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = HttpResponse(status=204)
            origin = _asking_origin(request)
            if origin:
                response["Access-Control-Allow-Methods"] = "GET, POST"
                response["Access-Control-Allow-Headers"] = SENT_HEADERS
                response["Access-Control-Max-Age"] = str(PREFLIGHT_KEPT)
        else:
            response = self.get_response(request)
            origin = call_of(request).origin
            if origin:
                response["Access-Control-Expose-Headers"] = READ_HEADERS
        if origin:
            response["Access-Control-Allow-Origin"] = origin
        patch_vary_headers(response, ["Origin"])
        return response


def _asking_origin(request: HttpRequest) -> str:
    origin = request.headers.get("Origin", "")
    if not origin.isprintable():
        return ""
    known = ApiKey.objects.usable(at=clock.now()).for_pages_of(origin)
    return origin if origin and known.exists() else ""


class CallMiddleware:
    """Tells every answer to a key how its limits stand."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        standing = call_of(request).standing
        if standing is not None:
            response["X-Rate-Limit-Limit"] = str(standing.limit)
            response["X-Rate-Limit-Remaining"] = str(standing.remaining)
            response["X-Rate-Limit-Reset"] = str(standing.reset)
        return response
