"""Erasing a person: the profile goes, what was bought stays as money without a person.

One transaction. The customer's row and identities are locked FOR UPDATE: whoever is writing about
the person at this moment is waited for, and whoever comes later finds nobody. What the registry of
personal data (`customers.rights`) names is deleted or cut, copies in files and stored answers are
found by the words that name the person, addresses go onto the suppression list as fingerprints,
and that it happened is kept by internal id and time alone, in a row and, after the commit, in a
list outside the database.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit
from config.shared.actors import Actor
from config.shared.errors import Conflict
from config.shared.models import AsyncAction, AuditEntry
from customers.errors import UnknownCustomer
from customers.models import (
    Address,
    Channel,
    Customer,
    CustomerQuerySet,
    Identity,
    ImportRun,
    Merge,
    Order,
    Return,
    SuppressionReason,
)
from customers.models.import_run import ImportState
from customers.rights import words_of

from . import traces
from .erasing_rows import erase_rows
from .erasure_list import list_after_commit
from .suppression import suppress

UNFINISHED: Final = (
    ImportState.UPLOADED,
    ImportState.CHECKING,
    ImportState.CHECKED,
    ImportState.WAITING,
    ImportState.RUNNING,
    ImportState.PAUSED,
)


class ErasureReason(models.TextChoices):
    """Why somebody was erased; kept in the audit log."""

    REQUESTED = "requested_by_customer", _("the person asked for it")
    RETENTION = "inactive_too_long", _("inactive for too long")
    REPLAYED = "erased_before_restore", _("erased before a backup was restored")


class ImportUnfinished(Conflict):
    """A file that is still to be imported may hold the person, who would come back with it."""

    key = "import_unfinished"
    message = _("An import is not finished; its file may hold this customer.")

    def __init__(self, run: ImportRun | AsyncAction) -> None:
        super().__init__(
            details=_("Let “%(name)s” finish, or stop it, and erase then.") % {"name": run}
        )


def unfinished_import() -> ImportRun | AsyncAction | None:
    """An import that still has its file, if there is one: nobody is erased meanwhile."""
    of_colleagues = ImportRun.objects.filter(state__in=UNFINISHED).order_by("id").first()
    of_shops = AsyncAction.objects.unfinished().filter(holds_people=True).order_by("id")
    return of_colleagues or of_shops.first()


def erase_customer(*, customer: Customer, actor: Actor, reason: str, at: datetime) -> None:
    """Erase this person for good.

    Raises UnknownCustomer when somebody else just did, and ImportUnfinished; then nothing is done.
    """
    if not erase_customers(customer_ids=[customer.pk], actor=actor, reason=reason, at=at):
        raise UnknownCustomer


def erase_customers(
    *,
    customer_ids: Collection[int],
    actor: Actor,
    reason: str,
    at: datetime,
    still: CustomerQuerySet | None = None,
) -> int:
    """Erase those of these customers that are still there; returns how many.

    With `still`, only those that are among these customers once they are locked.
    One transaction, a number of statements that does not depend on how many. Raises
    ImportUnfinished, except for a replay, where unfinished imports are cancelled before.
    """
    with transaction.atomic():
        unfinished = unfinished_import()
        if unfinished is not None:
            raise ImportUnfinished(unfinished)
        found = _lock(customer_ids)
        if still is not None:
            found = list(still.filter(pk__in=found).order_by("pk").values_list("pk", flat=True))
        if found:
            _erase(found, actor=actor, reason=reason, at=at)
    return len(found)


_LOCK = "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
# Orders, events and codes refer to identities; theirs is the lock that keeps new ones out.
_LOCK_IDENTITIES = (
    "SELECT id FROM customers_identity WHERE customer_id = ANY(%s) ORDER BY id FOR UPDATE"
)


def _lock(customer_ids: Collection[int]) -> list[int]:
    """Lock these customers and their identities, and wait for whoever refers to them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(customer_ids))])
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute(_LOCK_IDENTITIES, [found])
    return found


def _erase(ids: list[int], *, actor: Actor, reason: str, at: datetime) -> None:
    departing = _read(ids)
    for channel, addresses in departing.addresses.items():
        suppress(
            channel=channel,
            addresses=addresses,
            reason=SuppressionReason.ERASED,
            actor=actor,
            at=at,
        )
    traces.remove(departing.copies, answers=_names_answers(reason))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customers_erase_consents(%s::bigint[], %s)", [[*ids, *departing.former], at]
        )
    erase_rows(ids, former_ids=departing.former)
    AuditEntry.objects.bulk_create(
        audit.entry(actor=actor, action="customer.erased", of=Customer(pk=pk), fields=[reason])
        for pk in ids
    )
    list_after_commit()


def _names_answers(reason: str) -> bool:
    """Whether answers stored in the last day may name the person: not after months of silence."""
    return reason != ErasureReason.RETENTION


@dataclass(frozen=True, slots=True)
class _Departing:
    """What has to be known of people before their rows go."""

    addresses: dict[str, set[str]]
    copies: traces.Traces
    former: list[int]


def _read(ids: list[int]) -> _Departing:
    profiles = list(
        Customer.objects.filter(pk__in=ids).values(
            "public_id", "email", "phone", "first_name", "last_name"
        )
    )
    merges = list(
        Merge.objects.filter(kept__in=ids, undone_at=None).values_list(
            "absorbed_pk", "absorbed_public_id", "snapshot"
        )
    )
    texts = {text for _pk, _public_id, snapshot in merges for text in _texts_in(snapshot)}
    emails = {row["email"] for row in profiles} | {text for text in texts if "@" in text}
    phones = {row["phone"] for row in profiles} | {t for t in texts if t.startswith("+")}
    phones |= set(Address.objects.filter(customer__in=ids).values_list("phone", flat=True))
    identities = Identity.objects.filter(customer__in=ids)
    orders = Order.objects.filter(identity__customer__in=ids).order_by()
    returns = Return.objects.filter(identity__customer__in=ids).order_by()
    names = {f"{row['first_name']} {row['last_name']}".strip() for row in profiles}
    known = traces.Traces(
        public_ids=frozenset(row["public_id"] for row in profiles),
        words=frozenset(
            emails
            | phones
            | {row[1] for row in merges}
            | set(orders.values_list("public_id", flat=True))
            | words_of(ids)
        )
        - {""},
        external_ids=frozenset(identities.values_list("external_id", flat=True)),
        numbers=frozenset(orders.values_list("source_id", flat=True))
        | frozenset(returns.values_list("source_id", flat=True)),
        names=frozenset(name for name in names if " " in name),
    )
    return _Departing(
        addresses={Channel.EMAIL: emails, Channel.SMS: phones},
        copies=known,
        former=[pk for pk, _public_id, _snapshot in merges],
    )


def _texts_in(value: Any) -> Iterable[str]:
    """Every text inside of JSON."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts_in(inner)
        case list():
            for inner in value:
                yield from _texts_in(inner)
