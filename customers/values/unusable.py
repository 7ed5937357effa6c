"""The one error of values that cannot be stored."""

from typing import Final

from django.utils.translation import gettext

from config.shared.invalid import InvalidValueError


class UnusableValue(InvalidValueError):
    """What was written cannot be stored: `message` says why, `remedy` what to write instead.

    Both are English format strings over the same `params`, which never hold what was written:
    whoever catches it names the row, the column or the field.
    """

    def __init__(self, message: str, remedy: str = "", **params: object) -> None:
        super().__init__(message, **params)
        self.remedy = remedy

    @property
    def code(self) -> str:
        """The message before its values are put in: equal for equal reasons, to count by."""
        return self.message

    def translated_remedy(self) -> str:
        """What to do, in the active language; "" where the message says it all."""
        remedy = gettext(self.remedy) if self.remedy else ""
        return remedy % self.params if self.params else remedy

    def in_words(self) -> str:
        """Why and what to do, in the active language."""
        return f"{self.translated()} {self.translated_remedy()}".strip()

    def __str__(self) -> str:
        remedy = self.remedy % self.params if self.params else self.remedy
        return f"{super().__str__()} {remedy}".strip()


LONGEST_CACHED: Final = 60
"""Longer text is not remembered by the caches of values that repeat: it is no country or zone."""
