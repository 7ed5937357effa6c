"""How many a rule describes, whom withheld data hides, and how many each channel can reach.

A screen asks while somebody types, so everything is answered within a time: counted where that
is quick enough, else estimated from what is kept or from customers drawn by chance, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import connection

from customers.models import Channel, DataCategory, Suppression
from customers.selectors import MARKETING, gated_categories
from customers.suppression import suppressed
from segments.fields.rfm import names_scores
from segments.kept_rules import conditions_of
from segments.limits import Allowance, TookTooLong
from segments.models import RfmMoment
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, compile_rules
from segments.rules.parser import parse
from segments.rules.tree import Node
from segments.sampling import SIZES, Sample, draw
from segments.shapes import best, cost_of, counting
from segments.withheld import hidden_by, kinds_looked_at

SECONDS: Final = 1.3  # of the second and a half until the builder answers; ending takes time too
_FOR_A_SAMPLE: Final = 0.6
# In PostgreSQL's units, of which a processor works off about two hundred in a millisecond. What is
# surely quick is counted at once, what is surely slow is not begun; in between, a few customers are
# asked before, so that there is something to tell.
_QUICK: Final = 60_000.0
_HOPELESS: Final = 2_500_000.0
LONGEST: Final = 30.0  # where somebody asked for the exact number and waits
_EXAMPLES: Final = 20
_LOOKED_UP: Final = 5_000  # addresses compared with the suppression list; of more, so many drawn

# The channels that have an address, and the column it stands in.
ADDRESSES: Final[Mapping[str, str]] = {Channel.EMAIL: "email", Channel.SMS: "phone"}


class Basis(StrEnum):
    """Where a number comes from."""

    COUNTED = "counted"
    KEPT = "kept"
    SAMPLE = "sample"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChannelReach:
    """From the segment to those who can be reached; every step takes some away.

    `listed_exactly` is false where the suppressed ones were estimated.
    """

    channel: Channel
    no_consent: int
    no_address: int
    suppressed: int
    reachable: int
    listed_exactly: bool = True


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many do not let us use a kind of data that would decide whether they are described."""

    kind: DataCategory
    count: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of whom a rule describes; `size` is None where nothing can be said in time.

    `margin` and `drawn` belong to an estimate. `as_of` belongs to a kept number, or says of when
    the scores are that an estimate went by. `examples` are ids of some customers described, the
    newest first.
    """

    size: int | None
    basis: Basis
    channels: Sequence[ChannelReach] = ()
    withheld: Sequence[Withheld] = ()
    examples: Sequence[int] = ()
    margin: int = 0
    drawn: int = 0
    as_of: datetime | None = None

    @property
    def exact(self) -> bool:
        return self.basis == Basis.COUNTED


@dataclass(frozen=True, slots=True)
class Kept:
    """The size of a segment as it was last known."""

    size: int
    as_of: datetime


@dataclass(slots=True)
class _Found:
    """What the statement about a rule's customers came to."""

    size: int = 0
    examples: list[int] = field(default_factory=list)
    consenting: dict[str, int] = field(default_factory=dict)
    addressed: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)


def reach_of(
    rules: Any, *, at: datetime, kept: Kept | None = None, seconds: float = SECONDS
) -> Reach:
    """Everything about a rule's customers at that moment, within the time; raises RuleError.

    `kept` is what is known of the segment these rules belong to, shown where counting takes longer.
    """
    allowance = Allowance(seconds)
    tree, gated = parse(rules, stored=True), gated_categories()
    drawn = _Drawing(tree, at, gated, kept)
    if seconds > SECONDS:
        return _counted(tree, at, gated, allowance) or drawn.up_to(len(SIZES), allowance)
    cost, keep = _cost(tree, at, gated), _FOR_A_SAMPLE
    if cost > _QUICK:
        started = allowance.left()
        drawn.up_to(1, allowance)
        # What a larger sample will take; what is left is for counting all the same.
        keep = min(_FOR_A_SAMPLE, (started - allowance.left()) / 1_000 * SIZES[-1] / SIZES[0])
    if cost <= _HOPELESS and (counted := _counted(tree, at, gated, allowance, keep=keep)):
        return counted
    return drawn.up_to(len(SIZES), allowance)


