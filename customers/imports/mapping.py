"""The table of columns: what it shows, and what somebody decided on it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.importing.contents import IGNORED, Columns, Contents, Target
from customers.models import Channel, ImportRun

OWN_VALUE: Final = "metadata:"
MEANINGS: Final = {
    "words": gettext_lazy("the cell says yes or no"),
    "granted_at": gettext_lazy("a filled cell is the moment of agreeing"),
    "withdrawn_at": gettext_lazy("a filled cell is the moment of withdrawing"),
}
WHY: Final = {
    "name": gettext_lazy("proposed by its heading"),
    "value": gettext_lazy("proposed by its values"),
    "saved": gettext_lazy("as saved"),
    "person": gettext_lazy("chosen"),
}
_EXAMPLES: Final = 3
_WORDS: Final = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    means: str  # yes, no or empty


@dataclass(slots=True)
class Column:
    """One column of the file: its heading, some values, and where it goes."""

    number: int
    heading: str
    examples: list[str]
    target: str
    why: str
    asks: tuple[str, ...] = ()
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> int:
        return self.number + 1

    @property
    def name(self) -> str:
        return self.heading or _("Column %(place)s") % {"place": self.place}

    @property
    def choice(self) -> str:
        """What the select shows as chosen: all values of the shop's own are one entry."""
        return OWN_VALUE if self.target.startswith(OWN_VALUE) else self.target

    @property
    def is_consent(self) -> bool:
        return "evidence" in self.asks

    @property
    def needs_more(self) -> bool:
        return bool(self.asks)

    @property
    def key(self) -> str:
        """Under which name a value of the shop's own is kept."""
        if self.target.startswith(OWN_VALUE):
            return self.target.removeprefix(OWN_VALUE) or self.heading
        return str(self.how.get("key", "")) or self.heading

    @property
    def words(self) -> list[Word]:
        """Every word met in the column or decided about, with what it means."""
        yes, no = list(self.how.get("yes", ())), list(self.how.get("no", ()))
        met = dict.fromkeys([*self.how.get("seen", ()), *yes, *no])
        said = {one.casefold(): "yes" for one in yes} | {one.casefold(): "no" for one in no}
        return [Word(one, said.get(one.casefold(), "")) for one in met]


def shown_columns(
    run: ImportRun,
    known_targets: Sequence[Target],
    columns: Columns,
    rows: Sequence[Mapping[str, Any]],
) -> list[Column]:
    """The columns as the table shows them; `rows` are those of the preview."""
    targets = {target.key: target for target in known_targets}
    found = []
    for number, heading in enumerate(run.detected["headers"]):
        how = columns.get(str(number), {"target": IGNORED})
        target = str(how.get("target", IGNORED))
        known = targets.get(target)
        asks = ("key",) if target.startswith(OWN_VALUE) else known.asks if known else ()
        found.append(
            Column(
                number=number,
                heading=heading,
                examples=_examples(rows, number),
                target=target,
                why=str(WHY.get(str(how.get("why", "")), "")) if target != IGNORED else "",
                asks=asks,
                how=how,
            )
        )
    return found


def _examples(rows: Iterable[Mapping[str, Any]], number: int) -> list[str]:
    """The first different values; long ones cut."""
    seen: dict[str, None] = {}
    for row in rows:
        cells = row["cells"]
        if len(cells) > number and (text := cells[number].strip()):
            seen.setdefault(text if len(text) <= 60 else f"{text[:59]}…")
        if len(seen) == _EXAMPLES:
            break
    return list(seen)


def grouped(targets: Iterable[Target]) -> list[tuple[str, list[Target]]]:
    """The targets under the headings of their groups, in their own order."""
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(str(target.group), []).append(target)
    return list(groups.items())


def takes_own_values(targets: Iterable[Target]) -> bool:
    """Whether a column may be kept under a name of the shop's own (customers, not orders)."""
    return any("key" in target.asks for target in targets)


def decided_columns(
    run: ImportRun, kind: Contents, told: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What the form says about every column.

    A column that is newly about something that asks for more begins with the contents' proposal.
    """
    targets = {target.key: target for target in kind.targets()}
    before: Columns = run.mapping["columns"]
    decided: dict[str, dict[str, Any]] = {}
    for number, heading in enumerate(run.detected["headers"]):
        place = str(number)
        known = dict(before.get(place, {"target": IGNORED}))
        key = told.get(f"target-{place}", str(known.get("target", IGNORED)))
        if key == OWN_VALUE:
            key += told.get(f"key-{place}", "").strip() or heading
        how = known if known.get("target") == key else {"target": key, "why": "person"}
        asks = targets[key].asks if key in targets else ()
        if asks and how.get("why") == "person" and "source" not in how and kind.propose:
            samples = [row["cells"] for row in rows]
            proposed = kind.propose(
                columns={place: {"target": key, "why": "person"}},
                headers=run.detected["headers"],
                samples=samples,
                system=run.detected["system"],
            )[place]
            how = {**proposed, "target": key}
        decided[place] = {**how, **_told_more(told, place, asks, how)}
    return decided


def _told_more(
    told: Mapping[str, str], place: str, asks: Sequence[str], how: Mapping[str, Any]
) -> dict[str, Any]:
    """What the fields beside a column say; nothing where the form does not show them yet."""
    if f"more-{place}" not in told:
        return {}
    more: dict[str, Any] = {}
    for name in ("source", "key", "channel", "meaning", "evidence"):
        if name in asks:
            more[name] = told.get(f"{name}-{place}", str(how.get(name, ""))).strip()
    if "evidence" not in asks:
        return more
    date_column = told.get(f"date_column-{place}", "")
    more["date_column"] = int(date_column) if date_column.isdigit() else None
    more["decided"] = told.get(f"decided-{place}") == "on"
    for means in ("yes", "no"):
        written = _WORDS.split(told.get(f"more_{means}-{place}", ""))
        more[means] = [word.strip() for word in written if word.strip()]
    counter = 0
    while (text := told.get(f"text-{place}-{counter}")) is not None:
        means = told.get(f"word-{place}-{counter}", "")
        if means in ("yes", "no"):
            more[means].append(text)
        counter += 1
    return more


def channels() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Channel.choices]


def decided_options(kind: Contents, told: Any) -> dict[str, Any]:
    """What the form says about the whole import; `told` is the QueryDict."""
    return {
        option.key: told.getlist(f"option-{option.key}")
        if option.many
        else told.get(f"option-{option.key}", option.default)
        for option in kind.options
    }


@dataclass(frozen=True, slots=True)
class ShownOption:
    key: str
    label: str
    many: bool
    choices: list[tuple[str, str, bool]]


def shown_options(kind: Contents, chosen: Mapping[str, Any]) -> list[ShownOption]:
    shown = []
    for option in kind.options:
        value = chosen.get(option.key, option.default)
        held = set(value) if option.many else {value}
        choices = [(key, str(label), key in held) for key, label in option.choices]
        shown.append(ShownOption(option.key, str(option.label), option.many, choices))
    return shown
