"""JSON as the wire means it."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from config.shared.errors import VesileError


class TooLarge(VesileError):
    status = 413
    key = "query_too_large"
    message = gettext_lazy("The body of the request is too large.")


def _refuse_constant(name: str) -> None:
    raise ValueError(_("%(name)s is no JSON number") % {"name": name})


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(_("a number is too large"))
    return number


def _loaded(content: bytes) -> Any:
    """The value of a JSON text; raises ValueError or RecursionError for what we cannot keep."""
    text = content.decode("utf-8")
    if "\\u0000" in text or "\x00" in text:
        raise ValueError(_("the text holds a NUL character"))
    value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    if "\\ud" in text.lower():
        # Half of a surrogate pair can be written in JSON, but neither stored nor sent.
        json.dumps(value, ensure_ascii=False).encode()
    return value


class StrictJSONParser(JSONParser):
    """UTF-8 JSON that can be kept: no NaN, Infinity, NUL or half characters, not endlessly long."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(most + 1)
        if len(content) > most:
            raise TooLarge(
                details=_("Send at most %(most)d megabytes.") % {"most": most // 1024**2}
            )
        try:
            return _loaded(content)
        except UnicodeError:
            raise ParseError(_("The body is not text in UTF-8.")) from None
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not usable JSON: %(why)s.") % {"why": error}) from None
