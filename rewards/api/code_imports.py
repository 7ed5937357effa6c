"""The shop's calls that bring many codes of a campaign at once."""

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.errors import BadInput
from rewards.services.code_runs import start_import
from rewards.services.importing_codes import import_codes

from . import import_schema as schema
from .campaign_codes import asked_code
from .campaign_fields import ImportedCodeFields
from .campaigns import Managing

MOST_ITEMS: Final = 1_000


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
