"""What a key may do. A view states its scope; a view that states nothing is closed."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from config.shared.models import ApiKey, KeyKind


class DenyUnlessStated(BasePermission):
    """The default: a view without permissions of its own answers nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Anyone(BasePermission):
    """Stated openness, for pages such as the API's own description."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return True


class HasScope(BasePermission):
    """A secret key may do everything, a restricted one what its scopes name, a publishable one
    little (`ApiKey.may`).

    The view says `scopes = {"POST": "redemptions:write"}`; a method missing there is closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = getattr(view, "scopes", {}).get(request.method)
        key = request.auth
        if needed is None or not isinstance(key, ApiKey):
            return False
        return key.may(needed)


class ManagesKeys(BasePermission):
    """A management key, for the addresses under /management/v1."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and request.auth.kind == KeyKind.MANAGEMENT
