"""Which goods are meant, as people type them: names between commas."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rewards.named_goods import as_the_catalog_writes

SETS = {
    "categories": gettext_lazy("Categories"),
    "brands": gettext_lazy("Brands"),
    "products": gettext_lazy("Products (ids)"),
    "skus": gettext_lazy("Variants (SKU)"),
    "collections": gettext_lazy("Collections"),
}


def names(typed: str) -> list[str]:
    """The names in a text, each once and in their order; commas, semicolons or lines between."""
    found = (name.strip() for name in re.split(r"[,;\n]", typed or ""))
    return list(dict.fromkeys(name for name in found if name))


def goods(kind: str, typed: str) -> list[str]:
    """The goods of one of the SETS in a text, as the catalog writes them where it knows them."""
    return as_the_catalog_writes(kind, names(typed))


def selector(typed: Mapping[str, Any], prefix: str = "", without: str = "not_") -> dict[str, Any]:
    """The selector of the fields with this prefix; {} means every item."""
    raw: dict[str, Any] = _filled(typed, prefix)
    excluded = _filled(typed, prefix + without)
    return raw | ({"excluding": excluded} if excluded else {})


def _filled(typed: Mapping[str, Any], prefix: str) -> dict[str, list[str]]:
    found = {name: goods(name, typed.get(prefix + name) or "") for name in SETS}
    return {name: named for name, named in found.items() if named}


def selector_fields(raw: Mapping[str, Any], prefix: str = "", without: str = "not_") -> Any:
    """The texts of the fields for a stored selector."""
    found = {prefix + name: ", ".join(raw[name]) for name in SETS if raw.get(name)}
    excluding = raw.get("excluding") or {}
    return found | {
        f"{prefix}{without}{name}": ", ".join(excluding[name])
        for name in SETS
        if excluding.get(name)
    }


def json_object(typed: str) -> dict[str, Any]:
    """What experts typed; raises ValidationError naming the line."""
    if not typed.strip():
        return {}
    try:
        value = json.loads(typed)
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("This is not JSON: line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    if not isinstance(value, dict):
        raise ValidationError(_("Write a JSON object: {…}."))
    return value


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""
