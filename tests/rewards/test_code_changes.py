"""Ends and limits of codes that exist, and many codes at once."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from rewards.models import Redemption, Reservation, Voucher
from rewards.services.code_changes import (
    Change,
    change_expiry,
    change_limit,
    change_many,
    changing,
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
