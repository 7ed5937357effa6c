"""How a call is described: who may make it, how it can fail, and what it answered when tried.

The answers are recorded ones (`settings.API_EXAMPLES`): the tests make every call of the API once,
and the file must be what came back (`tests/shared/test_api_examples.py`).
"""

import json
from functools import cache
from typing import Any, Final

from django.conf import settings
from drf_spectacular.openapi import AutoSchema

from config.shared.api.handler import TooLarge, body_of
from config.shared.api.storefront import KeyFront
from config.shared.errors import (
    BadInput,
    Conflict,
    NotFound,
    ScopeMissing,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    VesileError,
)

JSON: Final = "application/json"
REQUEST_ID: Final = "9f0c6b5e2f3d4a0c8d1b7e6f5a4c3b2d"


@cache
def recorded() -> dict[str, Any]:
    """By operation: {"status", "request", "response"}, what is not there left out."""
    found: dict[str, Any] = json.loads(settings.API_EXAMPLES.read_text(encoding="utf-8"))
    return found


class CallSchema(AutoSchema):
    """The description of one call, completed."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation and isinstance(self.view, KeyFront):
            scope = self.view.scopes.get(self.method)
            if scope:
                said = operation.get("description", "")
                operation["description"] = f"{said}\n\nScope: `{scope}`.".strip()
            _add_errors(operation, scope)
            _add_recorded(operation, recorded().get(operation["operationId"], {}))
        return operation


def _add_errors(operation: dict[str, Any], scope: str | None) -> None:
    """An example for every status that is an error, where the call has none of its own."""
    for status, error in _errors(scope).items():
        media = operation["responses"].get(status, {}).get("content", {}).get(JSON)
        if media is not None and not media.get("examples"):
            body = body_of(error) | {"request_id": REQUEST_ID}
            media["examples"] = {error.key: {"value": body}}


def _errors(scope: str | None) -> dict[str, VesileError]:
    return {
        "400": BadInput(details="metadata: This is not an object."),
        "401": Unauthenticated(),
        "403": ScopeMissing(scope or "keys"),
        "404": NotFound(resource_id="17850"),
        "409": Conflict(),
        "413": TooLarge(),
        "429": TooManyRequests(17),
        "503": Unavailable(),
    }


def _add_recorded(operation: dict[str, Any], told: dict[str, Any]) -> None:
    """The request and the answer of the call when it was tried."""
    if "request" in told:
        for media in operation.get("requestBody", {}).get("content", {}).values():
            media.setdefault("examples", {"Example": {"value": told["request"]}})
    if "response" in told:
        media = operation["responses"][str(told["status"])]["content"][JSON]
        media.setdefault("examples", {"Example": {"value": told["response"]}})
