"""From what rows say of a person to the values of the stored row."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from customers.models.customer import SEARCHED, ZoneSource, searched
from customers.residence import Residence, residence
from customers.values import BirthDate, country_of

from .contents import Setting
from .people import Person

TEXTS: Final = (
    *("first_name", "last_name", "kind", "company", "gender", "email", "phone", "language"),
    *("country", "region", "city", "address_line_1", "address_line_2", "postal_code"),
    "description",
)
BIRTH: Final = ("birth_month", "birth_day", "birth_year")
ZONE: Final = ("zone", "zone_source", "zone_problem")
_LIVES: Final = ("country", "region", "zone", "phone", "second_phone")
ALWAYS: Final = (*TEXTS, *BIRTH, *ZONE, "adviser_id", "metadata", "signed_up_at")
"""What a new row is written with."""

_SHOWN: Final = {
    "birth_month": "birth_date",
    "birth_day": "birth_date",
    "birth_year": "birth_date",
    "zone_source": "zone",
    "zone_problem": "zone",
    "adviser_id": "adviser",
}


class Profiles:
    """Decides the values of people's rows, for one mapping.

    `columns` are those that the mapping may change, or that something it may change depends on.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._residences: dict[tuple[str, str, str, str], Residence] = {}
        targets = {str(how.get("target", "")) for how in setting.columns.values()}
        told = {"first_name", "last_name"} if "full_name" in targets else set()
        told |= {"phone"} if "second_phone" in targets else set()
        told |= targets & {*TEXTS, "signed_up_at"}
        wanted = set(told)
        if "birth_date" in targets:
            wanted.update(BIRTH)
        if "adviser" in targets:
            wanted.add("adviser_id")
        if targets & set(_LIVES):
            wanted.update(ZONE, ("country", "region", "phone"))
        if any(":" in target or target == "tags" for target in targets):
            wanted.add("metadata")
        self.searches = bool(told & set(SEARCHED)) or "external_id" in targets
        if self.searches:
            wanted.update(SEARCHED)
        self._lives = bool(targets & set(_LIVES))
        # Age is asked of everybody who is said to allow something, on their own clock.
        asked = {*BIRTH, "zone"} if targets & {"consent", "birth_date"} else set()
        self.columns: tuple[str, ...] = tuple(
            name for name in ALWAYS if name in wanted | asked and name not in _KEYS
        )
        self.merged_columns: tuple[str, ...] = tuple(name for name in ALWAYS if name in wanted)

    def new(self, person: Person) -> dict[str, Any]:
        """The row of somebody who is not stored yet: every one of `ALWAYS` and `search`."""
        fields = person.fields
        values: dict[str, Any] = dict.fromkeys(TEXTS, "")
        values["kind"] = "consumer"
        for name, value in fields.items():
            if value is not None and name in values:
                values[name] = value
        self._births(values, fields.get("birth_date"))
        values["adviser_id"] = fields.get("adviser")
        values["signed_up_at"] = fields.get("signed_up_at")
        values["metadata"] = {k: v for k, v in person.metadata.items() if v is not None}
        lives = self._residence(fields.get("zone") or "", values)
        values["zone"], values["zone_source"] = lives.zone, lives.source.value
        values["zone_problem"] = lives.problem
        values["search"] = searched([values[name] for name in SEARCHED], person.external)
        return values

    def merged(self, person: Person, also: Sequence[str] = ()) -> tuple[dict[str, Any], list[str]]:
        """The row of a stored person as it should be, and the names of what differs.

        `also` are names of what differs outside of the row.
        The values are those of `merged_columns`; `search` beside them where it follows from them.
        """
        stored, fields = person.stored or {}, person.fields
        values: dict[str, Any] = {name: stored[name] for name in self.merged_columns}
        for name, value in fields.items():
            if name in values and name != "zone":
                values[name] = _EMPTY.get(name, "") if value is None else value
        if "birth_date" in fields:
            self._births(values, fields["birth_date"])
        if "adviser" in fields:
            values["adviser_id"] = fields["adviser"]
        if person.metadata:
            told = {**values["metadata"], **person.metadata}
            values["metadata"] = {key: value for key, value in told.items() if value is not None}
        if self._lives:
            self._settle_zone(values, fields)
        changed = [name for name in self.merged_columns if values[name] != stored[name]]
        changed += also
        if self.searches and (changed or person.new_ids):
            values["search"] = searched([values[name] for name in SEARCHED], person.external)
        return values, changed

    def _settle_zone(self, values: dict[str, Any], fields: dict[str, Any]) -> None:
        told = fields.get("zone")
        if not told and values["zone_source"] == ZoneSource.EXPLICIT and "zone" not in fields:
            return
        lives = self._residence(told or "", values)
        values["zone"], values["zone_source"] = lives.zone, lives.source.value
        values["zone_problem"] = lives.problem if "zone" in fields else values["zone_problem"]

    def _residence(self, zone: str, values: dict[str, Any]) -> Residence:
        country, phone = values["country"], "" if values["country"] else values["phone"]
        key = zone, country, values["region"], country_of(phone) if phone else ""
        found = self._residences.get(key)
        if found is None:
            found = residence(
                given_zone=zone,
                country=country,
                region=values["region"],
                phone=phone,
                default_zone=self._setting.project_zone,
            )
            if len(self._residences) < 100_000:
                self._residences[key] = found
        return found

    @staticmethod
    def _births(values: dict[str, Any], born: BirthDate | None) -> None:
        values["birth_year"], values["birth_month"], values["birth_day"] = born or (None,) * 3

    @staticmethod
    def shown(names: Iterable[str]) -> set[str]:
        """Names of stored columns as the fields that people know."""
        return {_SHOWN.get(name, name) for name in names}


_KEYS: Final = frozenset({"email", "phone"})  # read anyhow, to recognise people by
_EMPTY: Final = {"kind": "consumer", "signed_up_at": None}


def as_json(metadata: dict[str, Any]) -> str:
    return json.dumps(metadata, ensure_ascii=False, separators=(",", ":")) if metadata else "{}"
