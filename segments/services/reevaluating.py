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
from segments.answering import Answers, answer
from segments.kept_rules import KeptRule, fields_of, rules_of
from segments.models import Because, KeepingState
from segments.rules.answers import NEVER
from segments.touches import EVERYTHING, Touch
from segments.turns import take_turns

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
        if not turns_taken:
            take_turns(looks)
        now = clock.now()
        people = _people(looks)
        gated, kept = _kept(people, segment_ids)
        rules = rules_of({pk: one.digest for pk, one in kept.items()}, gated=gated)
        if len(rules) < len(kept) or any(not one.current for one in kept.values()):
            dispatch.after_commit(REVIEW)
        work = _Work(people, kept, rules, gated, now)
        for customer_id, look in looks.items():
            if customer_id in people:
                work.plan(customer_id, look, because)
        with fields_of(rules.values()):
            work.do()
        write(work.rows(), work.changes, now=now)
        return work.found


@dataclass(frozen=True, slots=True)
class _Person:
    """`last` is the last moment that something is told of in the history."""

    zone: str
    last: datetime | None


# A customer who is being erased or merged is waited for, and then gone. The long statements that
# follow are quick; compiling them to machine code would take many times as long.
_PEOPLE = """
SELECT c.id, c.zone, (
    SELECT h.at FROM segments_membershipchange h WHERE h.customer_id = c.id
    ORDER BY h.at DESC LIMIT 1
), set_config('jit', 'off', TRUE)
FROM customers_customer c WHERE c.id = ANY(%s) ORDER BY c.id FOR KEY SHARE OF c
"""


def _people(customer_ids: Collection[int]) -> dict[int, _Person]:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [sorted(customer_ids)])
        return {pk: _Person(zone, last) for pk, zone, last, _jit in cursor.fetchall()}


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

    def reached(self, customer_id: int) -> bool:
        """Whether the row of this customer is of the rule as it is now."""
        return self.is_kept or customer_id <= self.position


_KEPT = """
SELECT p.gated_categories, k.segment_id, k.version, k.digest,
       k.gated @> p.gated_categories AND k.gated <@ p.gated_categories,
       k.state, k.position, k.built_at, m.customer_id, m.inside, m.since, m.next_change_at
FROM shared_project p
LEFT JOIN segments_keptsegment k ON %(only)s::bigint[] IS NULL OR k.segment_id = ANY(%(only)s)
LEFT JOIN segments_membership m
    ON m.segment_id = k.segment_id AND m.customer_id = ANY(%(customers)s)
WHERE p.id = 1
"""


def _kept(
    customer_ids: Collection[int], segment_ids: Collection[int] | None
) -> tuple[frozenset[DataCategory], dict[int, _Kept]]:
    """The kinds of data that need permission now, and the kept segments by primary key."""
    only = None if segment_ids is None else sorted(segment_ids)
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"only": only, "customers": sorted(customer_ids)})
        rows = cursor.fetchall()
    found: dict[int, _Kept] = {}
    for _gated, pk, version, digest, current, state, position, built_at, *row in rows:
        if pk is None:
            continue
        if pk not in found:
            is_kept = state == KeepingState.KEPT
            found[pk] = _Kept(version, digest, current, is_kept, position, built_at)
        customer_id, inside, since, next_change_at = row
        if customer_id is not None:
            found[pk].rows[customer_id] = _Stored(inside, since, next_change_at)
    return as_categories(rows[0][0]), found


class _Work:
    """What is to be looked at, moment by moment, and what it came to."""

    def __init__(
        self,
        people: Mapping[int, _Person],
        kept: Mapping[int, _Kept],
        rules: Mapping[int, KeptRule],
        gated: frozenset[DataCategory],
        now: datetime,
    ) -> None:
        self._people, self._rules, self._gated, self._now = people, rules, gated, now
        # What is asked by another rule than was built is left to the build.
        self._kept = {pk: one for pk, one in kept.items() if one.current and pk in rules}
        self._agenda: list[tuple[datetime, int, int, Because]] = []
        self._decided: dict[tuple[int, int], _Stored] = {}
        self.changes: list[Change] = []
        self.found = 0

    def plan(self, customer_id: int, look: Look, because: Because) -> None:
        """Put on the agenda what happened to a customer, and what is due by now."""
        person = self._people[customer_id]
        told_at = max(look.at, person.last or look.at)
        for pk, kept in self._kept.items():
            row = kept.rows.get(customer_id)
            if not kept.reached(customer_id):
                self._note(self._now, customer_id, pk, Because.RULES)
                continue
            if look.touch and look.touch.concerns(self._rules[pk]):
                # Not before what is known already: history is never told backwards.
                built_at = kept.built_at if kept.is_kept else self._now
                self._note(max(told_at, built_at or told_at), customer_id, pk, because)
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
                for customer_id, answers in self._answers(segment_ids, customer_ids, at).items():
                    for segment_id in segment_ids:
                        self._decide(
                            customer_id, segment_id, answers, at, due[customer_id][segment_id]
                        )

    def _answers(
        self, segment_ids: Collection[int], customer_ids: Collection[int], at: datetime
    ) -> dict[int, Answers]:
        conditions = {
            key: condition
            for pk in sorted(segment_ids)
            for key, condition in self._rules[pk].conditions.items()
        }
        zones = {pk: self._people[pk].zone for pk in customer_ids}
        return answer(conditions, customers=zones, at=at, gated=self._gated)

    def _decide(
        self, customer_id: int, segment_id: int, answers: Answers, at: datetime, because: Because
    ) -> None:
        self.found += 1
        kept = self._kept[segment_id]
        row = self._row(customer_id, segment_id)
        verdict = self._rules[segment_id].verdict(answers.by_key)
        inside = verdict.true and not answers.restricted
        until = NEVER if answers.restricted else verdict.true_until
        reached = kept.reached(customer_id)
        # The first build finds people; when they entered nobody knows.
        silent = not reached and kept.built_at is None
        if silent:
            row.since = None
        elif inside != row.inside:
            row.since = at if inside else None
            self.changes.append(Change(segment_id, kept.version, customer_id, inside, because, at))
        row.inside = inside
        row.next_change_at = None if until == NEVER else until
        if at < until <= self._now:
            self._note(until, customer_id, segment_id, Because.TIME)

    def _row(self, customer_id: int, segment_id: int) -> _Stored:
        """The membership as it was decided so far, to be changed."""
        place = customer_id, segment_id
        if place not in self._decided:
            stored = self._kept[segment_id].rows.get(customer_id, _Stored())
            self._decided[place] = _Stored(stored.inside, stored.since, stored.next_change_at)
        return self._decided[place]

    def rows(self) -> list[Row]:
        """The memberships that are others now than is stored."""
        return [
            Row(
                segment_id,
                self._kept[segment_id].version,
                customer_id,
                row.inside,
                row.since,
                row.next_change_at,
            )
            for (customer_id, segment_id), row in self._decided.items()
            if row != self._kept[segment_id].rows.get(customer_id, _Stored())
        ]


def _alike(due: Mapping[int, Collection[int]]) -> Iterator[tuple[frozenset[int], list[int]]]:
    """Customers who are to be asked about the same segments, with those."""
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for customer_id, segment_ids in due.items():
        groups[frozenset(segment_ids)].append(customer_id)
    yield from groups.items()
