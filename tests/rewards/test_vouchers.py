"""Issuing personal codes, making public ones, switching them off and on."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import AuditEntry
from rewards import codes
from rewards.errors import CodesExhausted, CodeTaken
from rewards.models import Voucher
from rewards.services.voucher_changes import disable_voucher, enable_voucher
from rewards.services.vouchers import (
    Grant,
    create_generic_code,
    issue_personal_code,
    issue_personal_codes,
)

from .makers import AT, make_identity, make_promotion

pytestmark = pytest.mark.django_db


def issue(promotion, holder, *, key="2026-05-01", at=AT, zone="Europe/Istanbul"):
    return issue_personal_code(
        promotion=promotion,
        holder=holder,
        issued_kind="campaign",
        issued_id=7,
        issued_key=key,
        at=at,
        zone=zone,
    )


def test_a_holder_gets_one_code_for_one_cause():
    promotion, ann = make_promotion(code_pattern="BDAY-####-####-####"), make_identity("ann")

    first, second = issue(promotion, ann), issue(promotion, ann)

    assert first.pk == second.pk
    assert first.code == second.code
    assert first.code.startswith("BDAY-")
    assert first.holder == ann
    assert first.redemption_limit == promotion.uses_per_code
    assert Voucher.objects.count() == 1


def test_another_occurrence_or_another_holder_gets_another_code():
    promotion, ann, bob = make_promotion(), make_identity("ann"), make_identity("bob")

    made = [issue(promotion, ann), issue(promotion, ann, key="2027-05-01"), issue(promotion, bob)]

    assert len({voucher.code_key for voucher in made}) == 3


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        # Issued on 1 May 23:30 UTC: already 2 May in Istanbul, still 1 May in New York.
        ("Europe/Istanbul", datetime(2026, 6, 1, 21, tzinfo=UTC)),
        ("Europe/Dublin", datetime(2026, 6, 1, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 6, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_code_ends_with_the_holders_local_day(zone, ends):
    promotion = make_promotion(code_lifetime_days=30)

    voucher = issue(
        promotion, make_identity("ann"), at=datetime(2026, 5, 1, 23, 30, tzinfo=UTC), zone=zone
    )

    assert voucher.expires_at == ends


def test_a_code_never_outlives_its_promotion():
    ends = datetime(2026, 5, 9, tzinfo=UTC)
    limited = make_promotion(name="ends", code_lifetime_days=30, expires_at=ends)
    endless = make_promotion(name="endless", code_lifetime_days=None)

    assert issue(limited, make_identity("ann")).expires_at == ends
    assert issue(endless, make_identity("bob")).expires_at is None


def test_many_codes_come_in_the_order_of_their_grants_and_again_the_same():
    promotion = make_promotion()
    grants = [
        Grant(make_identity(f"c{n}").pk, "Europe/Istanbul", "campaign", 7, "2026-05-01")
        for n in range(30)
    ]
    early = issue_personal_codes(promotion=promotion, grants=grants[10:20], at=AT)

    with patch("rewards.services.vouchers.BATCH", 7):
        everybody = issue_personal_codes(promotion=promotion, grants=grants, at=AT)

    assert [voucher.holder_id for voucher in everybody] == [grant.holder_id for grant in grants]
    assert [voucher.code for voucher in everybody[10:20]] == [voucher.code for voucher in early]
    assert Voucher.objects.count() == 30


def test_issuing_many_costs_three_statements_a_batch(django_assert_num_queries):
    promotion = make_promotion()
    grants = [
        Grant(make_identity(f"c{n}").pk, "Europe/Istanbul", "campaign", 7, "x") for n in range(30)
    ]

    with django_assert_num_queries(5):  # and the savepoint of the test's own transaction
        issue_personal_codes(promotion=promotion, grants=grants, at=AT)


def test_a_code_that_exists_already_is_replaced_by_another():
    promotion, ann, bob = make_promotion(), make_identity("ann"), make_identity("bob")
    taken = issue(promotion, ann).code

    with patch(
        "rewards.services.vouchers.generate",
        side_effect=[[taken.lower()], codes.generate(codes.CodePattern("####-####-####"), 1)],
    ):
        other = issue(promotion, bob)

    assert other.code_key != codes.code_key(taken)
    assert other.holder == bob


def test_a_pattern_without_free_codes_is_an_error_and_makes_nothing():
    promotion, ann, bob = make_promotion(), make_identity("ann"), make_identity("bob")
    taken = issue(promotion, ann).code

    with (
        patch("rewards.services.vouchers.generate", return_value=[taken]),
        pytest.raises(CodesExhausted),
    ):
        issue(promotion, bob)

    assert not Voucher.objects.filter(holder=bob).exists()


def test_a_public_code_is_unique_whatever_its_case():
    promotion = make_promotion(holder_only=False)
    voucher = create_generic_code(
        promotion=promotion, code=" INDIRIM20 ", redemption_limit=100, actor=SYSTEM, at=AT
    )

    assert voucher.code == "INDIRIM20"
    with pytest.raises(CodeTaken):
        create_generic_code(
            promotion=promotion, code="İndirim20", redemption_limit=None, actor=SYSTEM, at=AT
        )
    assert AuditEntry.objects.filter(action="voucher.created").count() == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"code": "ab"},
        {"code": "x" * 61},
        {"code": "two words"},
        {"code": "good", "redemption_limit": 0},
    ],
)
def test_a_public_code_that_nobody_could_use_is_refused(asked):
    promotion = make_promotion(holder_only=False)

    with pytest.raises(BadInput):
        create_generic_code(
            **{"promotion": promotion, "redemption_limit": 5, "actor": SYSTEM, "at": AT} | asked
        )


def test_an_offer_for_holders_has_no_public_code():
    with pytest.raises(BadInput, match="holder"):
        create_generic_code(
            promotion=make_promotion(holder_only=True),
            code="EVERYBODY",
            redemption_limit=None,
            actor=SYSTEM,
            at=AT,
        )


def test_switching_a_code_is_audited_once():
    voucher = issue(make_promotion(), make_identity("ann"))

    disable_voucher(voucher=voucher, actor=SYSTEM)
    disable_voucher(voucher=voucher, actor=SYSTEM)
    voucher.refresh_from_db()
    assert not voucher.active

    assert enable_voucher(voucher=voucher, actor=SYSTEM).active
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert [action for action in actions if action.startswith("voucher.")] == [
        "voucher.disabled",
        "voucher.enabled",
    ]
