"""What people do all day, in a real browser."""

from playwright.sync_api import expect

from tests import factories as make


def tab_to(page, name, *, most=120):
    """Press Tab until what has the focus is called `name`; fails where it cannot be reached."""
    script = """() => {
        const el = document.activeElement;
        const label = el.labels?.[0]?.innerText;
        return (el.getAttribute('aria-label') || el.innerText || label || '').trim();
    }"""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        now = page.evaluate(script)
        if name in now:
            return
        seen.append(now)
    raise AssertionError(f"{name} cannot be reached with the keyboard; seen: {seen}")


def test_signing_in_and_out(browser, server, world, password):
    page = browser.new_page(base_url=server)
    page.goto("/admin/")
    page.get_by_label("E-mail").fill("marketer@example.com")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Please enter the correct")).to_be_visible()
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Redemptions per day")).to_be_visible()
    page.close()


def test_the_dashboard_compares_periods(open_as):
    page = open_as("marketer")
    expect(page.get_by_role("heading", name="Revenue with codes")).to_be_visible()
    expect(page.get_by_text("£85.00")).to_be_visible()
    expect(page.get_by_text("Saint Patrick's Day (Ireland)")).to_be_visible()
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("cell", name="1").first).to_be_visible()
    page.get_by_role("link", name="Last 28 days").click()
    expect(page).to_have_url("/admin/?days=28".join([page.url.split("/admin/")[0], ""]))


def a_moment(page):
    """Dialogs fade in and out and are bound meanwhile; nobody's fingers are quicker than that."""
    page.wait_for_timeout(500)


def test_find_a_customer_and_launch_a_draft_with_the_keyboard_alone(world, open_as):
    draft = make.CampaignFactory(
        name="Wishes by keyboard",
        segment=world.segment,
        promotion=world.promotion,
        template=world.template,
    )
    page = open_as("marketer", path="/admin/customers/customer/")
    page.keyboard.press("/")
    page.keyboard.type("AOIFE")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=AOIFE")
    tab_to(page, "Aoife Yılmaz")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Aoife Yılmaz").last).to_be_visible()
    tab_to(page, "Codes and redemptions")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The order is below the minimum")).to_be_visible()
    expect(page.get_by_text("Seen: £12.50. Needed: £25.00.")).to_be_visible()

    page.goto("/admin/campaigns/campaign/?state=draft")
    tab_to(page, "Wishes by keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Wishes by keyboard").last).to_be_visible()
    tab_to(page, "Launch")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Launch this campaign?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("In the next 7 days 1 customer falls due.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # Not the dialog's own “Launch now”, which keeps the focus for a moment.
    page.wait_for_function(
        "(it => it.innerText?.includes('Launch') && !it.closest('#modal-content'))"
        "(document.activeElement)"
    )
    a_moment(page)
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    a_moment(page)
    tab_to(page, "Launch now", most=6)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The campaign is live.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.state == "live"
    assert page.complaints == []


def test_the_theme_s_mouse_only_controls_take_the_keyboard(open_as):
    page = open_as("marketer", path="/admin/customers/customer/")
    tab_to(page, "Filters")
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/admin/")
    tab_to(page, "Find a customer")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Type to search")).to_be_focused()


def test_a_support_agent_sees_campaigns_and_cannot_launch(world, open_as):
    page = open_as("support", path=f"/admin/campaigns/campaign/{world.draft.pk}/page/")
    expect(page.get_by_role("heading", name="Saint Patrick's Day").last).to_be_visible()
    assert page.get_by_role("link", name="Launch").count() == 0
    assert page.get_by_role("link", name="Edit").count() == 0
    response = page.goto(f"/admin/campaigns/campaign/{world.draft.pk}/launch/")
    assert response.status == 403


def test_a_draft_is_written_with_a_holiday_of_its_country(world, open_as):
    page = open_as("marketer", path="/admin/campaigns/campaign/add/")
    page.get_by_label("Name").fill("Republic Day")
    page.get_by_label("Message").select_option(label="Birthday wishes")
    expect(page.get_by_label("Holiday", exact=True)).to_be_hidden()
    page.get_by_label("Occasion*", exact=True).select_option("holiday")
    page.get_by_label("Country of the holiday").select_option("TR")
    holiday = page.get_by_label("Holiday", exact=True)
    expect(holiday.get_by_text("Republic Day")).to_have_count(1)
    holiday.select_option(label="Republic Day")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("On Republic Day (Türkiye)")).to_be_visible()
    expect(page.get_by_text("The message speaks of")).to_have_count(0)
    assert page.complaints == []


def test_a_rule_is_explained_while_it_is_typed(world, open_as):
    page = open_as("marketer", path=f"/admin/segments/segment/{world.segment.pk}/change/")
    expect(page.get_by_text("1 customer now")).to_be_visible()
    page.get_by_role("button", name="Show as JSON").click()
    rules = page.locator("textarea[name=rules]")
    rules.fill('{"op": "and", "rules": [{"field": "nothing.here", "cmp": "is", "value": 1}]}')
    rules.press("Space")
    expect(page.get_by_text("There is no such field")).to_be_visible()
    assert page.complaints == []


def test_a_new_key_shows_its_token_once(open_as):
    page = open_as("administrator", path="/admin/shared/apikey/add/")
    page.get_by_label("Name").fill("Till")
    page.get_by_role("button", name="Save", exact=True).click()
    token = page.locator("#new-token").inner_text()
    assert token.startswith("sk_")
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("Till")).to_be_visible()
    assert token not in page.content()


def test_a_message_is_shown_as_the_customer_saw_it(world, open_as):
    page = open_as("support", path=f"/admin/messaging/outboxmessage/{world.message.pk}/change/")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Happy birthday")).to_be_visible()
    page.get_by_role("link", name="Headers").click()
    expect(page.get_by_text("Message-ID")).to_be_visible()
    assert page.complaints == []
