"""What can be wrong with a row: a code that is counted, a reason and a remedy for people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.values import UnusableValue

Text = str | Promise


class Explanation(NamedTuple):
    reason: Text
    remedy: Text


class Problem(NamedTuple):
    """`column` counts from 0 in the file and is None where the row as a whole is meant.

    `code` is what it is counted by: a declared one, or the message of an UnusableValue with its
    `params` and `remedy`. Never holds what was written, so that reports may keep it.
    """

    code: str
    column: int | None = None
    params: Mapping[str, Any] = MappingProxyType({})
    remedy: str = ""


def of_value(error: UnusableValue, column: int) -> Problem:
    return Problem(error.message, column, error.params, error.remedy)


_CORRECT: Final = _("Correct the row and import it again.")
_EXPLANATIONS: Final[dict[str, Explanation]] = {}


def declare(explanations: Mapping[str, Explanation]) -> None:
    """Add codes; a contents of its own (orders) declares its own when its module is loaded."""
    _EXPLANATIONS.update(explanations)


def explained(problem: Problem) -> Explanation:
    """Reason and remedy in the active language."""
    known = _EXPLANATIONS.get(problem.code)
    reason = str(known.reason) if known else gettext(problem.code)
    usual = str(known.remedy) if known else ""
    remedy = gettext(problem.remedy) if problem.remedy else usual
    if problem.params:
        reason, remedy = reason % problem.params, remedy % problem.params
    return Explanation(reason, remedy)


declare(
    {
        "not_csv": Explanation(_("The quotation marks of this row do not pair up."), _CORRECT),
        "long_cell": Explanation(
            _("A cell of this row is too long to be read."),
            _("Shorten it, or close the quotation marks before it."),
        ),
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
        "metadata_too_large": Explanation(
            _("The custom attributes of this row are too large together."),
            _("Import fewer of these columns."),
        ),
        "unknown_word": Explanation(
            _("Nobody said what this word means for the consent; nothing was recorded for it."),
            _("Say in the mapping whether it means yes or no, and import the file again."),
        ),
    }
)
