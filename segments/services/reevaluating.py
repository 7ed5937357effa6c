"""Looking again at single customers: which kept segments they are in, since when, until when.

See `segments.turns` for what makes two who look at one customer at once safe. A segment that is
being built gets from here, for a customer whom the build has not reached, what it would get there.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from config.shared import clock, dispatch
from customers.models import DataCategory
from customers.selectors import as_categories
from segments.answering import Asked, answer
from segments.kept_rules import KeptRule, fields_of, rules_of
from segments.models import Because, KeepingState
from segments.rules.answers import Verdict, answered
from segments.rules.tree import Condition
from segments.touches import EVERYTHING, Touch
from segments.turns import present, take_turns

from .keeping import REVIEW
from .writing_memberships import Change, Row, write

AT_ONCE: Final = 100  # customers; each of them is a lock
_TOLD_WITHIN: Final = timedelta(minutes=1)  # of its own moment a shop usually tells of an order
_MOST_ROUNDS: Final = 2_000  # statements in one transaction; the sweep goes on from there


@dataclass(frozen=True, slots=True)
class Look:
    """That something happened to a customer at a moment; without a touch only time passed.

    Where several things happened, `told` are the moments of those after the first.
    """

    at: datetime
    touch: Touch | None = EVERYTHING
    told: frozenset[datetime] = frozenset()


def reevaluate(
    customer_ids: Collection[int],
    segment_ids: Collection[int] | None = None,
    *,
    at: datetime,
    because: Because = Because.WRITE,
) -> None:
    """Look again at these customers, in these kept segments or in all, as of that moment.

    Then at every moment since at which the passing of time changed something. One transaction for
    each `AT_ONCE` customers, where there is none yet. Asking again changes nothing.
    """
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), AT_ONCE):
        look_again(
            {pk: Look(at) for pk in ids[start : start + AT_ONCE]},
            segment_ids=segment_ids,
            because=because,
        )


def look_again(
    looks: Mapping[int, Look],
    *,
    segment_ids: Collection[int] | None = None,
    because: Because = Because.WRITE,
    turns_taken: bool = False,
) -> int:
    """Look at each of these customers, by primary key, for what happened to them.

    At most `AT_ONCE`; returns how many answers were found. Five statements, as long as no time has
    passed unnoticed, however many segments are kept; four where nothing is different.
    """
    if not looks:
        return 0
    with transaction.atomic():
        zones = present(looks) if turns_taken else take_turns(looks)
        now = clock.now()
        gated, kept, last = _kept(zones, segment_ids)
        rules = rules_of({pk: one.digest for pk, one in kept.items()}, gated=gated)
        if len(rules) < len(kept) or any(not one.current for one in kept.values()):
            dispatch.after_commit(REVIEW)
        work = _Work(zones, kept, rules, gated, now)
        for customer_id in zones:
            work.plan(customer_id, looks[customer_id], because, last.get(customer_id))
        with fields_of(rules.values()):
            work.do()
        return work.found


@dataclass(slots=True)
class _Stored:
    """A membership; outside and never to be looked at again where there is no row."""

    inside: bool = False
    since: datetime | None = None
    next_change_at: datetime | None = None


@dataclass(slots=True)
class _Kept:
    """A kept segment with the rows of the customers asked about."""

    version: int
    digest: str
    current: bool
    is_kept: bool
    position: int
    built_at: datetime | None
    rows: dict[int, _Stored] = field(default_factory=dict)

    def is_first(self, customer_id: int) -> bool:
        """Whether a first build has still to find this customer."""
        return not self.reached(customer_id) and self.built_at is None

    def reached(self, customer_id: int) -> bool:
        """Whether the row of this customer is of the rule as it is now."""
        return self.is_kept or customer_id <= self.position


# The last rows, without a segment, say when something was told of each customer in the history.
_KEPT = """
SELECT p.gated_categories, k.segment_id, k.version, k.digest,
       k.gated @> p.gated_categories AND k.gated <@ p.gated_categories,
       k.state, k.position, k.built_at, m.customer_id, m.inside, m.since, m.next_change_at
FROM shared_project p
LEFT JOIN segments_keptsegment k ON %(only)s::bigint[] IS NULL OR k.segment_id = ANY(%(only)s)
LEFT JOIN segments_membership m
    ON m.segment_id = k.segment_id AND m.customer_id = ANY(%(customers)s::bigint[])
