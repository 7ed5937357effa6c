"""What is known of a call of the API while it is answered, for the middlewares around it."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from config.shared.limits import Standing
from config.shared.models import ApiKey


@dataclass(slots=True)
class Call:
    """One call. `key` is the one whose token was right, `problem` why it may not be used here all
    the same, `origin` the allowed web origin of the page, `standing` what is left of the limits.
    """

    key: ApiKey | None = None
    problem: str = ""
    origin: str = ""
    standing: Standing | None = None


def call_of(request: HttpRequest) -> Call:
    """The one record of this request, made when it is first asked for."""
    noted: Any = request
    if not hasattr(noted, "api_call"):
        noted.api_call = Call()
    return cast(Call, noted.api_call)
