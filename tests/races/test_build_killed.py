"""A build that is killed in mid-block, in a process of its own, goes on there and ends true."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.models import Fact
from customers.models import Customer
from customers.services.customers import update_customer
from segments.models import MembershipChange
from segments.services import building, following_facts
from segments.services.keeping import keep_segment
from segments.services.segments import save_segment
from segments.turns import BLOCK
from tests.factories import CustomerFactory, IdentityFactory, OrderFactory
from tests.segments.keeping.world import inside, segment, state, truth
from tests.tools.waiting import until_facts_are_readable

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).parents[2]
BLOCKS = 6
TURKISH_BUYERS = {
    "op": "and",
    "rules": [
        {"field": "profile.country", "cmp": "is", "value": "TR"},
        {"field": "orders.count", "cmp": "gte", "value": 1, "within": {"last": 30, "unit": "day"}},
    ],
}


def run(*arguments: str) -> int:
    """How the other process ended; it works on the database of this test."""
    told = connection.settings_dict
    url = (
        f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}"
        f"/{told['NAME']}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.races.killed_build", *arguments],
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
        check=False,
    )
    return done.returncode


def crowd() -> list[Customer]:
    """Some in each block: those who belong, those who do not, and nobody in the third block."""
    people = []
    for block in range(BLOCKS):
        for place in range(0 if block == 2 else 3):
            customer = CustomerFactory(
                pk=(block + 1) * BLOCK + place, country="IE" if place == 2 else "TR"
            )
            identity = IdentityFactory(customer=customer)
            OrderFactory(identity=identity, placed_at=clock.now() - timedelta(days=place * 3))
            people.append(customer)
    return people


def rows(of) -> list[tuple]:
    """Everything that is kept of a segment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, inside, since, next_change_at FROM segments_membership"
            " WHERE segment_id = %s ORDER BY 1",
            [of.pk],
        )
        return cursor.fetchall()


def kept_and_killed(blocks: int):
    of = segment(TURKISH_BUYERS)
    keep_segment(segment=of, actor=SYSTEM)
    assert run(str(blocks)) == -signal.SIGKILL
    return of


@pytest.mark.parametrize("blocks", [0, 1, 4])
def test_it_goes_on_where_it_was_killed(blocks: int) -> None:
    crowd()
    of = kept_and_killed(blocks)
    assert state(of).state == ("building" if blocks else "waiting")
    assert len({pk // BLOCK for pk in inside(of)}) == blocks, "the last one was not committed"

    assert run() == 0

    assert state(of).state == "kept"
    assert inside(of) == truth(of, clock.now())
    assert len(inside(of)) == (BLOCKS - 1) * 2
    built = rows(of)
    fresh = segment(TURKISH_BUYERS, "the same, never killed")
    keep_segment(segment=fresh, actor=SYSTEM)
    building.build()
    assert built == rows(fresh)
    assert not MembershipChange.objects.exists(), "nobody entered by being found"
    assert not Fact.objects.filter(kind__startswith="segment.").exists()


def test_what_happens_between_the_kill_and_the_resuming_is_not_missed() -> None:
    people = crowd()
    of = kept_and_killed(3)
    before, behind = people[0], people[-3]
    for customer in (before, behind):
        update_customer(customer=customer, actor=SYSTEM, country="GB")
    until_facts_are_readable()
    following_facts.follow()

    assert run() == 0
    following_facts.follow()

    assert inside(of) == truth(of, clock.now())
    assert not {before.pk, behind.pk} & set(inside(of))


def test_a_second_build_that_is_killed_tells_of_each_who_entered_or_left_once() -> None:
    crowd()
    of = segment(TURKISH_BUYERS)
    keep_segment(segment=of, actor=SYSTEM)
    assert run() == 0
    was = set(inside(of))
    irish = {"op": "and", "rules": [{**TURKISH_BUYERS["rules"][0], "value": "IE"}]}
    save_segment(segment=of, name=of.name, rules=irish, actor=SYSTEM)

    assert run("2") == -signal.SIGKILL
    assert run("1") == -signal.SIGKILL
    assert run() == 0

    now = set(inside(of))
    assert now == set(truth(of, clock.now()))
    told = MembershipChange.objects.values_list("customer_id", "entered", "because")
    expected = [(pk, True, "rules") for pk in now] + [(pk, False, "rules") for pk in was]
    assert sorted(told) == sorted(expected)
    facts = Fact.objects.filter(kind__startswith="segment.").values_list("kind", "subject_id")
    assert sorted(facts) == sorted(
        ("segment.entered" if entered else "segment.left", pk) for pk, entered, _why in expected
    )
