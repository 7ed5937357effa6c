"""An offer is built in words, tried on a cart, and saved, in a browser."""

import os
import re

import pytest
from playwright.sync_api import expect

from rewards.models import Promotion
from tests import factories as make

SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def leash(world):
    return make.ProductFactory(
        source_id="leash-1", name="Leash", category="dog", categories=["dog"], price=4_000
    )


@pytest.fixture
def newcomer(world):
    return make.IdentityFactory(customer=make.CustomerFactory(email="nora@example.com"))


def build(page):
    page.locator("#id_name").fill("Dog nights")
    page.locator("#id_currency").fill("GBP")
    page.locator("#id_minimum").fill("100.00")
    effects = page.get_by_role("group", name="What the code does to the order")
    effects.get_by_label("Effect", exact=True).select_option("buy_get")
    expect(effects.get_by_label("Bundles on one order")).to_be_hidden()
    effects.get_by_label("Buy (units)").fill("2")
    effects.get_by_label("Get (units)").fill("1")
    effects.get_by_label("Categories", exact=True).fill("dog")
    conditions = page.get_by_role("group", name="Who and which orders fit")
    conditions.get_by_label("Condition", exact=True).first.select_option("new_customer")
    page.locator("#id_zone").fill("Europe/Istanbul")
    page.get_by_label("Sunday").check()
    page.locator("#id_hours_from").fill("01:00")
    page.locator("#id_hours_to").fill("04:00")
    page.locator("#id_budget").fill("10000")


def test_an_offer_is_built_read_tried_and_saved(world, leash, newcomer, open_as):
    page = open_as("marketer", path="/admin/rewards/promotion/add/")
    build(page)
    said = page.locator("#offer-words")
    expect(said).to_contain_text("Buy 2 of the category dog, get 1 free", timeout=10_000)
    expect(said).to_contain_text("Orders of £100.00 or more")
    expect(said).to_contain_text("If the customer has not ordered before")
    expect(said).to_contain_text("On Sunday 01:00 to 04:00 (Europe/Istanbul)")
    expect(said).to_contain_text("A budget of £10,000.00")
    assert not Promotion.objects.filter(name="Dog nights").exists()

    # Sunday 24 May 2026, 02:00 in Istanbul: what three leashes would get, though nothing is saved.
    cart = page.locator("#calculator")
    cart.get_by_label("Product or variant (id)").first.fill("leash-1")
    cart.get_by_label("Units").first.fill("3")
    cart.get_by_label("Customer").fill(newcomer.customer.email)
    cart.get_by_label("Moment").fill("2026-05-24T02:00")
    cart.get_by_role("button", name="Calculate").click()
    expect(cart.get_by_role("row", name=re.compile("leash-1"))).to_contain_text("£40.00")
    expect(cart.get_by_role("row", name=re.compile("Together"))).to_contain_text("£80.00")
    cart.get_by_label("Moment").fill("2026-05-25T02:00")
    cart.get_by_role("button", name="Calculate").click()
    expect(cart).to_contain_text("does not run on this day or at this hour")
    expect(cart).to_contain_text("Needed: from")

    if SHOTS:
        page.screenshot(path=f"{SHOTS}/form.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{SHOTS}/form-phone.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/promotion/\d+/page/"))
    expect(page.get_by_role("heading", name="Dog nights").first).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/page.png", full_page=True)
        dark = open_as("marketer", path=page.url, look="dark", language="tr")
        dark.screenshot(path=f"{SHOTS}/page-dark-tr.png", full_page=True)
        dark.goto(page.url.replace("/page/", "/change/"))
        dark.wait_for_timeout(1500)
        dark.screenshot(path=f"{SHOTS}/form-dark-tr.png", full_page=True)
    expect(page.locator("main, #content").first).to_contain_text("Buy 2 of the category dog")
    saved = Promotion.objects.get(name="Dog nights")
    effect = saved.effects.get()
    assert effect.details == {
        "buy": {"categories": ["dog"]},
        "buy_quantity": 2,
        "get": {"categories": ["dog"]},
        "get_quantity": 1,
    }
    assert saved.window == {"days": [0], "hours": [{"from": "01:00", "to": "04:00"}]}
    assert saved.rules["rules"] == [{"kind": "new_customer", "is": True}]
    assert (saved.minimum_amount, saved.budget_amount) == (10_000, 1_000_000)
    assert page.complaints == []


