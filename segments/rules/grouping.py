"""Facts of all customers, grouped once: one row per customer with everything that is asked of them.

The number of orders in a year and what those in euros add up to are two columns of one pass.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Grouping:
    """Aggregates over the same facts: FROM and WHERE, with the customer as `i.customer_id`.

    `columns` are, by aggregate and by what narrows the facts for it alone (SQL, or empty), their
    names.
    """

    alias: str
    facts: str
    columns: dict[tuple[str, str], str] = field(default_factory=dict)

    def column(self, aggregate: str, only: str) -> str:
        return self.columns.setdefault((aggregate, only), f"v{len(self.columns)}")

    @property
    def sql(self) -> str:
        narrowed = list(dict.fromkeys(only for _aggregate, only in self.columns))
        alone = len(narrowed) == 1
        columns = ", ".join(
            f"{aggregate}{f' FILTER (WHERE {only})' if only and not alone else ''} AS {name}"
            for (aggregate, only), name in self.columns.items()
        )
        where = f" AND ({' OR '.join(narrowed)})" if all(narrowed) else ""
        return f"SELECT i.customer_id, {columns} {self.facts}{where} GROUP BY 1"


def joins(tables: Mapping[str, str], together: Collection[Collection[str]]) -> Iterator[str]:
    """The joins of customers `c` with what is grouped, by alias.

    Of those `together` everybody who is asked for is in one at least: they are joined with one
    another first, so that nobody else is looked at.
    """
    left = dict(tables)
    for aliases in together:
        first, *others = sorted(aliases)
        owner, found = f"{first}.customer_id", f"({left.pop(first)}) AS {first}"
        for alias in others:
            table = left.pop(alias)
            found = f"({found} FULL JOIN ({table}) AS {alias} ON {alias}.customer_id = {owner})"
            owner = f"coalesce({owner}, {alias}.customer_id)"
        yield f"JOIN {found} ON c.id = {owner}"
    for alias, table in left.items():
        yield f"LEFT JOIN ({table}) AS {alias} ON {alias}.customer_id = c.id"
