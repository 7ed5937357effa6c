"""A code is put right, and how codes combine is tried before it is changed, in a browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from config.shared.clock import now
from rewards.models import StackingRules, Voucher
from tests import factories as make


@pytest.fixture
def expired(world):
    """A code of Aoife's that the shop refused, because it had expired."""
    at = now()
    voucher = make.VoucherFactory(
        promotion=world.promotion,
        code="LATE-7K3M-P9QX-2WVT",
        holder=world.voucher.holder,
        expires_at=at - timedelta(days=2),
        created_at=at - timedelta(days=9),
    )
    make.RedemptionFactory(
        voucher=voucher,
        identity=voucher.holder,
        result="FAILURE",
        failure_key="voucher_expired",
        failure_rule="voucher_expiry",
        failure_seen=(at - timedelta(days=1)).isoformat(timespec="seconds"),
        failure_needed=f"< {voucher.expires_at.isoformat(timespec='seconds')}",
        created_at=at - timedelta(days=1),
    )
    return voucher


def test_a_support_agent_finds_a_refused_code_and_puts_it_right(world, expired, open_as):
    """Find the customer, see why, put it right: five clicks and a name."""
    page = open_as("support", path="/admin/customers/customer/")
    page.keyboard.press("/")
    page.keyboard.type("aoife")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=aoife")
    page.get_by_role("link", name="Aoife Yılmaz").first.click()
    page.get_by_role("link", name="Codes and redemptions").click()
    expect(page.get_by_text("The code has expired.").first).to_be_visible()
    page.get_by_role("link", name="LATE-7K3M-P9QX-2WVT").click()
    expect(page.get_by_text("Would the shop accept it now?")).to_be_visible()
    page.get_by_role("link", name="Change its end…").click()
    dialog = page.get_by_role("dialog", name="Until when shall this code be valid?")
    expect(dialog.get_by_text("Its offer has no end.")).to_be_visible()
    dialog.get_by_role("button", name="Change the end").click()

    expect(page.get_by_text("The end of the code is changed.")).to_be_visible()
    expect(
        page.get_by_text("If the order and the customer are what the offer asks")
    ).to_be_visible()
    expired.refresh_from_db()
    assert expired.expires_at > now() + timedelta(days=6)
    assert page.complaints == []


def test_a_dialog_about_a_code_says_what_is_wrong_and_stays(world, open_as):
    code = make.VoucherFactory(promotion=world.promotion, holder=None, code="VALUES-1")
    page = open_as("marketer", path=f"/admin/rewards/voucher/{code.pk}/change/")
    page.get_by_role("link", name="Change its values…").click()
    dialog = page.get_by_role("dialog", name="What shall the shop be told of this code?")
    dialog.get_by_label("Values").fill("print run May")
    dialog.get_by_role("button", name="Save the values").click()
    expect(dialog.get_by_text("Line 1 is no value")).to_be_visible()
    dialog.get_by_label("Values").fill("print run: May")
    dialog.get_by_role("button", name="Save the values").click()
    expect(page.get_by_text("The values of the code are changed.")).to_be_visible()
    assert Voucher.objects.get(pk=code.pk).metadata == {"print run": "May"}


def test_how_codes_combine_is_read_tried_and_saved(world, open_as):
    fifth = make.PromotionFactory(name="A fifth off", holder_only=False)
    make.EffectFactory(promotion=fifth, percent=20)
    ten = make.PromotionFactory(name="Ten off", holder_only=False, stacking_category="sale")
    make.EffectFactory(promotion=ten, kind="amount", percent=None, amount=1_000)
    page = open_as("marketer", path="/admin/")
    page.get_by_role("link", name="How codes combine").click()
    said = page.locator("#combining-words")
    expect(said).to_contain_text("If one code is refused, none is used.")

    cart = page.locator("#calculator")
    cart.get_by_label("Product or variant (id)").first.fill("lamp")
    cart.get_by_label("Price of one").first.fill("100")
    cart.get_by_label("First code").select_option(label="A fifth off")
    cart.get_by_label("Second code").select_option(label="Ten off")
    cart.get_by_role("button", name="Calculate").click()
    expect(cart.get_by_role("row", name=re.compile("Together"))).to_contain_text("£70.00")

    expect(page.get_by_label("Category", exact=True).first).to_have_value("sale")
    page.get_by_label("In company").first.select_option("exclusive")
    expect(said).to_contain_text("Where a code of “sale” is accepted", timeout=10_000)
    cart.get_by_role("button", name="Calculate").click()
    expect(cart).to_contain_text("Another code cannot be combined with this one.")
    expect(cart.get_by_role("row", name=re.compile("Together"))).to_contain_text("£90.00")
    assert not StackingRules.objects.exists()

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The rules hold from the next order on.")).to_be_visible()
    assert StackingRules.objects.get().rules["exclusive_categories"] == ["sale"]
    StackingRules.objects.all().delete()
    assert page.complaints == []
