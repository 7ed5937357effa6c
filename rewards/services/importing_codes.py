"""Codes that a shop sends in one request, each with what is its own."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from config.shared.actors import Actor
from config.shared.errors import BadInput, Conflict
from config.shared.middleware import current_request_id
from rewards.models import CodeRun, CodeRunKind, CodeRunState, Promotion

from .adding_codes import AskedCode, add_code


def import_codes(
    *,
    promotion: Promotion,
    asked: Sequence[AskedCode],
    actor: Actor,
    at: datetime,
    test: bool = False,
) -> CodeRun:
    """Add each of these codes; those that exist or cannot be codes are left out and counted.

    One transaction, for some hundred codes: files are for more (`code_runs.start_import`). Gives
    the run of it, which is finished.
    """
    made = 0
    with transaction.atomic():
        for one in asked:
            try:
                with transaction.atomic():
                    add_code(promotion=promotion, asked=one, actor=actor, at=at, test=test)
            except (BadInput, Conflict):
                continue
            made += 1
        return CodeRun.objects.create(
            promotion=promotion,
            kind=CodeRunKind.IMPORT,
            state=CodeRunState.FINISHED,
            wanted=len(asked),
            made=made,
            skipped=len(asked) - made,
            request_id=current_request_id(),
            created_by=f"{actor.kind}:{actor.id}",
            created_at=at,
            started_at=at,
            finished_at=at,
        )
