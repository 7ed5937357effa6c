"""The pages of API keys: what was asked, another token, other limits."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.shared import clock, key_changes, keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, ApiRequest
from tests.factories import NOON

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"


@pytest.fixture
def key(world):
    return keys.create_api_key(
        name="Shop pages", kind="publishable", origins=[SHOP], test=True, actor=SYSTEM
    ).key


def page(key, name="change"):
    return reverse(f"admin:shared_apikey_{name}", args=[key.pk])


def asked(key, *statuses):
    ApiRequest.objects.bulk_create(
        ApiRequest(
            entry=uuid.uuid4(),
            api_key=key,
            at=NOON,
            method="POST",
            route=f"/client/v1/answered-{status}",
            status=status,
            duration_ms=5,
            request_id="abcdef0123456789",
        )
        for status in statuses
    )


def test_the_requests_are_shown_by_what_became_of_them(key, as_role):
    asked(key, 200, 404, 429, 500)
    client = as_role("administrator")
    for status, shown in {
        "": {200, 404, 429, 500},
        "2": {200},
        "4": {404, 429},
        "429": {429},
        "5": {500},
        "nonsense": {200, 404, 429, 500},
    }.items():
        answer = client.get(page(key), {"status": status}).content.decode()
        assert {int(one) for one in re.findall(r"answered-(\d+)", answer)} == shown


def test_the_page_costs_the_same_with_many_requests(key, as_role):
    client = as_role("administrator")
    counts = []
    for number in (1, 60):
        asked(key, *[200] * number)
        client.get(page(key))
        with CaptureQueriesContext(connection) as ran:
            assert client.get(page(key)).status_code == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_a_new_token_is_shown_once_and_the_old_one_works_on(key, as_role):
    client = as_role("administrator")
    before = key.token_hash
    assert "Make the new token" in client.get(page(key, "rotate")).content.decode()
    answer = client.post(page(key, "rotate"), {"hours": "24"})

    token = re.search(r"pk_[\w-]{43}", answer.content.decode()).group()
    assert "no-store" in answer.headers["Cache-Control"]
    key.refresh_from_db()
    assert key.token_hash == keys.hash_token(token)
    assert key.previous_hash == before
    assert key.previous_until == NOON + timedelta(days=1)
    assert token not in client.get(page(key)).content.decode()

    again = client.post(page(key, "rotate"), {"hours": "24"}).content.decode()
    assert "End the previous token first" in again
    client.post(
        page(key, "end_previous"), {"_form_submitted": "on"}, headers={"HX-Request": "true"}
    )
    key.refresh_from_db()
    assert key.previous_hash == ""


def test_looking_at_the_page_of_a_new_token_makes_none(key, as_role):
    client = as_role("administrator")
    client.get(page(key, "rotate"), {"hours": "0"})
    client.post(page(key, "rotate"), {"hours": "7777"})
    assert ApiKey.objects.get(pk=key.pk).token_hash == key.token_hash


def test_limits_and_pages_change_and_the_kind_does_not(key, as_role):
    typed = {
        "name": "Pages",
        "kind": "secret",
        "origins": f"{SHOP}\nhttps://m.shop.example.com",
        "addresses": "203.0.113.0/24",
        "requests_per_minute": "30",
        "wrong_codes": "0",
    }
    response = as_role("administrator").post(page(key), typed)
    assert response.status_code == 302, response.content.decode()
    key.refresh_from_db()
    assert (key.name, key.kind, key.test) == ("Pages", "publishable", True)
    assert key.origins == [SHOP, "https://m.shop.example.com"]
    assert (key.requests_per_minute, key.wrong_codes, key.requests_per_address) == (30, 0, None)


def test_what_is_wrong_is_said_in_the_form(key, as_role):
    typed = {"name": "Pages", "origins": "shop.example.com", "addresses": ""}
    answer = as_role("administrator").post(page(key), typed)
    assert answer.status_code == 200
    assert "is not a web origin" in answer.content.decode()


def test_a_key_that_has_ended_is_not_changed(key, as_role):
    keys.revoke_api_key(key=key, actor=SYSTEM)
    as_role("administrator").post(page(key), {"name": "Pages", "origins": SHOP})
    answer = as_role("administrator").post(page(key, "rotate"), {"hours": "0"})
    assert "revoked or has expired" in answer.content.decode()
    key.refresh_from_db()
    assert key.name == "Shop pages"
    with pytest.raises(key_changes.KeyEnded):
        key_changes.rotate_api_key(key=key, overlap=timedelta(), actor=SYSTEM)
    assert key.revoked_at == clock.now()


def test_only_what_a_key_can_do_is_offered(key, as_role):
    client = as_role("administrator")
    before = client.get(page(key)).content.decode()
    client.post(page(key, "rotate"), {"hours": "24"})
    after = client.get(page(key)).content.decode()
    client.post(page(key, "revoke"), {"_form_submitted": "on"})
    gone = client.get(page(key)).content.decode()

    assert page(key, "end_previous") not in before
    assert page(key, "end_previous") in after
    assert page(key, "rotate") in after
    for name in ("rotate", "revoke", "end_previous"):
        assert page(key, name) not in gone


def test_only_a_key_of_pages_is_asked_about_pages(world, key, as_role):
    client = as_role("administrator")
    secret = keys.create_api_key(name="Server", kind="secret", actor=SYSTEM).key
    assert 'name="origins"' in client.get(page(key)).content.decode()
    assert 'name="origins"' not in client.get(page(secret)).content.decode()

    client.post(page(secret), {"name": "Server 2", "addresses": "203.0.113.0/24"})

    secret.refresh_from_db()
    assert (secret.name, secret.addresses, secret.origins) == ("Server 2", ["203.0.113.0/24"], [])
