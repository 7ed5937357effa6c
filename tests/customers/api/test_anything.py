"""No JSON makes a 5xx; what is answered is what the description says; who may do what."""

import json

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from config.shared.models import IdempotencyRecord
from customers.api.schema import EXAMPLES
from customers.models import Event
from tests.rewards.makers import make_key
from tests.shared.test_api_description import check

KINDS = list(EXAMPLES)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["17850", "GBP", "2026-05-01T09:00:00Z", "0001-01-01T00:00:00+14:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def names_in(value):
    if isinstance(value, dict):
        return set(value).union(*(names_in(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(names_in(inner) for inner in value))
    return set()


NAMES = sorted({name for example in EXAMPLES.values() for name in names_in(example)} | {"id"})


@st.composite
def almost(draw):
    """The example of some kind with some of its values replaced by anything, at any depth."""
    kind = draw(st.sampled_from(KINDS))
    body = json.loads(json.dumps(EXAMPLES[kind]))
    for _ in range(draw(st.integers(0, 3))):
        place = body
        while True:
            name = draw(st.sampled_from(NAMES))
            inner = place.get(name)
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                inner = inner[0]
            if not isinstance(inner, dict) or draw(st.booleans()):
                break
            place = inner
        place[name] = draw(anything)
    return kind, body


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=almost(), repeat=st.booleans())
def test_nothing_a_shop_sends_is_a_fault_of_ours(shop, case, repeat):
    kind, body = case
    for _ in range(1 + repeat):
        one = shop.post(kind, body)
        assert one.status_code < 500, one.content
    many = shop.post(f"{kind}/batch", {"items": [body, EXAMPLES[kind], body]})
    assert many.status_code == 200, many.content
    assert [result["index"] for result in many.json()["results"]] == [0, 1, 2]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), body=anything)
def test_nothing_at_all_is_a_fault_of_ours(shop, kind, body):
    for path in (kind, f"{kind}/batch"):
        assert shop.post(path, body).status_code < 500


@pytest.mark.parametrize("kind", KINDS)
def test_depth_without_end(shop, kind):
    for depth in (30, 400, 900, 100_000):
        body = '{"items": [{"metadata": ' + '{"x":' * depth + "1" + "}" * depth + "}]}"
        for path in (kind, f"{kind}/batch"):
            response = shop.client.post(
                f"/v1/{path}",
                body,
                content_type="application/json",
                headers={"Idempotency-Key": f"{path}{depth}"},
            )
            assert response.status_code < 500


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_ten_megabytes(shop, kind):
    body = json.dumps({"items": [EXAMPLES[kind] | {"x": "y" * 11_000_000}]})

    refused = shop.client.post(f"/v1/{kind}/batch", body, content_type="application/json")

    assert refused.status_code == 413
    assert refused.json()["key"] == "query_too_large"


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_with_an_idempotency_key_is_done_once_and_replayed(shop, kind):
    body = {"items": [EXAMPLES[kind] | {"source_id": "a"}, {"nothing": "usable"}]}

    first = shop.post(f"{kind}/batch", body, **{"Idempotency-Key": "night"})
    second = shop.post(f"{kind}/batch", body, **{"Idempotency-Key": "night"})
    other = shop.post(f"{kind}/batch", {"items": [{}]}, **{"Idempotency-Key": "night"})

    assert second.content == first.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409
    assert IdempotencyRecord.objects.count() == 1


def test_a_refusal_is_replayed_too(shop):
    event = EXAMPLES["events"] | {"event": "searched"}

    first = shop.post("events", event, **{"Idempotency-Key": "x"})
    shop.allow("17850", "SEARCH_HISTORY")
    second = shop.post("events", event, **{"Idempotency-Key": "x"})

    assert first.status_code == second.status_code == 400
    assert second.content == first.content
    assert not Event.objects.exists()


# --- who may --------------------------------------------------------------------------------------
CALLS = [
    *((f"{kind}:write", "post", path) for kind in KINDS for path in (kind, f"{kind}/batch")),
    ("consents:write", "post", "customers/x/consents"),
    *(
        (f"{kind}:read", "get", path)
        for kind in ("customers", "orders", "returns", "products")
        for path in (kind, f"{kind}/x")
    ),
    *((f"{kind}:write", "put", f"{kind}/x") for kind in ("customers", "orders", "products")),
]


@pytest.mark.parametrize(("scope", "method", "path"), CALLS)
def test_each_call_needs_its_scope_and_no_other(db, scope, method, path):
    right = APIClient(headers=make_key("restricted", scopes=[scope]))
    others = {"redemptions:write", *(needed for needed, _method, _path in CALLS)} - {scope}
    wrong = APIClient(headers=make_key("restricted", scopes=sorted(others)))

    assert getattr(wrong, method)(f"/v1/{path}").status_code == 403
    assert getattr(right, method)(f"/v1/{path}").status_code not in (401, 403)
    assert getattr(APIClient(), method)(f"/v1/{path}").status_code == 401


# --- the description of itself --------------------------------------------------------------------
@pytest.fixture(scope="module")
def description():
    return SchemaGenerator().get_schema(public=True)


def test_answers_and_examples_are_as_described(shop, description):
    shop.allow("17850", "BROWSE_HISTORY", "SEARCH_HISTORY", "OFFLINE")
    for kind in ("customers", "products", "orders", "events", "consents"):
        path = f"/v1/{kind}"
        for address in (path, f"{path}/batch"):
            content = description["paths"][address]["post"]["requestBody"]["content"]
            for example in content["application/json"]["examples"].values():
                answer = shop.post(address.removeprefix("/v1/"), example["value"])
                assert answer.status_code == 200
                check(description, ("post", address), 200, answer.json())
        bad = shop.post(f"{kind}/batch", {"items": [5]}).json()
        check(description, ("post", f"{path}/batch"), 200, bad)
        refused = shop.post(kind, {"source_id": 5})
        check(description, ("post", path), 400, refused.json())
    for kind, one, known in (
        ("customers", "customer_id", "17850"),
        ("orders", "order_id", "536365"),
        ("products", "product_id", "85123A"),
    ):
        path = f"/v1/{kind}/{{{one}}}"
        check(description, ("get", f"/v1/{kind}"), 200, shop.get(kind).json())
        check(description, ("get", path), 200, shop.get(f"{kind}/{known}").json())
        check(description, ("get", path), 404, shop.get(f"{kind}/nobody").json())
        changed = shop.put(f"{kind}/{known}", {"metadata": {"x": 1}})
        check(description, ("put", path), 200, changed.json())


def test_a_request_that_is_described_wrong_would_be_noticed(description):
    with pytest.raises(jsonschema.ValidationError):
        check(description, ("get", "/v1/products"), 200, {"products": [{"id": 5}]})
