"""/management/v1: keys and the project, for programs that set up shops; with a management key.

Tokens are in the answer to the call that made them and stored nowhere, so these calls take no
Idempotency-Key: a stored answer would be a stored token.
"""

from datetime import timedelta
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import actors, clock, key_changes, keys
from config.shared.api.authentication import ManagementKeyAuthentication
from config.shared.api.fields import WholeNumber
from config.shared.api.permissions import ManagesKeys
from config.shared.api.schema import ERRORS, ErrorSerializer
from config.shared.api.storefront import KeyFront
from config.shared.errors import NotFound
from config.shared.models import ApiKey, KeyKind, Project
from config.shared.models.api_key import ApiKeyQuerySet

MADE_BY_PROGRAMS = (KeyKind.SECRET, KeyKind.RESTRICTED, KeyKind.PUBLISHABLE)
LONGEST_OVERLAP_HOURS = key_changes.LONGEST_OVERLAP // timedelta(hours=1)


class Texts(serializers.ListField):
    """Up to 100 short texts."""

    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=200)
        super().__init__(child=child, max_length=100, required=False, **options)


class NewKeySerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(MADE_BY_PROGRAMS)
    scopes = Texts(help_text="For a restricted key: what it may do.")
    origins = Texts(help_text="For a publishable key: the pages it works on.")
    addresses = Texts(help_text="Addresses or networks from which alone it works.")
    may_redeem = serializers.BooleanField(required=False)
    test = serializers.BooleanField(required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class RotationSerializer(serializers.Serializer):
    overlap_hours = WholeNumber(
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        default=24,
        help_text="So long the token until now works beside the new one.",
    )


class KeySerializer(serializers.Serializer):
    """A key without its token."""

    object = serializers.ChoiceField(["api_key"])
    id = serializers.CharField(help_text="The application id, sent with every call.")
    name = serializers.CharField()
    kind = serializers.ChoiceField(MADE_BY_PROGRAMS)
    scopes = serializers.ListField(child=serializers.CharField())
    origins = serializers.ListField(child=serializers.CharField())
    addresses = serializers.ListField(child=serializers.CharField())
    may_redeem = serializers.BooleanField()
    test = serializers.BooleanField()
    token_ends_in = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="Up to 5 minutes old.")
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="So long the token before the last rotation works."
    )


class MadeKeySerializer(KeySerializer):
    token = serializers.CharField(help_text="Here only; it cannot be had again.")


class KeyListSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["keys"])
    keys = KeySerializer(many=True)
    total = serializers.IntegerField()


class ProjectSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["project"])
    name = serializers.CharField()
    currency = serializers.CharField()
    country = serializers.CharField(allow_blank=True)
    zone = serializers.CharField()
    language = serializers.CharField()


REFUSALS = ERRORS
OF_ONE = REFUSALS | {404: ErrorSerializer, 409: ErrorSerializer}


class Management(KeyFront):
    """A call with a management key."""

    authentication_classes = [ManagementKeyAuthentication]
    permission_classes = [ManagesKeys]

    def found(self, app_id: str) -> ApiKey:
        """A key that programs may manage; management keys are made and ended by people."""
        key = _managed(self.key).filter(app_id=app_id).first()
        if key is None:
            raise NotFound(resource_id=app_id, resource_type="api_key")
        return key


class Keys(Management):
    @extend_schema(
        operation_id="list_keys",
        tags=["management"],
        responses={200: KeyListSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """All keys but those for management, newest first."""
        found = [shown(key) for key in _managed(self.key).order_by("-pk")]
        return Response({"object": "list", "data_ref": "keys", "keys": found, "total": len(found)})

    @extend_schema(
        operation_id="create_key",
        tags=["management"],
        request=NewKeySerializer,
        responses={201: MadeKeySerializer, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Make a key; its token is in this answer alone."""
        serializer = NewKeySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = keys.create_api_key(**serializer.validated_data, actor=actors.api_key(self.key.pk))
        return _secret(shown(made.key) | {"token": made.token}, status=201)


class OneKey(Management):
    @extend_schema(
        operation_id="get_key", tags=["management"], responses={200: KeySerializer, **OF_ONE}
    )
    def get(self, request: Request, app_id: str) -> Response:
        return Response(shown(self.found(app_id)))

    @extend_schema(
        operation_id="revoke_key", tags=["management"], responses={200: KeySerializer, **OF_ONE}
    )
    def delete(self, request: Request, app_id: str) -> Response:
        """End the key now; asking twice changes nothing."""
        keys.revoke_api_key(key=self.found(app_id), actor=actors.api_key(self.key.pk))
        return Response(shown(self.found(app_id)))


class Rotation(Management):
    @extend_schema(
        operation_id="rotate_key",
        tags=["management"],
        request=RotationSerializer,
        responses={200: MadeKeySerializer, **OF_ONE},
    )
    def post(self, request: Request, app_id: str) -> Response:
        """Give the key another token; the one until now works for `overlap_hours` longer."""
        serializer = RotationSerializer(data=request.data or {})
        serializer.is_valid(raise_exception=True)
        made = key_changes.rotate_api_key(
            key=self.found(app_id),
            overlap=timedelta(hours=serializer.validated_data["overlap_hours"]),
            actor=actors.api_key(self.key.pk),
        )
        return _secret(shown(made.key) | {"token": made.token}, status=200)


class ProjectDetail(Management):
    @extend_schema(
        operation_id="get_project",
        tags=["management"],
        responses={200: ProjectSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        project = Project.objects.get(pk=1)
        named = ("name", "currency", "country", "zone", "language")
        return Response({"object": "project"} | {name: getattr(project, name) for name in named})


def _managed(by: ApiKey) -> ApiKeyQuerySet:
    """The keys a management key may see and change: those of its brand."""
    return ApiKey.objects.filter(brand=by.brand, kind__in=MADE_BY_PROGRAMS)


def _secret(body: dict[str, Any], *, status: int) -> Response:
    return Response(body, status=status, headers={"Cache-Control": "no-store"})


def shown(key: ApiKey) -> dict[str, Any]:
    """A key as programs see it; never its hashes."""
    return {
        "object": "api_key",
        "id": key.app_id,
        "name": key.name,
        "kind": key.kind,
        "scopes": key.scopes,
        "origins": key.origins,
        "addresses": key.addresses,
        "may_redeem": key.may_redeem,
        "test": key.test,
        "token_ends_in": key.token_hint,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "previous_until": key.previous_until if key.overlaps(at=clock.now()) else None,
    }


urlpatterns = [
    path("keys", Keys.as_view(), name="management-keys"),
    path("keys/<slug:app_id>", OneKey.as_view(), name="management-key"),
    path("keys/<slug:app_id>/rotate", Rotation.as_view(), name="management-rotate"),
    path("project", ProjectDetail.as_view(), name="management-project"),
]
