"""Consent columns of a file: decided knowingly, recorded as what they are, never lifting a no."""

from datetime import UTC, datetime, timedelta

import pytest

from config.shared.actors import Actor
from config.shared.errors import BadInput
from config.shared.models import Project
from customers.models import ConsentEvent, ConsentState, Customer, Suppression
from customers.selectors import customers_allowing
from customers.services import file_import_work, file_imports
from customers.services.consent import rebuild, record_consents
from customers.suppression import fingerprint
from tests.customers.filing import checked, decide, imported, upload
from tests.factories import NOON, IdentityFactory

pytestmark = pytest.mark.django_db

SHOPIFY = "Customer ID,Email,Phone,Accepts Email Marketing,Accepts SMS Marketing,Tax Exempt\n"
MAILCHIMP = "Email Address,OPTIN_TIME,CONFIRM_TIME,LEID,EUID,UNSUB_TIME\n"


@pytest.fixture(autouse=True)
def english() -> None:
    Project.objects.update(language="en")


def states() -> dict[str, bool]:
    rows = ConsentState.objects.values_list("customer__email", "channel", "allowed")
    return {f"{email} {channel}": allowed for email, channel, allowed in rows}


def test_no_consent_column_is_imported_before_somebody_decided() -> None:
    run = upload(SHOPIFY + "1,ann@x.test,,yes,no,no\n")
    proposed = run.mapping["columns"]["3"]
    assert (proposed["target"], proposed["decided"]) == ("consent", False)
    assert (proposed["channel"], proposed["yes"], proposed["no"]) == ("email", ["yes"], ["no"])
    assert run.mapping["columns"]["4"]["channel"] == "sms"
    with pytest.raises(BadInput, match="Column 4 is about consent"):
        file_imports.check(run=run)
    with pytest.raises(BadInput, match="what proves the consent"):
        checked(decide(run, consent={"evidence": ""}))


def test_yes_is_recorded_as_imported_with_its_evidence_and_no_as_a_withdrawal() -> None:
    run = imported(decide(upload(SHOPIFY + "1,ann@x.test,,yes,no,no\n"), consent={}))
    assert run.counts["counts"] == {"created": 1, "consents": 1, "withdrawals": 1}
    yes = ConsentEvent.objects.get(channel="email")
    assert (yes.action, yes.basis, yes.source) == ("imported", "consent", "shopify")
    assert yes.proof == {
        "import": run.pk,
        "file": "people.csv",
        "sha256": run.sha256,
        "uploaded_by": "staff:1",
        "column": 4,
        "heading": "Accepts Email Marketing",
        "line": 2,
        "note": "sign-up form of 2024",
    }
    assert (yes.actor_kind, yes.actor_id) == ("staff", "1")
    assert ConsentEvent.objects.get(channel="sms").action == "withdrawn"
    assert states() == {"ann@x.test email": True, "ann@x.test sms": False}


def test_evidence_is_kept_as_it_was_written() -> None:
    note = 'The form "Haber bülteni" in C:\\new\\texts,\tpage 2\nsecond line'
    imported(decide(upload(SHOPIFY + "1,ann@x.test,,yes,no,no\n"), consent={"evidence": note}))
    assert {event.proof["note"] for event in ConsentEvent.objects.all()} == {note}


def test_each_consent_names_its_own_row_and_who_brought_the_file() -> None:
    text = (
        "Customer ID,Email,Phone,Accepts Email Marketing,Accepts SMS Marketing,Tax Exempt\n"
        '1,ann@x.test,,yes,,"no\nmore"\n2,bob@x.test,,yes,,no\n1,ann@x.test,,,no,no\n'
    )
    run = checked(decide(upload(text), consent={}))
    file_imports.start(run=run, actor=Actor("staff", "2"))
    file_import_work.work(batch_size=1)
    found = ConsentEvent.objects.order_by("id").values_list("channel", "proof__line", "actor_id")
    assert list(found) == [("email", 2, "2"), ("email", 4, "2"), ("sms", 5, "2")]
    assert {one.proof["uploaded_by"] for one in ConsentEvent.objects.all()} == {"staff:1"}


