"""Two records of one person become one, and two again within thirty days.

The absorbed customer is deleted, not marked: no query has to remember to leave it out. What it was
waits in `Merge`; what named it was re-pointed, see `customers.merging`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, Conflict, Refused
from customers import merging, snapshots
from customers.errors import UnknownCustomer
from customers.merged_profile import fill_gaps, take_back
from customers.models import Customer, Merge

from .ages import expire_under_age

UNDO_WITHIN: Final = timedelta(days=30)
_PURGED_AT_ONCE: Final = 1_000


class UndoneAlready(Conflict):
    message = _("This merge was undone already.")


class NotUndoable(Refused):
    message = _("This merge cannot be undone.")


def merge(*, kept: Customer, absorbed: Customer, actor: Actor, reason: str = "") -> Merge:
    """Make two records one: the kept one's values win, gaps are filled from the absorbed one.

    Identities, and with them orders, returns, events, consents, codes and messages, go over; rows
    that name the customer go over as registered. Locks both customers, against everything else that
    writes about them. Raises BadInput for a customer with itself and UnknownCustomer where one is
    gone meanwhile.
    """
    if kept.pk == absorbed.pk:
        raise BadInput(
            _("A customer cannot be merged with itself."), details=_("Choose another one.")
        )
    with transaction.atomic():
        at = clock.now()
        found = _locked([kept.pk, absorbed.pk])
        if len(found) < 2:
            raise UnknownCustomer(
                details=_("One of the two was merged or erased meanwhile. Look again.")
            )
        kept, absorbed = found[kept.pk], found[absorbed.pk]
        row = Merge(
            kept=kept,
            absorbed_pk=absorbed.pk,
            absorbed_public_id=absorbed.public_id,
            reason=reason.strip()[:200],
            actor_kind=actor.kind,
            actor_id=actor.id,
            merged_at=at,
            undo_until=at + UNDO_WITHIN,
        )
        before = snapshots.of(kept)
        row.moved, waiting = _move(kept, absorbed)
        filled = fill_gaps(kept, absorbed)
        row.snapshot = {
            "absorbed": snapshots.of(absorbed),
            "kept": before,
            "filled": snapshots.plain(filled),
            "waiting": waiting,
        }
        _drop_derived([absorbed.pk])
        absorbed.delete()
        _write(kept, at)
        row.save()
        _remake([kept.pk])
        # Either record may have known that the other's consents were given too young.
        expire_under_age([kept], at)
        audit.record(actor=actor, action="customer.merged", of=kept, fields=sorted(filled))
        facts.record(
            kind="customer.merged",
            subject_id=kept.pk,
            at=at,
            data={"customer": kept.pk, "absorbed": row.absorbed_pk},
        )
        _tell_changed([kept.pk], sorted(filled), at)
        return row


def undo(*, merge: Merge, actor: Actor) -> Customer:
    """Make the absorbed customer again, with all that came from it; returns it.

    What arrived since stays with the kept customer, unless it came through an identity that goes
    back. Values that were filled from the absorbed record and not changed since are taken back.
    Raises UndoneAlready, and NotUndoable after thirty days or while a later merge builds on this.
    """
    with transaction.atomic():
        at = clock.now()
        kept = _locked([merge.kept_id]).get(merge.kept_id)
        row = Merge.objects.select_for_update().filter(pk=merge.pk, kept=kept).first()
        if kept is None or row is None:
            raise UnknownCustomer(
                details=_("The customer was merged or erased meanwhile. Look again.")
            )
        if row.undone_at is not None:
            raise UndoneAlready(details=_("Both customers are there again."))
        _check_undoable(row, at)
        absorbed = snapshots.row(Customer, row.snapshot["absorbed"])
        absorbed.save(force_insert=True)
        _move_back(row)
        before = snapshots.row(Customer, row.snapshot["kept"])
        changed = take_back(kept, row.snapshot["filled"], before)
        _write(kept, at)
        _write(absorbed, at)
        row.undone_at, row.snapshot, row.moved = at, {}, {}
        row.save(update_fields=["undone_at", "snapshot", "moved"])
        both = [kept.pk, absorbed.pk]
        _drop_derived(both)
        _remake(both)
        audit.record(actor=actor, action="customer.unmerged", of=kept, fields=changed)
        for pk in both:
            facts.record(kind="customer.unmerged", subject_id=pk, at=at, data={"customer": pk})
        _tell_changed([kept.pk], changed, at)
        _tell_changed([absorbed.pk], ["new"], at)
        return absorbed


def forget_merged(*, at: datetime) -> int:
    """Empty what waited for an undo whose time has passed; aliases stay. Returns how many merges.

    In batches of their own transactions: killed, it goes on with the next call.
    """
    emptied = 0
    while True:
        late = Merge.objects.exclude(snapshot={}).filter(undo_until__lte=at)
        ids = list(late.order_by("pk").values_list("pk", flat=True)[:_PURGED_AT_ONCE])
        if not ids:
            return emptied
        emptied += Merge.objects.filter(pk__in=ids).update(snapshot={}, moved={})


def _locked(customer_ids: Sequence[int]) -> dict[int, Customer]:
    """Lock in ascending order, also against new rows that refer to them, and read again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(customer_ids)],
        )
    return Customer.objects.in_bulk(customer_ids)


