"""The rows of an offer's form: what they show, and what they tell while somebody types."""

import pytest
from django.urls import reverse

from config.shared.text import fold
from customers.models import Product, ProductCategory
from rewards.admin.offer_form.condition_rows import condition_of, rows_of
from rewards.models import Promotion
from tests.factories import NOON
from tests.screens.test_forms import offer


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "open", "window": {"zone": "Europe/Dublin", "days": [0, 6]}},
        {
            "kind": "open",
            "window": {"zone": "UTC", "hours": [{"from": "22:00", "to": "02:00"}]},
            "message": "At night",
        },
        {"kind": "metadata", "of": "order", "name": "gift", "is": True},
        {"kind": "metadata", "of": "customer", "name": "vip", "is": "not_known"},
        {"kind": "metadata", "of": "voucher", "name": "boxes", "cmp": "between", "value": [1, 3]},
        {"kind": "metadata", "of": "order", "name": "till", "not_in": ["a", "b"]},
    ],
)
def test_a_condition_that_rows_can_show_is_read_back(rule):
    join, [row] = rows_of({"op": "and", "rules": [rule]}, "GBP")
    assert join == "and"
    assert condition_of(row, "GBP") == rule


@pytest.mark.parametrize(
    "window",
    [
        {"zone": "UTC", "repeating": {"interval": "P2D", "duration": "PT1H"}},
        {
            "zone": "UTC",
            "hours": [{"from": "08:00", "to": "09:00"}, {"from": "10:00", "to": "11:00"}],
        },
        {"zone": "UTC", "hours": [{"from": "08:00", "to": "24:00"}]},
    ],
)
def test_what_rows_cannot_show_is_left_to_experts(window):
    assert rows_of({"op": "and", "rules": [{"kind": "open", "window": window}]}, "GBP") is None


def test_hours_of_a_condition_are_on_the_clock_of_the_offer(world, as_role):
    rows = {
        "conditions-TOTAL_FORMS": "1",
        "conditions-0-kind": "open",
        "conditions-0-hours_from": "01:00",
        "conditions-0-hours_to": "04:00",
    }
    client = as_role("marketer")
    client.post(reverse("admin:rewards_promotion_add"), offer(**rows))
    client.post(
        reverse("admin:rewards_promotion_add"), offer(**rows, name="Night", zone="Asia/Tokyo")
    )
    zones = [
        Promotion.objects.get(name=name).rules["rules"][0]["window"]["zone"]
        for name in ("Spring", "Night")
    ]
    assert zones == ["Europe/Dublin", "Asia/Tokyo"]


def test_goods_that_nobody_sells_are_told_while_an_offer_is_typed(world, as_role):
    gift = {"effects-0-kind": "unit", "effects-0-percent": "", "effects-0-cap": ""}
    client, url = as_role("marketer"), reverse("admin:rewards_promotion_check")
    known = world.product.source_id
    wrong = client.post(url, offer(**gift, **{"effects-0-gift": "nothing-1"})).content.decode()
    right = client.post(url, offer(**gift, **{"effects-0-gift": known})).content.decode()
    assert "Not in the catalog: nothing-1." in wrong
    assert "Not in the catalog" not in right


AIMED = {"effects-0-aim": "items"}


def test_categories_and_brands_are_stored_in_the_letters_of_the_catalog(world, as_role):
    """Carts are compared letter by letter: “KEDİ MAMASI” must not miss “Kedi maması”."""
    ProductCategory.objects.create(name="Kedi maması", key=fold("Kedi maması"), created_at=NOON)
    Product.objects.filter(pk=world.product.pk).update(brand="Pati")
    typed = {"effects-0-categories": "KEDI MAMASI, Nothing Yet", "effects-0-not_brands": "PATİ"}

    as_role("marketer").post(reverse("admin:rewards_promotion_add"), offer(**AIMED, **typed))

    target = Promotion.objects.get(name="Spring").effects.get().details["target"]
    assert target["categories"] == ["Kedi maması", "Nothing Yet"]
    assert target["excluding"]["brands"] == ["Pati"]


@pytest.mark.parametrize(
    "typed",
    [
        {**AIMED, "effects-0-categories": "Candels"},
        {**AIMED, "effects-0-brands": "Candels"},
        {
            "conditions-TOTAL_FORMS": "1",
            "conditions-0-kind": "items",
            "conditions-0-categories": "Candels",
        },
    ],
)
def test_a_misspelt_category_is_told_because_no_cart_would_ever_fit(world, as_role, typed):
    Product.objects.filter(pk=world.product.pk).update(brand="Candles", categories=["Candles"])
    client, url = as_role("marketer"), reverse("admin:rewards_promotion_check")
    right = {name: value.replace("Candels", "candles") for name, value in typed.items()}

    assert "Not in the catalog: Candels." in client.post(url, offer(**typed)).content.decode()
    assert "Not in the catalog" not in client.post(url, offer(**right)).content.decode()


def row_of(kind, names):
    return {
        "conditions-TOTAL_FORMS": "1",
        "conditions-0-kind": kind,
        "conditions-0-names": names,
    }


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("country", "ie, Türkiye, IE", ["IE", "TR"]),
        ("language", "Turkish, en-gb", ["tr", "en-GB"]),
        ("channel", "web, App", ["web", "App"]),
    ],
)
def test_countries_and_languages_may_be_typed_by_name(world, as_role, kind, typed, stored):
    client = as_role("marketer")
    client.post(reverse("admin:rewards_promotion_add"), offer(**row_of(kind, typed)))
    assert Promotion.objects.get(name="Spring").rules["rules"] == [{"kind": kind, "in": stored}]


@pytest.mark.parametrize("kind", ["country", "language"])
def test_what_names_no_country_is_refused_at_its_field_for_nobody_would_fit(world, as_role, kind):
    client = as_role("marketer")
    answer = client.post(reverse("admin:rewards_promotion_add"), offer(**row_of(kind, "IE, Xyzzy")))
    (row,) = answer.context["adminform"].form.conditions.forms
    assert "“Xyzzy”" in str(row.errors["names"]) or "“IE”" in str(row.errors["names"])
    assert not Promotion.objects.filter(name="Spring").exists()


def test_the_form_of_an_offer_offers_the_switch_that_changes_something(world, as_role):
    client, pk = as_role("marketer"), world.promotion.pk
    form = client.get(reverse("admin:rewards_promotion_change", args=[pk])).content.decode()
    assert reverse("admin:rewards_promotion_switch_off", args=[pk]) in form
    assert reverse("admin:rewards_promotion_switch_on", args=[pk]) not in form
