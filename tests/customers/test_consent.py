"""Consent: an append-only ledger, and a state that is what the events add up to."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import selectors
from customers.errors import UnusableConsent
from customers.models import ConsentEvent, ConsentState, ConsentText, Identity
from customers.services import consent
from tests.factories import NOON, CustomerFactory, IdentityFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def event(
    identity: Identity, action: str, captured: int, received: int, **more: object
) -> ConsentEvent:
    """An event captured and received so many hours after noon."""
    fields = {"channel": "email", "source": "test", "actor_kind": "customer", **more}
    return ConsentEvent(
        identity=identity,
        action=action,
        captured_at=NOON + captured * HOUR,
        received_at=NOON + received * HOUR,
        **fields,
    )


def may_email(identity: Identity, *, after_hours: int = 1000) -> bool:
    found = selectors.customers_allowing(
        [identity.customer_id], channel="email", at=NOON + after_hours * HOUR
    )
    return identity.customer_id in found


@pytest.mark.parametrize(
    ("story", "events", "allowed"),
    [
        ("nothing was ever said", [], False),
        ("only asked", [("served", 0, 0)], False),
        ("granted", [("granted", 0, 0)], True),
        ("granted, then withdrawn", [("granted", 0, 0), ("withdrawn", 1, 1)], False),
        ("withdrawn, then granted anew", [("withdrawn", 0, 0), ("granted", 1, 1)], True),
        ("a withdrawal overtakes an older grant", [("withdrawn", 2, 2), ("granted", 0, 3)], False),
        ("a withdrawal counts on receipt", [("granted", 2, 2), ("withdrawn", 0, 3)], False),
        ("both at the same moment", [("granted", 1, 1), ("withdrawn", 1, 1)], False),
        ("both, told in the other order", [("withdrawn", 1, 1), ("granted", 1, 1)], False),
        ("a grant dated tomorrow", [("granted", 24, 0), ("refused", 1, 1)], False),
        ("asked again after a grant", [("granted", 0, 0), ("served", 1, 1)], True),
    ],
)
def test_what_the_events_add_up_to(
    story: str, events: list[tuple[str, int, int]], allowed: bool
) -> None:
    identity = IdentityFactory()
    for told in events:
        consent.record_consents([event(identity, *told)])
    assert may_email(identity) is allowed, story


def test_channels_are_consented_one_by_one() -> None:
    identity = IdentityFactory()
    consent.record_consents([event(identity, "granted", 0, 0)])
    found = selectors.customers_allowing([identity.customer_id], channel="sms", at=NOON + HOUR)
    assert found == set()


def test_a_consent_ends_when_it_says_so() -> None:
    identity = IdentityFactory()
    consent.record_consents([event(identity, "granted", 0, 0, valid_until=NOON + 5 * HOUR)])
    assert may_email(identity, after_hours=4)
    assert not may_email(identity, after_hours=5)


def test_two_identities_of_a_customer_share_one_state() -> None:
    customer = CustomerFactory()
    phone, web = IdentityFactory(customer=customer), IdentityFactory(customer=customer)
    consent.record_consents([event(phone, "granted", 0, 0)])
    consent.record_consents([event(web, "withdrawn", 1, 1)])
    assert not may_email(phone)
    assert ConsentState.objects.filter(customer=customer).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": ""},
        {"data_category": "SEARCH_HISTORY"},
        {"channel": "pigeon"},
        {"basis": "hope"},
        {"source": ""},
    ],
)
def test_a_consent_that_makes_no_sense_is_refused_whole(wrong: dict) -> None:
    identity = IdentityFactory()
    with pytest.raises(UnusableConsent):
        consent.record_consents(
            [event(identity, "granted", 0, 0), event(identity, "granted", 0, 0, **wrong)]
        )
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_consentevent SET action = 'granted'",
        "DELETE FROM customers_consentevent",
    ],
)
def test_the_database_refuses_to_change_the_ledger(sql: str) -> None:
    consent.record_consents([event(IdentityFactory(), "withdrawn", 0, 0)])
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql)


def test_a_text_somebody_answered_keeps_its_words() -> None:
    text = ConsentText.objects.create(
        channel="email", locale="en", body="May we?", sha256="0" * 64, published_at=NOON
    )
    text.body = "May we, please?"
    text.save()
    consent.record_consents([event(IdentityFactory(), "granted", 0, 0, text=text)])
    text.body = "You agreed to everything."
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        text.save()


class _Undone(Exception):
    pass


told = st.tuples(
    st.sampled_from(["served", "granted", "confirmed", "refused", "withdrawn", "objected"]),
    st.integers(-3, 3),
    st.integers(-3, 3),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stories=st.lists(st.lists(told, max_size=5), min_size=1, max_size=4))
def test_the_state_rebuilt_from_the_events_is_the_same(db: None, stories: list) -> None:
    try:
        with transaction.atomic():
            for story in stories:
                identity = IdentityFactory()
                for one in story:
                    consent.record_consents([event(identity, *one)])
            columns = ("customer_id", "channel", "allowed", "basis", "since", "event_id")
            kept = sorted(ConsentState.objects.values_list(*columns))
            consent.rebuild()
            assert sorted(ConsentState.objects.values_list(*columns)) == kept
            raise _Undone
    except _Undone:
        pass
