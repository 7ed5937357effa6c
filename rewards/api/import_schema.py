"""The description of the calls about many codes and async actions."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from config.shared.api.schema import ERRORS, IDEMPOTENCY, PAGING, ErrorSerializer
from customers.api.bulk import AsyncStarted

from .campaign_answers import ListSerializer
from .campaign_fields import ImportedCodeFields
from .campaign_schema import CHANGES


class AsyncActionSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["async_action"])
    id = serializers.CharField()
    type = serializers.CharField()
    status = serializers.ChoiceField(["DONE", "ENQUEUED", "FAILED", "IN_PROGRESS"])
    operation_status = serializers.ChoiceField(["FAILED", "SUCCESS", "UNKNOWN"])
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    request_id = serializers.CharField(allow_null=True)
    processing_time = serializers.IntegerField(allow_null=True, help_text="Milliseconds.")
    progress = serializers.IntegerField(help_text="0 to 100.")


class ActionErrorSerializer(serializers.Serializer):
    index = serializers.IntegerField(help_text="From 0; of a file the line, from 1.")
    key = serializers.CharField()
    message = serializers.CharField()
    details = serializers.CharField(allow_blank=True)


class ActionResultSerializer(serializers.Serializer):
    """Of codes made or imported `created_count` and `skipped_count`, else all but the latter."""

    created_count = serializers.IntegerField()
    skipped_count = serializers.IntegerField(required=False)
    updated_count = serializers.IntegerField(required=False)
    unchanged_count = serializers.IntegerField(required=False)
    rejected_count = serializers.IntegerField(required=False)
    errors = ActionErrorSerializer(  # type: ignore[assignment]
        many=True, required=False, help_text="The first hundred of what was rejected."
    )


class AsyncActionDetailSerializer(AsyncActionSerializer):
    result = ActionResultSerializer(allow_null=True)


class AsyncActionListSerializer(ListSerializer):
    async_actions = AsyncActionSerializer(many=True)


class CodeFileSerializer(serializers.Serializer):
    file = serializers.FileField()


import_vouchers = extend_schema(
    operation_id="import_vouchers_to_campaign",
    summary="Import up to 1,000 codes",
    description="Codes that exist already, and what cannot be a code, are left out and counted.",
    request=ImportedCodeFields(many=True),
    parameters=IDEMPOTENCY,
    responses={200: AsyncStarted, **CHANGES},
    tags=["Campaigns"],
)
import_vouchers_csv = extend_schema(
    operation_id="import_vouchers_to_campaign_using_csv",
    summary="Import a file of codes",
    description="Worked on in the background; see async actions.",
    request={"multipart/form-data": CodeFileSerializer},
    responses={200: AsyncStarted, **ERRORS, 404: ErrorSerializer},
    tags=["Campaigns"],
)
list_async_actions = extend_schema(
    operation_id="list_async_actions",
    summary="List async actions",
    parameters=[*PAGING, OpenApiParameter("end_date", description="Only those begun before.")],
    responses={200: AsyncActionListSerializer, **ERRORS},
    tags=["Async actions"],
)
get_async_action = extend_schema(
    operation_id="get_async_action",
    summary="Get an async action",
    responses={200: AsyncActionDetailSerializer, **ERRORS, 404: ErrorSerializer},
    tags=["Async actions"],
)
