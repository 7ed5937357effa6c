"""Membership is kept of what is asked for, follows what is written, and says when and why."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.models import Fact, Project
from customers.models import Customer
from customers.services.customers import update_customer
from customers.services.erasure import erase_customer
from customers.services.merging import merge
from customers.services.restriction import lift_restriction, restrict_customer
from segments import memberships
from segments.models import KeptSegment, Membership, MembershipChange, SizePoint
from segments.services import (
    building,
    following_facts,
    keeping,
    passing_time,
    reevaluating,
    sizes,
)
from segments.services.passing_time import pass_time
from segments.services.segments import delete_segment, save_segment
from tests.factories import NOON, AttributeFactory, CustomerFactory, IdentityFactory
from tests.tools.waiting import until_facts_are_readable

from .world import IN_TURKEY, buy, history, inside, kept, segment, state, truth

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
BOUGHT_LATELY = {
    "op": "and",
    "rules": [
        {"field": "orders.count", "cmp": "gte", "value": 1, "within": {"last": 24, "unit": "hour"}}
    ],
}


@pytest.fixture(autouse=True)
def at_noon():
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        yield frozen


@pytest.fixture
def ann():
    return IdentityFactory(customer__country="TR", customer__zone="Europe/Istanbul")


def look(*identities, at=None):
    reevaluating.reevaluate([one.customer_id for one in identities], at=at or clock.now())


def test_who_is_found_at_the_build_did_not_enter(ann):
    IdentityFactory(customer__country="GB")

    of = kept(IN_TURKEY)

    assert inside(of) == [ann.customer_id] == truth(of, NOON)
    assert Membership.objects.get().since is None
    assert history(of) == []
    assert not Fact.objects.filter(kind__startswith="segment.").exists()
    assert state(of).state == "kept"


def test_a_build_goes_on_where_it_was_killed(ann, monkeypatch):
    others = [CustomerFactory(pk=ann.customer_id + n * 5_000, country="TR") for n in (1, 2)]
    of = segment(IN_TURKEY)
    keeping.keep_segment(segment=of, actor=SYSTEM)
    build_block, done = building._build, []

    def killed(*args):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(args)
        build_block(*args)

    monkeypatch.setattr(building, "_build", killed)
    with pytest.raises(KeyboardInterrupt):
        building.build()
    assert inside(of) == [ann.customer_id]
    assert state(of).state == "building"

    monkeypatch.setattr(building, "_build", build_block)
    building.build()

    assert inside(of) == [ann.customer_id, *(one.pk for one in others)]
    assert state(of).state == "kept"


def test_whoever_comes_in_enters_and_whoever_goes_out_leaves(ann, at_noon):
    of = kept(BOUGHT_LATELY)
    at_noon.set(LATER)
    buy(ann, LATER)

    look(ann)

    assert inside(of) == [ann.customer_id]
    assert history(of) == [(ann.customer_id, True, "write", LATER)]
    row = Membership.objects.get()
    assert (row.since, row.next_change_at) == (
        LATER,
        LATER + timedelta(hours=24, microseconds=1),
    )

    at_noon.set(LATER + timedelta(days=3))
    pass_time(at=clock.now())

    assert inside(of) == [] == truth(of, clock.now())
    assert history(of)[1:] == [(ann.customer_id, False, "time", row.next_change_at)]
    assert not Membership.objects.exists()
    told = Fact.objects.filter(kind__startswith="segment.").order_by("pk")
    assert [(one.kind, one.subject_id, one.at) for one in told] == [
        ("segment.entered", ann.customer_id, LATER),
        ("segment.left", ann.customer_id, row.next_change_at),
    ]
    assert told[0].data == {"segment": of.pk, "because": "write"}


def test_looking_again_changes_nothing(ann):
    of = kept(BOUGHT_LATELY)
    buy(ann, NOON)
    for _time in range(3):
        look(ann)
        pass_time(at=NOON)

    assert len(history(of)) == 1
    assert Fact.objects.filter(kind="segment.entered").count() == 1


def test_a_changed_rule_is_built_anew_and_says_so(ann):
    ben = CustomerFactory(country="GB")
    of = kept(IN_TURKEY)
    elsewhere = {"op": "and", "rules": [{**IN_TURKEY["rules"][0], "value": "GB"}]}

    save_segment(segment=of, name=of.name, rules=elsewhere, actor=SYSTEM)
    assert state(of).state == "waiting"
    building.build()

    assert inside(of) == [ben.pk]
    assert history(of) == [
        (ann.customer_id, False, "rules", NOON),
        (ben.pk, True, "rules", NOON),
    ]


def test_a_segment_that_is_named_by_another_counts_as_its_rule(ann):
    inner = segment(IN_TURKEY, "inner")
    named = {"field": "segment.member", "cmp": "not_in", "value": [inner.public_id]}
    of = kept({"op": "and", "rules": [named]}, "outer")
    assert inside(of) == []

    elsewhere = {"op": "and", "rules": [{**IN_TURKEY["rules"][0], "value": "GB"}]}
    save_segment(segment=inner, name="inner", rules=elsewhere, actor=SYSTEM)
    building.build()

    assert inside(of) == [ann.customer_id]


def test_what_becomes_protected_is_asked_anew(ann):
    of = kept(BOUGHT_LATELY)
    buy(ann, NOON)
    look(ann)
    Project.objects.update(gated_categories=["PURCHASE_HISTORY"])

    look(ann)  # by a rule that is another one now nothing is decided
    assert len(history(of)) == 1
    keeping.review()
    building.build()

    assert inside(of) == [] == truth(of, NOON)
    assert history(of)[1:] == [(ann.customer_id, False, "rules", NOON)]


def test_an_attribute_that_is_removed_leaves_nobody_in(ann):
    attribute = AttributeFactory(key="pet", type="text")
    ann.customer.metadata = {"pet": "dog"}
    ann.customer.save()
    of = kept({"op": "and", "rules": [{"field": "attribute.pet", "cmp": "is", "value": "dog"}]})
    assert inside(of) == [ann.customer_id]

    attribute.retired_at = NOON
    attribute.save()
    keeping.review()
    building.build()

    assert inside(of) == [] == truth(of, NOON)


def test_who_is_restricted_is_in_nothing(ann):
    of = kept(IN_TURKEY)
    restrict_customer(customer=ann.customer, restriction="restricted", actor=SYSTEM, at=NOON)
    look(ann)
    assert inside(of) == []

    lift_restriction(customer=ann.customer, actor=SYSTEM, at=NOON)
    look(ann)
    assert inside(of) == [ann.customer_id]


def test_an_erased_customer_leaves_no_membership(ann):
    kept(BOUGHT_LATELY)
    buy(ann, NOON)
    look(ann)
    erase_customer(customer=ann.customer, actor=SYSTEM, reason="requested_by_customer", at=NOON)

    look(ann)

    assert not Membership.objects.exists()
    assert not MembershipChange.objects.exists()
    assert not Fact.objects.filter(kind__startswith="segment.").exists()


def test_what_was_kept_of_both_is_kept_of_a_merged_customer(ann):
    ben = IdentityFactory(customer__country="TR")
    both, absorbed_only = kept(IN_TURKEY, "both"), kept(BOUGHT_LATELY, "absorbed only")
    buy(ben, NOON)
    look(ben)

    merge(kept=ann.customer, absorbed=ben.customer, actor=SYSTEM)
    look(ann)

    assert inside(both) == inside(absorbed_only) == [ann.customer_id]
    assert history(absorbed_only) == [(ann.customer_id, True, "write", NOON)]


def test_what_nobody_needs_is_not_kept(ann):
    of = kept(IN_TURKEY)
    SizePoint.objects.create(segment=of, at=NOON, size=1)

    keeping.stop_keeping(segment=of, actor=SYSTEM)
    keeping.review()

    assert not KeptSegment.objects.exists()
    assert not Membership.objects.exists()
    assert not SizePoint.objects.exists()


def test_what_something_needs_is_kept_without_being_asked_for(ann, monkeypatch):
    of = segment(IN_TURKEY)
    monkeypatch.setattr(keeping, "needed", lambda: {of.pk})
    keeping.review()
    building.build()
    assert inside(of) == [ann.customer_id]

    monkeypatch.setattr(keeping, "needed", set)
    keeping.review()
    assert not KeptSegment.objects.exists()


def test_a_deleted_segment_takes_its_rows_along(ann):
    of = kept(BOUGHT_LATELY)
    buy(ann, NOON)
    look(ann)

    delete_segment(segment=of, actor=SYSTEM)

    assert not Membership.objects.exists()
    assert not MembershipChange.objects.exists()


def test_one_customer_takes_as_many_statements_however_many_segments(ann):
    ben = IdentityFactory(customer__country="TR", customer__zone="Europe/Istanbul")
    for number in range(3):
        kept(BOUGHT_LATELY, f"bought {number}")
    look(ann)  # the rules are read
    few, many = [], []
    for who, taken, more in ((ann, few, 0), (ben, many, 20)):
        for number in range(more):
            kept(IN_TURKEY if number % 2 else BOUGHT_LATELY, f"more {number}")
        look(who)
        buy(who, NOON)
        with CaptureQueriesContext(connection) as queries:
            look(who)
        taken += [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]

    # Turns and zone, segments with rows, the customer's own row, facts, and all that is written.
    assert (len(few), len(many)) == (4, 5)


@pytest.mark.django_db(transaction=True)
def test_a_fact_leads_to_a_look_and_a_cursor_moves(ann, at_noon):
    of = kept(IN_TURKEY)
    update_customer(customer=ann.customer, actor=SYSTEM, country="GB")
    until_facts_are_readable()

    assert following_facts.follow() == 1
    assert following_facts.follow() == 0

    assert history(of) == [(ann.customer_id, False, "write", NOON)]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_wait_for_whoever_is_free(at_noon, monkeypatch):
    monkeypatch.setattr(following_facts, "_MANY", 2)
    people = [IdentityFactory(customer__country="GB") for _n in range(4)]
    of = kept(BOUGHT_LATELY)
    for one in people:
        buy(one, NOON)
    until_facts_are_readable()

    following_facts.follow()
    assert inside(of) == []
    assert following_facts.look_at_many() == 4

    assert inside(of) == [one.customer_id for one in people]


def test_a_wake_up_reads_those_due_and_nobody_else(ann):
    """By the index of moments: rows that are not due are not even read."""
    of = kept(BOUGHT_LATELY)
    people = [CustomerFactory.build(public_id=f"many{n}", zone="UTC") for n in range(2_000)]
    Customer.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(
            segment=of,
            customer=one,
            inside=True,
            next_change_at=NOON + timedelta(hours=n - 2),
        )
        for n, one in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE segments_membership")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {passing_time._DUE}",
            {"now": NOON, "among": 1_000},
        )
        plan = cursor.fetchone()[0]
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    (scan,) = [node for node in nodes if node.get("Relation Name") == "segments_membership"]

    assert scan["Index Name"] == "segments_membership_due"
    assert scan["Actual Rows"] == 3
    assert not scan.get("Rows Removed by Filter")


def _nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def test_sizes_are_noted_by_the_hour_and_thinned_out(ann, at_noon):
    of = kept(IN_TURKEY)
    sizes.record_sizes(at=NOON)
    sizes.record_sizes(at=NOON + timedelta(minutes=20))
    for hour in (1, 2, 3):
        sizes.record_sizes(at=NOON + timedelta(hours=hour))
    assert [one.size for one in memberships.size_history(of, since=NOON)] == [1, 1, 1, 1]
    assert memberships.known_size(of) == memberships.Size(NOON + timedelta(hours=3), 1)

    sizes.record_sizes(at=NOON + timedelta(days=40))

    moments = [one.at for one in memberships.size_history(of, since=NOON)]
    assert moments == [NOON + timedelta(hours=3), NOON + timedelta(days=40)]


def test_one_sees_since_when_somebody_is_in(ann):
    of = kept(BOUGHT_LATELY)
    buy(ann, NOON)
    look(ann)

    (row,) = memberships.memberships_of(ann.customer_id)
    assert (row.segment, row.since) == (of, NOON)
    (change,) = memberships.changes(of)
    assert (change.customer, change.entered) == (ann.customer, True)
