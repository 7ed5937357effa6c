"""Saving offers: what is refused, what is audited; and the offer in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import translation

from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry
from rewards.errors import PromotionInvalid
from rewards.models import Effect, Promotion
from rewards.selectors import (
    promotion_benefits,
    promotion_counts,
    promotion_summary,
    redemptions_per_day,
)
from rewards.services.promotions import EffectDraft, save_promotion
from tests.factories import RedemptionFactory

from .makers import (
    AT,
    FREE_SHIPPING,
    amount,
    make_generic,
    make_identity,
    make_personal,
    make_promotion,
    percent,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "effects", "wrong"),
    [
        ({"name": " "}, None, {"name"}),
        ({"name": "x" * 121}, None, {"name"}),
        ({"currency": "QQQ"}, None, {"currency"}),
        ({"code_pattern": "BDAY-####"}, None, {"code_pattern"}),
        ({"code_pattern": "two words ############"}, None, {"code_pattern"}),
        ({"code_pattern": "x" * 30 + "#" * 12}, None, {"code_pattern"}),
        ({"uses_per_code": 0}, None, {"uses_per_code"}),
        ({"uses_per_code": 2**31}, None, {"uses_per_code"}),
        ({"code_lifetime_days": -1}, None, {"code_lifetime_days"}),
        ({"minimum_amount": -1}, None, {"minimum_amount"}),
        ({"minimum_amount": 10**15 + 1}, None, {"minimum_amount"}),
        ({"starts_at": AT, "expires_at": AT}, None, {"expires_at"}),
        ({"name": "", "currency": ""}, None, {"name", "currency"}),
        ({}, [], {"effects"}),
        ({}, [amount(1)] * 11, {"effects"}),
        ({}, [FREE_SHIPPING, FREE_SHIPPING], {"effects"}),
        ({}, [percent("0")], {"effects[0].percent"}),
        ({}, [percent("100.01")], {"effects[0].percent"}),
        ({}, [percent("12.345")], {"effects[0].percent"}),
        ({}, [percent("NaN")], {"effects[0].percent"}),
        ({}, [EffectDraft("percent")], {"effects[0].percent"}),
        ({}, [percent(10, cap=0)], {"effects[0].cap_amount"}),
        ({}, [amount(0)], {"effects[0].amount"}),
        ({}, [EffectDraft("amount")], {"effects[0].amount"}),
        ({}, [EffectDraft("amount", amount=5, cap_amount=3)], {"effects[0].cap_amount"}),
        (
            {},
            [FREE_SHIPPING, EffectDraft("free_shipping", percent=Decimal(5))],
            {"effects[1].percent", "effects"},
        ),
        ({}, [EffectDraft("bogof")], {"effects[0].kind"}),
    ],
)
def test_an_offer_that_cannot_be_saved_names_every_wrong_field(fields, effects, wrong):
    promotion = make_promotion()
    for name, value in fields.items():
        setattr(promotion, name, value)

    with pytest.raises(PromotionInvalid) as refused:
        save_promotion(
            promotion=promotion,
            effects=[percent(10)] if effects is None else effects,
            actor=SYSTEM,
            at=AT,
        )

    assert set(refused.value.problems) == wrong
    for field in wrong:
        assert field in str(refused.value)
    assert Promotion.objects.get().name == "Spring"
    assert Effect.objects.get().percent == 15


def test_two_offers_cannot_have_one_name():
    make_promotion()

    with pytest.raises(PromotionInvalid, match="name"):
        make_promotion(name=" Spring ")


def test_saving_replaces_the_effects_in_their_order_and_is_audited():
    promotion = make_promotion()
    promotion.minimum_amount = 2500

    save_promotion(
        promotion=promotion,
        effects=[amount(2000), FREE_SHIPPING],
        actor=SYSTEM,
        at=AT + timedelta(days=1),
    )

    promotion.refresh_from_db()
    assert promotion.updated_at == AT + timedelta(days=1)
    assert promotion.created_at == AT
    assert [effect.kind for effect in promotion.effects.all()] == ["amount", "free_shipping"]
    created, changed = AuditEntry.objects.filter(object_kind="rewards.promotion").order_by("id")
    assert created.action == "promotion.created"
    assert changed.action == "promotion.changed"
    assert changed.fields == ["effects", "minimum_amount"]


def test_saving_without_a_change_changes_nothing():
    promotion = make_promotion()

    save_promotion(
        promotion=promotion,
        effects=[percent(15, cap=5000)],
        actor=SYSTEM,
        at=AT + timedelta(days=1),
    )

    promotion.refresh_from_db()
    assert promotion.updated_at == AT
    assert AuditEntry.objects.filter(object_kind="rewards.promotion").count() == 1


def test_the_database_refuses_an_effect_of_the_wrong_shape():
    with pytest.raises(IntegrityError, match="rewards_effect_shape"):
        Effect.objects.create(promotion=make_promotion(), kind="percent", amount=5)


# --- in words -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("effects", "fields", "words"),
    [
        (
            [percent(15, cap=5000)],
            {"minimum_amount": 2500, "code_lifetime_days": 30},
            "15% off, at most £50.00; orders of £25.00 or more; each code once; "
            "only for its holder; codes expire 30 days after issue",
        ),
        (
            [amount(2000), FREE_SHIPPING],
            {"uses_per_code": 3, "holder_only": False, "code_lifetime_days": 1},
            "£20.00 off; free shipping; each code 3 times; codes expire 1 day after issue",
        ),
        (
            [percent("12.50")],
            {"uses_per_code": None, "holder_only": False, "code_lifetime_days": 0},
            "12.5% off; each code as often as you like; "
            "codes expire at the end of the day of issue",
        ),
    ],
)
def test_an_offer_in_words(effects, fields, words):
    with translation.override("en"):
        assert promotion_summary(make_promotion(*effects, **fields)) == words


def test_the_words_of_effects_that_are_not_stored_yet():
    draft = Effect(kind="percent", percent=Decimal("7"))

    with translation.override("en"):
        assert promotion_summary(make_promotion(), [draft]).startswith("7% off; each code once")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "£20.00 off and free shipping"), ("tr", " ve ")]
)
def test_what_the_customer_gets_is_told_without_the_conditions(language, words):
    offer = make_promotion(amount(2000), FREE_SHIPPING, minimum_amount=2500)

    with translation.override(language):
        assert words in promotion_benefits(offer)
        assert "25" not in promotion_benefits(offer)


# --- figures --------------------------------------------------------------------------------------
def test_counts_of_offers():
    used, idle = make_promotion(name="Used", holder_only=False), make_promotion(name="Idle")
    voucher = make_generic(used)
    make_personal(used, make_identity("ann"))
    for result, discount in (("SUCCESS", 500), ("SUCCESS", 250), ("FAILURE", 0)):
        RedemptionFactory(
            voucher=voucher,
            promotion=used,
            identity=None,
            result=result,
            order_source_id="",
            order_amount=1000,
            discount_amount=discount,
            total_amount=1000 - discount,
        )

    counts = promotion_counts([used.pk, idle.pk])

    assert (counts[used.pk].issued, counts[used.pk].redeemed) == (2, 2)
    assert (counts[used.pk].refused, counts[used.pk].discount_amount) == (1, 750)
    assert counts[idle.pk].issued == counts[idle.pk].redeemed == 0


def test_redemptions_are_counted_by_the_local_day_also_when_clocks_change():
    """In Dublin, 25 October 2026 has 25 hours: 23:00 UTC on the 24th to 24:00 UTC on the 25th."""
    voucher = make_generic()
    for when, result in (
        (datetime(2026, 10, 24, 22, 59, tzinfo=UTC), "SUCCESS"),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), "SUCCESS"),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), "FAILURE"),
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), "FAILURE"),
    ):
        RedemptionFactory(
            voucher=voucher,
            promotion=voucher.promotion,
            identity=None,
            order_source_id="",
            created_at=when,
            result=result,
        )

    days = redemptions_per_day(
        last_day=datetime(2026, 10, 26, tzinfo=UTC).date(), days=4, zone="Europe/Dublin"
    )

    assert [(day.day.day, day.accepted, day.refused) for day in days] == [
        (23, 0, 0),
        (24, 1, 0),
        (25, 1, 1),
        (26, 0, 1),
    ]
