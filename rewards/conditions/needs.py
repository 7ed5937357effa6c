"""Which facts a rule will ask for, so that they can be fetched together and nothing besides."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from rewards.conditions.facts import CustomerFact, History, MetadataOf, Spent, Uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a condition or a rule may ask. Segments are public ids."""

    order: bool = False
    items: bool = False
    """The lines with their categories, collections and brands."""
    after: bool = False
    """The order as this offer would leave it."""
    holder: bool = False
    channel: bool = False
    customer: frozenset[CustomerFact] = frozenset()
    segments: frozenset[str] = frozenset()
    metadata: frozenset[MetadataOf] = frozenset()
    history: frozenset[History] = frozenset()
    uses: frozenset[Uses] = frozenset()
    spent: frozenset[Spent] = frozenset()

    @classmethod
    def all_of(cls, needs: Iterable["Needs"]) -> "Needs":
        """Return what any of them needs."""
        listed = list(needs)
        if not listed:
            return cls()
        together: dict[str, Any] = {}
        for name in (field.name for field in fields(cls)):
            values = [getattr(one, name) for one in listed]
            is_flag = isinstance(getattr(cls(), name), bool)
            together[name] = any(values) if is_flag else frozenset().union(*values)
        return cls(**together)

    @property
    def anybody(self) -> bool:
        """Say whether nothing about a customer is asked, so that no customer is needed."""
        return not (
            self.customer
            or self.segments
            or self.history
            or MetadataOf.CUSTOMER in self.metadata
            or any(asked.by.startswith("customer") for asked in self.uses)
        )
