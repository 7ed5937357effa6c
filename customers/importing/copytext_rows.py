"""Any row in the text format of PostgreSQL's COPY."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

NULL: Final = "\x01"
"""Stands for NULL: no value may contain it, and nothing has to be escaped for it."""
OPTIONS: Final = "WITH (NULL E'\\001')"

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x01": None})


def line(values: Sequence[Any]) -> str:
    """One row; None is NULL, moments and numbers as PostgreSQL reads them, true and false."""
    cells = [
        value
        if type(value) is str
        else NULL
        if value is None
        else value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        for value in values
    ]
    row = "\t".join(cells)
    # One look at the whole row: few contain anything that has to be escaped.
    if "\\" in row or "\n" in row or "\r" in row or row.count("\t") != len(cells) - 1:
        row = "\t".join(cell if cell == NULL else cell.translate(_ESCAPES) for cell in cells)
    return row + "\n"


def lines(rows: Iterable[Sequence[Any]]) -> str:
    return "".join(map(line, rows))
