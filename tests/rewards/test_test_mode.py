"""A key in test mode is answered like any other, and leaves all that is live untouched."""

import pytest
from rest_framework.test import APIClient

from campaigns.admin.forms import CampaignForm
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, Fact
from customers.models import Customer
from rewards import segment_fields
from rewards.admin.code_forms import GenerateForm
from rewards.models import (
    Budget,
    BudgetEntry,
    Promotion,
    Publication,
    Redemption,
    Reservation,
    Voucher,
)
from rewards.pool import pool_meter
from rewards.selectors import promotion_counts, vouchers_of
from rewards.services.adding_codes import add_codes

from .makers import AT, make_generic, make_identity, make_key, make_promotion
from .shop import frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db

A_CAMPAIGN = {
    "name": "Trial",
    "campaign_type": "DISCOUNT_COUPONS",
    "type": "AUTO_UPDATE",
    "vouchers_count": 2,
    "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
    "vesile": {"currency": "GBP"},
}
ON_AN_ORDER = {"customer": {"source_id": "ann"}, "order": {"amount": 3000, "currency": "GBP"}}


@pytest.fixture
def tester():
    """Calls with a key in test mode."""
    client = APIClient(headers=make_key(test=True))

    def call(method, path, body=None):
        response = getattr(client, method)(f"/v1/{path}", body, format="json")
        return response.status_code, response.json() if response.content else None

    return call


@pytest.fixture
def live():
    """An offer with a pool, a public code, limits and budgets, of which something is used."""
    offer = make_promotion(
        name="Live",
        holder_only=False,
        redemption_limit=10,
        limit_per_customer=1,
        budget_amount=100_000,
        budget_period_amount=50_000,
        budget_period="month",
    )
    add_codes(promotion=offer, count=3, actor=SYSTEM, at=AT)
    make_generic(offer, code="PUBLIC", limit=5)
    make_generic(make_promotion(name="Other", holder_only=False), code="OTHER", limit=5)
    return offer


def state():
    """All that a live key or a person could notice of offers and codes."""
    tables = (Voucher.objects.filter(test=False), Promotion.objects.filter(test=False))
    tables += (Budget.objects.all(), BudgetEntry.objects.all(), Reservation.objects.all())
    tables += (Publication.objects.filter(test=False), Redemption.objects.filter(test=False))
    told = Fact.objects.exclude(kind__startswith="customer.").order_by("pk")
    return [list(rows.order_by("pk").values()) for rows in tables] + [list(told.values())]


def asked(*codes, **more):
    return ON_AN_ORDER | {"redeemables": [{"object": "voucher", "id": c} for c in codes]} | more


def test_whatever_a_key_in_test_mode_does_nothing_live_changes(shop, tester, live):
    make_identity("ann")
    make_identity("bob")
    live_one = shop.redeem("PUBLIC", amount=3000, customer="cem").json()["redemptions"][0]["id"]
    held = {"session": {"type": "LOCK", "key": "till-1", "ttl": 1, "ttl_unit": "HOURS"}}
    shop.post("validations", asked("PUBLIC", **held, customer={"source_id": "bob"}))
    pooled = Voucher.objects.filter(pooled=True).first().code
    before = state()

    # What works on live offers, and is answered as ever.
    assert tester("post", "validations", asked("PUBLIC", **held))[1]["valid"] is True
    assert tester("delete", "vouchers/PUBLIC/sessions/till-1")[0] == 204
    status, made = tester("post", "redemptions", asked("OTHER", pooled))
    assert status == 200
    parent = made["parent_redemption"]["id"]
    assert tester("post", f"redemptions/{parent}/rollbacks", {})[0] == 200
    for name in ("Live", live.public_id):
        status, given = tester(
            "post", "publications", {"campaign": {"name": name}, "customer": {"source_id": "ann"}}
        )
        assert status == 200
        status, used = tester("post", "redemptions", asked(given["voucher"]["code"]))
        assert status == 200
    returned = {"items": [{"source_id": "mug", "quantity": 1}]}
    goods = {"items": [{"source_id": "mug", "quantity": 2, "price": 900}], "currency": "GBP"}
    status, used = tester("post", "redemptions", asked("PUBLIC", order=goods))
    redemption = used["redemptions"][0]["id"]
    assert tester("post", f"redemptions/{redemption}/returns", returned)[0] == 200
    assert tester("post", f"campaigns/{live.public_id}/vouchers", {})[0] == 200
    assert tester("post", f"campaigns/{live.public_id}/vouchers/TRIED", {})[0] == 200
    assert tester("post", f"campaigns/{live.public_id}/import", [{"code": "TRIED-2"}])[0] == 200
    by_name = {"voucher": pooled, "customer": {"source_id": "ann"}}
    assert tester("post", "publications", by_name)[0] == 200

    # What would change what live keys and people made.
    refused = [
        ("post", f"redemptions/{live_one}/rollback", {}),
        ("post", f"redemptions/{live_one}/rollbacks", {}),
        ("post", f"redemptions/{live_one}/returns", returned),
        ("put", f"campaigns/{live.public_id}", {"description": "x"}),
        ("post", f"campaigns/{live.public_id}/disable", {}),
        ("post", f"campaigns/{live.public_id}/enable", {}),
        ("delete", f"campaigns/{live.public_id}", None),
        ("put", "vouchers/PUBLIC", {"active": False}),
        ("post", "vouchers/PUBLIC/disable", {}),
        ("post", "vouchers/PUBLIC/enable", {}),
        ("delete", "vouchers/PUBLIC", None),
    ]
    for method, path, body in refused:
        status, answer = tester(method, path, body)
        assert (status, answer["key"]) == (403, "test_mode"), path

    assert state() == before
    assert pool_meter(live, at=AT).free == 3
    counts = promotion_counts([live.pk])[live.pk]
    assert (counts.issued, counts.redeemed) == (4, 1)


