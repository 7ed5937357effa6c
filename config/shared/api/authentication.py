"""Who calls the API: the published header pairs, each for its kinds of key."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from config.shared import addresses, clock, keys
from config.shared.api.calls import call_of
from config.shared.errors import Unauthenticated
from config.shared.models import ApiKey, KeyKind


class KeyAuthentication(BaseAuthentication):
    """A pair of headers that names a key of some kinds, used from where it may be used."""

    kinds: tuple[KeyKind, ...]
    id_header: str
    token_header: str

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        """The key as `request.auth`; raises Unauthenticated, the same for every cause.

        Where the token was right, the log of the key's requests names the cause.
        """
        app_id = request.headers.get(self.id_header, "")
        key = keys.find_api_key(
            app_id=app_id if app_id.isprintable() else "",  # PostgreSQL cannot look for a NUL
            token=request.headers.get(self.token_header, ""),
            at=clock.now(),
        )
        if key is None or key.kind not in self.kinds:
            raise self.refusal()
        # Through DRF's own request the handler and the middleware see the same call.
        call = call_of(request._request)
        call.key = key
        call.problem = self.problem(request._request, key)
        if call.problem:
            raise self.refusal()
        keys.note_use(key=key, at=clock.now())
        return None, key

    def problem(self, request: HttpRequest, key: ApiKey) -> str:
        """Why the right token may not be used here, in the words of the log; else empty."""
        if addresses.is_allowed(addresses.client_address(request), key.addresses):
            return ""
        return "address_not_allowed"

    def refusal(self) -> Unauthenticated:
        refused = Unauthenticated(
            details=_("Send %(id)s and %(token)s of a key that is made for this address.")
            % {"id": self.id_header, "token": self.token_header}
        )
        refused.scheme = self.id_header
        return refused

    def authenticate_header(self, request: Request) -> str:
        return self.id_header


class ServerKeyAuthentication(KeyAuthentication):
    """X-App-Id and X-App-Token with a secret or restricted key."""

    kinds = (KeyKind.SECRET, KeyKind.RESTRICTED)
    id_header = "X-App-Id"
    token_header = "X-App-Token"  # noqa: S105  (a header's name)


class ClientKeyAuthentication(KeyAuthentication):
    """X-Client-Application-Id and X-Client-Token with a publishable key, on the pages of the shop:
    the browser's Origin must be one of the key's.
    """

    kinds = (KeyKind.PUBLISHABLE,)
    id_header = "X-Client-Application-Id"
    token_header = "X-Client-Token"  # noqa: S105  (a header's name)

    def problem(self, request: HttpRequest, key: ApiKey) -> str:
        origin = request.headers.get("Origin", "")
        if origin not in key.origins:
            return "origin_not_allowed"
        call_of(request).origin = origin
        return super().problem(request, key)


class ManagementKeyAuthentication(KeyAuthentication):
    """X-Management-Id and X-Management-Token with a management key."""

    kinds = (KeyKind.MANAGEMENT,)
    id_header = "X-Management-Id"
    token_header = "X-Management-Token"  # noqa: S105  (a header's name)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The pair of headers in the description of the API."""

    target_class = KeyAuthentication
    match_subclasses = True

    @property
    def name(self) -> list[str]:  # type: ignore[override]
        return [self.target.id_header, self.target.token_header]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [{"type": "apiKey", "in": "header", "name": header} for header in self.name]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{header: [] for header in self.name}]
