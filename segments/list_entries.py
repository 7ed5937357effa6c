"""What somebody pasted or uploaded to make a list: customers named by an id or an address.

Pasted text is one name per line, or several between commas; of a table, one column counts.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared.errors import BadInput
from config.shared.spreadsheets import restored
from customers.importing import detecting, systems
from customers.services.file_imports import limits

MOST: Final = 100_000
_BETWEEN: Final = re.compile(r"[,;\t]")
_SAMPLED: Final = 200
_LONGEST: Final = 254  # characters of an address

# Headings, as compared, that name a customer, the best first.
_HEADINGS: Final = (
    ("customer id", "public id", "id", "musteri id", "musteri no", "musteri numarasi"),
    ("external id", "customerid", "customer number", "shop id", "dis kimlik"),
    ("email", "e mail", "email address", "e mail address", "mail", "e posta", "eposta"),
    ("phone", "phone number", "mobile", "telephone", "telefon", "cep telefonu", "gsm"),
)


class Entry(NamedTuple):
    """One customer named, on which line (from 1, a heading counts)."""

    line: int
    name: str


class Named(NamedTuple):
    """The entries, and which column of a table they come from (its heading or number)."""

    entries: Sequence[Entry]
    column: str = ""


def pasted(text: str) -> Named:
    """Raises BadInput for too many or none."""
    found = (
        Entry(number, part.strip())
        for number, line in enumerate(text.splitlines(), 1)
        for part in _BETWEEN.split(line)
        if part.strip()
    )
    return Named(_bounded(found))


def uploaded(upload: IO[bytes]) -> Named:
    """Raises UnusableFile or BadInput."""
    detected = detecting.detect(upload, limits())
    sample = [row for row in detecting.samples(upload, detected, limits())[:_SAMPLED] if row]
    column = _column(detected["headers"], sample)
    rows = detecting.read_rows(upload, detected, limits(), None)
    entries = (
        Entry(row.number, restored(cell.strip()))
        for row in rows
        if len(row.cells) > column and (cell := str(row.cells[column])).strip()
    )
    heading = detected["headers"][column] if column < len(detected["headers"]) else ""
    return Named(_bounded(entries), heading or str(column + 1))


def _bounded(entries: Iterable[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for entry in entries:
        if len(found) == MOST:
            raise BadInput(
                ngettext(
                    "That is more than %(most)d customer.",
                    "That is more than %(most)d customers.",
                    MOST,
                )
                % {"most": MOST},
                details=_("Nothing was changed. Give them in several parts."),
            )
        found.append(Entry(entry.line, entry.name[:_LONGEST]))
    if not found:
        raise BadInput(
            _("There is nobody in it."),
            details=_("Give e-mail addresses, phone numbers or ids, one per line."),
        )
    return found


def _column(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The column that names customers: by its heading, else by what stands in it."""
    keys = [systems.header_key(heading) for heading in headers]
    for names in _HEADINGS:
        for place, key in enumerate(keys):
            if key in names:
                return place
    scores: Counter[int] = Counter()
    for row in rows:
        scores.update(dict(_scores(row)))
    return scores.most_common(1)[0][0] if scores else 0


def _scores(row: Sequence[str]) -> Iterator[tuple[int, int]]:
    """How much each cell looks like the name of a customer."""
    for place, cell in enumerate(row):
        text = cell.strip()
        if text.startswith("cust_"):
            yield place, 4
        elif "@" in text:
            yield place, 3
        elif any(sign.isdigit() for sign in text) and " " not in text:
            yield place, 1
