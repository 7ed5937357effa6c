"""JSON as the wire means it."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Unusable(ValueError):
    """JSON that we cannot keep; says in words why."""


def _refuse_constant(name: str) -> None:
    raise Unusable(_("%(name)s is no JSON number") % {"name": name})


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Unusable(_("a number is too large"))
    return number


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Unusable(_("look at line %(line)d, column %(column)d") % where) from error
    except RecursionError as error:
        raise Unusable(_("it is nested too deeply")) from error
    except Unusable:
        raise
    except ValueError as error:  # a whole number with more digits than Python reads
        raise Unusable(_("a number is too large")) from error


def _loaded(content: bytes) -> Any:
    """The value of a JSON text; raises ValueError for what we cannot keep."""
    text = content.decode("utf-8")
    if "\\u0000" in text or "\x00" in text:
        raise Unusable(_("the text holds a NUL character"))
    value = _json(text)
    if "\\ud" in text.lower():
        # Half of a surrogate pair can be written in JSON, but neither stored nor sent.
        json.dumps(value, ensure_ascii=False).encode()
    return value


class StrictJSONParser(JSONParser):
    """UTF-8 JSON that can be kept: no NaN, Infinity, NUL or half characters.

    Django limits the length of the body before it gets here.
    """

    def load(self, content: bytes) -> Any:
        return _loaded(content)

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return self.load(stream.read())
        except UnicodeError:
            raise ParseError(_("The body is not text in UTF-8.")) from None
        except RecursionError:
            raise ParseError(_("The body of the request is nested too deeply.")) from None
        except Unusable as error:
            raise ParseError(_("The body is not usable JSON: %(why)s.") % {"why": error}) from None


class BatchJSONParser(StrictJSONParser):
    """The same, but NUL and half characters pass: `check_storable` refuses the item they are in."""

    def load(self, content: bytes) -> Any:
        return _json(content.decode("utf-8"))


def check_storable(value: Any) -> None:
    """Raise ParseError for a value whose text cannot be kept."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ParseError(_("The item is nested too deeply.")) from None
    if "\\u0000" in text:
        raise ParseError(_("The item holds a NUL character; leave it out."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError(_("The item holds half a character; send whole ones.")) from None
