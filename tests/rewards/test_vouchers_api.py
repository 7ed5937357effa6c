"""What a shop's server may change of one code, beyond what the official clients can say."""

import pytest
from rest_framework.test import APIClient

from rewards.models import Redemption, Voucher

from .makers import AT, make_generic, make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    client = APIClient(headers=make_key())

    def put(code, body):
        return client.put(f"/v1/vouchers/{code}", body, format="json")

    return put


def test_a_code_gets_a_limit_of_its_own(server):
    voucher = make_generic(limit=None)
    Redemption.objects.create(
        voucher=voucher,
        promotion=voucher.promotion,
        result="SUCCESS",
        currency="GBP",
        created_at=AT,
    )

    limited = server(voucher.code, {"redemption": {"quantity": 5}}).json()
    assert (limited["redemption"]["quantity"], limited["redemption"]["redeemed_quantity"]) == (5, 1)
    unlimited = server(voucher.code, {"redemption": {"quantity": None}}).json()
    assert unlimited["redemption"]["quantity"] is None
    assert unlimited["redemption"]["redeemed_quantity"] == 1


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "many", 10**12])
def test_a_limit_that_cannot_be_is_refused(server, quantity):
    voucher = make_generic(limit=3)

    refused = server(voucher.code, {"redemption": {"quantity": quantity}})

    assert refused.status_code == 400
    assert "redemption.quantity" in refused.json()["details"]
    assert Voucher.objects.get().redemption_limit == 3


def test_what_is_not_named_stays(server):
    voucher = make_generic(limit=3, expires_at=AT.replace(year=2030))
    server(voucher.code, {"metadata": {"a": 1}})
    server(voucher.code, {"metadata": {"b": 2}, "redemption": {}, "active": None})

    stored = Voucher.objects.get()
    assert stored.metadata == {"a": 1, "b": 2}
    assert (stored.active, stored.redemption_limit) == (True, 3)
    assert stored.expires_at == AT.replace(year=2030)


@pytest.mark.parametrize(
    "effects",
    [
        *([None], [None, None], [{}], ["percent"], [[]], "percent"),
        [{"kind": "percent"}],
        [{"kind": "amount"}],
        [{"kind": "fixed_price", "amount": None}],
        [{"kind": "amount", "amount": 5, "details": {"target": {}, "spread": ["x"]}}],
        [{"kind": "unit", "details": {"gift": "mug"}}],
    ],
)
def test_effects_that_are_none_are_refused(effects):
    told = {"discount": {"type": "AMOUNT", "amount_off": 500, "vesile": {"effects": effects}}}
    response = APIClient(headers=make_key()).post("/v1/vouchers", told, format="json")
    assert response.status_code == 400
    assert "effect" in str(response.json())
