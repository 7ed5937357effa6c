"""Kept segments follow codes and redemptions: issued, used, refused, taken back, offers edited."""

from datetime import timedelta

import pytest

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, Fact
from rewards.models import Redemption
from rewards.services.promotion_changes import delete_promotion, switch_promotion
from rewards.services.promotions import drafts_of, save_promotion
from rewards.services.rollbacks import roll_back
from rewards.services.voucher_changes import disable_voucher
from segments.services import building, following_facts
from segments.services.passing_time import pass_time
from tests.segments.keeping.world import inside, kept, state, truth
from tests.tools.waiting import until_facts_are_readable

from .makers import AT, make_generic, make_identity, make_personal, make_promotion
from .shop import frozen, shop

__all__ = ["frozen", "shop"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def rule(field, **more):
    return {"op": "and", "rules": [{"field": f"redemption.{field}", **more}]}


HAS_A_CODE = rule("unused_codes", cmp="gte", value=1)
REDEEMED = rule("count", cmp="gte", value=1)
REFUSED = rule("refused", cmp="gte", value=1)


@pytest.fixture
def ann():
    return make_identity("ann")


def follow(*segments):
    """Do what the workers do; what is kept is then what a query answers."""
    until_facts_are_readable()
    following_facts.follow()
    following_facts.look_at_many()
    for segment in segments:
        assert inside(segment) == truth(segment, clock.now())


def test_a_code_that_is_issued_used_and_taken_back(shop, ann):
    having, used = kept(HAS_A_CODE, "having"), kept(REDEEMED, "used")
    voucher = make_personal(make_promotion(), ann)
    follow(having, used)
    assert (inside(having), inside(used)) == ([ann.customer_id], [])

    shop.redeem(voucher.code, amount=3000, customer="ann")
    follow(having, used)
    assert (inside(having), inside(used)) == ([], [ann.customer_id])

    roll_back(redemption=Redemption.objects.get(), at=AT)
    follow(having, used)
    assert (inside(having), inside(used)) == ([ann.customer_id], [])


def test_a_refused_attempt(shop, ann):
    refused = kept(REFUSED)
    voucher = make_personal(make_promotion(minimum_amount=5000), ann)

    shop.redeem(voucher.code, amount=100, customer="ann")
    follow(refused)

    assert inside(refused) == [ann.customer_id]


def test_a_code_used_by_somebody_else_is_its_holders_no_more(shop, ann):
    bob = make_identity("bob")
    having, used = kept(HAS_A_CODE, "having"), kept(REDEEMED, "used")
    voucher = make_personal(make_promotion(holder_only=False), ann)
    follow(having)
    assert inside(having) == [ann.customer_id]

    shop.redeem(voucher.code, amount=3000, customer="bob")
    follow(having, used)
    assert (inside(having), inside(used)) == ([], [bob.customer_id])

    roll_back(redemption=Redemption.objects.get(), at=AT)
    follow(having, used)
    assert (inside(having), inside(used)) == ([ann.customer_id], [])


def test_an_order_of_nobody_concerns_nobody(shop, ann):
    having = kept(HAS_A_CODE)
    make_generic(make_promotion(holder_only=False))

    shop.redeem("SPRING-15", amount=3000)

    assert Fact.objects.get(kind="redemption.made").data["customer"] is None
    follow(having)


def test_a_key_in_test_mode_tells_of_nothing(shop, ann):
    voucher = make_personal(make_promotion(minimum_amount=5000), ann)
    ApiKey.objects.update(test=True)

    shop.redeem(voucher.code, amount=100, customer="ann")

    assert Redemption.objects.get().test
    assert not Fact.objects.filter(kind="redemption.refused").exists()


def test_a_code_that_is_switched_off(ann):
    having = kept(HAS_A_CODE)
    voucher = make_personal(make_promotion(), ann)
    follow(having)

    disable_voucher(voucher=voucher, actor=SYSTEM)
    follow(having)

    assert inside(having) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda offer: switch_promotion(promotion=offer, active=False, actor=SYSTEM, at=AT),
        lambda offer: delete_promotion(promotion=offer, actor=SYSTEM, at=AT),
    ],
    ids=["switched off", "deleted"],
)
def test_an_offer_that_ends_has_those_segments_built_anew_and_no_others(ann, edit):
    having, used = kept(HAS_A_CODE, "having"), kept(REDEEMED, "used")
    offer = make_promotion()
    make_personal(offer, ann)
    follow(having)
    assert inside(having) == [ann.customer_id]

    edit(offer)
    until_facts_are_readable()
    following_facts.follow()

    assert (state(having).state, state(used).state) == ("waiting", "kept")
    building.build()
    assert inside(having) == [] == truth(having, AT)


def test_an_offer_that_ends_earlier_wakes_at_its_new_end(ann):
    having = kept(HAS_A_CODE)
    offer = make_promotion(expires_at=AT + timedelta(days=30))
    make_personal(offer, ann)
    follow(having)

    offer.expires_at = AT + timedelta(days=2)
    save_promotion(promotion=offer, effects=drafts_of(offer), actor=SYSTEM, at=AT)
    until_facts_are_readable()
    following_facts.follow()
    building.build()

    with clock.use(clock.FrozenClock(AT + timedelta(days=3))) as later:
        pass_time(at=later.now())
        assert inside(having) == [] == truth(having, later.now())


def test_what_does_not_concern_codes_builds_nothing(ann):
    having = kept(HAS_A_CODE)
    offer = make_promotion()
    offer.name = "Another name"
    save_promotion(promotion=offer, effects=drafts_of(offer), actor=SYSTEM, at=AT)

    assert not Fact.objects.filter(kind="promotion.changed").exists()
    assert state(having).state == "kept"