WHERE p.id = 1
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, customer_id, NULL, max(at), NULL
FROM segments_membershipchange WHERE customer_id = ANY(%(customers)s::bigint[])
GROUP BY customer_id
"""


def _kept(
    customer_ids: Collection[int], segment_ids: Collection[int] | None
) -> tuple[frozenset[DataCategory], dict[int, _Kept], dict[int, datetime]]:
    """The kinds of data that need permission now, the kept segments by primary key, and the last
    moment in the history of each customer who has one.
    """
    only = None if segment_ids is None else sorted(segment_ids)
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"only": only, "customers": sorted(customer_ids)})
        rows = cursor.fetchall()
    gated: frozenset[DataCategory] = frozenset()
    found: dict[int, _Kept] = {}
    last: dict[int, datetime] = {}
    for names, pk, version, digest, current, state, position, built_at, *row in rows:
        customer_id, inside, since, next_change_at = row
        if names is None:
            last[customer_id] = since
            continue
        gated = as_categories(names)
        if pk is None:
            continue
        if pk not in found:
            is_kept = state == KeepingState.KEPT
            found[pk] = _Kept(version, digest, current, is_kept, position, built_at)
        if customer_id is not None:
            found[pk].rows[customer_id] = _Stored(inside, since, next_change_at)
    return gated, found, last


class _Work:
    """What is to be looked at, moment by moment, and what it comes to."""

    def __init__(
        self,
        zones: Mapping[int, str],
        kept: Mapping[int, _Kept],
        rules: Mapping[int, KeptRule],
        gated: frozenset[DataCategory],
        now: datetime,
    ) -> None:
        self._zones, self._rules, self._gated, self._now = zones, rules, gated, now
        # What is asked by another rule than was built is left to the build.
        self._kept = {pk: one for pk, one in kept.items() if one.current and pk in rules}
        self._agenda: dict[int, list[tuple[datetime, int, Because]]] = defaultdict(list)
        # What is looked at a customer for: what was told, why; and what time alone was to change.
        self._told: dict[int, tuple[frozenset[datetime], Because]] = {}
        self._foreseen: dict[tuple[int, int], datetime] = {}
        self.found = 0

    def plan(self, customer_id: int, look: Look, because: Because, last: datetime | None) -> None:
        """Put on the agenda what happened to a customer, and what is due by now.

        Nothing before the `last` that is told of the customer: history is not told backwards.
        """
        told_at = max(look.at, last or look.at)
        self._told[customer_id] = (look.told, because)
        for pk, kept in self._kept.items():
            if not kept.reached(customer_id):
                self._note(self._now, customer_id, pk, Because.RULES)
                continue
            if look.touch and look.touch.concerns(self._rules[pk]):
                built_at = kept.built_at if kept.is_kept else self._now
                self._note(max(told_at, built_at or told_at), customer_id, pk, because)
            row = kept.rows.get(customer_id)
            if row and row.next_change_at:
                self._foreseen[customer_id, pk] = row.next_change_at
                if row.next_change_at <= self._now:
                    self._note(row.next_change_at, customer_id, pk, Because.TIME)

    def _note(self, at: datetime, customer_id: int, segment_id: int, because: Because) -> None:
        heapq.heappush(self._agenda[customer_id], (at, segment_id, because))

    def do(self) -> None:
        """Work the agenda off, of each customer the earliest moment first; what it leads to by now
        as well.
        """
        for _round in range(_MOST_ROUNDS):
            due = {pk: _earliest(agenda) for pk, agenda in self._agenda.items() if agenda}
            if not due:
                return
            self._decide(due)

    def _decide(self, due: Mapping[int, "_Due"]) -> None:
        """Ask about the customers who are due, each as of their own moment, write what it comes to,
        and note what follows by now.
        """
        as_of = {pk: (self._zones[pk], one.at) for pk, one in due.items()}
        concerned = set().union(*(one.segments for one in due.values()))
        rules = {pk: self._rules[pk] for pk in sorted(concerned)}
        rows: list[Row] = []
        changes: list[Change] = []
        for (customer_id, segment_id), verdict in _verdicts(rules, due, as_of, self._gated).items():
            at, because = due[customer_id].at, due[customer_id].segments[segment_id]
            rows.append(self._row(customer_id, segment_id, verdict, at))
            if change := self._change(customer_id, segment_id, verdict, at, because):
                changes.append(change)
            self._kept[segment_id].rows[customer_id] = _Stored(rows[-1].inside, rows[-1].since)
        conditions = {key: one for rule in rules.values() for key, one in rule.conditions.items()}
        for customer_id, segment_id, moment in write(
            rows, changes, as_of=as_of, conditions=conditions, gated=self._gated, now=self._now
        ):
            because = self._cause(customer_id, segment_id, moment)
            self._note(moment, customer_id, segment_id, because)
        self.found += len(rows)

    def _cause(self, customer_id: int, segment_id: int, moment: datetime) -> Because:
        """Why the answer changes at this moment: by time, unless something told right after it
        brought it and nobody foresaw it before (an order, after its customer registered).
        """
        told, because = self._told[customer_id]
        foreseen = self._foreseen.get((customer_id, segment_id))
        if foreseen and moment >= foreseen:
            return Because.TIME
        brought = any(moment <= one <= moment + _TOLD_WITHIN for one in told)
        return because if brought else Because.TIME

    def _row(self, customer_id: int, segment_id: int, verdict: Verdict, at: datetime) -> Row:
        kept = self._kept[segment_id]
        row = kept.rows.get(customer_id, _Stored())
        since = (row.since if row.inside else at) if verdict.true else None
        return Row(
            segment_id,
            kept.version,
            customer_id,
            verdict.true,
            # The first build finds people; when they entered nobody knows.
            None if kept.is_first(customer_id) else since,
            verdict.watch_true or frozenset(),
        )

    def _change(
        self,
        customer_id: int,
        segment_id: int,
        verdict: Verdict,
        at: datetime,
        because: Because,
    ) -> Change | None:
        kept = self._kept[segment_id]
        was_inside = kept.rows.get(customer_id, _Stored()).inside
        if verdict.true == was_inside or kept.is_first(customer_id):
            return None
        return Change(segment_id, kept.version, customer_id, verdict.true, because, at)


@dataclass(frozen=True, slots=True)
class _Due:
    """The kept segments for which a customer is looked at as of a moment, and why."""

    at: datetime
    segments: Mapping[int, Because]


def _earliest(agenda: list[tuple[datetime, int, Because]]) -> _Due:
    at, segments = agenda[0][0], {}
    while agenda and agenda[0][0] == at:
        _at, segment_id, because = heapq.heappop(agenda)
        segments[segment_id] = because
    return _Due(at, segments)


_OUTSIDE: Final = answered(False, frozenset())


def _verdicts(
    rules: Mapping[int, KeptRule],
    due: Mapping[int, _Due],
    as_of: Mapping[int, tuple[str, datetime]],
    gated: frozenset[DataCategory],
) -> dict[tuple[int, int], Verdict]:
    """The verdicts by customer and segment, in two statements: first what the customers' own rows
    say, then of the rest what can still make a difference.
    """
    known: dict[int, dict[str, bool | None]] = {pk: {} for pk in due}
    told: set[int] = set()
    restricted: set[int] = set()
    alike = _alike(due, as_of)
    for cheap in (True, False):
        asked = []
        for (zone, at, segment_ids), customer_ids in alike.items():
            wanted = _wanted(
                [rules[pk] for pk in segment_ids], [known[pk] for pk in customer_ids], cheap=cheap
            )
            # Of everybody it is asked at least once whether they are restricted.
            if wanted or not (cheap or told.issuperset(customer_ids)):
                asked.append(Asked(customer_ids, zone, at, wanted))
        if asked:
            for pk, answers in answer(asked, gated).items():
                told.add(pk)
                known[pk] |= answers.by_key
                if answers.restricted:
                    restricted.add(pk)
    return {
        (pk, segment_id): _OUTSIDE if pk in restricted else rules[segment_id].verdict(known[pk])
        for pk, one in due.items()
        for segment_id in sorted(one.segments)
    }


def _wanted(
    rules: Collection[KeptRule], known: Collection[Mapping[str, bool | None]], *, cheap: bool
) -> dict[str, Condition]:
    """What is to be asked of some customers, of whom this is known, for these rules."""
    wanted: dict[str, Condition] = {}
    for rule in rules:
        if any(rule.verdict(answers).is_open for answers in known):
            keys = rule.cheap if cheap else rule.conditions.keys() - rule.cheap
            wanted |= {key: rule.conditions[key] for key in sorted(keys)}
    return wanted


def _alike(
    due: Mapping[int, _Due], as_of: Mapping[int, tuple[str, datetime]]
) -> dict[tuple[str, datetime, tuple[int, ...]], list[int]]:
    """Customers of one zone who are to be asked about the same segments as of one moment."""
    groups: dict[tuple[str, datetime, tuple[int, ...]], list[int]] = defaultdict(list)
    for pk, one in due.items():
        groups[(*as_of[pk], tuple(sorted(one.segments)))].append(pk)
    return groups
