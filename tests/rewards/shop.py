"""A shop that speaks to the API, at a frozen moment."""

import pytest
from rest_framework.test import APIClient

from config.shared import clock

from .makers import AT, make_key

SHIPPING = {"product_id": "prod_5h1pp1ng", "amount": 500}


@pytest.fixture(autouse=True)
def frozen():
    with clock.use(clock.FrozenClock(AT)) as frozen:
        yield frozen


@pytest.fixture
def shop():
    client = APIClient(headers=make_key())
    return Shop(client)


class Shop:
    """Calls as the shop's server makes them."""

    def __init__(self, client):
        self.client = client

    def post(self, path, body, **headers):
        return self.client.post(f"/v1/{path}", body, format="json", headers=headers)

    def validate(self, code, **body):
        return self.post("validations", asked(code, **body))

    def redeem(self, code, *, headers=None, **body):
        return self.post("redemptions", asked(code, **body), **(headers or {}))


def asked(code, *, items=None, customer=None, metadata=None, **order):
    body = {"redeemables": [{"object": "voucher", "id": code}]}
    if items is not None:
        order["items"] = items
    if order:
        body["order"] = {"currency": "GBP", **order}
    if customer:
        body["customer"] = {"source_id": customer}
    if metadata:
        body["metadata"] = metadata
    return body


def goods(*amounts):
    return [{"source_id": f"P{n}", "amount": amount} for n, amount in enumerate(amounts)]