def _cost(tree: Node, at: datetime, gated: frozenset[DataCategory]) -> float:
    sql = best(tree, at=at, gated=gated)
    return cost_of(counting(sql), sql.params)


def _counted(
    tree: Node,
    at: datetime,
    gated: frozenset[DataCategory],
    allowance: Allowance,
    *,
    keep: float = 0,
) -> Reach | None:
    """From all customers, if that is done in time."""
    try:
        with allowance.limited(keep=keep):
            found = _found(tree, at, gated)
    except TookTooLong:
        return None
    counted = Reach(found.size, Basis.COUNTED, _channels(found), examples=found.examples)
    try:
        with allowance.limited():
            return replace(counted, withheld=_withheld(tree, at, gated))
    except TookTooLong:
        return counted


class _Drawing:
    """What customers drawn by chance tell, of more and more of them; else what is kept."""

    def __init__(
        self, tree: Node, at: datetime, gated: frozenset[DataCategory], kept: Kept | None
    ) -> None:
        self._asked = tree, at, gated
        self._best = Reach(None, Basis.UNKNOWN)
        if kept:
            self._best = Reach(kept.size, Basis.KEPT, as_of=kept.as_of)
        self._done = 0

    def up_to(self, steps: int, allowance: Allowance) -> Reach:
        """As many of the sizes as the time is enough for."""
        tree, at, gated = self._asked
        scored_at = _scores_kept_at(tree)
        for size in SIZES[self._done : steps]:
            try:
                with allowance.limited():
                    sample = replace(draw(size), scored_at=scored_at)
                    self._best = _drawn(tree, at, gated, sample)
            except TookTooLong:
                break
            self._done += 1
        return self._best


def _scores_kept_at(tree: Node) -> datetime | None:
    """The moment of kept scores that this rule can be asked by."""
    if not any(names_scores(one.field) for one in conditions_of(tree)):
        return None
    return RfmMoment.objects.values_list("at", flat=True).first()


def _drawn(tree: Node, at: datetime, gated: frozenset[DataCategory], sample: Sample) -> Reach:
    found = _found(tree, at, gated, sample)
    withheld = _withheld(tree, at, gated, sample)
    return Reach(
        sample.of_all(found.size),
        Basis.SAMPLE,
        [_scaled(one, sample) for one in _channels(found)],
        [Withheld(one.kind, sample.of_all(one.count)) for one in withheld],
        found.examples,
        margin=sample.margin(found.size),
        drawn=len(sample.ids),
        as_of=sample.scored_at,
    )


def _scaled(one: ChannelReach, sample: Sample) -> ChannelReach:
    return ChannelReach(
        one.channel,
        sample.of_all(one.no_consent),
        sample.of_all(one.no_address),
        sample.of_all(one.suppressed),
        sample.of_all(one.reachable),
        listed_exactly=False,
    )


_FOUND: Final = """
WITH m AS MATERIALIZED (
    SELECT c.id, {columns} FROM customers_customer c {joins} WHERE {where}
), yes AS (
    SELECT s.customer_id, s.channel FROM customers_consentstate s
    WHERE s.purpose = %(purpose)s AND s.data_category = '' AND s.allowed
      AND s.channel = ANY (%(channels)s) AND (s.valid_until IS NULL OR s.valid_until > %(moment)s)
)
SELECT '', count(*), 0, ARRAY(SELECT id FROM m ORDER BY id DESC LIMIT %(examples)s), NULL::text[]
FROM m
UNION ALL
SELECT yes.channel, count(*), count(*) FILTER (WHERE {has_address}), NULL, NULL
FROM m JOIN yes ON yes.customer_id = m.id GROUP BY yes.channel
{looked_up}
"""
# Some addresses that could be written to, evenly over the members by a hash of their ids.
_ADDRESSES: Final = """
UNION ALL
SELECT '{channel}', NULL, NULL, NULL, ARRAY(
    SELECT p.{column} FROM m JOIN yes ON yes.customer_id = m.id AND yes.channel = '{channel}'
    JOIN customers_customer p ON p.id = m.id
    WHERE m.{column} AND (hashint8(m.id) & 65535) * (SELECT count(*) FROM m)
        < %(looked_up)s::bigint * 65536
)
"""