@pytest.mark.parametrize("word", ["NEVER_SUBSCRIBED", "Never subscribed", "pending"])
def test_who_was_never_asked_has_not_withdrawn(word) -> None:
    head = "Email,Klaviyo ID,Email Marketing Consent\n"
    run = imported(decide(upload(f"{head}ann@x.test,01H,{word}\n"), consent={}))
    assert run.counts["counts"] == {"created": 1}
    assert run.counts["notes"] == {}
    assert not ConsentEvent.objects.exists()
    # So a consent of a later file is none that lifts a no.
    run = imported(decide(upload(f"{head}ann@x.test,01H,SUBSCRIBED\n"), consent={}))
    assert states() == {"ann@x.test email": True}


@pytest.mark.parametrize(
    "heading", ["Unsubscribed", "Email Opt Out", "Opted-Out", "Do Not Email", "SMS Ret"]
)
def test_under_a_heading_of_denial_yes_means_no(heading) -> None:
    run = upload(f"Email,Phone,{heading}\nann@x.test,+905321112233,yes\nbob@x.test,,no\n")
    proposed = run.mapping["columns"]["2"]
    assert (proposed["target"], proposed["yes"], proposed["no"]) == ("consent", ["no"], ["yes"])
    imported(decide(run, consent={}))
    assert set(states().values()) == {True, False}
    assert not ConsentState.objects.get(customer__email="ann@x.test").allowed


def test_a_kept_mapping_holds_no_words_of_its_file_and_shows_those_of_the_next() -> None:
    run = decide(upload("Email,Newsletter\nann@x.test,perhaps\n"), consent={"yes": ["yes"]})
    kept = file_imports.save_mapping(run=run, name="Stand")
    assert "perhaps" not in str(kept.columns)
    again = upload("Email,Newsletter\nbob@x.test,certainly\n").mapping["columns"]["1"]
    assert (again["why"], again["seen"], again["yes"]) == ("saved", ["certainly"], ["yes"])


def test_a_note_names_the_row_that_said_it() -> None:
    text = "email,newsletter\nann@x.test,\nann@x.test,perhaps\n"
    run = imported(decide(upload(text), consent={"yes": ["yes"]}))
    assert run.counts["notes"]["unknown_word"]["examples"] == [{"row": 3, "column": 1}]


def test_mailchimps_times_are_read_as_consent_confirmed_and_ended() -> None:
    text = (
        MAILCHIMP + "in@x.test,2020-02-03 04:05:06,2020-02-03 04:06:00,1,a,\n"
        "out@x.test,2020-02-03 04:05:06,,2,b,2021-05-01 10:00:00\n"
    )
    imported(decide(upload(text), consent={}))
    assert states() == {"in@x.test email": True, "out@x.test email": False}
    granted = ConsentEvent.objects.get(action="imported")
    assert granted.captured_at == datetime(2020, 2, 3, 1, 6, tzinfo=UTC)  # local time of the shop


@pytest.mark.parametrize("action", ["withdrawn", "refused", "objected"])
def test_a_file_never_lifts_a_no_whatever_its_date(action) -> None:
    ann = IdentityFactory(source="shop", external_id="1", customer__email="ann@x.test")
    event = ConsentEvent(
        identity=ann, channel="email", action=action, source="shop", captured_at=NOON
    )
    event.received_at = NOON
    record_consents([event])
    later = (NOON + timedelta(days=30)).isoformat()
    text = f"email,newsletter,consent date\nann@x.test,yes,{later}\n"
    run = imported(decide(upload(text), consent={"yes": ["yes"]}))
    assert run.report["counts"]["kept_withdrawn"] == 1
    assert run.counts["counts"]["kept_withdrawn"] == 1
    assert run.counts["notes"]["kept_withdrawn"]["examples"] == [{"row": 2, "column": 1}]
    assert states()["ann@x.test email"] is False


@pytest.mark.parametrize(("channel", "mine"), [("email", "ann@x.test,"), ("sms", ",+905321112233")])
def test_who_withdrew_stays_so_under_whatever_other_id(channel, mine) -> None:
    head = "Customer ID,Email,Phone,Newsletter\n"
    how = {"channel": channel, "yes": ["yes"], "no": ["no"]}
    ids = {"identify_by": ["external_id"]}
    imported(decide(upload(f"{head}1,{mine},no\n"), consent=how, **ids))
    run = imported(decide(upload(f"{head}2,{mine},yes\n3,,,yes\n"), consent=how, **ids))
    assert run.report["counts"] == run.counts["counts"]
    assert run.counts["counts"] == {"created": 2, "kept_withdrawn": 1, "consents": 1}
    assert not ConsentState.objects.filter(allowed=True, customer__identities__external_id="2")
    # And in one file, whichever row comes first.
    theirs = mine.replace("ann", "bob").replace("2233", "2244")
    twice = f"{head}4,{theirs},yes\n5,{theirs},no\n"
    run = imported(decide(upload(twice), consent=how, **ids))
    assert run.counts["counts"] == {"created": 2, "kept_withdrawn": 1, "withdrawals": 1}


