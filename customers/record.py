"""A person's whole record: everything the registry of personal data hands out, for the person.

Read in pieces, so that it fits into memory however much somebody bought. Amounts are decimal
numbers in the currency beside them, moments are UTC.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.db.models import Field, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.shared import money
from config.shared.spreadsheets import BYTE_ORDER_MARK, csv_bytes
from customers.models import Customer
from customers.rights import Holding, Text, holdings, sections

from .receipts import about, receipts

AT_ONCE: Final = 500  # rows
_IN_MEMORY: Final = 4 * 1024 * 1024  # bytes; larger records wait on the disk
_KEY: Final = "\0key"  # names that no field has
_PARENT: Final = "\0parent"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of what is held, its rows read only when they are asked for."""

    kind: str
    title: Text
    rows: Callable[[], Iterator[Row]]


def parts_of(customer: Customer, *, at: datetime) -> list[Part]:
    """The record of a person in parts; rows that belong to others are inside of those."""
    return [
        Part("about", _("About this record"), lambda: iter([about(customer, at=at)])),
        *(
            Part(holding.kind, holding.title, _reader(holding, customer.pk))
            for holding in holdings()
            if not holding.within
        ),
        Part("consent_receipts", _("Receipts of consents"), lambda: receipts(customer)),
        *(
            Part(section.kind, section.title, _loader(section.load, customer.pk))
            for section in sections()
        ),
    ]


def record_of(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """The whole record at once: rows by kind."""
    return {part.kind: list(part.rows()) for part in parts_of(customer, at=at)}


def as_json(customer: Customer, *, at: datetime) -> IO[bytes]:
    """The record as one JSON object, open at its beginning; the caller closes it."""
    into: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes)
    into.write(b"{")
    for number, part in enumerate(parts_of(customer, at=at)):
        into.write(f"{',' if number else ''}\n{json.dumps(part.kind)}: [".encode())
        for position, row in enumerate(part.rows()):
            text = json.dumps(row, ensure_ascii=False, default=_plain)
            into.write(f"{',' if position else ''}\n  {text}".encode())
        into.write(b"]")
    into.write(b"\n}\n")
    into.seek(0)
    return into


def as_csv(customer: Customer, *, at: datetime) -> IO[bytes]:
    """The record as a ZIP of one CSV file for each kind, open at its beginning."""
    into: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts_of(customer, at=at):
            _add_table(archive, part.kind, part.rows(), _holding_of(part.kind))
        for holding in holdings():
            if holding.within:
                name = f"{_parent_of(holding).kind}_{holding.kind}"
                rows = _flat(holding, customer.pk)
                _add_table(archive, name, rows, holding)
    into.seek(0)
    return into


# --- Reading --------------------------------------------------------------------------------------
def _loader(load: Callable[[int], list[Row]], customer_id: int) -> Callable[[], Iterator[Row]]:
    return lambda: iter(load(customer_id))


def _reader(holding: Holding, customer_id: int) -> Callable[[], Iterator[Row]]:
    return lambda: _rows(holding, holding.owned_by([customer_id]))


def _rows(holding: Holding, owned: Q) -> Iterator[Row]:
    """Rows with what belongs to them inside, in the order in which they came."""
    read: list[Row] = []
    for row in _read(holding, owned):
        read.append(row)
        if len(read) == AT_ONCE:
            yield from _with_children(holding, read)
            read = []
    yield from _with_children(holding, read)


def _read(holding: Holding, owned: Q) -> Iterator[Row]:
    lookups = {
        **{name: name for name in holding.shown},
        **holding.also,
        **{f"\0{currency}": currency for currency in holding.money.values()},
        _KEY: "pk",
    }
    if holding.within:
        lookups[_PARENT] = holding.within
    found = holding.model._default_manager.filter(owned).order_by("pk")
    for values in found.values_list(*lookups.values()).iterator(chunk_size=AT_ONCE):
        yield _shown(holding, dict(zip(lookups, values, strict=True)))


def _shown(holding: Holding, row: Row) -> Row:
    for name, currency in holding.money.items():
        if row[name] is not None and row[f"\0{currency}"]:
            row[name] = money.from_minor(row[name], row[f"\0{currency}"])
    return {name: v for name, v in row.items() if name in (_KEY, _PARENT) or name[0] != "\0"}


def _with_children(holding: Holding, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows without our keys, each with the rows that belong to it, by kind."""
    if not rows:
        return
    by_key = {row[_KEY]: row for row in rows}
    for child in _children_of(holding):
        for row in rows:
            row[child.kind] = []
        owned = Q(**{f"{child.within}__in": list(by_key)})
        for inner in _children(child, owned):
            by_key[inner.pop(_PARENT)][child.kind].append(inner)
    for row in rows:
        del row[_KEY]
        yield row


def _children(holding: Holding, owned: Q) -> Iterator[Row]:
    read = list(_read(holding, owned))
    parents = [row[_PARENT] for row in read]
    for parent, row in zip(parents, _with_children(holding, read), strict=True):
        yield row | {_PARENT: parent}


def _children_of(holding: Holding) -> list[Holding]:
    return [h for h in holdings() if h.within and _parent_of(h) is holding]


def _parent_of(holding: Holding) -> Holding:
    target = holding.model._meta.get_field(holding.within).related_model
    return next(h for h in holdings() if h.model is target)


# --- CSV ------------------------------------------------------------------------------------------
def _flat(holding: Holding, customer_id: int) -> Iterator[Row]:
    """Rows that belong to others as a table of their own; `of` names what they belong to."""
    first = _parent_of(holding)
    name = next((n for n in ("source_id", "public_id") if n in first.shown), "pk")
    with_parent = {"of": f"{holding.within}__{name}", **holding.also}
    flat = Holding(
        model=holding.model,
        kind=holding.kind,
        title=holding.title,
        owner=holding.owner,
        shown=holding.shown,
        also=with_parent,
        money=holding.money,
    )
    for row in _read(flat, flat.owned_by([customer_id])):
        del row[_KEY]
        yield {"of": row.pop("of"), **row}


def _add_table(
    archive: zipfile.ZipFile, name: str, rows: Iterator[Row], holding: Holding | None
) -> None:
    """Write one CSV file; nothing for a kind of which nothing is held.

    Rows that are inside of others have a file of their own.
    """
    first = next(rows, None)
    if first is None:
        return
    inner = {child.kind for child in _children_of(holding)} if holding else set()
    labels = _labels(holding) if holding else {}
    columns = [column for column in first if column not in inner]
    with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
        file.write(BYTE_ORDER_MARK)
        file.write(csv_bytes([[labels.get(column, column) for column in columns]]))
        file.write(csv_bytes([[_in_cell(first[column]) for column in columns]]))
        for row in rows:
            file.write(csv_bytes([[_in_cell(row[column]) for column in columns]]))


def _in_cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain) if value else ""
    return value


def _holding_of(kind: str) -> Holding | None:
    return next((h for h in holdings() if h.kind == kind and not h.within), None)


def _labels(holding: Holding) -> dict[str, str]:
    named: dict[str, str] = {}
    for name in holding.shown:
        field = holding.model._meta.get_field(name)
        if isinstance(field, Field):
            named[name] = capfirst(str(field.verbose_name))
    return named


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)  # amounts: a number of JSON would lose cents
