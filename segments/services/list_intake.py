"""Putting customers on a list, or taking them off, by the names that a shop gave for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.shared.actors import Actor
from config.shared.errors import BadInput, VesileError
from config.shared.models import Project
from customers.models import Customer
from segments.list_matching import WORDS, Problem, meant_by
from segments.models import StaticList

from .lists import add_to_list, remove_from_list

Change = Callable[..., frozenset[int]]


@dataclass(frozen=True, slots=True)
class Named:
    """What became of one name: the customer's public id and whether the list changed by it, or why
    it means nobody.
    """

    public_id: str = ""
    changed: bool = False
    error: VesileError | None = None


def add_named(*, static_list: StaticList, names: Sequence[str], actor: Actor) -> list[Named]:
    """Put whom these names mean on the list; the outcomes in their order.

    A name is our id, one of any source, an e-mail address or a phone number. Whoever is named
    twice is put on it by the first name.
    """
    return _changed(add_to_list, static_list, names, actor)


def remove_named(*, static_list: StaticList, names: Sequence[str], actor: Actor) -> list[Named]:
    """Take whom these names mean off the list; the outcomes in their order."""
    return _changed(remove_from_list, static_list, names, actor)


def _changed(
    change: Change, static_list: StaticList, names: Sequence[str], actor: Actor
) -> list[Named]:
    meant = meant_by(names, country=Project.objects.get(pk=1).country)
    ids = {pk for pk in meant.values() if not isinstance(pk, Problem)}
    fresh = set(change(static_list=static_list, customer_ids=ids, actor=actor))
    public_ids = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "public_id"))
    return [_outcome(meant[name], public_ids, fresh) for name in names]


def _outcome(meant: int | Problem, public_ids: dict[int, str], fresh: set[int]) -> Named:
    # Who was erased meanwhile is nobody.
    if isinstance(meant, Problem) or meant not in public_ids:
        message, details = WORDS[meant if isinstance(meant, Problem) else Problem.UNKNOWN]
        return Named(error=BadInput(message, key="unknown_customer", details=details))
    is_first = meant in fresh
    fresh.discard(meant)
    return Named(public_ids[meant], is_first)
