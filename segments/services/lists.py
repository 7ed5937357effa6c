"""Making and changing static lists of customers."""

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from config.shared import audit, clock, facts
from config.shared.actors import Actor
from config.shared.errors import BadInput, Conflict, Refused
from config.shared.usages import usages_of
from customers.models import DataCategory
from segments.models import StaticList

CHANGED: Final = "list.changed"
"""The fact that somebody came onto a list, left it, or that what it was made from is another."""

# Locks the customers in ascending order, so that an erasure at the same time is waited for, and
# whoever is gone after it is left out.
_ADD: Final = """
WITH present AS MATERIALIZED (
    SELECT id FROM customers_customer WHERE id = ANY(%(customers)s) ORDER BY id FOR KEY SHARE
)
INSERT INTO segments_listmember (list_id, customer_id, added_at)
SELECT %(list)s, id, %(at)s FROM present ORDER BY id
ON CONFLICT (list_id, customer_id) DO NOTHING RETURNING customer_id
"""


class ListGone(Conflict):
    """Somebody deleted the list meanwhile."""

    message = _("This list was deleted meanwhile.")


def save_list(
    *,
    name: str,
    categories: Iterable[str],
    actor: Actor,
    description: str = "",
    static_list: StaticList | None = None,
) -> StaticList:
    """Make a list or change one; raises BadInput with nothing changed.

    `categories` are the kinds of data the customers were chosen by; a rule finds them by the list
    only where they allow all of these.
    """
    name, made_from = name.strip(), sorted(set(categories))
    if not 1 <= len(name) <= 120:
        raise BadInput(_("A list's name has 1 to 120 characters."))
    if unknown := set(made_from) - set(DataCategory.values):
        raise BadInput(_("“%(value)s” is no category of data.") % {"value": min(unknown)})
    now = clock.now()
    with transaction.atomic():
        if static_list is None:
            kept, changed = StaticList(created_at=now), ["name", "description", "categories"]
        else:
            kept = _locked(static_list)
            told = {"name": name, "description": description, "categories": made_from}
            changed = [field for field, value in told.items() if getattr(kept, field) != value]
        if StaticList.objects.filter(name=name).exclude(pk=kept.pk).exists():
            raise BadInput(_("There is another list of this name."), details=_("Choose another."))
        kept.name, kept.description, kept.categories = name, description, made_from
        kept.updated_at = now
        kept.save()
        if "categories" in changed and static_list is not None:
            _tell(kept, kept.members.values_list("customer_id", flat=True))
        if changed:
            action = "list.changed" if static_list else "list.created"
            audit.record(actor=actor, action=action, of=kept, fields=changed)
    return kept


def add_to_list(
    *, static_list: StaticList, customer_ids: Iterable[int], actor: Actor
) -> frozenset[int]:
    """Put these customers on the list; returns those who were not on it.

    Whoever is on it stays as she is; whoever does not exist (any more) is left out.
    """
    with transaction.atomic():
        kept = _locked(static_list)
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD,
                {"list": kept.pk, "customers": sorted(set(customer_ids)), "at": clock.now()},
            )
            added = [pk for (pk,) in cursor.fetchall()]
        _changed(kept, added, "list.filled", actor)
    return frozenset(added)


def remove_from_list(
    *, static_list: StaticList, customer_ids: Iterable[int], actor: Actor
) -> frozenset[int]:
    """Take these customers off the list; returns those who were on it."""
    with transaction.atomic():
        kept = _locked(static_list)
        rows = kept.members.filter(customer_id__in=list(customer_ids))
        removed = sorted(rows.values_list("customer_id", flat=True))
        rows.delete()
        _changed(kept, removed, "list.emptied", actor)
    return frozenset(removed)


def delete_list(*, static_list: StaticList, actor: Actor) -> None:
    """Remove a list; raises Refused while a segment uses it."""
    with transaction.atomic():
        kept = _locked(static_list)
        if usages_of(kept):
            raise Refused(
                _("“%(name)s” is still in use.") % {"name": kept.name},
                details=_("Take it out of the rules of these segments first."),
            )
        audit.record(actor=actor, action="list.deleted", of=kept)
        kept.delete()


def _locked(static_list: StaticList) -> StaticList:
    """Raises ListGone."""
    kept = StaticList.objects.select_for_update().filter(pk=static_list.pk).first()
    if kept is None:
        raise ListGone
    return kept


def _changed(kept: StaticList, customer_ids: list[int], action: str, actor: Actor) -> None:
    if not customer_ids:
        return
    kept.updated_at = clock.now()
    kept.save(update_fields=["updated_at"])
    _tell(kept, customer_ids)
    audit.record(actor=actor, action=action, of=kept, fields=["members"])


def _tell(kept: StaticList, customer_ids: Iterable[int]) -> None:
    facts.record_many(
        kind=CHANGED, subject_ids=customer_ids, at=clock.now(), data={"list": kept.pk}
    )