def test_a_value_of_another_kind_stays_in_view_until_it_is_emptied(world, open_as):
    page = open_as("marketer", path="/admin/rewards/promotion/add/")
    effects = page.get_by_role("group", name="What the code does to the order")
    effects.get_by_label("Effect", exact=True).select_option("percent")
    effects.get_by_label("Percent off").fill("15")
    effects.get_by_label("Effect", exact=True).select_option("amount")
    expect(effects.get_by_label("Percent off")).to_be_visible()
    effects.get_by_label("Percent off").fill("")
    effects.get_by_label("Effect", exact=True).select_option("free_shipping")
    expect(effects.get_by_label("Percent off")).to_be_hidden()
    page.get_by_role("button", name="Add another effect").click()
    expect(effects.get_by_label("Effect", exact=True)).to_have_count(2)
    expect(effects.get_by_label("Effect", exact=True).nth(1)).to_be_focused()


@pytest.mark.parametrize(
    ("language", "minimum", "amount", "said"),
    [
        ("en", "30,50", "10.00", ["£10.00 off", "Orders of £30.50 or more"]),
        ("en", "£1,234.50", "1,000", ["£1,000.00 off", "Orders of £1,234.50 or more"]),
        ("tr", "30,50", "10.00", ["£10,00 indirim", "£30,50 ve üzeri siparişlerde"]),
        ("tr", "1.234,50", "1.000", ["£1.000,00 indirim", "£1.234,50 ve üzeri siparişlerde"]),
    ],
)
def test_an_offer_takes_money_as_people_write_it(world, open_as, language, minimum, amount, said):
    name = f"Money {language} {minimum}"
    page = open_as("marketer", path="/admin/rewards/promotion/add/", language=language)
    page.locator("#id_name").fill(name)
    page.locator("#id_minimum").fill(minimum)
    page.locator("#id_effects-0-kind").select_option("amount")
    page.locator("#id_effects-0-amount_off").fill(amount)
    for words in said:
        expect(page.locator("#offer-words")).to_contain_text(words, timeout=10_000)
    page.locator("[name=_continue]").click()
    page.wait_for_url(re.compile(r"/promotion/\d+/(page|change)/"))
    for words in said:
        expect(page.locator("main, #content").first).to_contain_text(words, timeout=10_000)
    saved = Promotion.objects.get(name=name)
    page.goto(f"/admin/rewards/promotion/{saved.pk}/change/")
    mark = "," if language == "tr" else "."
    shown = page.locator("#id_minimum").input_value()
    assert shown == f"{saved.minimum_amount // 100}{mark}50"
    assert page.complaints == []


def test_an_amount_that_may_mean_two_things_is_asked_about(world, open_as):
    page = open_as("marketer", path="/admin/rewards/promotion/add/")
    page.locator("#id_name").fill("Two meanings")
    page.locator("#id_minimum").fill("1.234")
    page.locator("#id_effects-0-kind").select_option("free_shipping")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("GBP has 2 decimals, the amount has more.")).to_be_visible()
    expect(page.locator("#id_minimum")).to_have_value("1.234")
    assert not Promotion.objects.filter(name="Two meanings").exists()


def test_what_is_rarely_asked_is_folded_away_and_found_again(world, open_as):
    page = open_as("marketer", path="/admin/rewards/promotion/add/")
    effects = page.get_by_role("group", name="What the code does to the order")
    effects.get_by_label("Effect", exact=True).select_option("percent")
    expect(effects.get_by_label("Categories", exact=True)).to_be_hidden()
    effects.get_by_label("Works on").select_option("items")
    effects.get_by_label("Categories", exact=True).fill("dog")
    expect(effects.get_by_label("But not the brands")).to_be_hidden()
    effects.get_by_text("More choices").click()
    effects.get_by_label("But not the brands").fill("Wolf")
    page.locator("#id_name").fill("Folded")
    effects.get_by_label("Percent off").fill("10")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/promotion/\d+/page/"))
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("But not the brands")).to_have_value("Wolf")
    expect(page.get_by_label("But not the brands")).to_be_visible()
