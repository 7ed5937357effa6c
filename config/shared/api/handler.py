"""Every error of the API in the published shape, from one place."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from config.shared import errors
from config.shared.invalid import InvalidValueError
from config.shared.middleware import current_request_id

log = structlog.get_logger("vesile.api")


def body_of(error: errors.VesileError) -> dict[str, Any]:
    """The published error object; `details` says what to do."""
    body = {
        "code": error.status,
        "key": error.key,
        "message": str(error.message),
        "details": str(error.details),
        "request_id": current_request_id(),
    }
    if error.resource_id is not None:
        body["resource_id"] = error.resource_id
        body["resource_type"] = error.resource_type
    return body


def _below(path: str, name: str | int) -> str:
    """The path of a field or of a position in a list; an object's own errors are at its path."""
    if name == "non_field_errors":
        return path
    return f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}".lstrip(".")


def flat(detail: Any, path: str = "") -> list[str]:
    """DRF's nested validation errors as "path: message" lines."""
    if isinstance(detail, dict):
        return [line for name, inner in detail.items() for line in flat(inner, _below(path, name))]
    if isinstance(detail, list):
        if all(not isinstance(inner, dict | list) for inner in detail):
            return [f"{path}: {inner}" if path else str(inner) for inner in detail]
        return [
            line for i, inner in enumerate(detail) if inner for line in flat(inner, f"{path}[{i}]")
        ]
    return [f"{path}: {detail}" if path else str(detail)]


MEBIBYTE = 1024 * 1024


class TooLarge(errors.VesileError):
    status = 413
    key = "query_too_large"
    message = gettext_lazy("The body of the request is too large.")

    def __init__(self) -> None:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEBIBYTE
        super().__init__(details=_("Send at most %(most)d MB; split a batch.") % {"most": most})


class DatabaseAway(errors.Unavailable):
    """Nothing was committed, or nobody knows: a repeat with the same Idempotency-Key is safe."""

    message = gettext_lazy("The database does not answer at this moment.")


class NotAcceptable(errors.VesileError):
    status = 406
    key = "not_acceptable"
    message = gettext_lazy("Answers are JSON.")


class UnknownBody(errors.BadInput):
    message = gettext_lazy("The body of the request is of an unknown type.")


# Errors of Django and DRF that say nothing beyond their kind.
_KINDS: list[tuple[tuple[type[Exception], ...], type[errors.VesileError]]] = [
    (
        (exceptions.NotAuthenticated, exceptions.AuthenticationFailed),
        errors.Unauthenticated,
    ),
    ((exceptions.NotFound, Http404), errors.NotFound),
    ((exceptions.NotAcceptable,), NotAcceptable),
    ((exceptions.UnsupportedMediaType,), UnknownBody),
    ((exceptions.Throttled,), errors.Throttled),
    ((RequestDataTooBig,), TooLarge),
    ((OperationalError, InterfaceError), DatabaseAway),
]


def translated(error: Exception) -> errors.VesileError | None:
    """The same error in our hierarchy; None for what is a defect of ours."""
    for kinds, ours in _KINDS:
        if isinstance(error, kinds):
            return ours()
    match error:
        case errors.VesileError():
            return error
        case InvalidValueError():
            return errors.BadInput(error.translated())
        case exceptions.ValidationError():
            return errors.BadInput(details=" ".join(flat(error.detail)))
        case exceptions.ParseError():
            return errors.BadInput(details=str(error.detail))
        case UnreadablePostError():
            return errors.BadInput(_("The body of the request did not arrive whole."))
        case exceptions.PermissionDenied() | PermissionDenied():
            return errors.Forbidden(details=_("Use a key that has this scope."))
    return None


class MethodNotAllowed(errors.VesileError):
    status = 405
    key = "method_not_allowed"
    message = gettext_lazy("This address has no such method.")


def _with_remedy(known: errors.VesileError, view: Any) -> None:
    """Tell what this call takes instead."""
    if isinstance(known, MethodNotAllowed):
        methods = ", ".join(sorted(getattr(view, "scopes", {})))
        known.details = _("Use %(methods)s.") % {"methods": methods} if methods else ""
    else:
        types = ", ".join(parser.media_type for parser in getattr(view, "parser_classes", ()))
        known.details = _("Send it with Content-Type: %(types)s.") % {"types": types}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: our shape for what the client can act on, None for a defect."""
    if isinstance(error, exceptions.MethodNotAllowed):
        known: errors.VesileError | None = MethodNotAllowed()
    else:
        known = translated(error)
    if known is None:
        return None
    if isinstance(error, exceptions.MethodNotAllowed | exceptions.UnsupportedMediaType):
        _with_remedy(known, context.get("view"))
    if isinstance(known, DatabaseAway):
        # The kind only: the driver's text names hosts, and may quote values.
        log.error("database_away", problem=type(error.__cause__ or error).__name__)
    response = Response(body_of(known), status=known.status)
    if isinstance(known, errors.TooManyRequests):
        response["Retry-After"] = str(known.wait)
    if known.status == 401:
        response["WWW-Authenticate"] = getattr(error, "scheme", "X-App-Id")
    log.info("api_refusal", key=known.key, status=known.status)
    return response
