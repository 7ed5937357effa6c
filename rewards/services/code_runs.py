"""Asking for many codes, generated or imported, and steering the work on them.

`rewards.services.code_run_work` does the work. A worker holds the run's row for one batch at a
time, so whoever pauses or stops a run waits for the batch in hand at most.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, dispatch, files
from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.middleware import current_request_id
from config.shared.models import StoredFile
from customers.importing.containers import MEBIBYTE
from customers.importing.source import UnusableFile
from rewards import code_files
from rewards.codes import CodePattern, validate_pattern
from rewards.errors import PromotionNotFound, RunOver
from rewards.models import CodeRun, CodeRunKind, CodeRunState, Promotion

TASK: Final = "rewards.work_on_codes"
MOST: Final = 5_000_000  # codes in one run
OPEN: Final = (CodeRunState.WAITING, CodeRunState.RUNNING, CodeRunState.PAUSED)


def start_generation(
    *,
    promotion: Promotion,
    count: int,
    actor: Actor,
    at: datetime,
    pattern: CodePattern | None = None,
    pooled: bool = True,
    redemption_limit: int | None = None,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
    test: bool = False,
) -> CodeRun:
    """Ask for `count` new codes of an offer, by its own pattern or another one.

    `pooled` codes wait to be given to customers; others are for whoever has them.
    `redemption_limit` None means what the offer says. `test`: for a key in test mode. Raises
    BadInput for a count or limit that cannot be, or public codes of an offer for holders;
    CodePatternError for a pattern that is easily guessed or too small.
    """
    if not 1 <= count <= MOST:
        raise BadInput(
            _("Ask for 1 to %(most)s codes at once.") % {"most": f"{MOST:,}".replace(",", " ")}
        )
    chosen = pattern or promotion.pattern
    validate_pattern(chosen)
    options = _options(promotion, pooled, redemption_limit, starts_at, expires_at, metadata)
    options["test"] = test or promotion.test
    return _begin(
        CodeRun(
            promotion=promotion,
            kind=CodeRunKind.GENERATE,
            wanted=count,
            options={**options, "pattern": chosen.text, "charset": chosen.charset},
        ),
        actor=actor,
        at=at,
    )


def start_import(
    *,
    promotion: Promotion,
    name: str,
    parts: Iterable[bytes],
    actor: Actor,
    at: datetime,
    pooled: bool = True,
    redemption_limit: int | None = None,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
    test: bool = False,
) -> CodeRun:
    """Ask for the codes of a file (see `rewards.code_files`) to become codes of an offer.

    `parts` are its bytes as they come in. What cannot be a code is left out and told of. Raises
    UnusableFile, with nothing kept, for what is no list of codes; else as `start_generation`.
    """
    options = _options(promotion, pooled, redemption_limit, starts_at, expires_at, metadata)
    options["test"] = test or promotion.test
    with TemporaryFile() as upload:
        _spool(parts, upload)
        layout = code_files.detect(upload)
        upload.seek(0)
        with transaction.atomic():
            stored = files.store(
                name=name,
                content_type="application/octet-stream",
                parts=iter(lambda: upload.read(MEBIBYTE), b""),
            )
            return _begin(
                CodeRun(
                    promotion=promotion,
                    kind=CodeRunKind.IMPORT,
                    wanted=layout.pop("rows"),
                    options={**options, "layout": layout},
                    file=stored,
                ),
                actor=actor,
                at=at,
            )


def start_import_of(
    *, promotion: Promotion, codes: Iterable[str], actor: Actor, at: datetime, **more: Any
) -> CodeRun:
    """The same for codes that came in a request; `more` as for `start_import`."""
    body = "".join(f"{' '.join(code.splitlines())}\n" for code in ("code", *codes))
    return start_import(
        promotion=promotion, name="codes.txt", parts=[body.encode()], actor=actor, at=at, **more
    )


def _options(
    promotion: Promotion,
    pooled: bool,
    redemption_limit: int | None,
    starts_at: datetime | None,
    expires_at: datetime | None,
    metadata: Mapping[str, Any] | None,
) -> dict[str, Any]:
    if promotion.deleted_at is not None:
        raise PromotionNotFound(promotion.public_id)
    if not pooled and promotion.holder_only:
        raise BadInput(
            _("Only holders may use the codes of this offer, and a public code has none."),
            details=_("Switch off “only the holder may use the code” first."),
        )
    if redemption_limit is not None and redemption_limit < 1:
        raise BadInput(_("The limit must be at least 1; leave it empty for no limit."))
    if starts_at is not None and expires_at is not None and expires_at <= starts_at:
        raise BadInput(_("The codes would expire before they begin."))
    return {
        "pooled": pooled,
        "limit": redemption_limit or promotion.uses_per_code,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "metadata": dict(metadata or {}),
    }


def _spool(parts: Iterable[bytes], upload: IO[bytes]) -> None:
    size = 0
    for part in parts:
        size += len(part)
        if size > settings.IMPORT_LARGEST_UPLOAD:
            raise UnusableFile(
                _("The file is larger than %(limit)s MB.")
                % {"limit": settings.IMPORT_LARGEST_UPLOAD // MEBIBYTE},
                details=_("Pack it with gzip or zip, or split it into several files."),
            )
        upload.write(part)


def _begin(run: CodeRun, *, actor: Actor, at: datetime) -> CodeRun:
    run.created_by, run.created_at = f"{actor.kind}:{actor.id}", at
    run.request_id = current_request_id()
    with transaction.atomic():
        run.save()
        audit.record(actor=actor, action="codes.requested", of=run, fields=[f"wanted={run.wanted}"])
        dispatch.after_commit(TASK)
    return run


def pause(*, run: CodeRun, actor: Actor) -> CodeRun:
    """Stop for now, after the batch in hand. Raises RunOver when it waits or works no more."""
    working = (CodeRunState.WAITING, CodeRunState.RUNNING)
    return _move(run, working, CodeRunState.PAUSED, "codes.paused", actor)


def resume(*, run: CodeRun, actor: Actor) -> CodeRun:
    """Go on from the checkpoint. Raises RunOver for what is not paused."""
    with transaction.atomic():
        moved = _move(run, (CodeRunState.PAUSED,), CodeRunState.WAITING, "codes.resumed", actor)
        dispatch.after_commit(TASK)
    return moved


def stop(*, run: CodeRun, actor: Actor) -> CodeRun:
    """End the work after the batch in hand; the codes made so far stay. Raises RunOver."""
    return _move(run, OPEN, CodeRunState.STOPPED, "codes.stopped", actor)


def _move(
    run: CodeRun, states: Collection[str], to: CodeRunState, action: str, actor: Actor
) -> CodeRun:
    with transaction.atomic():
        locked = CodeRun.objects.select_for_update().get(pk=run.pk)
        if locked.state not in states:
            raise RunOver
        if to == CodeRunState.STOPPED:
            end(locked, to)
        else:
            locked.state = to
            locked.save(update_fields=["state"])
        audit.record(actor=actor, action=action, of=locked)
    return locked


def end(run: CodeRun, state: CodeRunState) -> None:
    """Leave a locked run in its last state: its upload is deleted, what was left out stays."""
    run.state, run.finished_at = state, clock.now()
    upload, run.file = run.file, None
    if run.rejects is not None:
        files.finish(run.rejects)
    run.save()
    if upload is not None:
        upload.delete()


def record_download(*, run: CodeRun, actor: Actor) -> StoredFile:
    """The file of what was left out, its download written down. Raises RunOver without one."""
    if run.rejects is None:
        raise RunOver(_("Nothing was left out."))
    audit.record(actor=actor, action="codes.rejects_downloaded", of=run)
    return run.rejects
