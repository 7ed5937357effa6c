"""Copies of people outside of their own rows: error files, exports, stored answers.

They are found by the words that name the person (ids, addresses, numbers, codes) and, in error
files, by the full name. Inside the transaction of an erasure.
"""

import io
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from config.shared import files, spreadsheets
from config.shared.api.handler import body_of
from config.shared.idempotency import Answer
from config.shared.models import AsyncAction, StoredFile
from config.shared.text import fold
from customers.errors import UnknownCustomer
from customers.models import ExportRun, ExportState, ImportRun

SHORTEST_WORD: Final = 4  # characters; below, a number is more likely a quantity than a person
_TOKEN = re.compile(r"[^\s,;|\"'<>(){}“”„«»\[\]]+")
_IN_MEMORY: Final = 8 * 1024 * 1024  # bytes
_PIECE: Final = 256 * 1024  # characters

_FORGET_ANSWERS = """
UPDATE shared_idempotencyrecord SET status = %s, body = to_jsonb(%s::text)
WHERE body #>> '{}' LIKE ANY(%s)
"""


class Wanted:
    """Whether a text names one of those who are looked for."""

    def __init__(self, words: Collection[str], names: Collection[str]) -> None:
        self._words = {fold(word) for word in words if len(word) >= SHORTEST_WORD}
        self._names = {fold(name) for name in names}
        self._lengths = {len(name.split()) for name in self._names}

    def __bool__(self) -> bool:
        return bool(self._words or self._names)

    def named_in(self, text: str) -> bool:
        tokens = [fold(spreadsheets.restored(token)) for token in _TOKEN.findall(text)]
        if not self._words.isdisjoint(tokens):
            return True
        return any(
            " ".join(tokens[start : start + length]) in self._names
            for length in self._lengths
            for start in range(len(tokens) - length + 1)
        )


@dataclass(frozen=True, slots=True)
class Traces:
    """What copies name people by: our `public_ids`; other `words` that are nobody else's, such as
    addresses and codes; the shop's `external_ids` and document `numbers`, which may elsewhere mean
    something else; full `names`.
    """

    public_ids: frozenset[str]
    words: frozenset[str]
    external_ids: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]


def remove(traces: Traces, *, answers: bool) -> None:
    """Take these people out of files and, if `answers`, of stored answers."""
    if answers:
        _forget_answers(traces)
    words = traces.public_ids | traces.words | traces.external_ids | traces.numbers
    wanted = Wanted(words, traces.names)
    _forget_in_imports(wanted)
    _forget_in_actions(wanted)
    # Every row of an export begins with our id.
    _delete_exports(Wanted(traces.public_ids, ()))


def _forget_answers(traces: Traces) -> None:
    """A repeated write is then answered that there is nothing here; it is not done again."""
    patterns = [f'%"{_escaped(word)}"%' for word in traces.public_ids | traces.words]
    patterns += [f'%"customer"%"source_id":"{_escaped(id_)}"%' for id_ in traces.external_ids]
    gone = Answer.of(UnknownCustomer.status, body_of(UnknownCustomer()))
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_ANSWERS, [gone.status, gone.body.decode(), patterns])


def _escaped(word: str) -> str:
    in_json = json.dumps(word, ensure_ascii=False)[1:-1]
    return re.sub(r"([\\%_])", r"\\\1", in_json)


def _forget_in_imports(wanted: Wanted) -> None:
    """Rows that name somebody leave the error files; what the check quoted of them goes, too."""
    for run in ImportRun.objects.exclude(rejects=None).select_related("rejects"):
        if run.rejects is not None and any(wanted.named_in(row) for row in _records(run.rejects)):
            old = run.rejects
            run.rejects = files.store(
                name=old.name,
                content_type=old.content_type,
                parts=(row.encode() for row in _records(old) if not wanted.named_in(row)),
            )
            run.save(update_fields=["rejects"])
            old.delete()
    quoting = ImportRun.objects.annotate(
        quoted=Cast("report", TextField()),
        found=Cast("detected", TextField()),
        decided=Cast("mapping", TextField()),
    )
    for run in quoting.only("pk", "problem", "name"):
        if any(wanted.named_in(text) for text in (run.quoted, run.found, run.decided, run.problem)):
            nothing = {"columns": {}, "options": {}, "saved": ""}
            ImportRun.objects.filter(pk=run.pk).update(
                report={}, detected={}, mapping=nothing, problem=""
            )


def _forget_in_actions(wanted: Wanted) -> None:
    """What was quoted of them when a shop told of many goes; that it was rejected stays."""
    for action in AsyncAction.objects.exclude(errors=[]).only("pk", "errors"):
        kept = [
            error
            for error in action.errors
            if not wanted.named_in(f"{error['message']} {error['details']}")
        ]
        if len(kept) < len(action.errors):
            AsyncAction.objects.filter(pk=action.pk).update(errors=kept)


def _records(file: StoredFile) -> Iterator[str]:
    """The rows of a CSV file as they are written, quoted newlines inside of them."""
    held = ""
    for line in _lines(file):
        held += line
        if held.count('"') % 2 == 0:
            yield held
            held = ""
    if held:
        yield held


def _lines(file: StoredFile) -> Iterator[str]:
    rest = b""
    for part in files.read(file):
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield (line + b"\n").decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def _delete_exports(wanted: Wanted) -> None:
    """An export that holds somebody is deleted as a whole; one that is being written stops.

    All that are being written are locked: none may read the person again before the commit.
    """
    unfinished = Q(state__in=[ExportState.WAITING, ExportState.RUNNING])
    runs = ExportRun.objects.filter(unfinished | Q(file__isnull=False)).order_by("id")
    for run in runs.select_related("file").select_for_update(of=("self",)):
        file = run.file
        if file is None or not any(wanted.named_in(text) for text in _texts(file)):
            continue
        run.file = None
        run.state = ExportState.CANCELLED
        run.problem = _("Deleted, because somebody in it was erased. Export again.")
        run.save(update_fields=["file", "state", "problem"])
        file.delete()


def _texts(file: StoredFile) -> Iterable[str]:
    """The contents of a file in pieces, each with whole rows or cells."""
    if file.content_type != spreadsheets.XLSX_TYPE:
        yield from _records(file)
        return
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        for part in files.read(file):
            copy.write(part)
        with zipfile.ZipFile(copy) as book:
            for name in book.namelist():
                with book.open(name) as entry:
                    yield from _cells(entry)


def _cells(entry: IO[bytes]) -> Iterator[str]:
    """Pieces of the XML of a sheet, cut where a cell ends."""
    rest = ""
    text = io.TextIOWrapper(entry, encoding="utf-8", errors="replace")
    while piece := text.read(_PIECE):
        rest += piece
        *whole, rest = rest.split("</c>")
        yield from whole
    yield rest
