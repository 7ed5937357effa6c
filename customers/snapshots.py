"""Rows as JSON and back, exactly: what waits in a merge until it is undone or final."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

Row = TypeVar("Row", bound=models.Model)


class _Encoder(DjangoJSONEncoder):
    """With microseconds, which Django's own leaves out."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _stored_fields(model: type[models.Model]) -> "Iterable[models.Field[Any, Any]]":
    return (field for field in model._meta.concrete_fields if not field.generated)


def plain(values: Any) -> Any:
    """Values of rows as JSON has them."""
    return json.loads(json.dumps(values, cls=_Encoder))


def of(row: models.Model) -> dict[str, Any]:
    """Every stored column of a row, by attribute name."""
    return dict(
        plain({field.attname: getattr(row, field.attname) for field in _stored_fields(type(row))})
    )


def row(model: type[Row], snapshot: dict[str, Any]) -> Row:
    """The row, not saved; columns that were added since have their defaults."""
    restored = model()
    for field in _stored_fields(model):
        if field.attname in snapshot:
            setattr(restored, field.attname, field.to_python(snapshot[field.attname]))
    return restored


def label(model: type[models.Model]) -> str:
    return model._meta.label_lower
