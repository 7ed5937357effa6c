"""JSON as the wire means it."""

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def _refuse_constant(name: str) -> None:
    raise ValueError(_("%(name)s is no JSON number") % {"name": name})


class StrictJSONParser(JSONParser):
    """UTF-8 JSON without NaN and Infinity, without NUL characters (PostgreSQL cannot keep them)."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            text = codecs.getreader("utf-8")(stream).read()
            if "\\u0000" in text or "\x00" in text:
                raise ValueError(_("the text holds a NUL character"))
            return json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not usable JSON: %(why)s.") % {"why": error}) from None
