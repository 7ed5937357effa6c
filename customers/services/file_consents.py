"""What a file says about consent, through the one rule of consent.

A grant is recorded as `imported` with its own date. It is not recorded at all for people who
refused, withdrew or objected, whose address is suppressed, or who were too young; those are counted
and named. What denies is recorded as a withdrawal, unless nothing is allowed anyhow.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from config.shared.actors import Actor
from config.shared.localtime import to_local
from config.shared.models import Project
from customers.ages import under
from customers.importing import problems
from customers.importing.consent_columns import Said
from customers.importing.contents import ReadRow, Setting, Tally
from customers.importing.people import Person
from customers.importing.problems import Explanation, Problem
from customers.models import (
    Channel,
    ConsentAction,
    ConsentState,
    ImportRun,
    Suppression,
)
from customers.selectors import MARKETING
from customers.suppression import suppressed

from .consent import CopiedConsent, append_copied

UPLOADER: Final = "uploaded_by"
"""The key of a proof that says who brought the file: kind and id of an actor."""
_UNKNOWN_WORD: Final = "unknown_word"
_KEPT: Final = _("Nothing needs to be done.")
problems.declare(
    {
        "kept_withdrawn": Explanation(
            _("The person withdrew or refused before; the file's consent was not recorded."),
            _KEPT,
        ),
        "kept_suppressed": Explanation(
            _("The address is on the suppression list; the file's consent was not recorded."),
            _KEPT,
        ),
        "kept_young": Explanation(
            _("The person was under the age of consent; the file's consent was not recorded."),
            _("Record the consent with the name of the guardian who agreed."),
        ),
    }
)


class Decided(NamedTuple):
    """A consent of a person that is to be recorded; `person` has an identity when it is."""

    person: Person
    said: Said
    row: ReadRow


def decide(
    people: Sequence[Person], *, setting: Setting, run: ImportRun, tally: Tally
) -> list[Decided]:
    """What is to be recorded of what rows said; counts and notes the rest.

    A row that says yes and no about one channel says no.
    """
    told = [person for person in people if person.consents]
    if not told:
        return []
    age = Project.objects.values_list("consent_age", flat=True).get(pk=1)
    states = _states([person.pk for person in told if person.pk and person.pk > 0])
    suppressed_addresses, denied_addresses = _suppressed(told), _denied(told, setting)
    decided = []
    for person in told:
        for said, row in _one_by_channel(person, tally):
            allowed = states.get((person.pk or 0, said.channel))
            if allowed is said.allows:
                continue  # nothing new
            code = ""
            if said.allows:
                address = _address(person, said.channel)
                code = _in_the_way(
                    denied=allowed is False or address in denied_addresses[said.channel],
                    listed=address in suppressed_addresses[said.channel],
                    young=_is_young(person, said, setting, age),
                )
            if code:
                tally.counts[code] += 1
                tally.notes.append((row, Problem(code, said.column)))
            else:
                tally.counts["consents" if said.allows else "withdrawals"] += 1
                decided.append(Decided(person, said, row))
    return decided


def _in_the_way(*, denied: bool, listed: bool, young: bool) -> str:
    """Why a grant is not recorded, or the empty text."""
    if denied:
        return "kept_withdrawn"
    if listed:
        return "kept_suppressed"
    return "kept_young" if young else ""


def _one_by_channel(person: Person, tally: Tally) -> list[tuple[Said, ReadRow]]:
    """For each channel the last that was said and its row, but a no before any yes."""
    by_channel: dict[str, tuple[Said, ReadRow]] = {}
    for said, row in person.consents:
        if not said.channel:
            tally.notes.append((row, Problem(_UNKNOWN_WORD, said.column)))
            continue
        before = by_channel.get(said.channel)
        if before is None or before[0].allows:
            by_channel[said.channel] = said, row
    return list(by_channel.values())


def _states(customer_ids: Sequence[int]) -> dict[tuple[int, str], bool]:
    if not customer_ids:
        return {}
    rows = ConsentState.objects.filter(
        customer_id__in=customer_ids, purpose=MARKETING, data_category=""
    ).values_list("customer_id", "channel", "allowed")
    return {(customer, channel): allowed for customer, channel, allowed in rows}


def _suppressed(people: Sequence[Person]) -> dict[str, set[str]]:
    """Addresses that nothing is sent to, by channel; nothing is hashed while the list is empty."""
    listed = set(Suppression.objects.order_by().values_list("channel", flat=True).distinct())
    found: dict[str, set[str]] = {channel: set() for channel in Channel.values}
    for channel in listed:
        found[channel] = suppressed(channel, _addresses_of(people, channel, allows=True))
    return found


def _denied(people: Sequence[Person], setting: Setting) -> dict[str, set[str]]:
    """Addresses that somebody withdrew or refused, by channel: under whatever other id a file
    brings the person again, they stay withdrawn.

    Where people are recognised by their e-mail address, everybody with it was found already, and a
    row that is about somebody else was rejected.
    """
    found: dict[str, set[str]] = {channel: set() for channel in Channel.values}
    for channel, field in _FIELD.items():
        if field == "email" and field in setting.options.get("identify_by", ()):
            continue
        granted = _addresses_of(people, channel, allows=True)
        if not granted:
            continue
        found[channel] = _addresses_of(people, channel, allows=False)
        with connection.cursor() as cursor:
            cursor.execute(_DENIED.format(field=field), [list(granted), MARKETING, channel])
            found[channel].update(address for (address,) in cursor.fetchall())
    return found


_FIELD: Final = {Channel.EMAIL: "email", Channel.SMS: "phone"}
_DENIED: Final = """
SELECT DISTINCT c.{field}
FROM unnest(%s::text[]) AS asked (address)
JOIN customers_customer c ON c.{field} = asked.address AND c.{field} <> ''
JOIN customers_consentstate s ON s.customer_id = c.id
WHERE s.purpose = %s AND s.channel = %s AND s.data_category = ''
  AND NOT s.allowed
