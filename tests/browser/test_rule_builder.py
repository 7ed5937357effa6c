"""The rule builder in a real browser: by keyboard alone, kept as it was, and without JavaScript."""

import json

import pytest
from playwright.sync_api import expect

from customers.models import ProductCategory
from segments.models import Segment
from tests import factories as make
from tests.browser.test_accessible import LOOKS, violations
from tests.browser.test_journeys import tab_to
from tests.factories import NOON

NEW = "/admin/segments/segment/add/"
DOG_FOOD = ["Dog food"]
# Customers in Izmir with three orders or more this year who looked at dog food in the last two
# weeks and have not bought any.
SENTENCE = {
    "op": "and",
    "rules": [
        {"field": "profile.city", "cmp": "is", "value": "İzmir"},
        {
            "field": "orders.count",
            "cmp": "gte",
            "value": 3,
            "within": {"last": 1, "unit": "year"},
        },
        {
            "field": "event.product_viewed",
            "cmp": "gte",
            "value": 1,
            "within": {"last": 2, "unit": "week"},
            "where": [{"field": "product.category", "cmp": "in", "value": DOG_FOOD}],
        },
        {"field": "product.category_bought", "cmp": "not_in", "value": DOG_FOOD},
    ],
}
# What the builder must show, and what it must keep though it cannot show it.
DEEP = {
    "version": 1,
    "op": "and",
    "not": False,
    "rules": [
        {"field": "profile.country", "cmp": "in", "value": ["IE", "TR", "XX"]},
        {
            "op": "or",
            "rules": [
                {
                    "field": "orders.sum",
                    "cmp": "between",
                    "value": [10000, 25050],
                    "currency": "GBP",
                    "within": {"last": 12, "unit": "month"},
                    "where": [
                        {"field": "product.brand", "cmp": "in", "value": ["Nobody"]},
                        {"field": "order.amount", "cmp": "gte", "value": 999, "currency": "GBP"},
                    ],
                },
                {
                    "op": "or",
                    "not": True,
                    "rules": [
                        {"field": "profile.birthday", "cmp": "anniversary", "value": [-3, 7]},
                        {
                            "field": "event.newsletter_read",
                            "cmp": "eq",
                            "value": 0,
                            "where": [
                                {"field": "property.issue", "cmp": "is", "value": True},
                                {"field": "property.seconds", "cmp": "gt", "value": 2.5},
                            ],
                        },
                    ],
                },
            ],
        },
        {"field": "attribute.gone", "cmp": "is", "value": "kept"},
    ],
}


@pytest.fixture(scope="module", autouse=True)
def dog_food(world):
    ProductCategory.objects.create(name="Dog food", key="dog food", created_at=NOON)
    make.ProductFactory(name="Dry dog food", source_id="DF-1", search="dry dog food df-1")


def rule(page):
    return json.loads(page.locator("textarea[name=rules]").input_value())


def edited(segment):
    return f"/admin/segments/segment/{segment.pk}/change/"


def opened(open_as, rules, **more):
    segment = make.SegmentFactory(rules=rules)
    page = open_as("marketer", path=edited(segment), **more)
    page.segment = Segment.objects.get(pk=segment.pk)
    return page


def has_focus(page, name):
    expect(page.locator(":focus")).to_have_accessible_name(name)


def choose(page, text):
    """In the select that has the focus, type what the option begins with."""
    page.keyboard.type(text)