def _move(
    kept: Customer, absorbed: Customer
) -> tuple[dict[str, list[Any]], dict[str, list[dict[str, Any]]]]:
    """Re-point rows; returns the keys of those that moved and the rows that gave way, by model."""
    moved: dict[str, list[Any]] = {}
    waiting: dict[str, list[dict[str, Any]]] = {}
    for entry in merging.moved():
        giving_way = _giving_way(entry, kept, absorbed)
        if giving_way:
            waiting[snapshots.label(entry.model)] = [snapshots.of(row) for row in giving_way]
            entry.model._default_manager.filter(pk__in=[row.pk for row in giving_way]).delete()
        rows = entry.model._default_manager.filter(**{entry.field: absorbed})
        keys = sorted(rows.values_list("pk", flat=True))
        if keys:
            moved[snapshots.label(entry.model)] = keys
            rows.update(**{entry.field: kept})
    return moved, waiting


def _giving_way(entry: merging.Moved, kept: Customer, absorbed: Customer) -> Sequence[models.Model]:
    """Where both have one: of each pair the row that gives way."""
    if not entry.same:
        return []
    rows = entry.model._default_manager
    theirs = {_key(row, entry): row for row in rows.filter(**{entry.field: kept})}
    giving_way = []
    for row in rows.filter(**{entry.field: absorbed}):
        other = theirs.get(_key(row, entry))
        if other is not None:
            wins = entry.absorbed_wins is not None and entry.absorbed_wins(other, row)
            giving_way.append(other if wins else row)
    return giving_way


def _key(row: models.Model, entry: merging.Moved) -> tuple[Any, ...]:
    return tuple(getattr(row, entry.model._meta.get_field(name).attname) for name in entry.same)  # type: ignore[union-attr]


def _check_undoable(row: Merge, at: datetime) -> None:
    if at >= row.undo_until or not row.snapshot:
        raise NotUndoable(details=_("Its thirty days have passed."))
    later = Merge.objects.in_force().filter(kept_id=row.kept_id, pk__gt=row.pk)
    label = snapshots.label(Merge)
    if any(row.pk in other.moved.get(label, ()) for other in later):
        raise NotUndoable(details=_("A later merge builds on it: undo that one first."))


def _move_back(row: Merge) -> None:
    """Re-point what moved and is still with the kept customer; bring back what gave way."""
    for entry in merging.moved():
        label = snapshots.label(entry.model)
        rows = entry.model._default_manager
        still_there = rows.filter(
            pk__in=row.moved.get(label, ()), **{f"{entry.field}_id": row.kept_id}
        )
        still_there.update(**{f"{entry.field}_id": row.absorbed_pk})
        waiting = [
            snapshots.row(entry.model, snapshot)
            for snapshot in row.snapshot["waiting"].get(label, ())
        ]
        # A row of the kept customer that gave way is taken back only where none came instead.
        rows.bulk_create(waiting, ignore_conflicts=True)


def _drop_derived(customer_ids: Sequence[int]) -> None:
    for entry in merging.derived():
        rows = entry.model._default_manager.filter(**{f"{entry.field}__in": customer_ids})
        rows.delete()


def _remake(customer_ids: Sequence[int]) -> None:
    for remake in merging.remaking():
        remake(customer_ids)


def _write(customer: Customer, at: datetime) -> None:
    external_ids = list(customer.identities.order_by("id").values_list("external_id", flat=True))
    customer.search = customer.search_text(external_ids)
    customer.updated_at = at
    customer.save()


def _tell_changed(customer_ids: Sequence[int], fields: list[str], at: datetime) -> None:
    facts.record_many(
        kind="customer.changed", subject_ids=customer_ids, at=at, data={"fields": fields}
    )