"""


def _addresses_of(people: Sequence[Person], channel: str, *, allows: bool) -> set[str]:
    """The addresses of those who say so about a channel."""
    return {
        address
        for person in people
        if any(said.channel == channel and said.allows is allows for said, _row in person.consents)
        and (address := _address(person, channel))
    }


def _address(person: Person, channel: str) -> str:
    field = _FIELD.get(Channel(channel), "")
    value: Any = person.fields.get(field) or (person.stored or {}).get(field) or ""
    return str(value)


def _is_young(person: Person, said: Said, setting: Setting, age: int) -> bool:
    born, stored = person.fields.get("birth_date"), person.stored or {}
    if born is not None:
        year, month, day = born
    else:
        year, month, day = (stored.get(f"birth_{part}") for part in ("year", "month", "day"))
    at = said.at or setting.at
    if year is None or at.year - year > age + 1:
        return False
    zone = stored.get("zone") or setting.project_zone
    return under(age, born=(year, month, day), on=to_local(at, zone).date())


class _Evidence:
    """The file as proof: which one, brought by whom, and where in it the person said so."""

    def __init__(self, run: ImportRun) -> None:
        self._file = {"import": run.pk, "file": run.name, "sha256": run.sha256}
        if run.uploader_kind:  # runs of an older release do not know
            self._file[UPLOADER] = f"{run.uploader_kind}:{run.uploader_id}"
        self._headings = run.detected["headers"]
        self._begun: dict[tuple[int, str], str] = {}  # a file has few

    def of(self, said: Said, line: int) -> str:
        """As JSON; `line` counts from 1 and includes the header."""
        begun = self._begun.get((said.column, said.evidence))
        if begun is None:
            where = {"column": said.column + 1, "heading": self._headings[said.column]}
            told = {**self._file, **where, "note": said.evidence}
            begun = self._begun[said.column, said.evidence] = json.dumps(told)[:-1]
        return f'{begun}, "line": {line}}}'


def record(decided: Sequence[Decided], *, run: ImportRun, at: datetime) -> None:
    """Append what was decided; the customers are locked or new, and have identities."""
    evidence = _Evidence(run)
    consents = []
    for person, said, row in decided:
        consents.append(
            CopiedConsent(
                identity_id=person.identity or 0,
                channel=said.channel,
                action=ConsentAction.IMPORTED if said.allows else ConsentAction.WITHDRAWN,
                source=said.source,
                captured_at=min(said.at or at, at),
                proof=evidence.of(said, row.number),
            )
        )
    append_copied(
        consents,
        purpose=MARKETING,
        received_at=at,
        actor=Actor(run.actor_kind, run.actor_id),
        customer_ids=[person.pk or 0 for person, _said, _row in decided],
    )
