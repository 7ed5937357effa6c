"""Which customers the list shows for what was typed and chosen: the same for screen and export.

The filters are the screen's (`customers.admin`), which provides them here; a worker asks the same
ones.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db.models import Q

from config.shared import clock
from customers.models import CustomerQuerySet
from customers.search import find
from customers.search_terms import read

SEARCH: Final = "q"

Narrow = Callable[[Mapping[str, str]], CustomerQuerySet]
"""From the list's parameters to the customers that its filters leave."""

_narrowing: list[Narrow] = []


def provide(narrow: Narrow) -> None:
    """Say how the list is filtered; ValueError where that was said."""
    if _narrowing:
        raise ValueError("the list of customers is filtered already")
    _narrowing.append(narrow)


def listed(query: Mapping[str, str], *, at: datetime) -> CustomerQuerySet:
    """The customers that the list showed at that moment for a search and filters, in no order.

    All of them: where the screen shows the best of the first thousand, these are the others too.
    """
    with clock.use(clock.FrozenClock(at), all_threads=False):
        rows = _narrowing[0](query)
        text = query.get(SEARCH, "")
        if not text:
            return rows.order_by()
        found = find(text, within=rows)
        wanted = Q(pk__in=[match.customer_id for match in found.matches])
        if found.more:
            wanted |= Q(pk__in=rows.containing(read(text)).order_by().values("pk"))
        return rows.filter(wanted).order_by()
