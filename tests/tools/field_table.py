"""The table of segment fields in docs/segments.md, from the registry.

`python -m tests.tools.field_table` writes it anew; a test fails where it is not true.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segments.rules.fields import Field

DOC = Path(__file__).parents[2] / "docs" / "segments.md"
BEGINNING, END = "<!-- fields -->\n", "<!-- end of fields -->\n"
_HEAD = ("Field", "Says", "Type", "Data", "Window", "`where`")


def known_fields() -> "list[Field]":
    """Every field whose name is no data of an installation, by groups."""
    from segments.rules import fields

    listed = [*fields.FIELDS.values(), *fields.FAMILIES["event"].listed()]
    order = list(fields.GROUPS)
    return sorted(listed, key=lambda field: (order.index(field.group), field.id))


def table() -> str:
    """Markdown, in English."""
    from django.utils import translation

    with translation.override("en"):
        return "".join(_rows())


def _rows() -> Iterator[str]:
    yield f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}\n"
    for field in known_fields():
        details = [f"`{name}`" for name in sorted(field.details)]
        if field.more_details is not None:
            details.append("`property.…`")
        cells = (
            f"`{field.id}`",
            str(field.label),
            field.type,
            field.category.value,
            "yes" if field.windowed else "",
            ", ".join(details),
        )
        yield f"| {' | '.join(cells)} |\n"


def written() -> str:
    """The document with the table as it has to be."""
    before, _, rest = DOC.read_text().partition(BEGINNING)
    _, _, after = rest.partition(END)
    return f"{before}{BEGINNING}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    DOC.write_text(written())
