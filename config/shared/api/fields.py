"""Fields of requests: JSON types as the wire means them, each refusal with its remedy."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils.formatting import lazy_format

from config.shared import clock, money

LARGEST_METADATA: Final = 20_000  # characters of JSON
DEEPEST_METADATA: Final = 8
EARLIEST_MOMENT: Final = datetime(1995, 1, 1, tzinfo=UTC)  # no web shop is older
_YEARS: Final = range(1970, 2200)
CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # by how much a shop's clock may be fast


_formatted: Callable[[Any, Any], str] = lazy(lambda text, given: str(text).format(**given), str)


def _speak_to_each(field: Any) -> None:
    """Let the refusals of a field that is kept be in the language of who is refused.

    DRF puts the numbers into a message when it is first told, and tells everybody the same then.
    """
    for validator in field.validators:
        message = getattr(validator, "message", None)
        if isinstance(message, lazy_format) and message.result is None:
            validator.message = _formatted(message.format_string, message.kwargs)
    if hasattr(field, "child"):
        _speak_to_each(field.child)


class JsonObject(serializers.Serializer):
    """An object of JSON: what is absent is left out, there are no defaults and no other sources.

    Reads what its base class reads, which is made for forms and models as well, in half the time.
    """

    default_error_messages = {"invalid": _("An object is required, such as {“…”: …}.")}

    @cached_property
    def _by_name(self) -> dict[str, Any]:
        fields = dict(self.fields)
        for field in fields.values():
            _speak_to_each(field)
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            text = str(self.error_messages["invalid"])
            raise serializers.ValidationError({"non_field_errors": [text]}, code="invalid")
        read, errors = {}, {}
        for name, field in self._by_name.items():
            if name not in data and not field.required:
                continue
            try:
                read[name] = field.run_validation(data.get(name, empty))
            except serializers.ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return read

    def run_validators(self, value: Any) -> None:
        """Nothing looks at the object as a whole."""


class WholeNumber(serializers.IntegerField):
    """A JSON integer: no text, no fraction, no boolean."""

    default_error_messages = {"invalid": _("A whole number is required.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Amount(WholeNumber):
    """Minor units, not negative."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=money.LARGEST_AMOUNT, **options)


class Text(serializers.CharField):
    """A JSON string; blank and null count as absent."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 120)
        super().__init__(required=False, allow_blank=True, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)

    def run_validators(self, value: Any) -> None:
        # Of plain texts, which almost all are, validators can only refuse long ones. A field that
        # reads something else out of a text has validators of its own.
        longest = self.max_length or 0
        is_plain = isinstance(value, str) and value.isascii() and value.isprintable()
        if not is_plain or len(value) > longest:
            super().run_validators(value)


@extend_schema_field(OpenApiTypes.DATETIME)
class Instant(serializers.Field):
    """An ISO 8601 date and time with its offset, between 1970 and 2200; in UTC."""

    default_error_messages = {
        "invalid": _("Write date, time and offset as in 2026-05-01T09:30:00+03:00."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
            moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
        except (ValueError, OverflowError):
            moment = None
        if moment is None or not self.is_possible(moment):
            self.fail("invalid")
        return moment

    def is_possible(self, moment: datetime) -> bool:
        return moment.year in _YEARS


class Moment(Instant):
    """An ISO 8601 date and time with its offset, from 1995 to five minutes from now; in UTC."""

    default_error_messages = {
        "future": _(
            "It lies in the future; check the shop's clock, the offset and the year. Up to five "
            "minutes are taken for a clock that is fast."
        ),
        "past": _("It lies before 1995; check the year."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        moment = super().to_internal_value(data)
        if moment < EARLIEST_MOMENT:
            self.fail("past")
        if moment > clock.now() + CLOCK_TOLERANCE:
            self.fail("future")
        return moment

    def is_possible(self, moment: datetime) -> bool:
        return True


def is_modest(value: Any) -> bool:
    """Whether a JSON value is small and flat enough to be kept."""
    return _depth(value) <= DEEPEST_METADATA and len(json.dumps(value)) <= LARGEST_METADATA


def _depth(value: Any) -> int:
    """How deep lists and objects are nested; stops counting where it is too deep anyway."""
    deepest, open_values = 0, [(value, 1)]
    while open_values and deepest <= DEEPEST_METADATA:
        inner, depth = open_values.pop()
        if isinstance(inner, dict | list):
            deepest = max(deepest, depth)
            children = inner.values() if isinstance(inner, dict) else inner
            open_values += [(child, depth + 1) for child in children]
    return deepest


class Metadata(serializers.DictField):
    """The shop's own values, kept as they are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if not is_modest(data):
            raise serializers.ValidationError(
                _("At most %(characters)d characters and %(depth)d levels.")
                % {"characters": LARGEST_METADATA, "depth": DEEPEST_METADATA}
            )
        return data
