"""The page of one customer: what stands on it, and for whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.shared.models import Project
from customers import panels
from customers.models import Address, Adviser, Attribute, Customer, Event
from customers.panels import Notice, NoticeSource, PageAction
from customers.services import purchases
from tests import factories as make
from tests.factories import NOON


@pytest.fixture
def page_of(world, as_role):
    """The page as one line of text, for a role and a query."""

    def read(role="marketer", query=""):
        url = reverse("admin:customers_customer_change", args=[world.customer.pk])
        response = as_role(role).get(url + query)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return read


def change(customer, **fields):
    Customer.objects.filter(pk=customer.pk).update(**fields)


# --- The head -------------------------------------------------------------------------------------
def test_the_head_says_who_this_is(world, page_of):
    adviser = Adviser.objects.create(source_id="A1", name="Ece Kaya", email="ece@example.com")
    change(
        world.customer, kind="business", company="Kelebek Ltd", adviser=adviser, gender="woman",
        zone_problem="Dublin", zone_source="default",
    )  # fmt: skip
    Address.objects.create(customer=world.customer, label="Work", line_1="1 Main St", country="IE")
    page = page_of()
    for words in (
        "Kelebek Ltd · Business · customer since", "Ece Kaya", "1 Main St", "12:00, Tuesday",
        "project default", "“Dublin” was given as time zone", "19 March 1990", "woman", "12345",
    ):  # fmt: skip
        assert words in page, words


def test_trade_is_what_purchases_add_up_to(world, page_of):
    identity = world.customer.identities.get()
    make.OrderFactory(identity=identity, placed_at=NOON - timedelta(days=40), amount=1_450)
    purchases.rebuild()
    page = page_of()
    assert "£40.00" in page
    assert "£20.00" in page  # on average
    assert "every 30 days" in page
    assert "Mar 2026" in page
    assert 'aria-label="Orders per month' in page


def test_months_are_those_of_the_project_s_zone(world, as_role):
    """Half past eleven at night in Dublin, the last of the month, is the next one in Istanbul."""
    last_night = (NOON - timedelta(days=17)).replace(hour=23, minute=30)
    make.OrderFactory(identity=world.customer.identities.get(), placed_at=last_night)
    client = as_role("marketer")
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    for zone, orders in (("Europe/Dublin", [1, 1]), ("Europe/Istanbul", [0, 2])):
        Project.objects.update(zone=zone)
        months = client.get(url).context["months"]
        assert [month.orders for month in months[-2:]] == orders


def test_without_recent_orders_there_is_no_empty_chart(world, as_role):
    world.customer.identities.get().orders.update(placed_at=NOON - timedelta(days=900))
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    assert as_role("marketer").get(url).context["chart"] is None


def test_each_channel_and_each_use_is_answered_with_date_and_source(world, page_of):
    page = page_of()
    assert "since 21 May 2025, from “checkout”" in page
    assert page.count("not known: never asked") == 3 + 4  # other channels, gated kinds of data


def test_taste_is_for_marketing(page_of):
    assert "Price band" in page_of("marketer")
    assert "Price band" not in page_of("support")


# --- Attributes -----------------------------------------------------------------------------------
@pytest.fixture
def attributes(world):
    for key, kind, value, fields in (
        ("level", "text", "gold", {}),
        ("budget", "money", 123_450, {"currency": "GBP"}),
        ("met", "date", "2025-12-24", {}),
        ("diabetic", "boolean", True, {"is_sensitive": True}),
        ("device", "text", "Pixel 9", {"data_category": "BROWSE_HISTORY"}),
        ("height", "number", "tall", {}),
    ):
        Attribute.objects.create(
            key=key, name=key.title(), type=kind, purpose=f"why {key}", created_at=NOON, **fields
        )
        world.customer.metadata[key] = value
    world.customer.metadata["loose"] = ["a", "b"]
    world.customer.save()


def test_attributes_with_type_and_purpose(attributes, page_of):
    page = page_of()
    for words in (
        "Level", "gold", "why level", "£1,234.50", "24 Dec 2025", "a, b", "not defined",
        "does not fit its type",
    ):  # fmt: skip
        assert words in page, words


def test_what_is_sensitive_or_not_allowed_is_named_without_its_value(attributes, as_role, world):
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    for role, sees in (("marketer", False), ("support", False), ("administrator", True)):
        shown = {one.name: one for one in as_role(role).get(url).context["attributes"]}
        assert (shown["Diabetic"].value == "yes") is sees
        assert bool(shown["Diabetic"].hidden) is not sees
        assert shown["Device"].value == ""
        assert "not allowed" in shown["Device"].hidden


def test_an_allowed_kind_of_data_is_shown(attributes, as_role, world):
    identity = world.customer.identities.get()
    event = make.ConsentEventFactory(identity=identity, channel="", data_category="BROWSE_HISTORY")
    make.ConsentStateFactory(
        customer=world.customer, channel="", data_category="BROWSE_HISTORY", event=event
    )
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    shown = {one.name: one for one in as_role("marketer").get(url).context["attributes"]}
    assert shown["Device"].value == "Pixel 9"


# --- Buttons and banners --------------------------------------------------------------------------
@pytest.fixture
def own_registries(monkeypatch):
    monkeypatch.setattr(panels, "_actions", {})
    monkeypatch.setattr(panels, "_notices", {})


def test_buttons_are_for_those_who_may(own_registries, page_of):
    panels.register_action(
        PageAction("erase", "Erase…", "customers.erase_customer", lambda c: f"/x/{c.pk}", 1,
                   is_dangerous=True)
    )  # fmt: skip
    panels.register_action(
        PageAction("edit", "Edit this", "customers.view_customer", lambda c: f"/y/{c.pk}", 2)
    )
    panels.register_action(
        PageAction("no", "Never shown", "customers.view_customer", lambda c: "/z", 3,
                   shown=lambda c: False)
    )  # fmt: skip
    page = page_of("administrator")
    assert page.index("Edit this") < page.index("Erase…")  # what is dangerous comes last
    assert "Never shown" not in page
    assert "Erase…" not in page_of("support")
    with pytest.raises(ValueError, match="edit"):
        panels.register_action(PageAction("edit", "", "", lambda c: "", 1))


def test_banners_stand_above_everything(own_registries, page_of):
    panels.register_notice(
        NoticeSource("test", lambda c, user, at: [Notice("Merged", "wait", "/undo", "Undo…")], 1)
    )
    page = page_of()
    assert page.index("Merged") < page.index("Who this is")
    assert 'href="/undo"' in page


# --- The timeline ---------------------------------------------------------------------------------
def event(world, name, category, **fields):
    return Event.objects.create(
        identity=world.customer.identities.get(), name=name, data_category=category,
        occurred_at=NOON - timedelta(hours=1), received_at=NOON, **fields,
    )  # fmt: skip


def test_the_timeline_is_what_the_page_begins_with(page_of):
    page = page_of()
    assert "What happened" in page
    for words in (
        "Order 536", "Return C", "Code BDAY-7K3M-P9QX-2WVT used", "Message “Happy birthday”",
        "Birthday greetings", "Consent: e-mail", "Seen: £12.50. Needed: £25.00.",
    ):  # fmt: skip
        assert words in page, words


def test_alike_events_of_a_day_are_one_line(world, page_of):
    for _ in range(4):
        event(world, "complaint_filed", "PURCHASE_HISTORY", properties={"about": "late parcel"})
    page = page_of()
    assert "Complaint filed, 4 times" in page
    assert page.count("about: late parcel") == 4


def test_what_may_not_be_looked_at_is_named(world, page_of):
    event(world, "searched", "SEARCH_HISTORY", properties={"query": "surprise"})
    page = page_of()
    assert "surprise" not in page
    assert "has not allowed the use: store visits, pages viewed, searches, location." in page


def test_kinds_and_days_are_chosen_in_the_address(page_of):
    page = page_of(query="?tab=timeline&kind=return&since=2026-03-01&until=2026-03-12")
    assert "Return C" in page
    assert "Order 536" not in page
    page = page_of(query="?tab=timeline&kind=return&until=2026-03-11")
    assert "Nothing of that kind happened" in page


@pytest.mark.parametrize(
    "odd", ["since=x", "until=2026-99-99", "kind=", "before=%00", "since=0001-01-01"]
)
def test_an_odd_filter_breaks_nothing(page_of, odd):
    assert page_of(query=f"?tab=timeline&{odd}")


def test_an_order_on_the_timeline_leads_to_that_order(world, as_role):
    identity = world.customer.identities.get()
    for n in range(15):
        make.OrderFactory(identity=identity, placed_at=NOON - timedelta(days=n))
    client = as_role("marketer")
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    days = client.get(url + "?tab=timeline&kind=order").context["days"]
    oldest = days[-1].lines[-1].entry
    deals = client.get(oldest.url).context["deals"]
    assert oldest.title == f"Order {deals[0].order.source_id}"


def test_reasons_stand_beside_orders_and_returns(world, page_of):
    identity = world.customer.identities.get()
    make.OrderFactory(
        identity=identity, status="CANCELED", cancel_reason="ordered twice", is_gift=True,
        gift_reason="for a friend",
    )  # fmt: skip
    make.ReturnFactory(identity=identity, reason="too small", order_source_id="536001")
    page = page_of(query="?tab=orders")
    for words in ("ordered twice", "for a friend", "too small", "order 536001"):
        assert words in page, words
