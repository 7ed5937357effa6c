"""Who a row is about: a pure rule over what is stored and what earlier rows of the file said.

Rows are looked at one after the other, as if each were written before the next is read, so that the
outcome does not depend on how a file is cut into batches.

A row is about the customer with its id in a system, else about the one with its e-mail address,
else about the one with its phone number, as far as the person who imports chose these; about
somebody new where none of them is known. It is rejected where they point to different customers,
or to several at once.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from .customer_rows import Told
from .problems import Problem

ExternalId = tuple[str, str]  # source, id


class Person:
    """A customer whom rows are about. `pk` is None (or negative in a check) while not stored.

    `stored` are the values of the stored row by column; `ids` one external id of each source,
    `external` all of them, `new_ids` those that the file adds. `consents` are what rows said about
    consent, each with its row. `touched` says that an earlier batch was about the same person.
    """

    __slots__ = (
        "addresses",
        "consents",
        "external",
        "fields",
        "identity",
        "ids",
        "metadata",
        "new_ids",
        "pk",
        "row",
        "stored",
        "touched",
    )

    def __init__(self, pk: int | None = None, *, stored: dict[str, Any] | None = None) -> None:
        self.pk, self.stored = pk, stored
        self.ids: dict[str, str] = {}  # by source; of several of one source the oldest
        self.external: list[str] = []
        self.new_ids: list[ExternalId] = []
        self.fields: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.addresses: dict[str, dict[str, str]] = {}
        self.consents: list[tuple[Any, Any]] = []
        self.identity: int | None = None
        self.row: Any = None  # the first row about them in this batch
        self.touched = False

    @property
    def is_new(self) -> bool:
        return self.pk is None

    def current(self, name: str) -> str:
        """The e-mail address or phone number after what was told so far."""
        told = self.fields[name] if name in self.fields else (self.stored or {}).get(name)
        return str(told or "")

    def take(self, told: Told, row: Any) -> None:
        """Let a row speak; what a later one says wins. The row stays as it was read, because a
        batch that met another writer is decided anew.
        """
        if self.fields or self.metadata:
            self.fields = {**self.fields, **told.fields}
            self.metadata = {**self.metadata, **told.metadata}
        else:
            self.fields, self.metadata = told.fields, told.metadata
        if told.consents:
            self.consents += [(said, row) for said in told.consents]
        if told.addresses:
            self.addresses = {**self.addresses, **told.addresses}
        for source, external_id in told.ids:
            if source not in self.ids:
                self.ids[source] = external_id
                self.new_ids.append((source, external_id))
                self.external.append(external_id)


IDS_DISAGREE: Final = "ids_disagree"
EMAIL_DISAGREES: Final = "email_disagrees"
EMAIL_OF_SEVERAL: Final = "email_of_several"
PHONE_OF_SEVERAL: Final = "phone_of_several"
OTHER_ID: Final = "other_id"
NOBODY: Final = "nobody"


class People:
    """Everybody a batch may be about, by what they are recognised by."""

    def __init__(self, recognised_by: Collection[str]) -> None:
        self._by_ids = "external_id" in recognised_by
        self._by_email = "email" in recognised_by
        self._by_phone = "phone" in recognised_by
        self.of_id: dict[ExternalId, Person] = {}
        self.of_email: dict[str, list[Person]] = {}
        self.of_phone: dict[str, list[Person]] = {}

    def know(self, person: Person, *, ids: Sequence[ExternalId], email: str, phone: str) -> None:
        """Put somebody who is stored, or was met in an earlier batch, among them."""
        for source, external_id in ids:
            person.ids.setdefault(source, external_id)
            self.of_id[source, external_id] = person
        if email:
            self.of_email.setdefault(email, []).append(person)
        if phone:
            self.of_phone.setdefault(phone, []).append(person)

    def whom(self, told: Told) -> Person | Problem | None:
        """Whom a row is about; None for somebody new."""
        found = self._with_id(told) if self._by_ids and told.ids else None
        if isinstance(found, Problem):
            return found
        email = told.fields.get("email") or "" if self._by_email else ""
        with_email = self.of_email.get(email) if email else None
        if found is not None:
            disagrees = with_email and found not in with_email
            return Problem(EMAIL_DISAGREES) if disagrees else self._checked(found, told)
        if with_email:
            return self._only(with_email, told, EMAIL_OF_SEVERAL)
        phone = told.fields.get("phone") or "" if self._by_phone else ""
        with_phone = self.of_phone.get(phone) if phone else None
        if with_phone:
            return self._only(with_phone, told, PHONE_OF_SEVERAL)
        names_somebody = email or phone or (self._by_ids and told.ids)
        return None if names_somebody else Problem(NOBODY)

    def _with_id(self, told: Told) -> Person | Problem | None:
        found: Person | None = None
        for external in told.ids:
            known = self.of_id.get(external)
            if known is not None:
                if found is not None and known is not found:
                    return Problem(IDS_DISAGREE)
                found = known
        return found

    def _only(self, alike: list[Person], told: Told, several: str) -> Person | Problem:
        return Problem(several) if len(alike) > 1 else self._checked(alike[0], told)

    def _checked(self, person: Person, told: Told) -> Person | Problem:
        """That person, unless the system calls them by another id."""
        if self._by_ids:
            for source, external_id in told.ids:
                if person.ids.get(source, external_id) != external_id:
                    known = self.of_id.get((source, external_id))
                    if known is not person:
                        return Problem(OTHER_ID)
        return person

    def meet(self, person: Person, told: Told, row: Any) -> None:
        """Let the row speak, and recognise the person by what it says from now on."""
        for name, known in (("email", self.of_email), ("phone", self.of_phone)):
            if name not in told.fields:
                continue
            before, now = person.current(name), told.fields[name] or ""
            if before != now and person in known.get(before, ()):
                known[before].remove(person)
            if now and person not in (alike := known.setdefault(now, [])):
                alike.append(person)
        person.take(told, row)
        for external in told.ids:
            self.of_id.setdefault(external, person)
