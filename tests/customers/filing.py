"""A file of customers, taken through the import."""

import csv
import io
from typing import Any

from config.shared import files
from config.shared.actors import Actor
from customers.models import ImportRun
from customers.services import file_import_work, file_imports

COLLEAGUE = Actor("staff", "1")


def upload(
    text: str | bytes, *, name: str = "people.csv", contents: str = "customers"
) -> ImportRun:
    body = text if isinstance(text, bytes) else text.encode()
    return file_imports.receive_upload(name=name, parts=[body], contents=contents, actor=COLLEAGUE)


def decide(run: ImportRun, *, consent: dict[str, Any] | None = None, **options: Any) -> ImportRun:
    """Keep the proposal, with consent columns decided where `consent` says how."""
    columns = {number: dict(how) for number, how in run.mapping["columns"].items()}
    for how in columns.values():
        if how["target"] == "consent" and consent is not None:
            how.update({"decided": True, "evidence": "sign-up form of 2024", **consent})
    return file_imports.set_mapping(run=run, columns=columns, options=options, actor=COLLEAGUE)


def checked(run: ImportRun, **work: Any) -> ImportRun:
    file_imports.check(run=run)
    file_import_work.work(**work)
    return ImportRun.objects.get(pk=run.pk)


def imported(run: ImportRun, **work: Any) -> ImportRun:
    run = checked(run, **work)
    file_imports.start(run=run, actor=COLLEAGUE)
    file_import_work.work(**work)
    run = ImportRun.objects.get(pk=run.pk)
    assert run.state == "finished", run.problem
    return run


def rejected_file(run: ImportRun) -> bytes:
    assert run.rejects is not None
    return b"".join(files.read(run.rejects))


def rejected(run: ImportRun) -> list[dict[str, str]]:
    """The file of rejected rows, as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(rejected_file(run).decode("utf-8-sig"))))


def reasons(run: ImportRun) -> dict[str, int]:
    return {code: entry["count"] for code, entry in run.counts["rejected"].items()}
