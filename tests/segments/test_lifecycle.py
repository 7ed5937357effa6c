"""New, active and lapsed by the limits that the marketers set, on each customer's own calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from segments import lifecycle, selectors
from segments.answers import answer_for
from segments.lifecycle import Limits
from segments.models import MembershipChange
from segments.rules.parser import parse
from segments.services import building, keeping
from segments.services.lifecycle import set_limits
from segments.services.passing_time import pass_time
from tests.factories import CustomerFactory, IdentityFactory, OrderFactory
from tests.segments import every_shape
from tests.segments.keeping.world import inside, kept, truth
from tests.segments.naive_values import is_within

AT = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # already the 30th in Istanbul
ZONES = ["Europe/Istanbul", "Europe/London", "America/St_Johns"]
NEW, ACTIVE, LAPSED = (
    {"field": "orders.lifecycle", "cmp": "is", "value": stage} for stage in lifecycle.STAGES
)

pytestmark = pytest.mark.django_db


def stage_of(orders: list[datetime], zone: str, limits: Limits) -> str | None:
    """In plain Python: as the definition says it."""
    person = {"zone": zone}
    placed = [moment for moment in orders if moment <= AT]
    if not placed:
        return None
    if not is_within(max(placed), limits.lapsed, person, AT):
        return "lapsed"
    return "new" if is_within(min(placed), limits.new, person, AT) else "active"


def holds(rule: dict, stage: str | None) -> bool:
    match rule["cmp"]:
        case "empty" | "not_empty":
            return (stage is None) == (rule["cmp"] == "empty")
        case "is" | "is_not":
            return (stage == rule["value"]) == (rule["cmp"] == "is")
    return (stage in rule["value"]) == (rule["cmp"] == "in")


stages = st.sampled_from(list(lifecycle.STAGES))
some = st.lists(stages, min_size=1, max_size=3, unique=True)
rules = st.one_of(
    *(
        st.fixed_dictionaries({"cmp": st.just(cmp), "value": wanted})
        for cmps, wanted in ((("is", "is_not"), stages), (("in", "not_in"), some))
        for cmp in cmps
    ),
    st.fixed_dictionaries({"cmp": st.sampled_from(["empty", "not_empty"])}),
).map(lambda rule: {"field": "orders.lifecycle", **rule})
spans = st.tuples(st.integers(1, 3), st.sampled_from(["day", "week", "month"]))
moments = st.integers(-24 * 70, 30).map(lambda hours: AT + timedelta(hours=hours))
people = st.tuples(st.sampled_from(ZONES), st.lists(moments, max_size=3))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    crowd=st.lists(people, min_size=1, max_size=4),
    asked=st.lists(rules, min_size=1, max_size=4),
    limits=st.builds(Limits, new=spans, lapsed=spans),
)
def test_sql_and_the_definition_agree(crowd, asked, limits):
    with transaction.atomic(), clock.use(clock.FrozenClock(AT + timedelta(days=2))):
        set_limits(told=limits, actor=SYSTEM)
        known = {}
        for zone, orders in crowd:
            identity = IdentityFactory(customer=CustomerFactory(zone=zone))
            for moment in orders:
                OrderFactory(identity=identity, placed_at=moment)
            known[identity.customer_id] = stage_of(orders, zone, limits)
        for rule in asked:
            expected = sorted(pk for pk, stage in known.items() if holds(rule, stage))
            for found in every_shape.member_ids(rule, at=AT, among=list(known)):
                assert found == expected, rule
        transaction.set_rollback(True)


def bought(*days_ago: int):
    identity = IdentityFactory(customer=CustomerFactory(zone="UTC"))
    for days in days_ago:
        OrderFactory(identity=identity, placed_at=AT - timedelta(days=days))
    return identity.customer_id


def test_every_buyer_is_in_one_stage_and_nobody_else_in_any():
    fresh, regular, gone, stranger = bought(3), bought(200, 80), bought(200, 91), bought()

    found = [selectors.member_ids(rule, at=AT) for rule in (NEW, ACTIVE, LAPSED)]

    assert found == [[fresh], [regular], [gone]]
    nowhere = {"field": "orders.lifecycle", "cmp": "empty"}
    assert selectors.member_ids(nowhere, at=AT) == [stranger]


def test_the_limits_are_the_shops_own():
    regular = bought(200, 80)
    assert selectors.member_ids(ACTIVE, at=AT) == [regular]

    assert set_limits(told=Limits((1, "week"), (2, "month")), actor=SYSTEM)

    assert selectors.member_ids(LAPSED, at=AT) == [regular]
    assert AuditEntry.objects.get(action="lifecycle.changed").fields == ["lapsed", "new"]
    assert not set_limits(told=Limits((1, "week"), (2, "month")), actor=SYSTEM)
    assert AuditEntry.objects.filter(action="lifecycle.changed").count() == 1


@pytest.mark.parametrize("span", [(0, "day"), (-1, "month"), (3_661, "day"), (2, "hour"), (1, "")])
def test_what_is_no_span_is_refused(span):
    with pytest.raises(BadInput):
        set_limits(told=Limits((30, "day"), span), actor=SYSTEM)
    assert lifecycle.limits() == lifecycle.USUAL


def test_the_definition_is_said_wherever_the_stage_is():
    words = selectors.in_words(LAPSED)
    assert words == (
        "customers for whom stage as a buyer is lapsed (last order more than 90 days ago)"
    )
    told = answer_for(LAPSED, customer_id=bought(3), at=AT)
    assert (told.answer, told.seen) == (False, "new (first order in the last 30 days)")
    with translation.override("tr"):
        assert "90" in selectors.in_words(LAPSED)


def test_a_kept_segment_follows_the_clock_and_the_limits():
    with clock.use(clock.FrozenClock(AT)) as now:
        fresh = bought(20)
        of = kept(NEW)
        assert inside(of) == [fresh] == truth(of, AT)

        now.advance(timedelta(days=11))
        pass_time(at=now.now())
        assert inside(of) == [] == truth(of, now.now())

        set_limits(told=Limits((60, "day"), (90, "day")), actor=SYSTEM)
        keeping.review()
        building.build()
        assert inside(of) == [fresh] == truth(of, now.now())
        last = MembershipChange.objects.latest("pk")
        assert (last.entered, last.because) == (True, "rules")


def test_a_rule_reads_the_limits_once_and_keeps_them():
    tree = parse(NEW)
    set_limits(told=Limits((60, "day"), (90, "day")), actor=SYSTEM)
    assert tree.settings == lifecycle.USUAL
    assert parse(NEW).settings.new == (60, "day")
