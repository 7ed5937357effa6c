"""The root of the errors raised by pure modules for input that cannot be used.

Pure modules must not need Django settings, and asking Django for a translation does. So an error
here keeps its English message and its values apart: `str()` gives English anywhere, and the form,
admin page or API that shows it calls `translated()`.
"""

from django.utils.translation import gettext


def marked(message: str) -> str:
    """Return `message` as it is; import it as `_` so that message extraction finds the string."""
    return message


class InvalidValueError(ValueError):
    """A value that a pure module refuses, with a message that names the remedy.

    `message` is an English format string, `params` its named values. Callers must not put
    personal data or whole codes into `params`: they end up in logs and answers.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message

    def translated(self) -> str:
        """Return the message in the active language; needs Django settings, unlike `str()`."""
        message = gettext(self.message)
        return message % self.params if self.params else message
