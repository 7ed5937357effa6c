"""What can be wrong with a row of a file: a code that is counted, a reason and a remedy for people."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Explanation(NamedTuple):
    reason: Text
    remedy: Text


class Problem(NamedTuple):
    """`column` counts from 0 in the file and is None where the row as a whole is meant.

    `code` is a key of `explained`; `remedy` replaces the usual one where more is known.
    """

    code: str
    column: int | None = None
    remedy: Text = ""


_CORRECT: Final = _("Correct the row and import it again.")
_EXPLANATIONS: Final[dict[str, Explanation]] = {}


def declare(explanations: Mapping[str, Explanation]) -> None:
    """Add codes; a contents of its own (orders) declares its own when its module is loaded."""
    _EXPLANATIONS.update(explanations)


def explained(problem: Problem) -> Explanation:
    known = _EXPLANATIONS[problem.code]
    return Explanation(known.reason, problem.remedy or known.remedy)


def codes() -> Iterable[str]:
    return _EXPLANATIONS.keys()


declare(
    {
        "not_csv": Explanation(_("The quotation marks of this row do not pair up."), _CORRECT),
        "nul_byte": Explanation(
            _("The row contains a NUL character."), _("Export the file again without it.")
        ),
        "too_many_cells": Explanation(
            _("The row has more cells than the header."),
            _("Put cells that contain the separator into quotation marks."),
        ),
        "too_few_cells": Explanation(
            _("The row ends before the last column."),
            _("Add the missing cells; they may be empty."),
        ),
        "formula": Explanation(
            _("The cell holds a formula, not a value."),
            _("Replace the formula by its value and import the row again."),
        ),
        "unreadable_text": Explanation(
            _("The cell contains characters that are not in the chosen encoding."),
            _("Choose another encoding, or correct the cell."),
        ),
        "too_long": Explanation(_("The text is too long."), _("Shorten it.")),
        "bad_number": Explanation(
            _("This is not a number."), _("Write it like 1234.50, without a currency.")
        ),
        "bad_date": Explanation(_("This is not a date."), _("Write it like 2026-03-17.")),
        "bad_boolean": Explanation(_("This is neither yes nor no."), _("Write yes or no.")),
    }
)
