"""The cells of a row as what is told about a customer; the columns decide once, not row by row."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from customers import values
from customers.models import Customer
from customers.models.customer import DEFAULT_SOURCE
from customers.values import BirthDate, Definition, UnusableValue

from .address_columns import AddressColumns, Addresses
from .cells import FORMULA, is_formula, unnumbered
from .consent_columns import ConsentColumn, Said, consent_columns
from .contents import Setting
from .customer_targets import ATTRIBUTE, METADATA, attribute_definitions
from .problems import Problem, of_value

Read = Callable[[str], Any]

_LONGEST_TEXT: Final = 2_000
LARGEST_METADATA: Final = 20_000  # characters of JSON, as everywhere else
_FEW: Final = 8  # texts that together cannot be too large
_ONCE_READ: Final = 20_000  # values remembered per column


@dataclass(slots=True)
class Told:
    """What a row says. `fields` by name of the stored field: None clears it, absent keeps it.

    `metadata` likewise by key. `ids` are (source, external id). `addresses` are further ones.
    """

    fields: dict[str, Any]
    ids: list[tuple[str, str]]
    metadata: dict[str, Any]
    consents: list[Said]
    addresses: Addresses = field(default_factory=dict)


def _longest(field: str) -> int:
    longest: Any = Customer._meta.get_field(field).max_length  # type: ignore[union-attr]
    return int(longest)


def _remembering(read: Read) -> Read:
    """For columns whose values repeat: a country is looked up once. Errors are remembered too."""
    known: dict[str, Any] = {}

    def remembered(cell: str) -> Any:
        try:
            found = known[cell]
        except KeyError:
            try:
                found = read(cell)
            except UnusableValue as error:
                found = error
            if len(known) < _ONCE_READ:
                known[cell] = found
        if isinstance(found, UnusableValue):
            raise found
        return found

    return remembered


def _external_id(cell: str) -> str:
    # Shopify puts an apostrophe before ids, so that spreadsheets do not round them.
    return values.external_id(cell.lstrip("'"))


class CustomerReader:
    """Made by `reader`; `read` asks nobody else and may run in a thread."""

    def __init__(self, setting: Setting, definitions: Mapping[str, Definition]) -> None:
        self._setting = setting
        self._order = "dmy" if setting.day_first else "mdy"
        self._definitions = definitions
        self._clears = setting.options.get("empty") == "clear"
        self._plan: list[tuple[int, str, Read, bool]] = []
        self._metadata: list[tuple[int, str, Read]] = []
        self._ids: list[tuple[int, str]] = []
        self._phones: list[int] = []
        self._country_column: int | None = None
        for number, how in sorted((int(key), how) for key, how in setting.columns.items()):
            self._add(number, str(how.get("target", "")), how)
        self._consents: list[ConsentColumn] = consent_columns(setting, self._order)
        self._addresses = AddressColumns(setting, clears=self._clears)

    def _add(self, number: int, target: str, how: Mapping[str, Any]) -> None:
        if target.startswith(ATTRIBUTE):
            key = target.removeprefix(ATTRIBUTE)
            self._metadata.append((number, key, self._attribute(key)))
        elif target.startswith(METADATA):
            kept = partial(values.text, longest=_LONGEST_TEXT)
            self._metadata.append((number, target.removeprefix(METADATA), kept))
        elif target == "tags":
            key = str(how.get("key") or "tags")
            self._metadata.append((number, key, _remembering(self._tags(key))))
        elif target == "external_id":
            self._ids.append((number, str(how.get("source") or DEFAULT_SOURCE)))
        elif target in {"phone", "second_phone"}:
            self._phones.append(number)
        elif target in self._reads():
            read, fills_up = self._reads()[target], target == "full_name"
            self._plan.append((number, target, read, fills_up))
            if target == "country":
                self._country_column = number

    @cache  # noqa: B019  (a reader lives as long as its pass over the file)
    def _reads(self) -> dict[str, Read]:
        setting, order = self._setting, self._order
        texts = ("company", "region", "city", "postal_code", "description")
        lines = ("address_line_1", "address_line_2")
        birth = partial(values.birth_date, today=setting.at.date(), order=order)
        moment = partial(values.moment, zone=setting.zone, now=setting.at, order=order)
        return {
            "first_name": _remembering(values.name),
            "last_name": _remembering(values.name),
            "full_name": values.split_name,
            "email": values.email,
            "birth_date": _remembering(unnumbered(birth)),
            "gender": _remembering(values.gender),
            "kind": values.kind_of,
            "language": values.language,
            "adviser": _remembering(values.external_id),
            "country": values.country,
            "zone": values.zone,
            "signed_up_at": unnumbered(moment),
            **{
                name: _remembering(partial(values.text, longest=_longest(name)))
                for name in (*texts, *lines)
            },
        }

    def _attribute(self, key: str) -> Read:
        definition = self._definitions[key]
        read = partial(
            values.attribute,
            definition=definition,
            decimal_mark=self._setting.decimal_mark,
            order=self._order,
        )
        return _remembering(unnumbered(read) if definition.type == "date" else read)

    def _tags(self, key: str) -> Read:
        definition = self._definitions.get(key)
        if definition is None or definition.type != "set":
            definition = Definition(key=key, type="set")
        # Mailchimp puts each tag into quotation marks of its own.
        return lambda cell: values.attribute(cell.replace('"', ""), definition)

    def read(self, cells: Sequence[str]) -> Told | list[Problem]:
        """What the row tells, or everything that is wrong with it."""
        told = Told({}, [], {}, [])
        problems: list[Problem] = []
        fields = told.fields
        for number, name, read, fills_up in self._plan:
            cell = cells[number]
            if not cell or cell.isspace():
                if self._clears and not fills_up:
                    fields.setdefault(name, None)
                continue
            if cell[0] in "=#" and is_formula(cell):
                problems.append(Problem(FORMULA, number))
                continue
            try:
                found = read(cell)
            except UnusableValue as error:
                problems.append(of_value(error, number))
                continue
            if fills_up:
                fields.setdefault("first_name", found[0])
                fields.setdefault("last_name", found[1])
            else:
                fields[name] = found
        self._read_ids(cells, told, problems)
        self._read_phone(cells, told, problems)
        self._read_metadata(cells, told, problems)
        if self._addresses.labels:
            home = fields.get("country") or ""
            told.addresses = self._addresses.read(cells, problems, country=home)
        told.consents = [
            said for column in self._consents if (said := column.read(cells, problems)) is not None
        ]
        return problems or told

    def _read_ids(self, cells: Sequence[str], told: Told, problems: list[Problem]) -> None:
        for number, source in self._ids:
            if cell := cells[number].strip():
                if cell[0] in "=#" and is_formula(cell):
                    problems.append(Problem(FORMULA, number))
                    continue
                try:
                    told.ids.append((source, _external_id(cell)))
                except UnusableValue as error:
                    problems.append(of_value(error, number))

    def _read_phone(self, cells: Sequence[str], told: Told, problems: list[Problem]) -> None:
        country = told.fields.get("country") or self._setting.country
        for number in self._phones:
            cell = cells[number].strip()
            if not cell:
                continue
            if is_formula(cell):
                problems.append(Problem(FORMULA, number))
                return
            try:
                told.fields["phone"] = values.phone(cell.lstrip("'"), country=country)
            except UnusableValue as error:
                problems.append(of_value(error, number))
            return
        if self._clears and self._phones:
            told.fields["phone"] = None

    def _read_metadata(self, cells: Sequence[str], told: Told, problems: list[Problem]) -> None:
        for number, key, read in self._metadata:
            cell = cells[number]
            if not cell or cell.isspace():
                if self._clears:
                    told.metadata.setdefault(key, None)
                continue
            if cell[0] in "=#" and is_formula(cell):
                problems.append(Problem(FORMULA, number))
                continue
            try:
                told.metadata[key] = read(cell)
            except UnusableValue as error:
                problems.append(of_value(error, number))
        if len(self._metadata) > _FEW and len(json.dumps(told.metadata)) > LARGEST_METADATA:
            problems.append(Problem("metadata_too_large"))

    def shown(self, value: Told) -> Mapping[int, str]:
        """What would be stored, by column."""
        shown: dict[int, str] = {}
        for number, name, _read, fills_up in self._plan:
            if fills_up:
                first, last = value.fields.get("first_name"), value.fields.get("last_name")
                shown[number] = f"{first or ''} | {last or ''}"
            else:
                shown[number] = _as_text(value.fields.get(name))
        for number in self._phones:
            shown[number] = _as_text(value.fields.get("phone"))
        for number, key, _read in self._metadata:
            shown[number] = _as_text(value.metadata.get(key))
        by_source = dict(value.ids)
        for number, source in self._ids:
            shown[number] = by_source.get(source, "")
        shown |= self._addresses.shown(value.addresses)
        for said in value.consents:
            shown[said.column] = said.in_words()
        return shown


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, BirthDate):
        return f"{value.year or '-'}-{value.month:02}-{value.day:02}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


def reader(setting: Setting) -> CustomerReader:
    return CustomerReader(setting, attribute_definitions())
