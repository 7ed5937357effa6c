"""What files can contain: the registry of contents, and what each kind has to bring.

A kind of contents (customers, orders) brings its targets, a reader that turns the cells of one row
into values without asking the database, and a writer that works off a batch of them in the caller's
transaction. Opening, detecting, mapping, checkpoints, pausing and the file of rejected rows are the
same for all and live in `customers.services.file_imports`.

Columns are mapped as {"3": {"target": "email"}, ...}: by the column's number from 0, written as
text because the mapping is kept as JSON. A target may need more beside "target", see `Target.asks`.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from customers.importing.problems import Problem, Text

IGNORED: Final = ""  # the target of a column that is not imported
Columns = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column can go.

    `names` are the headings under which systems write it, in any case and with any punctuation.
    `many` lets several columns go there. `asks` names what else the mapping of such a column holds
    (for instance "source" of an external id).
    """

    key: str
    label: Text
    group: Text
    names: tuple[str, ...] = ()
    many: bool = False
    asks: tuple[str, ...] = ()
    help: Text = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something the person decides about the whole import; the first of `choices` is the default.

    `many` lets several be chosen; then the value is a list, `preset` at first.
    """

    key: str
    label: Text
    choices: tuple[tuple[str, Text], ...]
    many: bool = False
    preset: tuple[str, ...] = ()

    @property
    def default(self) -> Any:
        return list(self.preset) if self.many else self.choices[0][0]


@dataclass(frozen=True, slots=True)
class Setting:
    """How the values of this file are to be understood."""

    columns: Columns
    options: Mapping[str, Any]
    decimal_mark: str  # "." or ","
    day_first: bool  # 3/4/2026 is the third of April
    zone: str  # of times without one
    system: str  # which wrote the file, or ""
    country: str  # the project's
    language: str
    currency: str
    project_zone: str
    at: datetime  # when the import began; what is new gets this moment


@dataclass(slots=True)
class ReadRow:
    """One row: `number` is its first physical line (or row of the sheet), `last` its last.

    `cells` are as read. `value` is what the contents' reader made of it, None with `problems`.
    """

    number: int
    last: int
    cells: Sequence[str]
    value: Any = None
    problems: Sequence[Problem] = ()


@dataclass(slots=True)
class Tally:
    """What became of a batch.

    `counts` by outcome: created, changed, unchanged, skipped, repeated and whatever else the
    contents counts (declare labels in `Contents.counts`). `fields` says how often which field
    changes. `rejected` are rows not taken, `notes` rows taken with something to tell; each as the
    row and its problem. The engine counts rejected and notes itself.
    """

    counts: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[ReadRow, Problem]] = field(default_factory=list)
    notes: list[tuple[ReadRow, Problem]] = field(default_factory=list)


def names(*lists: str) -> tuple[str, ...]:
    """Headings or words, separated by commas."""
    return tuple(name.strip() for listed in lists for name in listed.split(","))


class Reader(Protocol):
    """Made once per pass over the file, also for the preview of an unfinished mapping.

    `read` is called in a thread and must not touch the database.
    """

    def read(self, cells: Sequence[str]) -> Any | list[Problem]:
        """The value of a row, or everything that is wrong with it.

        As many cells as there are columns; those beyond the end of a short row are empty.
        """

    def shown(self, value: Any) -> Mapping[int, str]:
        """What would be stored, as text by column, for the preview."""


class Writer(Protocol):
    """Made once per pass over the file, in the worker."""

    def write(self, rows: Sequence[ReadRow]) -> Tally:
        """Work off rows that could be read, inside the caller's transaction.

        In a dry run nothing is written, and the tally is what a real run would give.
        """

    def finish(self) -> Tally:
        """After the last batch, in a transaction of its own."""


@dataclass(frozen=True, slots=True)
class Contents:
    """One kind of contents.

    `reader(setting)` and `writer(run, setting, dry_run=)` make the two above. `missing` says what
    the mapping lacks before it can be checked. `seems` gives 0 to 1 for a header by its folded
    names. Rows with the same `group` that follow each other are never cut apart by a batch; with
    `whole_groups` the writer is given the rows with problems as well, and it alone says in its
    tally which rows are rejected: one bad row may keep the others of its group out.
    `propose` may correct the proposal made by names and values (columns, headers, samples).
    """

    key: str
    label: Text
    targets: Callable[[], Sequence[Target]]
    reader: Callable[[Setting], Reader]
    writer: Callable[..., Writer]
    missing: Callable[[Columns, Mapping[str, Any]], list[Text]]
    seems: Callable[[Sequence[str]], float]
    options: tuple[Option, ...] = ()
    counts: tuple[tuple[str, Text], ...] = ()
    fields: Mapping[str, Text] = field(default_factory=dict)
    group: Callable[[Setting], Callable[[Sequence[str]], Hashable]] | None = None
    whole_groups: bool = False
    propose: Callable[..., dict[str, dict[str, Any]]] | None = None


_REGISTRY: Final[dict[str, Contents]] = {}


def register(contents: Contents) -> None:
    """Called from `AppConfig.ready()`; the same key again replaces it."""
    _REGISTRY[contents.key] = contents


def contents_of(key: str) -> Contents:
    """Raises KeyError for a kind that nobody registered."""
    return _REGISTRY[key]


def all_contents() -> list[Contents]:
    return list(_REGISTRY.values())
