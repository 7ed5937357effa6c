"""The API's description of itself: answers are as it says, and its examples are accepted."""

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from tests.rewards.makers import (
    FREE_SHIPPING,
    amount,
    make_generic,
    make_promotion,
    percent,
)
from tests.shared.test_api import BODY, PATHS, changed, client

__all__ = ["client"]  # a fixture

pytestmark = pytest.mark.django_db


# --- the description of itself --------------------------------------------------------------------
@pytest.fixture(scope="module")
def description():
    return SchemaGenerator().get_schema(public=True)


def check(description, operation, status, answer):
    """The answer is what the description says, with nothing that it does not mention."""
    method, path = operation
    responses = description["paths"][path][method]["responses"]
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    jsonschema.validate(
        answer,
        {**_closed(schema), "components": _closed(description["components"])},
        cls=jsonschema.Draft202012Validator,
    )


def _closed(schema):
    """JSON Schema of an OpenAPI 3.0 schema: null where nullable, no unknown properties."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    if closed.pop("nullable", False):
        return {"anyOf": [closed, {"type": "null"}]}
    return closed


def test_answers_are_as_described(client, description):
    make_generic(
        make_promotion(amount(2000), FREE_SHIPPING, name="Two", holder_only=False), code="TWO"
    )
    make_generic(make_promotion(FREE_SHIPPING, name="Ship", holder_only=False), code="SHIP")
    make_generic(make_promotion(percent("7.5"), name="Percent", holder_only=False), code="PERCENT")
    items = [
        {"source_id": "P1", "sku_id": "S1", "price": 2500, "quantity": 2},
        {"product_id": "prod_5h1pp1ng", "amount": 495},
    ]
    validate, redeem = ("post", "/v1/validations"), ("post", "/v1/redemptions")
    for code in ("SPRING-15", "TWO", "SHIP", "PERCENT", "NO-SUCH-CODE"):
        for currency in ("GBP", "EUR"):
            body = {
                "redeemables": [{"object": "voucher", "id": code}],
                "customer": {"source_id": "ann"},
                "order": {"currency": currency, "items": items, "source_id": f"{code}{currency}"},
            }
            for operation in (validate, redeem):
                response = client.post(operation[1], body, format="json")
                check(description, operation, response.status_code, response.json())
    listed = client.get("/v1/redemptions")
    check(description, ("get", "/v1/redemptions"), 200, listed.json())
    for redemption in listed.json()["redemptions"]:
        shown = client.get(f"/v1/redemptions/{redemption['id']}").json()
        check(description, ("get", "/v1/redemptions/{redemption_id}"), 200, shown)
    assert {r["result"] for r in listed.json()["redemptions"]} == {"SUCCESS", "FAILURE"}


def test_errors_are_as_described(client, description):
    redeem = ("post", "/v1/redemptions")
    for body, status in ((changed(amount=-1), 400), ({}, 400)):
        response = client.post("/v1/redemptions", body, format="json")
        assert response.status_code == status
        check(description, redeem, status, response.json())
    nobody = APIClient().post("/v1/redemptions", BODY, format="json")
    check(description, redeem, 401, nobody.json())
    missing = client.get("/v1/redemptions/r_nobody")
    check(description, ("get", "/v1/redemptions/{redemption_id}"), 404, missing.json())


def test_the_examples_are_accepted(client, description):
    make_generic(make_promotion(name="Example", holder_only=False), code="BDAY-7K2M-9QXD-4TRE")
    for path in PATHS:
        content = description["paths"][path]["post"]["requestBody"]["content"]
        for example in content["application/json"]["examples"].values():
            response = client.post(path, example["value"], format="json")
            assert response.status_code == 200


def test_the_description_and_its_pages_are_open():
    client = APIClient()

    schema = client.get("/v1/schema/")
    docs = client.get("/v1/docs/")

    assert schema.status_code == 200
    assert b"/v1/redemptions/{redemption_id}" in schema.content
    assert docs.status_code == 200
    assert b"swagger" in docs.content
    # Nothing on the page comes from elsewhere.
    assert b"https://" not in docs.content


@pytest.mark.parametrize("method", ["options", "post", "put", "delete"])
def test_the_page_of_the_description_is_only_read(client, method):
    assert getattr(client, method)("/v1/docs/").status_code == 405
