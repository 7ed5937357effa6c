"""What a customer allows, and whether asking is allowed now."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.shared.actors import SYSTEM
from customers.models import Customer
from customers.services.suppression import suppress

from .conftest import AT

WHO = {"source_id": "17850", "email": "ann@example.com", "phone": "+905321234567"}


@pytest.fixture
def ann(shop):
    shop.post("customers", WHO)
    return shop


def say(shop, action, channel="email", days_ago=0, **more):
    body = {
        "customer": {"source_id": "17850"},
        "channel": channel,
        "action": action,
        "source": "till",
        **more,
    }
    response = shop.post("consents", {key: value for key, value in body.items() if value})
    assert response.status_code == 200, response.content


def standing(shop, name="email"):
    answer = shop.get("customers/17850/consents").json()
    assert answer["data_ref"] == "consents"
    return next(one for one in answer["consents"] if name in (one["channel"], one["data_category"]))


def asked(shop, name="email"):
    one = standing(shop, name)
    return one["may_ask"], one["reason"], one["not_before"]


def test_nobody_was_asked_yet(ann):
    everything = ann.get("customers/17850/consents").json()["consents"]
    assert len(everything) == 4 + 7
    assert all(one["may_ask"] and not one["allowed"] for one in everything)


def test_what_is_allowed_is_told_with_its_words_and_not_asked_again(ann):
    say(ann, "granted", text="May we?", locale="en", valid_until="2027-01-01T00:00:00Z")
    one = standing(ann)
    assert (one["allowed"], one["basis"], one["source"]) == (True, "consent", "till")
    assert one["text"]["body"] == "May we?"
    assert asked(ann) == (False, "allowed", "2027-01-01T00:00:00Z")
    assert asked(ann, "sms")[0]


@pytest.mark.parametrize("action", ["refused", "withdrawn"])
def test_never_within_180_days_of_a_no(ann, frozen, action):
    say(ann, action)
    assert asked(ann) == (False, "refused_recently", "2026-10-28T09:00:00Z")
    assert asked(ann, "sms")[0]
    frozen.set(AT + timedelta(days=180) - timedelta(seconds=1))
    assert not asked(ann)[0]
    frozen.set(AT + timedelta(days=180))
    assert asked(ann)[0]


def test_an_objection_is_against_the_purpose(ann):
    say(ann, "objected")
    for name in ("email", "sms", "push", "SEARCH_HISTORY"):
        assert asked(ann, name)[:2] == (False, "refused_recently"), name


def test_a_yes_after_a_no_may_be_asked_for_again_once_it_runs_out(ann, frozen):
    say(ann, "granted", valid_until="2026-06-01T00:00:00Z")
    frozen.set(AT + timedelta(days=40))
    one = standing(ann)
    assert (one["allowed"], one["may_ask"]) == (False, True)


def test_what_waits_for_its_confirmation_counts_as_asked(ann, frozen):
    say(ann, "granted", double_opt_in=True)
    assert asked(ann) == (False, "pending", "2026-05-03T09:00:00Z")
    assert not standing(ann)["allowed"]
    frozen.set(AT + timedelta(hours=48))
    assert asked(ann)[0]


def test_nobody_on_the_suppression_list(ann):
    suppress(channel="sms", addresses=["+90 532 123 45 67"], reason="manual", actor=SYSTEM, at=AT)
    assert asked(ann, "sms") == (False, "suppressed", None)
    assert asked(ann)[0]


def test_nobody_restricted_and_no_child(ann):
    Customer.objects.update(restriction="restricted")
    assert asked(ann, "OFFLINE")[1] == "restricted"
    Customer.objects.update(restriction="", birth_year=2015, birth_month=5, birth_day=31)
    assert asked(ann)[1] == "under_age"


def test_a_key_needs_the_scope_and_the_customer_must_exist(shop):
    assert shop.get("customers/nobody/consents").status_code == 404


def test_costs_the_same_however_much_was_said(ann):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert ann.get("customers/17850/consents").status_code == 200
        return len(captured)

    statements()
    few = statements()
    for channel in ("email", "sms", "push"):
        for action in ("granted", "refused", "granted"):
            say(ann, action, channel=channel)
    # The key, the customer by either id; then what is said here.
    assert statements() == few == 3 + 6
