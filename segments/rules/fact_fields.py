"""Fields about facts: what is compared, what is shown and what is watched, made in one place.

`About` is told once which facts are meant and by what they can be narrowed; each method makes one
field of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from customers.models import DataCategory
from segments.rules import dated, sums
from segments.rules.fields import Choices, Coming, Detail, Field, Predicate, Seen, Wakes
from segments.rules.search import Search
from segments.rules.sums import Facts


@dataclass(frozen=True, slots=True)
class About:
    """`category` is the kind of data looked at, `details` what `where` may name. `coming` replaces
    how the earliest row dated later is found (`Field.coming`).
    """

    facts: Facts
    category: DataCategory
    details: Mapping[str, Detail]
    coming: Coming

    def count(self, field_id: str, label: Promise) -> Field:
        """How many there are."""
        return self.field(
            field_id,
            label,
            "count",
            sums.counted(self.facts, "count(*)"),
            sums.shown(self.facts, "count(*)"),
            dated.count_of(self.facts.dated),
        )

    def total(self, field_id: str, label: Promise, amount: str, *, kind: str = "money") -> Field:
        """What the column or expression `amount` adds up to; of money, in minor units."""
        return self.field(
            field_id,
            label,
            kind,
            sums.counted(self.facts, f"sum({amount})"),
            sums.shown(self.facts, f"coalesce(sum({amount}), 0)"),
            dated.total_of(self.facts.dated),
        )

    def last(self, field_id: str, label: Promise) -> Field:
        """When the latest one happened."""
        return self.moment(field_id, label, self._latest, dated.last_of(self.facts.dated))

    def moment(self, field_id: str, label: Promise, aggregate: str, wakes: Wakes) -> Field:
        """The moment that the aggregate finds; not known where there is no fact."""
        return self.field(
            field_id,
            label,
            "datetime",
            sums.moment(self.facts, aggregate),
            sums.shown(self.facts, aggregate),
            wakes,
            nullable=True,
        )

    def members(self, field_id: str, label: Promise, choices: Choices, search: Search) -> Field:
        """Whether there is one of some things, where the facts are narrowed by the value."""
        return self.field(
            field_id,
            label,
            "members",
            sums.any_of(self.facts),
            sums.shown(self.facts, self._latest),
            dated.any_of(self.facts.dated),
            choices=choices,
            search=search,
        )

    def field(
        self,
        field_id: str,
        label: Promise,
        kind: str,
        predicate: Predicate,
        seen: Seen,
        wakes: Wakes,
        *,
        nullable: bool = False,
        choices: Choices | None = None,
        search: Search | None = None,
    ) -> Field:
        """A field of another making about the same facts."""
        return Field(
            field_id,
            label,
            kind,
            self.category,
            predicate,
            seen,
            windowed=True,
            nullable=nullable,
            details=self.details,
            choices=choices,
            search=search,
            wakes=wakes,
            coming=self.coming,
        )

    @property
    def _latest(self) -> str:
        return f"max({self.facts.moment})"
