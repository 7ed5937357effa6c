"""The shop's calls that bring many codes at once, and what became of them: async actions."""

from datetime import timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.api.listing import PAGING, check_names, page_of, period_names, within
from config.shared.errors import BadInput, NotFound
from rewards.models import CodeRun, CodeRunKind, CodeRunState
from rewards.services.code_runs import start_import
from rewards.services.importing_codes import import_codes

from . import import_schema as schema
from .campaign_codes import asked_code
from .campaign_fields import ImportedCodeFields
from .campaigns import Managing

MOST_ITEMS: Final = 1_000
_STATES: Final = {
    CodeRunState.WAITING: ("ENQUEUED", "UNKNOWN"),
    CodeRunState.RUNNING: ("IN_PROGRESS", "UNKNOWN"),
    CodeRunState.PAUSED: ("IN_PROGRESS", "UNKNOWN"),
    CodeRunState.FINISHED: ("DONE", "SUCCESS"),
    CodeRunState.STOPPED: ("FAILED", "FAILED"),
    CodeRunState.FAILED: ("FAILED", "FAILED"),
}
_CREATED: Final = period_names("created_at") | {"end_date": "created_at__lt"}
_ENDED: Final = (CodeRunState.FINISHED, CodeRunState.STOPPED, CodeRunState.FAILED)


class CampaignImport(Managing):
    """Codes as JSON, each with what is its own."""

    scopes = {"POST": "campaigns:write"}

    @schema.import_vouchers
    def post(self, request: Request, campaign: str) -> HttpResponse:
        if not isinstance(request.data, list) or not 1 <= len(request.data) <= MOST_ITEMS:
            raise BadInput(
                _("Send a list of 1 to %(most)d codes.") % {"most": MOST_ITEMS},
                details=_("Use importCSV for more."),
            )
        given = ImportedCodeFields(many=True).run_validation(request.data)

        def work() -> dict[str, Any]:
            promotion = self.promotion(campaign)
            asked = [asked_code(one, default_limit=promotion.uses_per_code) for one in given]
            run = import_codes(
                promotion=promotion,
                asked=asked,
                actor=self.actor,
                at=clock.now(),
                test=self.key.test,
            )
            return {"async_action_id": run.public_id}

        return self.once(request, work)


class CampaignImportFile(Managing):
    """Codes in a file, worked on in the background.

    Without Idempotency-Key: a code that exists already is left out, so a repeat adds nothing.
    """

    scopes = {"POST": "campaigns:write"}
    parser_classes = [MultiPartParser]

    @schema.import_vouchers_csv
    def post(self, request: Request, campaign: str) -> Response:
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            raise BadInput(_("Send the codes as the file of a form, in the field “file”."))
        run = start_import(
            promotion=self.promotion(campaign),
            name=(file.name or "codes.csv")[:120],
            parts=file.chunks(),
            actor=self.actor,
            at=clock.now(),
            test=self.key.test,
        )
        return Response({"async_action_id": run.public_id})


class AsyncActions(Managing):
    scopes = {"GET": "campaigns:read"}

    @schema.list_async_actions
    def get(self, request: Request) -> Response:
        params = request.query_params
        check_names(params, PAGING | set(_CREATED))
        rows = within(params, _runs(self.key.brand_id), _CREATED)
        page = page_of(
            params,
            rows.order_by("-pk"),
            after=lambda found, last: found.filter(pk__lt=last.pk),
        )
        return Response(
            {
                "object": "list",
                "data_ref": "async_actions",
                "async_actions": [_shown(run) for run in page.rows],
                "total": page.total,
                "has_more": page.more is not None,
                "more_starting_after_id": page.more,
            }
        )


class AsyncActionDetail(Managing):
    scopes = {"GET": "campaigns:read"}

    @schema.get_async_action
    def get(self, request: Request, action_id: str) -> Response:
        run = _runs(self.key.brand_id).filter(public_id=action_id).first()
        if run is None:
            raise NotFound(
                _("There is no async action with this id."),
                resource_id=action_id,
                resource_type="async_action",
            )
        result = {"created_count": run.made, "skipped_count": run.skipped}
        return Response(_shown(run) | {"result": result if run.state in _ENDED else None})


def _runs(brand_id: int | None) -> Any:
    return CodeRun.objects.filter(promotion__brand=brand_id)


def _shown(run: CodeRun) -> dict[str, Any]:
    status, operation = _STATES[CodeRunState(run.state)]
    done = run.made + run.skipped
    finished = run.state == CodeRunState.FINISHED
    took = None
    if run.finished_at and run.started_at:
        took = (run.finished_at - run.started_at) // timedelta(milliseconds=1)
    generating = run.kind == CodeRunKind.GENERATE
    return {
        "object": "async_action",
        "id": run.public_id,
        "type": "CAMPAIGNS_VOUCHERS_GENERATION" if generating else "VOUCHERS_IMPORT",
        "status": status,
        "operation_status": operation,
        "created_at": run.created_at,
        "updated_at": run.finished_at or run.started_at or run.created_at,
        "request_id": run.request_id or None,
        "processing_time": took,
        "progress": 100 if finished else min(99, done * 100 // run.wanted if run.wanted else 0),
    }