def _found(
    tree: Node, at: datetime, gated: frozenset[DataCategory], sample: Sample | None = None
) -> _Found:
    """The members, of the sample where one is given, with what each channel asks of them."""
    if sample is None:
        sql = best(tree, at=at, gated=gated)
    else:
        stored = sample.scored_at is not None
        sql = compile_rules(tree, at=at, gated=gated, few=True, stored_scores=stored)
    listed = set(Suppression.objects.order_by().values_list("channel", flat=True).distinct())
    cases = " ".join(f"WHEN '{name}' THEN m.{column}" for name, column in ADDRESSES.items())
    statement = _FOUND.format(
        columns=", ".join(f"c.{column} <> '' AS {column}" for column in ADDRESSES.values()),
        joins=sql.joins,
        where=sql.where + (" AND c.id = ANY (%(drawn)s)" if sample else ""),
        has_address=f"CASE yes.channel {cases} END",
        looked_up="".join(
            _ADDRESSES.format(channel=channel, column=column)
            for channel, column in ADDRESSES.items()
            if channel in listed
        ),
    )
    params = {
        **sql.params,
        "purpose": MARKETING,
        "channels": list(ADDRESSES),
        "moment": at,
        "examples": _EXAMPLES,
        "looked_up": _LOOKED_UP,
        "drawn": sample.ids if sample else [],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return _read(cursor.fetchall())


def _read(rows: Iterable[tuple[Any, ...]]) -> _Found:
    found = _Found()
    for channel, asked, addressed, examples, addresses in rows:
        if not channel:
            found.size, found.examples = asked, list(examples)
        elif addresses is None:
            found.consenting[channel], found.addressed[channel] = asked, addressed
        else:
            found.addresses[channel] = list(addresses)
    return found


def _channels(found: _Found) -> list[ChannelReach]:
    """What each channel takes away; suppressed addresses in proportion to those looked up."""
    told = []
    for name in ADDRESSES:
        asked, addressed = found.consenting.get(name, 0), found.addressed.get(name, 0)
        looked_up = found.addresses.get(name, [])
        listed = suppressed(name, looked_up)
        hit = sum(address in listed for address in looked_up)
        taken = round(addressed * hit / len(looked_up)) if looked_up else 0
        told.append(
            ChannelReach(
                Channel(name),
                no_consent=found.size - asked,
                no_address=asked - addressed,
                suppressed=taken,
                reachable=addressed - taken,
                listed_exactly=not looked_up or len(looked_up) == addressed,
            )
        )
    return told


def _withheld(
    tree: Node, at: datetime, gated: frozenset[DataCategory], sample: Sample | None = None
) -> list[Withheld]:
    """By each gated kind of data that the rule looks at; one statement where there is any."""
    kinds = kinds_looked_at(tree, gated)
    if not kinds:
        return []
    stored = sample is not None and sample.scored_at is not None
    binder = Binder(at, few=sample is not None, stored_scores=stored)
    columns = ", ".join(
        f"count(*) FILTER (WHERE {hidden_by(kind, tree, binder, gated)})" for kind in kinds
    )
    within = f" AND c.id = ANY ({binder.value(sample.ids)})" if sample else ""
    joins = binder.joins()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM customers_customer c {joins} WHERE {UNRESTRICTED}{within}",
            binder.params,
        )
        counts = cursor.fetchone()
    return [Withheld(kind, number) for kind, number in zip(kinds, counts, strict=True)]
