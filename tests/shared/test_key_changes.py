"""Keys in use: another token beside the old one, other limits, allowed addresses."""

import json
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from config.shared import clock, key_changes, keys
from config.shared.actors import SYSTEM
from config.shared.clock import FrozenClock
from config.shared.errors import BadInput
from config.shared.models import ApiKey, AuditEntry
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.fronts")]

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with clock.use(FrozenClock(NOON)) as frozen:
        yield frozen


def made(**more):
    return keys.create_api_key(**{"name": "shop", "kind": "secret", "actor": SYSTEM, **more})


def call(new, token=None, **more):
    headers = {"X-App-Id": new.key.app_id, "X-App-Token": token or new.token}
    return APIClient(headers=headers).get("/v1/test/echo", **more).status_code


def rotate(new, overlap=DAY):
    return key_changes.rotate_api_key(key=new.key, overlap=overlap, actor=SYSTEM)


def test_both_tokens_work_until_the_overlap_ends(noon):
    old = made()
    new = rotate(old)
    assert new.token != old.token
    assert call(old) == call(new) == 200

    noon.advance(DAY - timedelta(seconds=1))
    assert call(old) == 200
    noon.advance(timedelta(seconds=1))
    assert call(old) == 401
    assert call(new) == 200


def test_without_an_overlap_the_old_token_ends_at_once():
    old = made()
    new = rotate(old, timedelta())
    assert (call(old), call(new)) == (401, 200)


def test_the_overlap_can_be_ended_and_only_then_be_followed_by_another_rotation():
    old = made()
    new = rotate(old)
    with pytest.raises(key_changes.RotationRunning):
        rotate(new)
    assert call(old) == call(new) == 200

    for _ in range(2):
        key_changes.end_previous_token(key=new.key, actor=SYSTEM)
    assert (call(old), call(new)) == (401, 200)
    newest = rotate(new)
    assert (call(old), call(new), call(newest)) == (401, 200, 200)


def test_a_revoked_key_ends_with_both_tokens_and_is_not_rotated():
    old = made()
    new = rotate(old)
    keys.revoke_api_key(key=new.key, actor=SYSTEM)
    assert call(old) == call(new) == 401
    key_changes.end_previous_token(key=new.key, actor=SYSTEM)
    with pytest.raises(key_changes.KeyEnded):
        rotate(new)


@pytest.mark.parametrize("overlap", [timedelta(days=91), timedelta(seconds=-1)])
def test_an_overlap_has_bounds(overlap):
    with pytest.raises(BadInput):
        rotate(made(), overlap)


def test_neither_token_is_stored_and_each_change_is_in_the_audit():
    old = made()
    new = rotate(old)
    key_changes.end_previous_token(key=new.key, actor=SYSTEM)
    rotate(new)
    stored = json.dumps([*ApiKey.objects.values(), *AuditEntry.objects.values()], default=str)
    assert old.token not in stored
    assert new.token not in stored
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "api_key.created",
        "api_key.rotated",
        "api_key.overlap_ended",
        "api_key.rotated",
    ]


# --- from where -----------------------------------------------------------------------------------
def test_a_key_works_from_its_addresses_only():
    new = made(addresses=["203.0.113.0/24", "2001:db8::7"])
    assert ApiKey.objects.get().addresses == ["203.0.113.0/24", "2001:db8::7/128"]
    for address, expected in (
        ("203.0.113.9", 200),
        ("::ffff:203.0.113.9", 200),
        ("2001:db8::7", 200),
        ("203.0.114.9", 401),
        ("2001:db8::8", 401),
        ("", 401),
    ):
        assert call(new, REMOTE_ADDR=address) == expected, address


def test_the_word_of_a_stranger_about_the_address_does_not_count():
    new = made(addresses=["203.0.113.0/24"])
    assert call(new, REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.9") == 401


# --- changing -------------------------------------------------------------------------------------
def change(new, **more):
    wanted = {
        "name": "shop",
        "origins": [],
        "addresses": [],
        "may_redeem": False,
        "expires_at": None,
        "limits": {},
    }
    return key_changes.change_api_key(key=new.key, actor=SYSTEM, **wanted | more)


def test_what_changed_is_in_the_audit_and_nothing_where_nothing_did():
    new = made()
    change(new)
    change(new, name=" till ", limits={"requests_per_minute": 30}, addresses=["203.0.113.7"])
    key = ApiKey.objects.get()
    assert (key.name, key.requests_per_minute) == ("till", 30)
    entry = AuditEntry.objects.get(action="api_key.changed")
    assert entry.fields == ["addresses", "name", "requests_per_minute"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"origins": ["https://shop.example.com"]},
        {"may_redeem": True},
        {"addresses": ["10.0.0.0/99"]},
        {"expires_at": NOON},
        {"limits": {"requests_per_minute": -1}},
        {"limits": {"requests_per_minute": 2**31}},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(BadInput):
        change(made(), **wrong)
