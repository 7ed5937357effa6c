"""Giving a customer a code: from the pool or new, once for each reference, never one to two."""

from datetime import UTC, datetime, timedelta

import pytest

from config.shared.errors import BadInput
from rewards.errors import AlreadyPublished, NotGivable, PoolEmpty, ReferenceTaken
from rewards.models import Publication, Voucher
from rewards.services.publications import publish

from .makers import AT, make_generic, make_identity, make_promotion

pytestmark = pytest.mark.django_db


def fill_pool(promotion, *codes, **fields):
    return [
        Voucher.objects.create(
            promotion=promotion,
            code=code,
            code_key=code.lower(),
            redemption_limit=1,
            pooled=True,
            created_at=AT,
            **fields,
        )
        for code in codes
    ]


def test_the_oldest_code_of_the_pool_becomes_the_customers_own():
    promotion, ann = make_promotion(), make_identity("ann")
    first, second = fill_pool(promotion, "POOL-1", "POOL-2")

    given = publish(promotion=promotion, identity=ann, channel="newsletter", at=AT)

    assert [voucher.code for voucher in given.vouchers] == ["POOL-1"]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.holder == ann
    assert second.holder is None
    assert Publication.objects.get().voucher == first


def test_a_code_of_the_pool_lives_from_the_moment_it_is_given():
    promotion = make_promotion(code_lifetime_days=None, code_lifetime_hours=48)
    fill_pool(promotion, "POOL-1", "POOL-2")
    at = AT + timedelta(days=9, microseconds=7)

    given = publish(promotion=promotion, identity=make_identity("ann"), count=3, at=at)

    # Taken or made, exactly 48 hours, to the second.
    assert {voucher.expires_at for voucher in given.vouchers} == {AT + timedelta(days=11)}


def test_days_end_where_the_customer_lives():
    promotion = make_promotion(code_lifetime_days=3)

    given = publish(promotion=promotion, identity=make_identity("ann"), at=AT)

    # Midnight after 4 May in Istanbul.
    assert given.vouchers[0].expires_at == datetime(2026, 5, 4, 21, tzinfo=UTC)


def test_a_code_with_an_end_of_its_own_never_lives_longer():
    promotion, soon = make_promotion(code_lifetime_days=30), AT + timedelta(hours=5)
    fill_pool(promotion, "POOL-1", expires_at=soon)

    given = publish(promotion=promotion, identity=make_identity("ann"), at=AT)

    assert given.vouchers[0].expires_at == soon


@pytest.mark.parametrize(
    "flaw",
    [{"active": False}, {"expires_at": AT}, {"redeemed_count": 1}, {"pooled": False}],
)
def test_what_cannot_be_used_is_not_given(flaw):
    promotion = make_promotion(only_from_pool=True)
    fill_pool(promotion, "POOL-1")
    Voucher.objects.update(**flaw)

    with pytest.raises(PoolEmpty):
        publish(promotion=promotion, identity=make_identity("ann"), at=AT)


def test_an_offer_of_the_pool_alone_gives_all_that_is_asked_or_nothing():
    promotion = make_promotion(only_from_pool=True)
    fill_pool(promotion, "POOL-1", "POOL-2")

    with pytest.raises(PoolEmpty, match="Wanted 3, left 2"):
        publish(promotion=promotion, identity=make_identity("ann"), count=3, at=AT)

    assert Voucher.objects.in_pool(at=AT).count() == 2
    assert not Publication.objects.exists()


def test_the_same_reference_gives_the_same_codes():
    promotion, ann = make_promotion(), make_identity("ann")
    asked = {"promotion": promotion, "identity": ann, "source_id": "order-7", "count": 2}

    first, again = publish(**asked, at=AT), publish(**asked, at=AT + timedelta(days=1))

    assert [v.code for v in first.vouchers] == [v.code for v in again.vouchers]
    assert (first.repeated, again.repeated) == (False, True)
    assert Voucher.objects.count() == 2


@pytest.mark.parametrize("change", ["identity", "promotion", "count"])
def test_a_reference_with_another_request_is_refused(change):
    asked = {"promotion": make_promotion(), "identity": make_identity("ann"), "count": 1}
    publish(**asked, source_id="order-7", at=AT)
    other = {
        "identity": make_identity("bob"),
        "promotion": make_promotion(name="Other"),
        "count": 2,
    }[change]

    with pytest.raises(ReferenceTaken):
        publish(**{**asked, change: other}, source_id="order-7", at=AT)
    assert Publication.objects.count() == 1


def test_who_joins_once_keeps_the_code():
    promotion, ann = make_promotion(), make_identity("ann")

    first = publish(promotion=promotion, identity=ann, join_once=True, at=AT)
    again = publish(promotion=promotion, identity=ann, join_once=True, source_id="x", at=AT)
    bob = publish(promotion=promotion, identity=make_identity("bob"), join_once=True, at=AT)

    assert first.vouchers == again.vouchers != bob.vouchers
    assert again.repeated


def test_a_named_code_of_the_pool_belongs_to_who_got_it():
    promotion = make_promotion()
    (code,) = fill_pool(promotion, "POOL-1")
    ann = make_identity("ann")

    publish(voucher=code, identity=ann, at=AT)
    publish(voucher=code, identity=ann, at=AT)

    with pytest.raises(AlreadyPublished):
        publish(voucher=code, identity=make_identity("bob"), at=AT)


def test_a_public_code_stays_public_when_it_is_given():
    spring = make_generic(limit=100)

    for name in ("ann", "bob"):
        publish(voucher=spring, identity=make_identity(name), at=AT)

    spring.refresh_from_db()
    assert spring.holder is None
    assert spring.expires_at is None


@pytest.mark.parametrize("flaw", [{"active": False}, {"expires_at": AT}])
def test_an_offer_that_is_over_gives_nothing(flaw):
    promotion = make_promotion()
    type(promotion).objects.update(**flaw)
    promotion.refresh_from_db()

    with pytest.raises(NotGivable):
        publish(promotion=promotion, identity=make_identity("ann"), at=AT)


@pytest.mark.parametrize("count", [0, -1, 51])
def test_one_to_fifty_codes_at_once(count):
    with pytest.raises(BadInput, match="1 to 50"):
        publish(promotion=make_promotion(), identity=make_identity("ann"), count=count, at=AT)


def test_giving_fifty_costs_as_many_statements_as_giving_one(django_assert_num_queries):
    promotion, ann = make_promotion(), make_identity("ann")
    fill_pool(promotion, *(f"POOL-{n}" for n in range(51)))

    for count in (1, 50):
        with django_assert_num_queries(14):  # savepoints included
            publish(promotion=promotion, identity=ann, source_id=f"s{count}", count=count, at=AT)
