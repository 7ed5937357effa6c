"""Looking again at single customers: which kept segments they are in, since when, until when.

See `segments.turns` for what makes two who look at one customer at once safe. A segment that is
being built gets from here, for a customer whom the build has not reached, what it would get there.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from config.shared import clock, dispatch
from customers.models import DataCategory
from customers.selectors import as_categories
from segments.answering import Question
from segments.kept_rules import KeptRule, fields_of, rules_of
from segments.models import Because, KeepingState
from segments.rules.answers import Verdict, answered
from segments.rules.tree import Condition
from segments.touches import EVERYTHING, Touch
from segments.turns import present, take_turns

from .keeping import REVIEW
from .writing_memberships import Change, Row, write

AT_ONCE: Final = 100  # customers; each of them is a lock
_MOST_ROUNDS: Final = 2_000  # statements in one transaction; the sweep goes on from there


@dataclass(frozen=True, slots=True)
class Look:
    """That something happened to a customer at a moment; without a touch only time passed."""

    at: datetime
    touch: Touch | None = EVERYTHING


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
        self._agenda: list[tuple[datetime, int, int, Because]] = []
        self.found = 0

    def plan(self, customer_id: int, look: Look, because: Because, last: datetime | None) -> None:
        """Put on the agenda what happened to a customer, and what is due by now.

        Nothing before the `last` that is told of the customer: history is not told backwards.
        """
        told_at = max(look.at, last or look.at)
        for pk, kept in self._kept.items():
            if not kept.reached(customer_id):
                self._note(self._now, customer_id, pk, Because.RULES)
                continue
            if look.touch and look.touch.concerns(self._rules[pk]):
                built_at = kept.built_at if kept.is_kept else self._now
                self._note(max(told_at, built_at or told_at), customer_id, pk, because)
            row = kept.rows.get(customer_id)
            if row and row.next_change_at and row.next_change_at <= self._now:
                self._note(row.next_change_at, customer_id, pk, Because.TIME)

    def _note(self, at: datetime, customer_id: int, segment_id: int, because: Because) -> None:
        heapq.heappush(self._agenda, (at, customer_id, segment_id, because))

    def do(self) -> None:
        """Work the agenda off, the earliest moment first; what it leads to by now as well."""
        rounds = 0
        while self._agenda and rounds < _MOST_ROUNDS:
            at = self._agenda[0][0]
            due: dict[int, dict[int, Because]] = defaultdict(dict)
            while self._agenda and self._agenda[0][0] == at:
                _at, customer_id, segment_id, because = heapq.heappop(self._agenda)
                due[customer_id][segment_id] = because
            for segment_ids, customer_ids in _alike(due):
                rounds += 1
                zones = {pk: self._zones[pk] for pk in customer_ids}
                self._decide(segment_ids, Question(zones, at, self._gated), due)

    def _decide(
        self,
        segment_ids: Collection[int],
        question: Question,
        due: Mapping[int, Mapping[int, Because]],
    ) -> None:
        """Ask about these segments, write what it comes to, and note what follows by now."""
        rules = {pk: self._rules[pk] for pk in sorted(segment_ids)}
        verdicts = _verdicts(rules, question)
        rows: list[Row] = []
        changes: list[Change] = []
        for (customer_id, segment_id), verdict in verdicts.items():
            because = due[customer_id][segment_id]
            rows.append(self._row(customer_id, segment_id, verdict, question.at))
            if change := self._change(customer_id, segment_id, verdict, because):
                changes.append(change)
            self._kept[segment_id].rows[customer_id] = _Stored(rows[-1].inside, rows[-1].since)
        conditions = {key: one for rule in rules.values() for key, one in rule.conditions.items()}
        for customer_id, segment_id, moment in write(
            rows, changes, question=question, conditions=conditions, now=self._now
        ):
            self._note(moment, customer_id, segment_id, Because.TIME)
        self.found += len(rows)

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
        self, customer_id: int, segment_id: int, verdict: Verdict, because: Because
    ) -> Change | None:
        kept = self._kept[segment_id]
        was_inside = kept.rows.get(customer_id, _Stored()).inside
        if verdict.true == was_inside or kept.is_first(customer_id):
            return None
        return Change(segment_id, kept.version, customer_id, verdict.true, because)


_OUTSIDE: Final = answered(False, frozenset())


def _verdicts(rules: Mapping[int, KeptRule], question: Question) -> dict[tuple[int, int], Verdict]:
    """The verdicts by customer and segment, in two statements: first what the customers' own rows
    say, then of the rest what can still make a difference.
    """
    known: dict[int, dict[str, bool | None]] = {pk: {} for pk in question.customers}
    restricted: set[int] = set()
    present: set[int] = set()
    for cheap in (True, False):
        wanted: dict[str, Condition] = {}
        for rule in rules.values():
            keys = rule.cheap if cheap else rule.conditions.keys()
            if any(rule.verdict(answers).is_open for answers in known.values()):
                wanted |= {key: rule.conditions[key] for key in keys}
        if not cheap:
            asked_already = set().union(*(rule.cheap for rule in rules.values()))
            wanted = {key: one for key, one in wanted.items() if key not in asked_already}
        if wanted:
            for pk, answers in question.answer(wanted).items():
                known[pk] |= answers.by_key
                present.add(pk)
                if answers.restricted:
                    restricted.add(pk)
    return {
        (pk, segment_id): _OUTSIDE if pk in restricted else rule.verdict(known[pk])
        for pk in question.customers
        for segment_id, rule in rules.items()
    }


def _alike(due: Mapping[int, Collection[int]]) -> Iterator[tuple[frozenset[int], list[int]]]:
    """Customers who are to be asked about the same segments, with those."""
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for customer_id, segment_ids in due.items():
        groups[frozenset(segment_ids)].append(customer_id)
    yield from groups.items()
