"""Consent: an append-only ledger, and a state that is what the events add up to."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import selectors
from customers.errors import UnusableConsent
from customers.models import ConsentAction, ConsentEvent, ConsentState, ConsentText, Identity
from customers.services import consent
from tests.customers import ledger
from tests.factories import NOON, CustomerFactory, IdentityFactory, OrderFactory

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


YES, LATER = ("granted", 1, 1), ("granted", 9, 9)
SOFT = ("granted", 5, 5, "soft_opt_in")
FILE = ("imported", 5, 5)


@pytest.mark.parametrize(
    ("story", "events", "allowed", "basis"),
    [
        ("an existing customer", [SOFT], True, "soft_opt_in"),
        ("after a refusal", [("refused", 0, 0), SOFT], False, ""),
        ("after a withdrawal", [YES, ("withdrawn", 2, 2), SOFT], False, ""),
        ("after an objection", [("objected", 0, 0), SOFT], False, ""),
        ("a refusal that arrives later", [SOFT, ("refused", 0, 6)], False, ""),
        ("after a consent that ran out", [YES, ("expired", 2, 2), SOFT], True, "soft_opt_in"),
        ("after a yes that lifted the refusal", [("refused", 0, 0), YES, SOFT], True, "consent"),
        ("beside a yes that holds", [YES, SOFT], True, "consent"),
        ("before a yes", [SOFT, LATER], True, "consent"),
        ("a file", [FILE], True, "consent"),
        ("a file after a refusal", [("refused", 0, 0), FILE], False, ""),
        ("a file dated before a withdrawal", [("withdrawn", 4, 4), FILE], False, ""),
        ("a file dated after a withdrawal", [("withdrawn", 1, 1), FILE], False, ""),
        ("a file after a consent that ran out", [YES, ("expired", 2, 2), FILE], False, ""),
        ("a file, then the person's own yes", [("refused", 0, 0), FILE, LATER], True, "consent"),
    ],
)
def test_a_weaker_basis_lifts_nothing(
    story: str, events: list[tuple], allowed: bool, basis: str
) -> None:
    identity = IdentityFactory()
    OrderFactory(identity=identity)
    for action, captured, received, *more in events:
        consent.record_consents(
            [event(identity, action, captured, received, basis=(*more, "consent")[0])]
        )
    assert may_email(identity) is allowed, story
    assert ConsentState.objects.get(channel="email").basis == basis


def test_an_objection_reaches_every_channel_and_use_of_its_purpose_only() -> None:
    identity = IdentityFactory()
    consent.record_consents(
        [
            event(identity, "granted", 0, 0, channel="sms"),
            event(identity, "granted", 0, 0, channel="", data_category="SEARCH_HISTORY"),
            event(identity, "granted", 0, 0, channel="sms", purpose="research"),
            event(identity, "objected", 1, 1, channel="email"),
        ]
    )
    allowed = ConsentState.objects.filter(allowed=True).values_list("purpose", "channel")
    assert list(allowed) == [("research", "sms")]
    assert ConsentState.objects.filter(purpose="marketing").count() == 4 + 7
    consent.record_consents([event(identity, "granted", 2, 2, channel="sms")])
    assert set(ConsentState.objects.filter(allowed=True).values_list("purpose", "channel")) == {
        ("marketing", "sms"),
        ("research", "sms"),
    }


def test_an_objection_to_a_use_of_data_leaves_the_channels() -> None:
    identity = IdentityFactory()
    consent.record_consents(
        [
            event(identity, "granted", 0, 0),
            event(identity, "objected", 1, 1, channel="", data_category="SEARCH_HISTORY"),
        ]
    )
    assert may_email(identity)


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
        {"basis": "soft_opt_in"},
        {"basis": "transactional"},
        {"basis": "soft_opt_in", "channel": "", "data_category": "PROFILE"},
        {"actor_kind": "staff"},
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


told = st.fixed_dictionaries(
    {
        "action": st.sampled_from(ConsentAction.values),
        "captured": st.integers(-3, 3),
        "received": st.integers(-3, 3),
        "basis": st.sampled_from(["consent", "soft_opt_in"]),
        "valid_for": st.sampled_from([None, 1, 3]),
        "subject": st.sampled_from(["email", "email", "sms", "SEARCH_HISTORY"]),
    }
)


def _as_told(identity: Identity, one: dict) -> ConsentEvent:
    of_data = one["subject"].isupper()
    allowing = one["action"] in {"granted", "confirmed", "imported"}
    valid_for = one["valid_for"] if allowing else None
    return event(
        identity,
        one["action"],
        one["captured"],
        one["received"],
        channel="" if of_data else one["subject"],
        data_category=one["subject"] if of_data else "",
        basis="consent" if of_data else one["basis"],
        valid_until=NOON + (one["captured"] + valid_for) * HOUR if valid_for else None,
        proof={"order": "536365"},
    )


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stories=st.lists(st.lists(told, max_size=6), min_size=1, max_size=4))
def test_sql_and_the_slow_model_agree_kept_and_rebuilt(db: None, stories: list) -> None:
    columns = ("allowed", "basis", "since", "valid_until", "event_id")
    try:
        with transaction.atomic():
            expected: dict = {}
            for story in stories:
                identity = IdentityFactory()
                for one in story:
                    consent.record_consents([_as_told(identity, one)])
                rows = list(ConsentEvent.objects.filter(identity=identity).values())
                for subject, state in ledger.states(rows).items():
                    expected[(identity.customer_id, *subject)] = state
            for _kept_then_rebuilt in range(2):
                assert {
                    (s.customer_id, s.purpose, s.channel, s.data_category): tuple(
                        getattr(s, name) for name in columns
                    )
                    for s in ConsentState.objects.all()
                } == expected
                assert consent.differences() == 0
                consent.rebuild()
            raise _Undone
    except _Undone:
        pass


def test_a_state_that_somebody_tampered_with_is_found_and_repaired() -> None:
    identity = IdentityFactory()
    consent.record_consents([event(identity, "withdrawn", 0, 0)])
    ConsentState.objects.update(allowed=True)
    assert consent.differences() == 2  # one that should not be, one that should
    consent.rebuild()
    assert consent.differences() == 0
    assert not may_email(identity)


def test_the_command_tells_how_far_it_is(capsys: pytest.CaptureFixture) -> None:
    for _ in range(3):
        consent.record_consents([event(IdentityFactory(), "granted", 0, 0)])
    ConsentState.objects.all().delete()
    with pytest.raises(CommandError, match="3 states"):
        call_command("rebuild_consents", "--check")
    call_command("rebuild_consents")
    assert "3 of 3 customers" in capsys.readouterr().out
    call_command("rebuild_consents", "--check")
