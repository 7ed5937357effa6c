"""/management/v1: keys and the project, for management keys alone."""

import json
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, AuditEntry, IdempotencyRecord

from .test_api_description import check, description

__all__ = ["description"]  # a fixture

pytestmark = pytest.mark.django_db

KEYS = "/management/v1/keys"


@pytest.fixture
def client():
    new = keys.create_api_key(name="setup", kind="management", actor=SYSTEM)
    return APIClient(headers={"X-Management-Id": new.key.app_id, "X-Management-Token": new.token})


def create(client, **body):
    return client.post(KEYS, {"name": "web shop", "kind": "secret"} | body, format="json")


def works(app_id, token):
    headers = {"X-App-Id": app_id, "X-App-Token": token}
    return APIClient(headers=headers).get("/v1/redemptions").status_code == 200


def test_a_key_is_made_listed_rotated_and_revoked(client, description):
    made = create(client, test=True, addresses=["127.0.0.1"])
    check(description, ("post", KEYS), 201, made.json())
    assert made.headers["Cache-Control"] == "no-store"
    app_id, token = made.json()["id"], made.json()["token"]
    assert works(app_id, token)

    listed = client.get(KEYS)
    check(description, ("get", KEYS), 200, listed.json())
    assert [key["id"] for key in listed.json()["keys"]] == [app_id]
    assert token not in listed.content.decode()

    rotated = client.post(f"{KEYS}/{app_id}/rotate", {"overlap_hours": 2}, format="json")
    check(description, ("post", f"{KEYS}/{{app_id}}/rotate"), 200, rotated.json())
    assert works(app_id, token)
    assert works(app_id, rotated.json()["token"])
    again = client.post(f"{KEYS}/{app_id}/rotate", {}, format="json")
    assert (again.status_code, again.json()["key"]) == (409, "rotation_running")

    for _ in range(2):
        ended = client.delete(f"{KEYS}/{app_id}")
        check(description, ("delete", f"{KEYS}/{{app_id}}"), 200, ended.json())
    assert not works(app_id, rotated.json()["token"])
    assert client.get(f"{KEYS}/{app_id}").json()["revoked_at"]
    assert AuditEntry.objects.filter(actor_kind="api_key").count() == 3


def test_a_repeated_call_makes_another_key_because_no_token_is_stored(client):
    for _ in range(2):
        response = client.post(
            KEYS,
            {"name": "shop", "kind": "secret"},
            format="json",
            headers={"Idempotency-Key": "once"},
        )
        assert response.status_code == 201
    assert ApiKey.objects.filter(kind="secret").count() == 2
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "management"},
        {"kind": "golden"},
        {"name": ""},
        {"name": "x" * 121},
        {"origins": ["https://shop.example.com"]},
        {"kind": "restricted"},
        {"kind": "publishable"},
        {"addresses": ["everywhere"]},
        {"addresses": "127.0.0.1"},
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"expires_at": "soon"},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(client, wrong):
    response = create(client, **wrong)
    assert response.status_code == 400
    assert response.json()["details"]
    assert ApiKey.objects.count() == 1


def test_management_keys_are_made_and_ended_by_people(client):
    own = ApiKey.objects.get().app_id
    assert client.get(KEYS).json()["keys"] == []
    assert client.get(f"{KEYS}/{own}").status_code == 404
    assert client.delete(f"{KEYS}/{own}").status_code == 404
    assert client.post(f"{KEYS}/{own}/rotate").status_code == 404


def test_the_project_can_be_read(client, description):
    project = client.get("/management/v1/project")
    check(description, ("get", "/management/v1/project"), 200, project.json())


def test_other_keys_have_no_business_there(client):
    secret = keys.create_api_key(name="shop", kind="secret", actor=SYSTEM)
    for pair in (("X-Management-Id", "X-Management-Token"), ("X-App-Id", "X-App-Token")):
        stranger = APIClient(
            headers=dict(zip(pair, (secret.key.app_id, secret.token), strict=True))
        )
        assert stranger.get(KEYS).status_code == 401
        assert stranger.post(KEYS, {}, format="json").status_code == 401
    unknown = client.get("/management/v1/nowhere")
    assert unknown.status_code == 404
    assert json.loads(unknown.content)["key"] == "not_found"


@pytest.mark.parametrize("hours", [-1, 90 * 24 + 1, "2", 1.5, True])
def test_an_overlap_is_a_number_of_hours(client, hours):
    app_id = create(client).json()["id"]
    answer = client.post(f"{KEYS}/{app_id}/rotate", {"overlap_hours": hours}, format="json")
    assert answer.status_code == 400


def test_a_week_of_overlap_is_told(client):
    app_id = create(client).json()["id"]
    told = client.post(f"{KEYS}/{app_id}/rotate", {"overlap_hours": 168}, format="json").json()
    key = ApiKey.objects.get(app_id=app_id)
    assert told["previous_until"].startswith(key.previous_until.date().isoformat())
    assert key.previous_until - key.created_at > timedelta(days=6)