def test_what_a_key_in_test_mode_makes_works_for_such_keys_alone(shop, tester):
    status, made = tester("post", "campaigns", A_CAMPAIGN)
    assert (status, made["vouchers_count"]) == (200, 2)
    body = {"campaign": {"name": "Trial"}, "customer": {"source_id": "ann"}}
    code = tester("post", "publications", body)[1]["voucher"]["code"]
    assert Voucher.objects.get(code=code).pooled  # its own pool is used as any other
    standalone = {"discount": {"type": "PERCENT", "percent_off": 5}}
    assert tester("post", "vouchers/ALONE", standalone)[0] == 200

    for one in (code, "ALONE"):
        assert tester("post", "validations", asked(one))[1]["valid"] is True
        refused = shop.post("redemptions", asked(one))
        assert (refused.status_code, refused.json()["key"]) == (404, "not_found")
        assert shop.client.get(f"/v1/vouchers/{one}").status_code == 404
    assert shop.client.get("/v1/campaigns/Trial").status_code == 404
    assert shop.client.get("/v1/campaigns").json()["total"] == 0
    assert shop.client.get("/v1/vouchers").json()["total"] == 0
    assert shop.client.get("/v1/publications").json()["total"] == 0

    status, answer = tester("put", f"campaigns/{made['id']}", {"description": "changed"})
    assert (status, answer["description"]) == (200, "changed")
    assert tester("post", f"vouchers/{code}/disable")[1]["active"] is False
    assert tester("delete", "vouchers/ALONE")[0] == 204
    assert tester("delete", f"campaigns/{made['id']}")[0] == 200


def test_a_live_campaign_may_have_the_name_of_a_tried_one(shop, tester):
    tried = tester("post", "campaigns", A_CAMPAIGN)[1]
    live = shop.post("campaigns", A_CAMPAIGN).json()

    assert tried["id"] != live["id"]
    assert shop.client.get("/v1/campaigns/Trial").json()["id"] == live["id"]
    assert tester("get", "campaigns/Trial")[1]["id"] == tried["id"]
    assert tester("get", "campaigns")[1]["total"] == 2


def test_people_are_not_offered_what_tests_made(tester, live):
    """A campaign or a segment about such an offer would reach for codes that no till takes."""
    assert tester("post", "campaigns", A_CAMPAIGN)[0] == 200

    names = {"Live", "Other"}
    assert set(segment_fields.promotions().values()) == names
    assert {str(offer) for offer in CampaignForm().fields["promotion"].queryset} == names
    assert {str(offer) for offer in GenerateForm().fields["promotion"].queryset} == names
    assert not Promotion.objects.running(at=AT).filter(name="Trial").exists()


def test_a_test_is_no_fact_about_a_customer(tester, live):
    make_identity("ann")
    before = Fact.objects.count()
    body = {"campaign": {"name": "Live"}, "customer": {"source_id": "ann"}}

    code = tester("post", "publications", body)[1]["voucher"]["code"]
    tester("post", f"vouchers/{code}/disable")

    assert Fact.objects.count() == before
    customer = Customer.objects.get(identities__external_id="ann")
    assert not vouchers_of(customer).exists()


def test_redemptions_of_tests_are_not_listed_to_live_keys(shop, tester, live):
    make_identity("ann")
    made = tester("post", "redemptions", asked("PUBLIC"))[1]["redemptions"][0]["id"]

    assert shop.client.get("/v1/redemptions").json()["total"] == 0
    assert shop.client.get(f"/v1/redemptions/{made}").status_code == 404
    assert shop.client.get("/v1/vouchers/PUBLIC/redemption").json()["total"] == 0
    assert tester("get", "redemptions")[1]["total"] == 1
    assert tester("get", "vouchers/PUBLIC/redemption")[1]["total"] == 1


def test_the_same_reference_of_a_test_and_of_a_live_key_are_two(shop, tester, live):
    body = {
        "campaign": {"name": "Live"},
        "customer": {"source_id": "ann"},
        "source_id": "thanks-1",
    }
    tried = tester("post", "publications", body)[1]
    given = shop.post("publications", body).json()
    again = tester("post", "publications", body)[1]

    assert tried["id"] == again["id"] != given["id"]
    assert tried["voucher"]["code"] != given["voucher"]["code"]
    assert Publication.objects.filter(test=True).count() == 1


def test_an_empty_pool_is_empty_for_tests_as_well(tester, live):
    Promotion.objects.filter(pk=live.pk).update(only_from_pool=True)
    body = {"campaign": {"name": "Live", "count": 4}, "customer": {"source_id": "ann"}}

    status, refused = tester("post", "publications", body)

    assert (status, refused["key"]) == (409, "missing_vouchers")
    body["campaign"]["count"] = 3
    assert len(tester("post", "publications", body)[1]["vouchers"]) == 3


def test_what_a_test_held_keeps_nobody_from_the_quota(shop, tester, live):
    """A customer who tried in test mode still has the whole quota."""
    make_identity("ann")
    assert tester("post", "redemptions", asked("PUBLIC"))[0] == 200
    assert shop.post("redemptions", asked("PUBLIC")).status_code == 200
    assert tester("post", "redemptions", asked("PUBLIC"))[1]["key"] == "redemption_rules_violated"
    assert ApiKey.objects.filter(test=True).count() == 1
