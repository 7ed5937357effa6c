"""Who calls the API: the published header pairs, each for its kinds of key."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from config.shared import clock, keys
from config.shared.errors import Unauthenticated
from config.shared.models import ApiKey, KeyKind


class ServerKeyAuthentication(BaseAuthentication):
    """X-App-Id and X-App-Token with a secret or restricted key."""

    kinds = (KeyKind.SECRET, KeyKind.RESTRICTED)
    id_header = "X-App-Id"
    token_header = "X-App-Token"  # noqa: S105  (a header's name)

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        """The key as `request.auth`; raises Unauthenticated, the same for every cause."""
        app_id = request.headers.get(self.id_header, "")
        key = keys.find_api_key(
            app_id=app_id if app_id.isprintable() else "",  # PostgreSQL cannot look for a NUL
            token=request.headers.get(self.token_header, ""),
            at=clock.now(),
        )
        if key is None or key.kind not in self.kinds:
            raise Unauthenticated(
                details=_("Send %(id)s and %(token)s of a key that is made for this address.")
                % {"id": self.id_header, "token": self.token_header}
            )
        keys.note_use(key=key, at=clock.now())
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return self.id_header


class ServerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ServerKeyAuthentication
    name = ["X-App-Id", "X-App-Token"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": "X-App-Id"},
            {"type": "apiKey", "in": "header", "name": "X-App-Token"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{"X-App-Id": [], "X-App-Token": []}]
