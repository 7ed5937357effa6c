"""The customers of a batch: found and locked at once, made and changed in memory, written at once.

One row is a batch of one, so that both obey the same rules. Inside the caller's transaction.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from config.shared import audit, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, VesileError
from config.shared.idempotency import Overtaken
from config.shared.models import AuditEntry, Fact, Project
from customers.asked import AskedCustomer, Outcome, Status
from customers.errors import UnknownCustomer
from customers.models import Customer, Identity
from customers.models.customer import DEFAULT_SOURCE

from . import purchases
from .addresses import AddressBook
from .ages import BIRTH_FIELDS, expire_under_age
from .finding import lock_and_find
from .profile import SEARCHED, WATCHED, Reading, apply_profile, reading_for


@contextmanager
def overtaken_where_taken(*constraints: str) -> Iterator[None]:
    """Turn a violation of one of these unique constraints into Overtaken: begin again."""
    try:
        yield
    except IntegrityError as error:
        violated = error.__cause__
        if isinstance(violated, UniqueViolation) and violated.diag.constraint_name in constraints:
            raise Overtaken from error
        raise


def receive_customers(
    *, asked: Sequence[AskedCustomer], actor: Actor, at: datetime
) -> list[Outcome]:
    """Make or change each of these customers; a rejected one does not keep the others out.

    Raises Overtaken when somebody made one of them at this moment: begin again.
    """
    with transaction.atomic(savepoint=False):
        people = People(actor=actor, at=at, project=Project.objects.get())
        people.find(asked)
        outcomes = []
        for customer in asked:
            try:
                identity, status = people.meet(customer)
            except VesileError as error:
                outcomes.append(Outcome.rejected(error))
            else:
                outcomes.append(Outcome(status, identity.customer.public_id))
        facts.record_all(people.write())
        return outcomes


def _name_of(asked: AskedCustomer) -> tuple[str, str]:
    return asked.source, asked.source_id


class People:
    """A unit of work: `find` once, `known` and `meet` as often as needed, then `write` once."""

    def __init__(self, *, actor: Actor, at: datetime, project: Project) -> None:
        self._actor, self._at, self._project = actor, at, project
        self._by_name: dict[tuple[str, str], Identity] = {}
        self._by_public_id: dict[str, Identity] = {}
        self._aliases: dict[str, str] = {}
        self._customers: dict[int, Customer] = {}
        self._new: dict[tuple[str, str], Identity] = {}
        self._changed: dict[int, set[str]] = {}
        self._reading = Reading(project)
        self._addresses = AddressBook()

    def find(self, asked: Iterable[AskedCustomer]) -> None:
        """Lock those we know, in ascending order, and read them: one statement, or two where some
        are named by our own ids; one more each where attributes, advisers or addresses are told.

        Raises Overtaken where somebody merged one of them at this moment: begin again.
        """
        meant = list(asked)
        found = lock_and_find(
            (_name_of(one) for one in meant if one.source_id and not one.public_id),
            public_ids={one.public_id for one in meant if one.public_id},
        )
        self._aliases = found.aliases
        for identity in found.identities:
            # The same customer behind two identities is one object here.
            shared = self._customers.setdefault(identity.customer_id, identity.customer)
            identity.customer = shared
            self._by_name[identity.source, identity.external_id] = identity
            best = self._by_public_id.setdefault(shared.public_id, identity)
            if best.source != DEFAULT_SOURCE and identity.source == DEFAULT_SOURCE:
                self._by_public_id[shared.public_id] = identity
        self._reading = reading_for(self._project, (one.profile for one in meant))
        at_home = {
            known.customer_id
            for one in meant
            if "addresses" in one.profile and (known := self.known(one))
        }
        if at_home:
            self._addresses.read(at_home)

    def known(self, asked: AskedCustomer) -> Identity | None:
        """The identity that is meant, if there is one already."""
        if asked.public_id:
            public_id = self._aliases.get(asked.public_id, asked.public_id)
            return self._by_public_id.get(public_id)
        return self._by_name.get(_name_of(asked))

    def meet(self, asked: AskedCustomer) -> tuple[Identity, Status]:
        """The identity that is meant, made or changed in memory as told.

        Raises BadInput, with nothing changed, for a profile that cannot be, and UnknownCustomer for
        an id that we never gave.
        """
        known = self.known(asked)
        if known is not None:
            changed = self._change(known, asked)
            return known, Status.UPDATED if changed else Status.DUPLICATE
        if asked.public_id:
            raise UnknownCustomer(
                details=_("Send the shop's own id as source_id; then the customer is created."),
                resource_id=asked.public_id,
                resource_type="customer",
            )
        if not asked.source_id:
            raise BadInput(
                _("The customer has no id."),
                key="invalid_customer",
                details=_("Send source_id, the shop's own id of the customer, or id, ours."),
            )
        return self._make(asked), Status.CREATED

    def _make(self, asked: AskedCustomer) -> Identity:
        customer = Customer(zone=self._project.zone, created_at=self._at, updated_at=self._at)
        self._apply(customer, customer, asked)
        customer.search = customer.search_text([asked.source_id])
        name = _name_of(asked)
        identity = Identity(
            customer=customer,
            source=asked.source,
            external_id=asked.source_id,
            created_at=self._at,
        )
        self._by_name[name] = self._new[name] = identity
        return identity

    def _change(self, identity: Identity, asked: AskedCustomer) -> bool:
        if not asked.profile:
            return False
        customer = identity.customer
        tried = copy.copy(customer)
        changed = self._apply(tried, customer, asked)
        customer.__dict__.update(tried.__dict__)
        if changed and (identity.source, identity.external_id) in self._new:
            customer.search = customer.search_text([identity.external_id])
        elif changed:
            self._changed.setdefault(customer.pk, set()).update(changed)
        return bool(changed)

    def _apply(self, tried: Customer, customer: Customer, asked: AskedCustomer) -> list[str]:
        """Put what is told on `tried` and the addresses beside `customer`, whom it stands for."""
        changed = apply_profile(tried, asked.profile, reading=self._reading, at=self._at)
        if "addresses" in asked.profile:
            country = tried.country or self._project.country
            if self._addresses.tell(customer, asked.profile["addresses"], country=country):
                tried.updated_at = self._at
                changed = [*changed, "addresses"]
        return changed

    def write(self) -> list[Fact]:
        """Write what was made and changed; returns the facts for the caller to record.

        Raises Overtaken when somebody made one of the new customers at this moment.
        """
        changed = [self._customers[pk] for pk in sorted(self._changed)]
        # In the order of their ids: two batches cannot wait for each other.
        new = [self._new[name] for name in sorted(self._new)]
        entries: list[AuditEntry] = []
        made: list[Fact] = []
        if new:
            Customer.objects.bulk_create([identity.customer for identity in new])
            with overtaken_where_taken("customers_identity_external_id"):
                Identity.objects.bulk_create(new)
        if changed:
            self._refresh_search(changed)
            Customer.objects.bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*WATCHED, "search", "updated_at"],
            )
            # Days between orders are days on the customer's own clock.
            purchases.refresh([pk for pk, names in self._changed.items() if "zone" in names])
            expire_under_age(
                [one for one in changed if self._changed[one.pk] & BIRTH_FIELDS],
                at=self._at,
                consent_age=self._project.consent_age,
            )
        self._addresses.write()
        for customer in [identity.customer for identity in new]:
            entries.append(audit.entry(actor=self._actor, action="customer.created", of=customer))
            made.append(self._fact(customer, ["new"]))
        for customer in changed:
            fields = sorted(self._changed[customer.pk])
            entries.append(
                audit.entry(
                    actor=self._actor, action="customer.changed", of=customer, fields=fields
                )
            )
            made.append(self._fact(customer, fields))
        if entries:
            AuditEntry.objects.bulk_create(entries)
        return made

    def _fact(self, customer: Customer, fields: list[str]) -> Fact:
        return Fact(
            kind="customer.changed", subject_id=customer.pk, at=self._at, data={"fields": fields}
        )

    def _refresh_search(self, changed: Sequence[Customer]) -> None:
        renamed = [customer for customer in changed if self._changed[customer.pk] & SEARCHED]
        if not renamed:
            return
        external_ids: dict[int, list[str]] = {customer.pk: [] for customer in renamed}
        rows = Identity.objects.filter(customer__in=list(external_ids)).order_by("id")
        for customer_id, external_id in rows.values_list("customer_id", "external_id"):
            external_ids[customer_id].append(external_id)
        for customer in renamed:
            customer.search = customer.search_text(external_ids[customer.pk])
