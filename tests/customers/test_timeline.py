"""The timeline tells everything once, newest first, and looks at nothing it may not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from config.shared.actors import SYSTEM
from config.shared.audit import record
from customers import timeline as module
from customers.models import DataCategory, Event, Interest, Merge
from customers.overview import consents_of
from customers.timeline import Entry, Source, read_key, sources_for, timeline_of
from tests import factories as make
from tests.factories import NOON

GATED = ["BROWSE_HISTORY", "SEARCH_HISTORY", "LOCATION", "OFFLINE"]
EVERYTHING = frozenset(DataCategory.values)


def event(identity, name, category, at=NOON, **properties):
    return Event.objects.create(
        identity=identity,
        name=name,
        data_category=category,
        occurred_at=at,
        received_at=at,
        properties=properties,
    )


def allow(customer, category, **fields):
    events = make.ConsentEventFactory(
        identity=customer.identities.first(), channel="", data_category=category
    )
    make.ConsentStateFactory(
        customer=customer, channel="", data_category=category, event=events, **fields
    )


def visible_of(identity, gated):
    return consents_of(identity.customer, gated=gated, at=NOON).visible


@pytest.fixture
def identity(db):
    return make.IdentityFactory()


@pytest.fixture
def marketer(db):
    return make.StaffUserFactory(groups=["Marketer"])


def read(identity, user, *, visible=EVERYTHING, kinds=(), **asked):
    return timeline_of(
        identity.customer,
        sources=[one for one in sources_for(user) if not kinds or one.chosen_as in kinds],
        identity_ids=[identity.pk],
        visible=visible,
        at=NOON,
        **asked,
    )


def fill(identity, number):
    """Of each kind some, many of them at the same moment."""
    for place in range(number):
        at = NOON - timedelta(hours=place // 3)
        order = make.OrderFactory(identity=identity, placed_at=at)
        make.OrderLineFactory(order=order)
        make.ReturnFactory(identity=identity, returned_at=at)
        event(identity, "page_viewed", "BROWSE_HISTORY", at)
        event(identity, "complaint_filed", "PURCHASE_HISTORY", at)
        make.ConsentEventFactory(identity=identity, captured_at=at)
        make.DeliveryFactory(identity=identity, finished_at=at)
        make.VoucherFactory(holder=identity, created_at=at)
        make.RedemptionFactory(identity=identity, created_at=at)
        make.DecisionFactory(customer=identity.customer, decided_at=at, state="too_late")
        Interest.objects.create(
            customer=identity.customer, kind="category", topic=f"tea {place}",
            topic_key=f"tea {place}", origin="declared", data_category="PROFILE", strength=1,
            as_of=at, updated_at=at,
        )  # fmt: skip
        record(actor=SYSTEM, action="customer.changed", of=identity.customer, fields=["city"])


def all_pages(identity, user, **asked):
    before, pages = "", []
    while True:
        page = read(identity, user, before=before, **asked)
        pages.append(page)
        before = page.older
        if not before:
            return pages


@pytest.mark.parametrize("size", [3, 7, 25])
def test_every_entry_is_told_once_and_in_order(identity, marketer, size):
    fill(identity, 8)
    entries = [one for page in all_pages(identity, marketer, size=size) for one in page.entries]
    assert len({(one.kind, one.pk) for one in entries}) == len(entries) == 8 * 11
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)


def test_what_happens_meanwhile_neither_repeats_nor_hides_an_entry(identity, marketer):
    fill(identity, 4)
    first = read(identity, marketer, size=10)
    told = {(one.kind, one.pk) for one in first.entries}
    make.OrderFactory(identity=identity, placed_at=NOON + timedelta(hours=1))
    rest, before = set(), first.older
    while before:
        page = read(identity, marketer, size=10, before=before)
        rest |= {(one.kind, one.pk) for one in page.entries}
        before = page.older
    assert not told & rest
    assert len(told | rest) == 44


def test_the_number_of_statements_is_that_of_the_sources(identity, marketer):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            for page in all_pages(identity, marketer, size=500):
                assert page.entries is not None
        return len(captured)

    fill(identity, 3)
    statements()  # reads the rights of the colleague
    few = statements()
    for _ in range(30):
        event(identity, "product_viewed", "BROWSE_HISTORY")
        make.OrderFactory(identity=identity)
    assert statements() == few


def test_no_source_pages_by_offset(identity, marketer):
    fill(identity, 4)
    with CaptureQueriesContext(connection) as captured:
        all_pages(identity, marketer, size=5)
    assert not [one["sql"] for one in captured if "OFFSET" in one["sql"]]


def test_kinds_and_period_are_chosen(identity, marketer):
    fill(identity, 6)
    entries = read(identity, marketer, kinds={"order", "return"}, size=100).entries
    assert {one.kind for one in entries} == {"order", "return"}
    entries = read(
        identity,
        marketer,
        kinds={"order"},
        since=NOON - timedelta(hours=1),
        until=NOON,
        size=100,
    ).entries
    assert [one.at for one in entries] == [NOON - timedelta(hours=1)] * 3


# --- What may be looked at ------------------------------------------------------------------------
def test_behaviour_is_not_read_without_permission(identity, marketer):
    """Not even whether there is any: no statement asks for it."""
    event(identity, "searched", "SEARCH_HISTORY", query="birthday present")
    event(identity, "page_viewed", "BROWSE_HISTORY")
    allow(identity.customer, "BROWSE_HISTORY")
    visible = visible_of(identity, gated=GATED)
    with CaptureQueriesContext(connection) as captured:
        page = read(identity, marketer, visible=visible)
    assert {one.kind for one in page.entries} == {"browsing", "consent"}
    assert set(page.hidden) == {
        DataCategory.SEARCH_HISTORY,
        DataCategory.LOCATION,
        DataCategory.OFFLINE,
    }
    assert not [one["sql"] for one in captured if "SEARCH_HISTORY" in one["sql"]]


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"allowed": True}, True),
        ({"allowed": False}, False),
        ({"allowed": True, "valid_until": NOON}, False),
        ({"allowed": True, "valid_until": NOON + timedelta(seconds=1)}, True),
    ],
)
def test_a_permission_counts_while_it_lasts(identity, fields, seen):
    allow(identity.customer, "SEARCH_HISTORY", **fields)
    visible = visible_of(identity, gated=GATED)
    assert ("SEARCH_HISTORY" in visible) is seen


def test_the_project_decides_what_is_gated(identity):
    assert visible_of(identity, gated=[]) == EVERYTHING
    visible = visible_of(identity, gated=["PURCHASE_HISTORY"])
    assert EVERYTHING - visible == {"PURCHASE_HISTORY"}


def test_a_declared_interest_of_a_gated_kind_is_hidden(identity, marketer):
    fill(identity, 1)
    Interest.objects.update(data_category="SEARCH_HISTORY")
    visible = visible_of(identity, gated=GATED)
    assert "interest" not in {one.kind for one in read(identity, marketer, visible=visible).entries}


def test_a_support_agent_sees_service_and_not_marketing(identity, db):
    fill(identity, 1)
    kinds = {
        one.kind for one in read(identity, make.StaffUserFactory(groups=["Support agent"])).entries
    }
    assert {"order", "return", "voice", "message", "redemption", "consent"} <= kinds
    assert not {"browsing", "search", "interest"} & kinds


def test_somebody_without_rights_is_told_nothing(identity):
    fill(identity, 1)
    assert read(identity, AnonymousUser()).entries == []


# --- In words -------------------------------------------------------------------------------------
def entry(identity, user, kind):
    return read(identity, user, kinds={kind}).entries[0]


def test_entries_speak_for_themselves(identity, marketer):
    make.OrderFactory(
        identity=identity, source_id="1001", status="CANCELED", cancel_reason="too late"
    )
    order = entry(identity, marketer, "order")
    assert order.title == "Order 1001"
    assert order.detail == "£25.50 · too late"
    assert (order.label, order.tone) == ("cancelled", "bad")

    make.RedemptionFactory(
        identity=identity, result="FAILURE", failure_rule="order_minimum",
        failure_seen="12.50 GBP", failure_needed="25.00 GBP",
    )  # fmt: skip
    refused = entry(identity, marketer, "redemption")
    assert refused.detail.endswith("Seen: £12.50. Needed: £25.00.")
    assert refused.tone == "bad"

    make.DeliveryFactory(identity=identity, state="skipped", reason="no_consent")
    assert "does not allow messages" in entry(identity, marketer, "message").detail


def test_a_profile_change_names_fields_and_no_values(identity, marketer):
    record(actor=SYSTEM, action="customer.changed", of=identity.customer, fields=["email", "city"])
    told = entry(identity, marketer, "profile")
    assert told.title == "Customer changed"
    assert told.detail == "city, e-mail; by the system"
    assert identity.customer.email not in f"{told}"


def test_a_merge_and_its_undo_are_two_entries(identity, marketer):
    Merge.objects.create(
        kept=identity.customer, absorbed_pk=1, absorbed_public_id="cust_x", actor_kind="staff",
        merged_at=NOON - timedelta(days=2), undo_until=NOON, undone_at=NOON - timedelta(days=1),
    )  # fmt: skip
    assert [one.kind for one in read(identity, marketer, kinds={"merge"}).entries] == [
        "unmerge",
        "merge",
    ]


# --- Keys -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "odd",
    ["", "1", "x_1_order", "2026-01-01T00:00:00_1_order", "2026-01-01T00:00:00+00:00_x_order",
     "2026-13-01T00:00:00+00:00_1_order", f"2026-01-01T00:00:00+00:00_{'9' * 19}_order"],
)  # fmt: skip
def test_a_key_that_cannot_be_read_is_the_first_page(odd):
    assert read_key(odd) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_keys(text):
    read_key(text)


def test_a_kind_is_registered_once(monkeypatch):
    monkeypatch.setattr(module, "_sources", {})
    source = Source("one", "One", "icon", "customers.view_customer", lambda window: [], 1)
    module.register_source(source)
    with pytest.raises(ValueError, match="one"):
        module.register_source(source)
    with pytest.raises(ValueError, match="o_ne"):
        module.register_source(
            Source("o_ne", "One", "icon", "customers.view_customer", lambda window: [], 1)
        )


moments = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=0, max_size=25)


@settings(deadline=None)
@given(moments, st.integers(1, 6))
def test_merging_sources_equals_sorting_everything(told, size):
    """Against the plain definition: all entries sorted by moment, kind and id."""
    everything = [
        Entry(at=NOON - timedelta(minutes=minutes), pk=pk, title="", kind=kind)
        for pk, (kind, minutes) in enumerate(told, start=1)
    ]
    everything.sort(key=lambda one: (NOON - one.at, one.kind, -one.pk))

    def load_of(kind):
        def load(window):
            mine = [one for one in everything if one.kind == kind]
            key = window.before
            if key:
                place = (NOON - key.at, key.kind, -key.pk)
                mine = [one for one in mine if (NOON - one.at, one.kind, -one.pk) > place]
            return mine[: window.size]

        return load

    sources = [Source(kind, kind, "", "", load_of(kind), 1) for kind in "abc"]
    read_back, before = [], ""
    while True:
        page = timeline_of(
            None, sources=sources, identity_ids=[], visible=(), at=NOON, before=before, size=size
        )
        read_back += page.entries
        before = page.older
        if not before:
            break
    assert read_back == everything
