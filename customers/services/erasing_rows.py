"""Taking people out of the rows that hold them, as the registry of personal data says.

Inside the caller's transaction, which holds the customers' rows FOR UPDATE.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from django.db import connection
from django.db.models import Model

from config.shared.localtime import to_instant, to_local
from config.shared.models import Project
from customers.models import ConsentEvent, ConsentState, Customer
from customers.rights import Holding, deletion_order

_MIDNIGHT: Final = time(0)


def erase_rows(customer_ids: Sequence[int], *, former_ids: Sequence[int] = ()) -> None:
    """Delete what goes and cut what stays, children before what they refer to.

    `former_ids` are keys of records that were merged into these; facts may still name them. What
    was said about consent is not among it: one function of the database erases that, see
    `customers.services.erasure`.
    """
    zone = Project.objects.get().zone
    for holding in deletion_order():
        if holding.model in (ConsentEvent, ConsentState):
            continue
        ids = row_ids(holding, customer_ids)
        staying = staying_of(holding, ids)
        going = ids if not staying else sorted(set(ids) - set(staying))
        gone = [*going, *former_ids] if holding.model is Customer else going
        _forget_facts(holding, going=gone, staying=staying)
        _cut(holding, staying, zone)
        _delete(holding.model, going)


def row_ids(holding: Holding, customer_ids: Sequence[int]) -> list[int]:
    """Primary keys of the rows about these customers."""
    rows = holding.model._default_manager.filter(holding.owned_by(customer_ids)).order_by()
    return list(rows.values_list("pk", flat=True))


def staying_of(holding: Holding, ids: Sequence[int]) -> list[int]:
    """Which of these rows outlive their person."""
    if holding.stay is True:
        return list(ids)
    if holding.stay is False or not ids:
        return []
    rows = holding.model._default_manager.filter(holding.stay, pk__in=ids).order_by()
    return list(rows.values_list("pk", flat=True))


def _column(model: type[Model], name: str) -> str:
    return f'"{model._meta.get_field(name).column}"'  # type: ignore[union-attr]


def _key(model: type[Model]) -> str:
    return f'"{model._meta.pk.column}"'


def _delete(model: type[Model], ids: Sequence[int]) -> None:
    # Not through the ORM: it would load rows to look for what refers to them; the database itself
    # refuses, at the commit, to leave anything that does.
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE {_key(model)} = ANY(%s)', [list(ids)]
            )


def _cut(holding: Holding, ids: Sequence[int], zone: str) -> None:
    """Write over what would lead back from rows that stay."""
    written = {name: fate for name, fate in holding.erased.items() if fate.sql}
    if ids and written:
        assignments = ", ".join(
            f"{_column(holding.model, name)} = {fate.sql}" for name, fate in written.items()
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{holding.model._meta.db_table}" SET {assignments}'
                f" WHERE {_key(holding.model)} = ANY(%s)",
                [list(ids)],
            )
    for name, fate in holding.erased.items():
        if ids and not fate.sql:
            _coarsen(holding.model, name, ids, zone)


def _coarsen(model: type[Model], name: str, ids: Sequence[int], zone: str) -> None:
    """Leave of moments only the project's local day."""
    rows = model._default_manager.filter(pk__in=ids, **{f"{name}__isnull": False}).order_by()
    moments: list[tuple[int, datetime]] = list(rows.values_list("pk", name))
    starts = [to_instant(to_local(at, zone).date(), _MIDNIGHT, zone) for _pk, at in moments]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS t SET {_column(model, name)} = w.at'
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS w(id, at)"
            f" WHERE t.{_key(model)} = w.id",
            [[pk for pk, _at in moments], starts],
        )


def _forget_facts(holding: Holding, *, going: Sequence[int], staying: Sequence[int]) -> None:
    """Facts about rows that go are deleted; those about rows that stay name no customer."""
    kinds = [f"{beginning}%" for beginning in holding.facts]
    if not kinds:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM shared_fact WHERE subject_id = ANY(%s) AND kind LIKE ANY(%s)",
            [list(going), kinds],
        )
        cursor.execute(
            "UPDATE shared_fact SET data = data - 'customer'"
            " WHERE subject_id = ANY(%s) AND kind LIKE ANY(%s)",
            [list(staying), kinds],
        )
