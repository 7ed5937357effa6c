"""One hierarchy of errors: each knows its key on the wire, its HTTP status and what it is about.

The API answers any of them through `config.shared.api.handler`; the admin shows `str(error)`.
A message says where and what, `details` what to do about it.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class VesileError(Exception):
    """Something the caller can understand and act on."""

    status: ClassVar[int] = 500
    key: str = "internal_error"
    message: Text = _("Something went wrong.")

    def __init__(
        self,
        message: Text | None = None,
        *,
        key: str | None = None,
        details: Text = "",
        resource_id: str | None = None,
        resource_type: str | None = None,
    ) -> None:
        self.message = message or self.message
        self.key = key or self.key
        self.details = details
        self.resource_id = resource_id
        self.resource_type = resource_type
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.details}".strip()


class BadInput(VesileError):
    """The request or the file is malformed."""

    status = 400
    key = "invalid_payload"
    message = _("The request is malformed.")


class Refused(VesileError):
    """Well-formed, but a rule of the business says no."""

    status = 400
    key = "refused"
    message = _("The rules do not allow this.")


class Unauthenticated(VesileError):
    """`scheme` is the header that names the key."""

    scheme: str = "X-App-Id"
    status = 401
    key = "unauthorized"
    message = _("The key is missing or not valid.")


class Forbidden(VesileError):
    status = 403
    key = "forbidden"
    message = _("This key or person may not do that.")


class ScopeMissing(Forbidden):
    """The key is not made for this call."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            details=_("The call needs a key with the scope “%(scope)s”.") % {"scope": scope}
        )


class NotFound(VesileError):
    status = 404
    key = "not_found"
    message = _("There is nothing here.")


class Conflict(VesileError):
    """The state changed or the same thing was asked differently before."""

    status = 409
    key = "conflict"
    message = _("This conflicts with what was stored before.")


class Locked(VesileError):
    status = 423
    key = "resource_locked"
    message = _("Somebody else is changing this right now.")


class Throttled(VesileError):
    status = 429
    key = "too_many_requests"
    message = _("Too many requests.")


class TooManyRequests(Throttled):
    """A limit of the key is reached; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(
            details=_("Ask again after %(seconds)d seconds.") % {"seconds": wait},
        )
        self.wait = wait


class Unavailable(VesileError):
    """A part of the installation does not answer; asking again later is safe."""

    status = 503
    key = "service_unavailable"
    message = _("The service is not available right now.")
