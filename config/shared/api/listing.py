"""Lists on the wire: a number of rows with page numbers, or after a named row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Text

DEFAULT_LIMIT = 10
MOST_ROWS = 100
LAST_PAGE = 99
PAGING = frozenset({"limit", "page", "starting_after_id"})

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A part of a list; `more` is the id to start the next one after."""

    rows: Sequence[Row]
    total: int
    more: str | None


def refuse(name: str, problem: Text) -> BadInput:
    return BadInput(
        _("The parameter %(name)s cannot be used.") % {"name": name},
        key="invalid_query_params",
        details=problem,
    )


def check_names(params: QueryDict, known: Collection[str]) -> None:
    """Raise BadInput for a parameter that would be ignored."""
    for name in params:
        if name not in known:
            raise refuse(name, _("Use some of: %(names)s.") % {"names": ", ".join(sorted(known))})


def text(params: QueryDict, name: str) -> str:
    given = params.get(name, "")
    if "\x00" in given:
        raise refuse(name, _("It holds characters that cannot be stored."))
    return given


def page_of(
    params: QueryDict,
    rows: QuerySet[Row],
    *,
    after: Callable[[QuerySet[Row], Any], QuerySet[Row]],
    last_page: int = LAST_PAGE,
    find: Callable[[str], Row | None] | None = None,
) -> Page[Row]:
    """The asked part of `rows`, which are ordered; raises BadInput.

    `after` gives the rows that follow the one with this public id; a page number then counts from
    there. `find` looks the public id up where it is no column.
    """
    limit = limit_of(params)
    page = _number(params, "page", 1, most=last_page)
    rest = rows
    if last := text(params, "starting_after_id"):
        known = find(last) if find else rows.model._default_manager.filter(public_id=last).first()
        if known is None:
            raise refuse("starting_after_id", _("There is nothing with this id."))
        rest = after(rows, known)
    start = (page - 1) * limit
    found = list(rest[start : start + limit + 1])
    more = str(found[limit - 1].public_id) if len(found) > limit else None  # type: ignore[attr-defined]
    return Page(found[:limit], rows.count(), more)


def limit_of(params: QueryDict) -> int:
    """The number of rows asked for; raises BadInput."""
    return _number(params, "limit", DEFAULT_LIMIT, most=MOST_ROWS)


def _number(params: QueryDict, name: str, default: int, *, most: int) -> int:
    given = params.get(name)
    if given is None:
        return default
    is_short_number = given.isascii() and given.isdigit() and len(given) <= 3
    number = int(given) if is_short_number else 0
    if not 1 <= number <= most:
        raise refuse(name, _("Use a whole number from 1 to %(most)d.") % {"most": most})
    return number


def period_names(*names: str) -> dict[str, str]:
    """The parameters that bound moments, such as created_at[before], with their look-ups."""
    return {
        f"{name}[{side}]": f"{name}__{'lt' if side == 'before' else 'gt'}"
        for name in names
        for side in ("before", "after")
    }


def moment_of(name: str, given: str) -> datetime:
    """The moment that this parameter says; raises BadInput."""
    try:
        # In an address, a plus that is not escaped arrives as a blank.
        moment = parse_datetime(given.replace(" ", "+") if "T" in given else given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1 < moment.year < 9999:
        raise refuse(name, _("Write date, time and offset as in 2026-05-01T09:30:00Z."))
    return moment


def within(params: QueryDict, rows: QuerySet[Row], periods: Mapping[str, str]) -> QuerySet[Row]:
    """The rows within the asked periods, see `period_names`; raises BadInput."""
    for name, lookup in periods.items():
        given = params.get(name)
        if given is None:
            continue
        moment = moment_of(name, given)
        rows = rows.filter(**{lookup: moment})
    return rows