def pick(page, text, label):
    page.keyboard.type(text)
    expect(page.get_by_role("option", name=label)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Remove {label}").last).to_be_visible()


def add_condition(page, field):
    tab_to(page, "Add condition")
    page.keyboard.press("Enter")
    has_focus(page, "What to look at")
    choose(page, field)


def test_a_sentence_is_built_saved_and_opened_again_by_keyboard_alone(world, open_as):
    page = open_as("marketer", path=NEW)
    page.locator("#id_name").focus()
    page.keyboard.type("Dog food seekers")

    add_condition(page, "City")
    tab_to(page, "Value: City", most=3)
    page.keyboard.type("İzmir")

    add_condition(page, "Number of orders")
    tab_to(page, "Value: Number of orders", most=3)
    page.keyboard.type("3")
    tab_to(page, "When: Number of orders", most=2)
    choose(page, "in the")
    tab_to(page, "how many", most=2)
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    tab_to(page, "unit", most=2)
    choose(page, "y")

    add_condition(page, "Viewed a product")
    tab_to(page, "When: Viewed a product", most=3)
    choose(page, "in the")
    tab_to(page, "how many", most=2)
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    tab_to(page, "unit", most=2)
    choose(page, "w")
    tab_to(page, "Count only those where", most=2)
    page.keyboard.press("Enter")
    has_focus(page, "Detail to look at")
    choose(page, "category")
    tab_to(page, "Value: category of the product", most=3)
    pick(page, "dog", "Dog food")

    add_condition(page, "Bought of the category")
    tab_to(page, "How to compare", most=2)
    choose(page, "none")
    tab_to(page, "Value: Bought of the category", most=2)
    pick(page, "DOG", "Dog food")

    assert rule(page) == SENTENCE
    tab_to(page, "Save and continue editing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    segment = Segment.objects.get(name="Dog food seekers")
    assert segment.rules == SENTENCE
    assert rule(page) == SENTENCE
    expect(page.get_by_label("Value: City")).to_have_value("İzmir")
    expect(page.get_by_role("button", name="Remove Dog food")).to_have_count(2)
    assert page.complaints == []


def test_opening_a_rule_changes_nothing_of_it(open_as):
    page = opened(open_as, DEEP)
    stored = json.dumps(page.segment.rules, ensure_ascii=False, indent=2)
    expect(page.get_by_role("group", name="Country").first).to_be_visible()
    assert page.locator("textarea[name=rules]").input_value() == stored
    page.goto(NEW)  # the guard of unsaved changes would ask
    assert page.url.endswith(NEW)


def test_what_is_not_understood_is_kept_while_the_rest_changes(open_as):
    page = opened(open_as, DEEP)
    expect(page.get_by_text("“attribute.gone” is not among")).to_be_visible()
    page.get_by_label("Value: Sum of orders, upper end").fill("300,5")
    page.get_by_role("button", name="Move up: attribute.gone").click()
    changed = json.loads(json.dumps(DEEP))
    changed["rules"][1]["rules"][0]["value"] = [10000, 30050]
    kept = changed["rules"].pop(2)
    changed["rules"][1]["rules"].append(kept)
    assert rule(page) == changed
    page.get_by_role("button", name="Move down: attribute.gone").click()
    changed["rules"][1]["rules"].pop()
    changed["rules"].insert(2, kept)
    assert rule(page) == changed


def test_what_a_newer_version_may_write_is_kept_too(open_as):
    newer = {"field": "orders.count", "cmp": "gte", "value": 1, "later": {"unknown": [1, 2]}}
    page = open_as("marketer", path=NEW)
    page.get_by_role("button", name="Show as JSON").click()
    page.locator("textarea[name=rules]").fill(json.dumps({"op": "or", "rules": [newer]}))
    page.get_by_role("button", name="Show as conditions").click()
    expect(page.get_by_text("It is kept as it is written.")).to_be_visible()
    page.get_by_role("button", name="Add group").click()
    assert rule(page)["rules"] == [newer, {"op": "and", "rules": [{"field": ""}]}]


def test_a_value_that_is_gone_is_shown_as_gone_and_kept(open_as):
    page = opened(open_as, DEEP)
    expect(page.get_by_text("XX (no longer exists)")).to_be_visible()
    expect(page.get_by_text("Ireland", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Ireland").press("Delete")
    assert rule(page)["rules"][0]["value"] == ["TR", "XX"]
    has_focus(page, "Remove Türkiye")
    page.keyboard.press("Backspace")
    assert rule(page)["rules"][0]["value"] == ["XX"]


def test_the_focus_stays_near_what_was_added_moved_and_removed(open_as):
    rules = {
        "op": "and",
        "rules": [
            {"field": "orders.count", "cmp": "gte", "value": 1},
            {"field": "profile.city", "cmp": "is", "value": "Dublin"},
        ],
    }
    page = opened(open_as, rules)
    status = page.locator("rule-builder [role=status]")
    page.get_by_role("button", name="Move up: City").press("Enter")
    expect(status).to_have_text("Moved: City, now 1 of 2.")
    has_focus(page, "Move down: City")
    page.get_by_role("button", name="Remove: City").press("Enter")
    expect(status).to_have_text("Removed: City.")
    has_focus(page, "Remove: Number of orders")
    page.keyboard.press("Enter")
    has_focus(page, "Add condition (All of the following)")
    expect(page.get_by_text("There is no condition yet.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(status).to_have_text("A condition was added. Choose what to look at.")
    page.get_by_role("button", name="Add group").press("Enter")
    expect(status).to_have_text("A group with one condition was added.")
    has_focus(page, "What to look at")
    group = page.get_by_role("group", name="Group: Any of the following")
    group.get_by_role("combobox", name="How many of the following").select_option("none")
    assert rule(page)["rules"][1] == {"op": "or", "not": True, "rules": [{"field": ""}]}


def test_groups_are_nested_four_deep_and_no_deeper(open_as):
    page = opened(
        open_as, {"op": "and", "rules": [{"field": "orders.count", "cmp": "eq", "value": 1}]}
    )
    for _ in range(3):
        page.get_by_role("button", name="Add group").last.scroll_into_view_if_needed()
        inner = page.locator("fieldset.rb-group").last
        inner.locator(":scope > .rb-add").get_by_role("button", name="Add group").click()
    expect(page.locator("fieldset.rb-group")).to_have_count(4)
    deepest = page.locator("fieldset.rb-group").last
    expect(deepest.get_by_role("button", name="Add group")).to_have_count(0)


def test_everyone_is_an_explicit_choice_that_can_be_taken_back(open_as):
    rules = {"op": "and", "rules": [{"field": "orders.count", "cmp": "gte", "value": 1}]}
    page = opened(open_as, rules)
    page.get_by_label("Everyone", exact=True).check()
    assert rule(page) == {"everyone": True}
    expect(page.get_by_role("button", name="Add condition")).to_have_count(0)
    page.get_by_label("Customers who match").press("Space")
    assert rule(page) == rules


def test_what_the_server_refuses_is_shown_where_it_is(open_as):
    rules = {
        "op": "and",
        "rules": [
            {"field": "profile.city", "cmp": "is", "value": "Dublin"},
            {"op": "or", "rules": [{"field": "orders.count", "cmp": "gte", "value": 1}]},
        ],
    }
    page = opened(open_as, rules)
    page.get_by_label("Value: Number of orders").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    group = page.get_by_role("group", name="Number of orders", exact=True)
    expect(group.get_by_text("Give a value.")).to_be_visible()
    has_focus(page, "Value: Number of orders")
    expect(page.locator(":focus")).to_have_accessible_description("Give a value.")
    page.keyboard.type("2")
    expect(group.get_by_text("Give a value.")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/page/")
    page.segment.refresh_from_db()
    assert page.segment.rules["rules"][1]["rules"][0]["value"] == 2


def test_what_is_no_number_is_said_at_once_and_not_written(open_as):
    rules = {"op": "and", "rules": [{"field": "orders.count", "cmp": "gte", "value": 1}]}
    page = opened(open_as, rules)
    value = page.get_by_label("Value: Number of orders")
    value.fill("many")
    expect(page.get_by_text("Write a whole number.")).to_be_visible()
    assert "value" not in rule(page)["rules"][0]
    value.fill("1.000")
    assert "value" not in rule(page)["rules"][0]
    value.fill("1,000")
    expect(page.get_by_text("Write a whole number.")).to_have_count(0)
    assert rule(page)["rules"][0]["value"] == 1000


def test_experts_may_write_json(open_as):
    rules = {"op": "and", "rules": [{"field": "orders.count", "cmp": "gte", "value": 1}]}
    page = opened(open_as, rules)
    page.get_by_role("button", name="Show as JSON").click()
    text = page.locator("textarea[name=rules]")
    text.fill("{")
    page.get_by_role("button", name="Show as conditions").click()
    expect(page.locator(".rb-problem")).to_have_text(
        "This is not readable as JSON yet. Correct it to see the conditions again."
    )
    text.fill('{"op": "or", "rules": [{"field": "profile.city", "cmp": "contains", "value": "x"}]}')
    page.get_by_role("button", name="Show as conditions").click()
    expect(page.get_by_label("Value: City")).to_have_value("x")


def test_the_text_under_it_follows(open_as):
    page = opened(open_as, SENTENCE)
    page.get_by_label("Value: City").fill("Galway")
    expect(page.locator("#rule-check")).to_contain_text("Galway")


def test_leaving_with_unsaved_changes_is_asked_about(open_as):
    page = opened(open_as, SENTENCE)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("button", name="Remove: City").click()
    page.goto(NEW)
    assert asked == ["beforeunload"]


def test_without_javascript_the_rule_is_a_text(browser, server, open_as):
    page = opened(open_as, SENTENCE)
    plain = browser.new_context(base_url=server, java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    form = plain.new_page()
    form.goto(edited(page.segment))
    text = form.locator("textarea[name=rules]")
    expect(text).to_be_visible()
    expect(form.locator("#rule-check noscript p")).to_be_visible()  # no text to the driver
    text.fill('{"everyone": true}')
    form.get_by_role("button", name="Save", exact=True).click()
    form.wait_for_url("**/page/")
    page.segment.refresh_from_db()
    assert page.segment.rules == {"everyone": True}
    plain.close()


def test_without_javascript_one_can_sign_in(browser, server):
    plain = browser.new_context(base_url=server, java_script_enabled=False)
    page = plain.new_page()
    page.goto("/admin/login/")
    expect(page.get_by_label("Password")).to_be_visible()
    plain.close()


@pytest.mark.parametrize(("look", "language"), LOOKS)
def test_a_deep_rule_is_accessible_in_every_look(open_as, look, language):
    page = opened(open_as, DEEP, look=look, language=language)
    expect(page.locator(".rb-condition")).to_have_count(5)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator("[role=combobox].rb-picker-input").first.click()
    expect(page.locator(".rb-option").first).to_be_visible()
    assert violations(page) == []
    assert page.complaints == []
