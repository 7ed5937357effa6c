"""The steps of an import and where a run stands among them."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import ImportRun
from customers.models.import_run import ImportState

LOOK, COLUMNS, CHECK, RUN, DONE = "look", "columns", "check", "run", "done"
NAMES: Final[dict[str, Promise]] = {
    LOOK: _("Look"),
    COLUMNS: _("Columns"),
    CHECK: _("Check"),
    RUN: _("Import"),
    DONE: _("Done"),
}
TONES: Final = {
    ImportState.CHECKING: "wait",
    ImportState.WAITING: "wait",
    ImportState.RUNNING: "wait",
    ImportState.PAUSED: "wait",
    ImportState.CHECKED: "info",
    ImportState.FINISHED: "good",
    ImportState.FAILED: "bad",
}
OPEN: Final = {ImportState.UPLOADED, ImportState.CHECKED}
WORKING: Final = {ImportState.CHECKING, ImportState.WAITING, ImportState.RUNNING}
ENDED: Final = {ImportState.FINISHED, ImportState.CANCELLED, ImportState.FAILED}
_CURRENT: Final = {
    ImportState.UPLOADED: LOOK,
    ImportState.CHECKING: CHECK,
    ImportState.CHECKED: CHECK,
    ImportState.WAITING: RUN,
    ImportState.RUNNING: RUN,
    ImportState.PAUSED: RUN,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the page shows it; without a `url` it cannot be gone to yet, or any more."""

    key: str
    name: Promise
    url: str
    is_done: bool
    is_current: bool


def current(run: ImportRun) -> str:
    """The step that waits for somebody."""
    return _CURRENT.get(ImportState(run.state), DONE)


def reachable(run: ImportRun) -> list[str]:
    """The steps that can be shown: after the start only what happens, or what came of it."""
    if run.state in OPEN or run.state == ImportState.CHECKING:
        checked = run.state == ImportState.CHECKED
        return [LOOK, COLUMNS, CHECK, *([RUN] if checked else [])]
    return [current(run)]


def steps(run: ImportRun, shown: str) -> list[Step]:
    can = reachable(run)
    here = list(NAMES).index(current(run))
    return [
        Step(
            key=key,
            name=name,
            url=address(run, key) if key in can else "",
            is_done=place < here or run.state == ImportState.FINISHED,
            is_current=key == shown,
        )
        for place, (key, name) in enumerate(NAMES.items())
    ]


def address(run: ImportRun, step: str = "") -> str:
    return reverse("admin:customers_importrun_step", args=[run.pk, step or current(run)])


def revision(run: ImportRun) -> str:
    """A digest of everything that people decide about a run, to tell that a form is stale."""
    decided = json.dumps([run.state, run.wish, run.detected, run.mapping], sort_keys=True)
    return hashlib.blake2b(decided.encode(), digest_size=12).hexdigest()
