"""What pages say, and what they must not do."""

from datetime import timedelta
from importlib.metadata import version

import pytest
from django.urls import reverse

from config.shared import audit
from config.shared.actors import SYSTEM, Actor
from config.shared.models import Heartbeat, Project
from config.shared.screens.pages import keyset_page
from customers.models import Customer, Order
from customers.services.suppression import suppress
from rewards.refusals import in_words
from segments.models import Segment
from tests import factories as make
from tests.factories import NOON


def text_of(client, name, *args, query=""):
    response = client.get(reverse(f"admin:{name}", args=args) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- Dashboard ------------------------------------------------------------------------------------
def test_an_empty_installation_says_what_to_do_next(db, client):
    user = make.StaffUserFactory(groups=["Marketer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = text_of(client, "index")
    assert "Nothing here yet: this is how to begin" in page
    assert reverse("admin:rewards_promotion_add") in page


def test_somebody_without_rights_sees_no_figures(db, client):
    client.force_login(make.StaffUserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert "may not see the figures" in text_of(client, "index")


def test_the_dashboard_tells_the_week(world, as_role):
    page = text_of(as_role("marketer"), "index")
    assert "£85.00" in page  # paid after 15.00 off an order of 100.00
    assert "The order is below the minimum of the offer." in page
    assert "is a draft and waits to be launched" in page
    assert "Ireland" in page  # today's holiday
    assert "17 Mar 2026, 12:00" in page


def test_the_days_of_the_dashboard_are_those_of_the_project(world, as_role, noon):
    """A redemption of half past midnight in Istanbul was yesterday in Dublin."""
    world.accepted.created_at = NOON.replace(hour=21, minute=30) - timedelta(days=1)
    world.accepted.save()
    client = as_role("marketer")
    for zone, expected in [("Europe/Dublin", [1, 0]), ("Europe/Istanbul", [0, 1])]:
        Project.objects.update(zone=zone)
        board = client.get(reverse("admin:index")).context["board"]
        assert [day.accepted for day in board.redemptions[-2:]] == expected


def test_a_beat_that_stands_still_is_the_first_concern(world, as_role):
    Heartbeat.objects.update(at=NOON - timedelta(minutes=5))
    concerns = as_role("marketer").get(reverse("admin:index")).context["board"].concerns
    assert "The scheduler has stopped" in str(concerns[0].text)


# --- Customers ------------------------------------------------------------------------------------
@pytest.mark.parametrize("wanted", ["aoife", "AOİFE", "yilmaz", "YILMAZ", "dublin", "aoife@ex"])
def test_customers_are_found_however_the_name_is_typed(world, as_role, wanted):
    make.CustomerFactory(first_name="Nobody", last_name="Else", email="else@example.com", city="")
    client = as_role("support")
    response = client.get(reverse("admin:customers_customer_changelist"), {"q": wanted})
    assert list(response.context["cl"].result_list) == [world.customer]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("country=IE", True),
        ("country=TR", False),
        ("country=-", False),
        ("may_email=yes", True),
        ("may_email=no", False),
        ("birthday=this-month", True),
        ("birthday=unknown", False),
    ],
)
def test_filters_of_customers(world, as_role, query, found):
    url = reverse("admin:customers_customer_changelist") + f"?{query}"
    listed = as_role("support").get(url).context["cl"].result_list
    assert (world.customer in listed) is found


def test_the_customer_page_knows_what_we_may(world, as_role):
    page = text_of(as_role("support"), "customers_customer_change", world.customer.pk)
    assert "19 March 1990" in page
    assert "12:00, Tuesday" in page
    assert "£25.50" in page
    assert "since 21 May 2025, from “checkout”" in page
    assert "not known: never asked" in page


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("orders", "White hanging heart"),
        ("codes", "Seen: £12.50. Needed: £25.00."),
        ("messages", "Birthday greetings"),
        ("consents", "granted"),
        ("segments", "Regular buyers"),
        ("coming", "19 Mar 2026, 09:00"),
    ],
)
def test_tabs_of_the_customer_page(world, as_role, tab, words):
    client = as_role("marketer")
    page = text_of(client, "customers_customer_change", world.customer.pk, query=f"?tab={tab}")
    assert words in page


def test_a_support_agent_sees_every_tab_also_why_somebody_is_in_a_segment(world, as_role):
    url = reverse("admin:customers_customer_change", args=[world.customer.pk])
    panels = as_role("support").get(url).context["panels"]
    shown = [panel.key for panel in panels]
    assert shown == [
        "timeline", "orders", "codes", "messages", "interests", "consents", "segments", "coming",
    ]  # fmt: skip


def test_an_unknown_customer_leads_back_to_the_list(world, as_role):
    for odd in ("999999", "1 OR 1"):
        response = as_role("support").get(f"/admin/customers/customer/{odd}/change/")
        assert response.status_code == 302


