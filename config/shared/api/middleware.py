"""Around every call of the API: what browsers of other origins may read, how the limits stand, and
a line in the log of the key.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from config.shared import clock, request_log
from config.shared.api.calls import Call, call_of
from config.shared.middleware import current_request_id
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
    """Tells every answer to a key how its limits stand, and the key's log what was answered."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        call = call_of(request)
        standing = call.standing
        if standing is not None:
            response["X-Rate-Limit-Limit"] = str(standing.limit)
            response["X-Rate-Limit-Remaining"] = str(standing.remaining)
            response["X-Rate-Limit-Reset"] = str(standing.reset)
        if call.key is not None:
            entry = _entry(request, response, call, began)
            # When the server closes the answer it has sent it: nobody waits for the log.
            closers = response._resource_closers  # type: ignore[attr-defined]
            closers.append(partial(request_log.note, entry))
        return response


def _entry(
    request: HttpRequest, response: HttpResponse, call: Call, began: float
) -> request_log.Entry:
    assert call.key is not None  # noqa: S101 -- the caller looked
    failed = response.status_code >= 400
    found = request_log.error_key_in(response.content) if failed else ""
    match = request.resolver_match
    return request_log.Entry(
        key_id=call.key.pk,
        at=clock.now(),
        method=str(request.method),
        route=request_log.template_of(match.route) if match else "",
        status=response.status_code,
        error_key=call.problem or found,
        duration_ms=round((time.monotonic() - began) * 1000),
        request_id=current_request_id(),
    )
