"""Ends and limits of codes that exist, and many codes at once."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry, Fact
from rewards.errors import VoucherNotFound
from rewards.models import Redemption, Reservation, Voucher
from rewards.services.code_changes import Change, change_many, changing
from rewards.services.voucher_changes import (
    change_expiry,
    change_limit,
    change_metadata,
    change_voucher,
    delete_voucher,
    disable_voucher,
    enable_voucher,
    expire_voucher,
)

from .makers import AT, make_generic, make_identity, make_personal, make_promotion

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def redeemed(voucher, times, **fields):
    for _time in range(times):
        Redemption.objects.create(
            **{
                "voucher": voucher,
                "promotion": voucher.promotion,
                "result": "SUCCESS",
                "currency": "GBP",
                "created_at": AT,
                **fields,
            }
        )


def test_a_limit_set_later_counts_what_was_redeemed():
    voucher = make_generic(limit=None)
    redeemed(voucher, 3)
    redeemed(voucher, 1, rolled_back_at=AT)
    redeemed(voucher, 1, result="FAILURE")
    redeemed(voucher, 1, test=True)

    with pytest.raises(BadInput, match="redeemed 3 times"):
        change_limit(voucher=voucher, limit=2, actor=SYSTEM, at=AT)
    changed = change_limit(voucher=voucher, limit=5, actor=SYSTEM, at=AT)

    assert (changed.redemption_limit, changed.redeemed_count) == (5, 3)
    assert change_limit(voucher=voucher, limit=3, actor=SYSTEM, at=AT).redeemed_count == 3
    assert change_limit(voucher=voucher, limit=None, actor=SYSTEM, at=AT).redeemed_count == 0


def test_a_limit_set_later_respects_what_sessions_hold():
    voucher = make_generic(limit=None)
    Reservation.objects.create(
        brand=voucher.promotion.brand,
        promotion=voucher.promotion,
        voucher=voucher,
        session_key="s",
        expires_at=AT + DAY,
        created_at=AT,
    )

    changed = change_limit(voucher=voucher, limit=1, actor=SYSTEM, at=AT)

    assert changed.reserved_until == AT + DAY


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_of_nothing_is_refused(limit):
    with pytest.raises(BadInput):
        change_limit(voucher=make_generic(), limit=limit, actor=SYSTEM, at=AT)


def test_an_end_is_changed_and_taken_away():
    voucher = make_generic()

    assert (
        change_expiry(voucher=voucher, expires_at=AT + DAY, actor=SYSTEM, at=AT).expires_at
        == AT + DAY
    )
    assert change_expiry(voucher=voucher, expires_at=None, actor=SYSTEM, at=AT).expires_at is None
    with pytest.raises(BadInput, match="past"):
        change_expiry(voucher=voucher, expires_at=AT, actor=SYSTEM, at=AT)
    assert AuditEntry.objects.filter(action="voucher.expiry_changed").count() == 2


def test_a_code_never_outlives_its_offer():
    promotion = make_promotion(holder_only=False, expires_at=AT + 3 * DAY)
    voucher = make_generic(promotion, expires_at=AT + DAY)

    later = change_expiry(voucher=voucher, expires_at=AT + 9 * DAY, actor=SYSTEM, at=AT)
    assert later.expires_at == AT + 3 * DAY
    change_expiry(voucher=voucher, expires_at=AT + DAY, actor=SYSTEM, at=AT)
    without = change_expiry(voucher=voucher, expires_at=None, actor=SYSTEM, at=AT)
    assert without.expires_at == AT + 3 * DAY


def test_a_code_ends_now_and_only_once():
    voucher = make_generic()

    assert expire_voucher(voucher=voucher, actor=SYSTEM, at=AT).expires_at == AT
    assert expire_voucher(voucher=voucher, actor=SYSTEM, at=AT + DAY).expires_at == AT
    assert not Voucher.objects.usable(at=AT).exists()
    assert AuditEntry.objects.filter(action="voucher.expired").count() == 1


def test_a_code_that_has_not_begun_cannot_end():
    voucher = make_generic()
    Voucher.objects.update(starts_at=AT + DAY)

    with pytest.raises(BadInput, match="expire after it starts"):
        expire_voucher(voucher=voucher, actor=SYSTEM, at=AT)
    assert Voucher.objects.get().expires_at is None


def test_values_of_the_shop_are_merged():
    voucher = make_generic()

    change_metadata(voucher=voucher, metadata={"a": 1, "b": 2}, actor=SYSTEM, at=AT)
    changed = change_metadata(voucher=voucher, metadata={"b": None, "c": 3}, actor=SYSTEM, at=AT)

    assert changed.metadata == {"a": 1, "c": 3}
    [first, _second] = AuditEntry.objects.filter(action="voucher.changed").order_by("pk")
    assert first.fields == ["metadata"]


@pytest.mark.parametrize(
    "change",
    [
        lambda code: disable_voucher(voucher=code, actor=SYSTEM),
        lambda code: expire_voucher(voucher=code, actor=SYSTEM, at=AT),
        lambda code: change_expiry(voucher=code, expires_at=AT + DAY, actor=SYSTEM, at=AT),
        lambda code: change_limit(voucher=code, limit=9, actor=SYSTEM, at=AT),
        lambda code: change_voucher(
            voucher=code, fields={"active": False, "starts_at": AT}, actor=SYSTEM, at=AT
        ),
        lambda code: delete_voucher(voucher=code, actor=SYSTEM, at=AT),
    ],
    ids=["switched off", "expired", "extended", "limited", "changed", "deleted"],
)
def test_what_concerns_the_holder_is_told_of_once(change):
    voucher = make_personal(make_promotion(), make_identity("ann"))
    Fact.objects.all().delete()

    change(voucher)

    [fact] = Fact.objects.filter(kind="voucher.changed")
    assert fact.subject_id == voucher.pk
    assert fact.data["customer"] == voucher.holder.customer_id


def test_what_changes_nothing_is_not_told_of():
    voucher = make_personal(make_promotion(), make_identity("ann"))
    Fact.objects.all().delete()
    before = AuditEntry.objects.count()

    enable_voucher(voucher=voucher, actor=SYSTEM)
    change_metadata(voucher=voucher, metadata={"a": 1}, actor=SYSTEM, at=AT)
    change_metadata(voucher=voucher, metadata={"a": 1}, actor=SYSTEM, at=AT)

    assert not Fact.objects.exists()
    assert AuditEntry.objects.count() == before + 1


def test_a_code_that_did_nothing_is_deleted_any_other_is_switched_off():
    untouched, tried = (
        make_generic(),
        make_generic(make_promotion(name="2", holder_only=False), code="TRIED"),
    )
    redeemed(tried, 1, result="FAILURE")
    given = make_personal(make_promotion(name="3"), make_identity("ann"))

    gone = [delete_voucher(voucher=one, actor=SYSTEM, at=AT) for one in (untouched, tried, given)]

    assert gone == [True, False, False]
    assert set(Voucher.objects.values_list("code", "active")) == {
        ("TRIED", False),
        (given.code, False),
    }
    with pytest.raises(VoucherNotFound):
        delete_voucher(voucher=untouched, actor=SYSTEM, at=AT)


def test_many_codes_expire_now_but_those_that_have_not_begun():
    promotion = make_promotion(holder_only=False)
    for code, starts, ends in (
        ("RUNS", None, None),
        ("ENDS", None, AT + DAY),
        ("OVER", None, AT - DAY),
        ("EARLY", AT + DAY, None),
    ):
        Voucher.objects.create(
            promotion=promotion,
            code=code,
            code_key=code.lower(),
            starts_at=starts,
            expires_at=ends,
            created_at=AT,
        )
    asked = {"rows": Voucher.objects.all(), "change": Change.EXPIRE, "actor": SYSTEM, "at": AT}

    assert change_many(**asked) == 2
    assert change_many(**asked) == 0
    assert dict(Voucher.objects.values_list("code", "expires_at")) == {
        "RUNS": AT,
        "ENDS": AT,
        "OVER": AT - DAY,
        "EARLY": None,
    }


def test_of_many_codes_only_those_that_did_nothing_are_deleted():
    promotion = make_promotion(holder_only=False)
    for number in range(5):
        make_generic(promotion, code=f"POOL-{number}")
    redeemed(Voucher.objects.get(code="POOL-1"), 1)
    make_personal(promotion, make_identity("ann"))
    rows = Voucher.objects.all()

    with patch("rewards.services.code_changes.BATCH", 2):
        done = change_many(rows=rows, change=Change.DELETE, actor=SYSTEM, at=AT)

    assert done == 4
    assert rows.count() == 2
    assert AuditEntry.objects.filter(action="voucher.deleted").count() == 4
    assert rows.filter(active=True).count() == 2


def test_many_codes_are_changed_in_batches_and_each_is_told_of():
    promotion = make_promotion()
    for number in range(7):
        make_personal(promotion, make_identity(str(number)))
    Voucher.objects.filter(holder__external_id="0").update(active=False)
    rows = Voucher.objects.filter(promotion=promotion)
    asked = {"rows": rows, "change": Change.SWITCH_OFF, "actor": SYSTEM, "at": AT}

    assert changing(rows, Change.SWITCH_OFF).count() == 6
    with patch("rewards.services.code_changes.BATCH", 4):
        assert change_many(**asked) == 6
    assert change_many(**asked) == 0

    assert not rows.filter(active=True).exists()
    assert AuditEntry.objects.filter(action="voucher.disabled").count() == 6


def test_an_extension_never_shortens_and_invents_no_end():
    promotion = make_promotion(holder_only=False)
    ends = {"SOON": AT + DAY, "OVER": AT - DAY, "LATE": AT + 99 * DAY, "NEVER": None}
    for code, end in ends.items():
        Voucher.objects.create(
            promotion=promotion, code=code, code_key=code.lower(), expires_at=end, created_at=AT
        )
    asked = {"rows": Voucher.objects.all(), "change": Change.EXTEND, "actor": SYSTEM, "at": AT}

    assert change_many(**asked, expires_at=AT + 9 * DAY) == 2

    new = {"SOON": AT + 9 * DAY, "OVER": AT + 9 * DAY}
    assert dict(Voucher.objects.values_list("code", "expires_at")) == ends | new
    with pytest.raises(BadInput):
        change_many(**asked, expires_at=AT - DAY)
    with pytest.raises(BadInput):
        change_many(**asked)


def test_more_codes_than_a_request_can_change_are_refused():
    make_generic()

    with patch("rewards.services.code_changes.MOST", 0), pytest.raises(BadInput, match="more than"):
        change_many(rows=Voucher.objects.all(), change=Change.SWITCH_OFF, actor=SYSTEM, at=AT)
