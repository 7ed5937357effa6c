"""Between two announced instants no answer changes, whatever the rule, the customer and the clock.

A kept answer is taken through seven weeks of spring: the end of February, clocks that go forward in
the north (in Beirut at midnight) and back in the south. It is looked at again only when announced,
and compared every hour with the truth.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, DataCategory
from segments.rules.binding import Binder
from segments.rules.compiler import certainly
from segments.rules.parser import parse
from segments.rules.tree import Node
from segments.rules.waking import next_change
from tests.factories import ConsentStateFactory
from tests.segments.naive import evaluate
from tests.segments.worlds import AT, GATED, moments, people, prepare, rules, store, timed

START = AT - timedelta(days=10)
END = datetime(2027, 4, 8, tzinfo=UTC)
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
ZONES = [
    "Europe/Istanbul",
    "Europe/London",
    "Pacific/Auckland",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Beirut",
]

pytestmark = pytest.mark.django_db

# When a permission ends: None for never; without a key there was none.
ends = st.none() | moments
allowing = st.dictionaries(st.sampled_from(["BROWSE_HISTORY", "SEARCH_HISTORY", "email"]), ends)
inhabitants = st.builds(
    lambda person, zone, until: person | {"zone": zone, "until": until, "allows": set()},
    people,
    st.sampled_from(ZONES),
    allowing,
)
email = st.fixed_dictionaries(
    {"field": st.just("consent.email"), "cmp": st.just("is"), "value": st.booleans()}
)
asked_rules = rules | st.builds(
    lambda op, told: {"op": op, "rules": told},
    st.sampled_from(["and", "or"]),
    st.lists(rules | email, min_size=1, max_size=3),
)


def as_of(person: dict, at: datetime) -> dict:
    """The person with what they allow at that moment."""
    allowed = {name for name, end in person["until"].items() if end is None or end > at}
    return person | {"allows": allowed - {"email"}, "email_allowed": "email" in allowed}


def settle(person: dict, products: dict) -> int:
    """Store a person and when their permissions end; gives the primary key."""
    pk = store(person, products)
    for name, end in person["until"].items():
        told = {"channel": "email"} if name == "email" else {"channel": "", "data_category": name}
        ConsentStateFactory(customer=Customer.objects.get(pk=pk), valid_until=end, **told)
    return pk


class Keeper:
    """Keeps answers as a membership does: looked at once, then again only when announced."""

    def __init__(self, trees: list[Node], crowd: dict[int, dict], *, few: bool) -> None:
        self.trees, self.crowd, self.few = trees, crowd, few
        self.answers: dict[tuple[int, int], bool] = {}
        self.due: dict[tuple[int, int], datetime] = {}

    def truth(self, pair: tuple[int, int], at: datetime) -> bool:
        pk, which = pair
        return evaluate(self.trees[which], as_of(self.crowd[pk], at), at, GATED) is True

    def look(self, at: datetime) -> dict[tuple[int, int], tuple[bool, datetime | None]]:
        """Every answer and when it may next change, in one statement."""
        binder = Binder(at, few=self.few, zones={one["zone"] for one in self.crowd.values()})
        gated = frozenset(map(DataCategory, GATED))
        columns = ", ".join(
            f"{certainly(tree, True, binder, gated)}, {next_change(tree, binder, gated)}"
            for tree in self.trees
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.id, {columns} FROM customers_customer c {binder.joins()}", binder.params
            )
            return {
                (row[0], which): (row[1 + 2 * which], row[2 + 2 * which])
                for row in cursor.fetchall()
                for which in range(len(self.trees))
            }

    def wake(self, at: datetime) -> None:
        """Look at everything announced for this instant."""
        for pair, (answer, due) in self.look(at).items():
            assert answer is self.truth(pair, at), (pair, at)
            if pair in self.answers and self.due.get(pair) != at:
                assert answer is self.answers[pair], (pair, at)
                continue
            assert due is None or due > at, (pair, at)
            self.answers[pair] = answer
            if due is None:
                self.due.pop(pair, None)
            else:
                self.due[pair] = due

    def next(self) -> datetime:
        return min(self.due.values(), default=END + timedelta(days=1))


def keep(keeper: Keeper) -> None:
    """From START to END: every hour, and right before each instant announced, kept is true."""
    keeper.wake(START)
    at = START
    while at < END:
        at += HOUR
        while keeper.next() <= at:
            due = keeper.next()
            for pair, answer in keeper.answers.items():
                assert answer is keeper.truth(pair, due - TICK), (pair, due)
            keeper.wake(due)
        for pair, answer in keeper.answers.items():
            assert answer is keeper.truth(pair, at), (pair, at)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    crowd=st.lists(inhabitants, min_size=1, max_size=3),
    alone=st.lists(timed, min_size=8, max_size=8),
    mixed=st.lists(asked_rules, min_size=3, max_size=3),
    few=st.booleans(),
)
def test_no_answer_changes_before_it_was_announced(
    db: None, crowd: list[dict], alone: list[dict], mixed: list[dict], few: bool
) -> None:
    with transaction.atomic():
        products = prepare()
        stored = {settle(person, products): person for person in crowd}
        keeper = Keeper([parse(rule) for rule in [*alone, *mixed]], stored, few=few)
        keep(keeper)
        transaction.set_rollback(True)
