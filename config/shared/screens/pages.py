"""Pages by key instead of OFFSET: the hundredth page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

RowT = TypeVar("RowT", bound=Model)
_SEPARATOR = "_"


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows, newest first; `older` leads to the next ones, `first` says that none are newer."""

    rows: Sequence[RowT]
    older: str = ""
    first: bool = True


def keyset_page(
    rows: QuerySet[RowT], *, before: str = "", moment: str = "", size: int = 20
) -> Page[RowT]:
    """The `size` rows that come after the key `before`, ordered by `moment` and id, newest first.

    `before` is what an earlier page gave as `older`; one that cannot be read means the first page.
    Without `moment` the id alone orders.
    """
    order = [f"-{moment}", "-id"] if moment else ["-id"]
    last = _read(before, with_moment=bool(moment))
    if last is not None:
        at, pk = last
        earlier = Q(pk__lt=pk)
        if moment:
            earlier = Q(**{f"{moment}__lt": at}) | Q(**{moment: at}, pk__lt=pk)
        rows = rows.filter(earlier)
    found = list(rows.order_by(*order)[: size + 1])
    shown = found[:size]
    older = _written(shown[-1], moment) if len(found) > size else ""
    return Page(shown, older, last is None)


def key_before(row: Any, moment: str = "") -> str:
    """The key, fit for an address, of the page that begins with this row."""
    key = f"{getattr(row, moment).isoformat()}{_SEPARATOR}" if moment else ""
    return quote(f"{key}{row.pk + 1}", safe="")


def _written(row: Any, moment: str) -> str:
    if not moment:
        return str(row.pk)
    return f"{getattr(row, moment).isoformat()}{_SEPARATOR}{row.pk}"


def _read(key: str, *, with_moment: bool) -> tuple[datetime | None, int] | None:
    at, _, pk = key.rpartition(_SEPARATOR)
    if not pk.isdigit() or len(pk) > 18 or bool(at) != with_moment:
        return None
    try:
        moment = parse_datetime(at) if at else None
    except ValueError:
        return None
    if with_moment and (moment is None or moment.tzinfo is None):
        return None
    return moment, int(pk)