def test_pages_by_key_show_every_row_once(db):
    """Also where many rows share a moment, and while new rows arrive at the top."""
    identity = make.IdentityFactory()
    for number in range(7):
        make.OrderFactory(identity=identity, placed_at=NOON - timedelta(days=number // 3))
    seen, before = [], ""
    while True:
        page = keyset_page(Order.objects.all(), before=before, moment="placed_at", size=2)
        assert page.first is (before == "")
        seen += page.rows
        make.OrderFactory(identity=identity, placed_at=NOON + timedelta(days=1))
        if not page.older:
            break
        before = page.older
    assert [order.pk for order in seen] == sorted(
        {order.pk for order in seen}, key=lambda pk: [o.pk for o in seen].index(pk)
    )
    assert len(seen) == 7


@pytest.mark.parametrize("before", ["x", "_", "9" * 30, "2026-01-01_5", "2026-99-99T00:00:00Z_5"])
def test_a_key_that_cannot_be_read_means_the_first_page(db, before):
    make.CustomerFactory()
    assert keyset_page(Customer.objects.all(), before=before).first or before.isdigit()
    assert keyset_page(Order.objects.all(), before=before, moment="placed_at").first


# --- Messages -------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["messaging_outboxmessage_html", "messaging_template_preview"])
def test_messages_are_framed_by_ourselves_alone_and_can_do_nothing(world, as_role, name):
    row = world.message if "outbox" in name else world.template
    response = as_role("marketer").get(reverse(f"admin:{name}", args=[row.pk]))
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox;" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_pages_themselves_cannot_be_framed(world, as_role):
    response = as_role("marketer").get(reverse("admin:index"))
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "script-src 'self' 'unsafe-eval'" in response.headers["Content-Security-Policy"]


# --- Codes and redemptions ------------------------------------------------------------------------
def test_a_refusal_says_what_was_seen_needed_and_what_to_do(world, as_role):
    page = text_of(as_role("support"), "rewards_redemption_change", world.refused.pk)
    for words in ("below the minimum", "£12.50", "£25.00", "shipping not counted"):
        assert words in page


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("12.50 GBP", "£12.50"),
        ("< 1", "fewer than 1"),
        ("< 2026-03-17T12:00:00Z", "before 17 Mar 2026, 12:00"),
        (">= 2026-03-17T12:00:00Z", "from 17 Mar 2026, 12:00 on"),
        ("off", "switched off"),
        ("cust_abc", "cust_abc"),
        ("", ""),
    ],
)
def test_values_of_refusals_in_words(stored, shown):
    assert in_words(stored) == shown


# --- Campaigns ------------------------------------------------------------------------------------
def test_the_campaign_page_explains_itself(world, as_role):
    page = text_of(as_role("marketer"), "campaigns_campaign_page", world.live.pk)
    for words in (
        "On the birthday, at 09:00 on each customer&#x27;s own clock",
        "28 February in other years",
        "15% off, at most £50.00",
        "up to 6 hours late",
        "1 of them may be written to by e-mail now.",
    ):
        assert words in page


def test_the_campaign_counts_what_became_of_it(world, as_role):
    url = reverse("admin:campaigns_campaign_page", args=[world.live.pk])
    figures = as_role("marketer").get(url).context["figures"]
    assert (figures.due, figures.messages.sent, figures.redeemed) == (1, 1, 1)
    assert figures.revenue == {"GBP": 8500}


def test_changes_name_the_colleague(world, as_role):
    page = text_of(as_role("support"), "campaigns_campaign_page", world.live.pk, query="?tab=log")
    assert "Kim Demir" in page
    assert "Campaign launched" in page


def test_what_keeps_a_draft_back_is_listed_instead_of_a_launch_button(world, as_role):
    world.draft.holiday_key = ""
    world.draft.save()
    page = text_of(as_role("marketer"), "campaigns_campaign_page", world.draft.pk)
    assert "Choose the country and the holiday." in page
    assert reverse("admin:campaigns_campaign_launch", args=[world.draft.pk]) not in page


# --- Installation ---------------------------------------------------------------------------------
def test_health_in_words(world, as_role):
    client = as_role("administrator")
    assert "The last beat was handled 0 seconds ago." in text_of(client, "health")
    Heartbeat.objects.all().delete()
    assert "They have never run here." in text_of(client, "health")


def test_the_audit_log_leads_to_what_it_is_about(world, as_role):
    staff = Actor("staff", str(world.staff["support"].pk))
    audit.record(actor=staff, action="customer.changed", of=world.customer, fields=["city"])
    audit.record(actor=staff, action="segment.deleted", of=Segment(pk=10**6))
    page = text_of(as_role("administrator"), "shared_auditentry_changelist")
    campaign = reverse("admin:campaigns_campaign_change", args=[world.live.pk])
    assert f'<a class="v-link" href="{campaign}">' in page
    assert world.live.name in page
    assert reverse("admin:customers_customer_change", args=[world.customer.pk]) in page
    assert world.customer.full_name not in page, "the log names no person"
    assert "Segment no. 1000000" in page
    assert reverse("admin:segments_segment_change", args=[10**6]) not in page


@pytest.mark.parametrize("name", ["shared_auditentry", "customers_suppression"])
def test_a_list_whose_rows_lead_nowhere_keeps_its_headings_on_a_phone(world, as_role, name):
    suppress(channel="email", addresses=["a@x.test"], reason="manual", actor=SYSTEM, at=NOON)
    page = text_of(as_role("administrator"), f"{name}_changelist")
    assert "data-label=" in page
    assert "Select record" not in page


def test_the_seals_are_checked_on_demand(world, as_role):
    client = as_role("administrator")
    url = reverse("admin:shared_auditentry_check_seals")
    page = client.get(client.post(url, {"_form_submitted": "on"}).headers["HX-Redirect"])
    assert "Every seal fits its rows" in page.content.decode()


@pytest.mark.parametrize("language", ["en", "tr"])
def test_pages_speak_the_language_of_the_colleague(world, as_role, language):
    world.staff["support"].language = language
    world.staff["support"].save()
    response = as_role("support").get(reverse("admin:index"))
    assert response.headers["Content-Language"] == language
    assert f'lang="{language}"' in response.content.decode()


def test_the_theme_is_the_one_our_templates_were_written_for():
    """We replace some of Unfold's templates and one private method: look at them before moving."""
    assert version("django-unfold").startswith("0.91.")
