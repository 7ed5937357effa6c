"""A request id on every request, its log lines, its tasks and its answer."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("vesile.request")

_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Binds `request_id` to the log context, logs one line per request, answers with X-Request-ID.

    The id comes from the caller's X-Request-ID where that is harmless, else it is made here.
    The log line holds the path without its query: searches are personal data.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            # The route, not the path: paths of some pages hold codes.
            route=match.route if match else "unmatched",
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000, 1),
        )
        response.headers["X-Request-ID"] = request_id
        structlog.contextvars.clear_contextvars()
        return response


def current_request_id() -> str:
    """The id of the request (or of the request that caused this task); empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
