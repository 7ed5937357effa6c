"""Whatever is sent to any call about offers and codes: never a 500, never half of something.

The calls and their right bodies come from the API's description of itself.
"""

import json
from copy import deepcopy
from random import Random

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, Brand
from rewards.models import Redemption
from tests.races.redeeming import assert_books_agree
from tests.shared.test_api import RAW

from .makers import amount, make_generic, make_identity, make_key, make_promotion

pytestmark = pytest.mark.django_db

ABOUT = ("validations", "redemptions", "campaigns", "vouchers", "publications")
CODE, LEFT_OUT = "BDAY-7K2M-9QXD-4TRE", {"importCSV"}
SAYS_NOTHING = {b"", b"[]", b"null"}
SHOP = "https://shop.example.com"
ODD = [
    *(None, True, -1, 0, 0.5, 1e300, 10**15 + 1, 10**30, -(10**30)),
    *("", " ", "-1", "x" * 5_000, "İ", "\ud83d\ude00", "2026-02-30T25:00:00Z", "%00", "../x"),
    *([], [[]], [None], {}, {"x": 1}, {"": {"": {"": []}}}, ["x"] * 600),
]


def described():
    """Every writing call about offers and codes: (method, path, example body or None)."""
    description = SchemaGenerator().get_schema(public=True)
    found = []
    for path, methods in description["paths"].items():
        if not any(f"/{name}" in path for name in ABOUT) or path.split("/")[-1] in LEFT_OUT:
            continue
        for method, operation in methods.items():
            if method not in {"post", "put", "delete"}:
                continue
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {})
            bodies = [one["value"] for one in examples.values()] or [None]
            found += [(method, path, body) for body in bodies]
    return found


CALLS = described()


def walked(calls):
    """A test for each call, named by what it calls."""
    ids = [f"{method} {path} {number}" for number, (method, path, _body) in enumerate(calls)]
    return pytest.mark.parametrize(("method", "path", "body"), calls, ids=ids)


WITH_BODY = [call for call in CALLS if call[2] is not None]
with_a_body = walked(WITH_BODY)
with_a_name = walked([call for call in CALLS if "{" in call[1]])


@pytest.fixture
def world():
    """An offer limited in everything, with a code and a redemption of it; how to call anything."""
    make_identity("17850")
    offer = make_promotion(
        amount(1000),
        name="Spring 2026",
        holder_only=False,
        redemption_limit=50,
        limit_per_customer=40,
        budget_amount=10**6,
    )
    make_generic(offer, code=CODE, limit=50)
    world = World(offer)
    asked = {
        "redeemables": [{"object": "voucher", "id": CODE}],
        "order": {
            "items": [{"source_id": "85123A", "quantity": 6, "price": 2550}],
            "currency": "GBP",
        },
        "customer": {"source_id": "17850"},
    }
    made = world.send("post", "/v1/redemptions", json.dumps(asked))
    assert made.status_code == 200
    world.redemption = made.json()["redemptions"][0]["id"]
    return world


class World:
    def __init__(self, offer):
        self.offer, self.redemption = offer, ""
        self.server = APIClient(headers=make_key())
        pages = keys.create_api_key(
            name="pages", kind="publishable", origins=[SHOP], may_redeem=True, actor=SYSTEM
        )
        # Guesses are slow and soon throttled; here only what is read matters.
        ApiKey.objects.filter(pk=pages.key.pk).update(
            requests_per_customer=0, requests_per_address=0, wrong_codes=0, wrong_codes_per_caller=0
        )
        self.pages = APIClient(
            headers={
                "X-Client-Application-Id": pages.key.app_id,
                "X-Client-Token": pages.token,
                "Origin": SHOP,
            }
        )

    def address(self, path):
        return (
            path.replace("{redemption_id}", self.redemption)
            .replace("{campaign}", self.offer.public_id)
            .replace("{code}", CODE)
            .replace("{session_key}", "cart")
        )

    def send(self, method, path, raw, client=None, **headers):
        client = client or (self.pages if path.startswith("/client") else self.server)
        send = getattr(client, method)
        return send(self.address(path), raw, content_type="application/json", headers=headers)


def places(value, path=()):
    """Every place inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        yield (*path, name)
        if isinstance(one, dict | list):
            yield from places(one, (*path, name))


def with_odd(body, place, odd):
    changed = deepcopy(body)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = odd
    return changed


@with_a_body
def test_no_value_anywhere_makes_a_server_error_or_half_a_change(
    world, monkeypatch, method, path, body
):
    monkeypatch.setattr("rewards.api.client.LEAST_SECONDS", 0)
    random = Random(path)
    for place in places(body):
        for odd in random.sample(ODD, 6):
            with transaction.atomic():
                response = world.send(method, path, json.dumps(with_odd(body, place, odd)))
                assert response.status_code < 500, (place, odd)
                if response.status_code >= 400:
                    assert response.json()["key"], (place, odd)
                    assert Redemption.objects.filter(result="SUCCESS").count() == 1
                assert_books_agree()
                transaction.set_rollback(True)


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_what_is_no_request_is_refused_everywhere(world, raw):
    for method, path, _body in WITH_BODY:
        response = world.send(method, path, raw)
        assert response.status_code < 500, path
        if raw not in SAYS_NOTHING:  # which is enough for some calls
            told = (response.status_code, response.json().get("key"))
            assert told == (400, "invalid_payload"), path


@with_a_name
def test_a_key_of_another_brand_finds_nothing_of_ours(world, method, path, body):
    headers = make_key()
    other = Brand.objects.create(name="Other")
    ApiKey.objects.filter(app_id=headers["X-App-Id"]).update(brand=other)
    stranger = APIClient(headers=headers)

    response = world.send(method, path, json.dumps(body or {}), client=stranger)

    known = response.status_code in {400, 404, 409} or response.json()["valid"] is False
    assert known, response.content
    assert Redemption.objects.get().rolled_back_at is None
    world.offer.refresh_from_db()
    assert world.offer.active
    assert world.offer.vouchers.get().active


@with_a_body
def test_a_repeat_is_replayed_and_an_altered_one_refused(world, method, path, body):
    key = {"Idempotency-Key": "night-run-7"}
    raw, other = json.dumps(body), json.dumps(with_odd(body, next(places(body)), "altered"))

    first, second = (world.send(method, path, raw, **key) for _time in range(2))
    altered = world.send(method, path, other, **key)

    assert first.status_code == second.status_code in {200, 202, 409}, first.content
    assert second.content == first.content
    assert second.headers["Idempotent-Replayed"] == "true"
    # What cannot be read at all says so; what can is another request.
    assert altered.status_code in {400, 409}
    assert world.send(method, path, raw, **key).content == first.content
