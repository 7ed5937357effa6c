"""Rows of the files that a shop's developer sends, as the objects that the calls for one take."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request

from config.shared.async_actions import Item
from config.shared.errors import BadInput
from config.shared.models import Project
from customers.importing import headed
from customers.importing.containers import MEBIBYTE
from customers.importing.source import UnusableFile
from customers.services.file_imports import limits

MOST_ROWS: Final = 500_000
_ADDRESS: Final = ("line_1", "line_2", "postal_code", "city", "state", "country")
_CUSTOMER: Final = frozenset(
    {"id", "source_id", "name", "first_name", "last_name", "kind", "company", "gender", "email"}
    | {"phone", "birthdate", "birthday", "language", "zone", "description", "adviser"}
)
_PRODUCT: Final = frozenset({"source_id", "name", "image_url", "category", "brand"})
_SKU: Final = frozenset({"source_id", "product_id", "sku", "image_url", "currency"})
_WHOLE: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


class UnusableCell(Exception):
    """A cell holds what its column cannot; says so in words."""


Read = Callable[[Mapping[str, str]], dict[str, Any]]


@contextmanager
def items_in(request: Request, read: Read, *, needed: tuple[str, ...]) -> Iterator[Iterator[Item]]:
    """The rows of the file of a form. Raises BadInput and UnusableFile for what is no table."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadInput(gettext_lazy("Send the rows as the file of a form, in the field “file”."))
    if (file.size or 0) > settings.IMPORT_LARGEST_UPLOAD:
        raise UnusableFile(
            _("The file is larger than %(limit)s MB.")
            % {"limit": settings.IMPORT_LARGEST_UPLOAD // MEBIBYTE},
            details=_("Pack it with gzip or zip, or split it into several files."),
        )
    language = Project.objects.get().language
    upload = cast(IO[bytes], file.file)
    with headed.rows(upload, limits(), language=language, needed=needed) as rows:
        yield (_item(row, read, count) for count, row in enumerate(rows, 1))


def _item(row: headed.Headed, read: Read, count: int) -> Item:
    if count > MOST_ROWS:
        raise UnusableFile(
            _("The file has more than %(most)d rows.") % {"most": MOST_ROWS},
            details=_("Split it into several files."),
        )
    if row.problem:
        return Item(row.line, problem=row.problem)
    try:
        return Item(row.line, read(row.cells))
    except UnusableCell as error:
        return Item(row.line, problem=str(error))


def _put(into: dict[str, Any], heading: str, text: str) -> None:
    """A column that is nothing of ours is the shop's own value."""
    into.setdefault("metadata", {})[heading] = text


def customer(cells: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for heading, text in cells.items():
        name = headed.plain(heading)
        part = name.removeprefix("address_")
        if name in _CUSTOMER:
            read[name] = text
        elif name != part and part in _ADDRESS:
            read.setdefault("address", {})[part] = text
        else:
            _put(read, heading, text)
    return read


def product(cells: Mapping[str, str]) -> dict[str, Any]:
    return _read(cells, _PRODUCT, {"price": whole, "attributes": _listed, "categories": _listed})


def sku(cells: Mapping[str, str]) -> dict[str, Any]:
    return _read(cells, _SKU, {"price": whole, "attributes": _object})


def _read(
    cells: Mapping[str, str], texts: frozenset[str], others: Mapping[str, Callable[[str, str], Any]]
) -> dict[str, Any]:
    """Columns that are taken as they are, and those that are made of their name and text."""
    read: dict[str, Any] = {}
    for heading, text in cells.items():
        name = headed.plain(heading)
        if name in texts:
            read[name] = text
        elif name in others:
            read[name] = others[name](name, text)
        else:
            _put(read, heading, text)
    return read


def _listed(_name: str, text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]


def whole(name: str, text: str) -> int:
    """A whole number; raises UnusableCell for anything else, such as a decimal mark."""
    if not _WHOLE.fullmatch(text):
        raise UnusableCell(
            _("%(name)s: send a whole number; amounts are in minor units, 1250 is 12.50.")
            % {"name": name}
        )
    return int(text)


def _object(name: str, text: str) -> dict[str, Any]:
    """JSON, as published with single quotes, or as it should be."""
    for written in (text, text.replace("'", '"')):
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise UnusableCell(
        _("%(name)s: send an object of JSON, such as {“size”: “M”}.") % {"name": name}
    )
