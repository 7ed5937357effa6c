"""Customers from a file: a batch of rows decided in memory, written by a few statements.

People are found and locked at once, each row is decided after the one before it, then what is new
is copied into the tables and what differs is merged by one UPDATE. In a dry run everything but the
writing happens.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from customers.importing import problems
from customers.importing.contents import ReadRow, Setting, Tally
from customers.importing.customer_rows import Told
from customers.importing.people import (
    EMAIL_DISAGREES,
    EMAIL_OF_SEVERAL,
    IDS_DISAGREE,
    NOBODY,
    OTHER_ID,
    PHONE_OF_SEVERAL,
    People,
    Person,
)
from customers.importing.problems import Explanation, Problem
from customers.importing.profiles import Profiles
from customers.models import Adviser, ImportRun

from . import file_consents, file_customers_writing
from .file_addresses import FurtherAddresses
from .file_customers_finding import Finder

UNKNOWN_ADVISER: Final = "unknown_adviser"

_MERGE: Final = _("Merge the customers, or correct the row and import it again.")
problems.declare(
    {
        IDS_DISAGREE: Explanation(_("The ids of this row belong to different customers."), _MERGE),
        EMAIL_DISAGREES: Explanation(
            _("The id belongs to one customer and the e-mail address to another."), _MERGE
        ),
        EMAIL_OF_SEVERAL: Explanation(_("Several customers have this e-mail address."), _MERGE),
        PHONE_OF_SEVERAL: Explanation(_("Several customers have this phone number."), _MERGE),
        OTHER_ID: Explanation(
            _("The customer with this address is known under another id of the same system."),
            _MERGE,
        ),
        NOBODY: Explanation(
            _("The row does not tell who it is about."),
            _("Fill in the e-mail address, the id or the phone number."),
        ),
        UNKNOWN_ADVISER: Explanation(
            _("There is no sales adviser with this id."),
            _("Add the adviser first, or leave the cell empty."),
        ),
    }
)


class CustomerWriter:
    """Works off the batches of one run; see `customers.importing.contents.Writer`."""

    def __init__(self, run: ImportRun, setting: Setting, *, dry_run: bool) -> None:
        self._run, self._setting, self._dry_run = run, setting, dry_run
        options = setting.options
        self._mode = str(options.get("mode", "both"))
        self._first_wins = options.get("repeated") == "first"
        self._profiles = Profiles(setting)
        self._finder = Finder(
            run_id=run.pk,
            columns=self._profiles.columns,
            recognised_by=options.get("identify_by", ()),
            dry_run=dry_run,
        )
        self._advisers: dict[str, int] = dict(Adviser.objects.values_list("source_id", "pk"))

    def write(self, rows: Sequence[ReadRow]) -> Tally:
        """See Writer. Locks the customers; raises IntegrityError where somebody made one of the
        new ones at this moment, and Overtaken where somebody merged known ones: the batch can
        simply be tried again.
        """
        tally = Tally()
        people = self._finder.find(rows)
        met: dict[int, Person] = {}
        for row in rows:
            if (problem := self._meet(people, row, met, tally.counts)) is not None:
                tally.rejected.append((row, problem))
        addresses = FurtherAddresses(met.values())
        created, changed = self._decide(list(met.values()), addresses, tally)
        consents = file_consents.decide(
            list(met.values()), setting=self._setting, run=self._run, tally=tally
        )
        if not self._dry_run:
            file_customers_writing.write(
                created=created, changed=changed, profiles=self._profiles, at=self._setting.at
            )
            addresses.write()
            file_consents.record(consents, run=self._run, at=self._setting.at)
        self._finder.remember(met.values())
        return tally

    def _meet(
        self, people: People, row: ReadRow, met: dict[int, Person], counts: Counter[str]
    ) -> Problem | None:
        told: Told = row.value
        if problem := self._adviser(told):
            return problem
        person = people.whom(told)
        if isinstance(person, Problem):
            return person
        if person is None:
            if self._mode == "update":
                counts["not_wanted"] += 1
                return None
            person = Person()
        elif person.touched or person.row is not None:
            counts["repeated"] += 1
            if self._first_wins:
                return None
        elif self._mode == "create":
            counts["not_wanted"] += 1
            return None
        if person.row is None:
            person.row = row
            met[id(person)] = person
        people.meet(person, told, row)
        return None

    def _adviser(self, told: Told) -> Problem | None:
        """Put the adviser's primary key where the row names the shop's id."""
        named = told.fields.get("adviser")
        if not named or isinstance(named, int):
            return None
        if named not in self._advisers:
            return Problem(UNKNOWN_ADVISER)
        told.fields["adviser"] = self._advisers[named]
        return None

    def _decide(
        self, met: Sequence[Person], addresses: FurtherAddresses, tally: Tally
    ) -> tuple[list[tuple[Person, dict[str, Any]]], list[tuple[Person, dict[str, Any], list[str]]]]:
        created, changed = [], []
        for person in met:
            if person.stored is None:
                if person.pk is None:
                    tally.counts["created"] += 1
                    created.append((person, self._profiles.new(person)))
                    addresses.decide(person, tally)
                continue
            also = ["addresses"] if addresses.decide(person, tally) else []
            values, names = self._profiles.merged(person, also)
            if names or person.new_ids:
                changed.append((person, values, names))
            if not person.touched:
                tally.counts["changed" if names or person.new_ids else "unchanged"] += 1
                tally.fields.update(self._profiles.shown(names))
                if person.new_ids:
                    tally.fields["external_id"] += 1
        return created, changed

    def finish(self) -> Tally:
        """Every batch was whole; only the notes of a dry run are left."""
        self._finder.forget()
        return Tally()


def writer(run: ImportRun, setting: Setting, *, dry_run: bool) -> CustomerWriter:
    return CustomerWriter(run, setting, dry_run=dry_run)
