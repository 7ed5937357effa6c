"""Columns that say what people allow, read as the person who imports has decided.

A column's `meaning` is one of
- `words`: `yes` and `no` list the words that mean each; a date may stand in another column;
- `granted_at`: a filled cell is the moment at which the person agreed (Mailchimp's OPTIN_TIME),
  unless another column holds a better one (CONFIRM_TIME);
- `withdrawn_at`: a filled cell is the moment at which they ended it (UNSUB_TIME).
Nothing is read from a column before somebody has decided (`decided`) and said what proves it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from config.shared.text import fold
from customers import values
from customers.values import UnusableValue

from .cells import FORMULA, is_formula, unnumbered
from .contents import Setting, names
from .problems import Problem, of_value

MEANINGS: Final = ("words", "granted_at", "withdrawn_at")
YES: Final = names(
    "yes, y, true, 1, on, subscribed, opted in, opted-in, opt-in, granted",
    "evet, var, abone, izinli, onay, onaylı, ja, oui",
)
NO: Final = names(
    "no, n, false, 0, off, unsubscribed, opted out, opted-out, opt-out, refused, withdrawn",
    "cleaned, suppressed, not subscribed",
    "hayır, yok, ret, izinsiz, iptal, nein, non",
)
NEITHER: Final = names("never subscribed, never_subscribed, never-subscribed, pending")
"""Who was never asked has said nothing that could be recorded."""


class Said(NamedTuple):
    """What a row says about a consent; `at` is None where no date is written."""

    column: int
    channel: str
    allows: bool
    at: datetime | None
    source: str
    evidence: str

    def in_words(self) -> str:
        said = _("agreed") if self.allows else _("withdrawn")
        return f"{said} {self.at:%Y-%m-%d}" if self.at else said


class ConsentColumn:
    """One column with what was decided about it."""

    def __init__(self, number: int, how: Mapping[str, Any], setting: Setting, order: str) -> None:
        self.number = number
        self._channel, self._meaning = str(how["channel"]), str(how["meaning"])
        self._source = str(how.get("source") or setting.system or "file")
        self._evidence = str(how.get("evidence", ""))
        date_column = how.get("date_column")
        self._date_column = None if date_column in (None, "") else int(str(date_column))
        self._words: dict[str, bool | None] = {fold(word): None for word in NEITHER}
        self._words |= {fold(word): True for word in how.get("yes", ())}
        self._words |= {fold(word): False for word in how.get("no", ())}
        self._known: dict[str, bool | None] = {}
        self._moment = unnumbered(
            partial(values.moment, zone=setting.zone, now=setting.at, order=order)
        )

    def read(self, cells: Sequence[str], problems: list[Problem]) -> Said | None:
        cell = cells[self.number]
        if not cell or cell.isspace():
            return None
        if is_formula(cell):
            problems.append(Problem(FORMULA, self.number))
            return None
        allows: bool | None = self._meaning == "granted_at"
        if self._meaning == "words":
            try:
                allows = self._word(cell)
            except KeyError:
                return Said(self.number, "", False, None, "", "")
            if allows is None:
                return None
        at = None
        dated = self._dated(cells)
        if dated is not None:
            try:
                at = self._moment(cells[dated])
            except UnusableValue as error:
                problems.append(of_value(error, dated))
                return None
        return Said(self.number, self._channel, bool(allows), at, self._source, self._evidence)

    def _word(self, cell: str) -> bool | None:
        """Yes, no, or None for neither; KeyError for a word nobody decided about."""
        try:
            return self._known[cell]
        except KeyError:
            allows = self._words[fold(cell)]
            if len(self._known) < 1_000:
                self._known[cell] = allows
            return allows

    def _dated(self, cells: Sequence[str]) -> int | None:
        """The column in which this row's date stands; the cell itself where no other has it."""
        if self._date_column is not None and cells[self._date_column].strip():
            return self._date_column
        return None if self._meaning == "words" else self.number


def consent_columns(setting: Setting, order: str) -> list[ConsentColumn]:
    """The columns somebody has decided about."""
    return [
        ConsentColumn(int(number), how, setting, order)
        for number, how in setting.columns.items()
        if how.get("target") == "consent" and how.get("decided")
    ]