def test_a_suppressed_address_gets_no_consent_and_is_reported() -> None:
    Suppression.objects.create(
        fingerprint=fingerprint("email", "gone@x.test"),
        channel="email",
        reason="erased",
        created_at=NOON,
    )
    run = imported(decide(upload(SHOPIFY + "1,Gone@X.test,,yes,,no\n"), consent={}))
    assert run.counts["counts"] == {"created": 1, "kept_suppressed": 1}
    assert not ConsentEvent.objects.exists()


def test_somebody_too_young_gives_no_consent_through_a_file() -> None:
    text = "email,birthday,newsletter\nkid@x.test,2015-05-05,yes\n"
    run = imported(decide(upload(text), consent={}))
    assert run.counts["counts"] == {"created": 1, "kept_young": 1}


def test_a_child_we_know_gives_no_consent_through_a_file_without_birthdays() -> None:
    IdentityFactory(
        customer__email="kid@x.test",
        customer__birth_year=2015,
        customer__birth_month=5,
        customer__birth_day=5,
    )
    run = imported(decide(upload("email,newsletter\nkid@x.test,yes\n"), consent={}))
    assert run.report["counts"] == run.counts["counts"] == {"unchanged": 1, "kept_young": 1}
    assert not ConsentEvent.objects.exists()


def test_who_withdraws_in_a_later_file_stays_withdrawn_in_the_next() -> None:
    imported(decide(upload(SHOPIFY + "1,ann@x.test,,yes,,no\n"), consent={}))
    imported(decide(upload(SHOPIFY + "1,ann@x.test,,no,,no\n"), consent={}))
    assert states() == {"ann@x.test email": False}
    run = imported(decide(upload(SHOPIFY + "1,ann@x.test,,yes,,no\n"), consent={}))
    assert run.counts["counts"] == {"unchanged": 1, "kept_withdrawn": 1}
    assert states() == {"ann@x.test email": False}


def test_the_same_consent_again_is_not_recorded_twice() -> None:
    text = SHOPIFY + "1,ann@x.test,,yes,no,no\n"
    imported(decide(upload(text), consent={}))
    imported(decide(upload(text), consent={}))
    assert ConsentEvent.objects.count() == 2


@pytest.mark.parametrize("lines", ["yes\nann@x.test,no\n", "no\nann@x.test,yes\n"])
@pytest.mark.parametrize("batch_size", [1, 10])
def test_a_person_told_of_twice_in_a_file_is_withdrawn_when_any_row_says_so(
    lines, batch_size
) -> None:
    run = decide(upload(f"email,newsletter\nann@x.test,{lines}"), consent={})
    imported(run, batch_size=batch_size)
    assert states() == {"ann@x.test email": False}


def test_a_word_nobody_decided_about_records_nothing_and_is_reported() -> None:
    run = imported(decide(upload("email,newsletter\nann@x.test,maybe\n"), consent={"yes": ["yes"]}))
    assert run.counts["counts"] == {"created": 1}
    assert run.counts["notes"]["unknown_word"]["count"] == 1
    assert not ConsentEvent.objects.exists()


def test_what_a_file_says_counts_as_the_one_rule_says_and_rebuilds_to_the_same() -> None:
    text = SHOPIFY + "".join(f"{n},p{n}@x.test,,{'yes' if n % 3 else 'no'},,no\n" for n in range(9))
    imported(decide(upload(text), consent={}))
    before = list(ConsentState.objects.order_by("customer_id").values_list("customer", "allowed"))
    rebuild()
    after = list(ConsentState.objects.order_by("customer_id").values_list("customer", "allowed"))
    assert before == after
    people = list(Customer.objects.values_list("pk", flat=True))
    assert len(customers_allowing(people, channel="email", at=NOON + timedelta(days=9999))) == 6


def test_of_rows_with_nothing_but_an_id_a_no_is_not_lost_either() -> None:
    text = "Customer ID,newsletter\n7,no\n7,yes\n"
    imported(decide(upload(text), consent={"channel": "email", "yes": ["yes"], "no": ["no"]}))
    assert list(ConsentState.objects.values_list("allowed", flat=True)) == [False]
