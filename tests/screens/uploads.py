"""Runs of the import page at each of its stations, made as a person would make them."""

from collections.abc import Mapping
from typing import Any

from config.shared.actors import SYSTEM
from customers.models import ImportRun
from customers.services import file_import_work, file_imports

PEOPLE = """\
E-mail,First name,Town,Accepts Email Marketing,Shoe size
ann@example.com,Ann,Dublin,yes,38
bob@example,Bob,Cork,no,44
cem@example.com,Cem,İzmir,no,43
"""


def uploaded(text: str = PEOPLE, *, contents: str = "customers") -> ImportRun:
    return file_imports.receive_upload(
        name="people.csv", parts=[text.encode()], contents=contents, actor=SYSTEM
    )


def mapped(run: ImportRun, changes: Mapping[str, Any] | None = None) -> ImportRun:
    """The proposal, consent left out, with `changes` by column number."""
    columns = {
        number: {"target": ""} if how["target"] == "consent" else how
        for number, how in run.mapping["columns"].items()
    }
    return file_imports.set_mapping(
        run=run,
        columns={**columns, **(changes or {})},
        options=run.mapping["options"],
        actor=SYSTEM,
    )


def checked() -> ImportRun:
    run = file_imports.check(run=mapped(uploaded()))
    file_import_work.work()
    run.refresh_from_db()
    return run


def paused() -> ImportRun:
    run = file_imports.start(run=checked(), actor=SYSTEM)
    return file_imports.pause(run=run)


def finished() -> ImportRun:
    run = file_imports.start(run=checked(), actor=SYSTEM)
    file_import_work.work()
    run.refresh_from_db()
    return run
