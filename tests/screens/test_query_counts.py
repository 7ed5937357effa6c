"""Pages cost the same number of statements however many rows there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.screens.world import more_customers

FRAME = 5  # session, colleague, project, own permissions, permissions of the groups
LISTS = {
    # customers, trade, consents; for the filters countries, advisers, attributes
    "customers_customer": 6,
    "customers_importrun": 1,
    "customers_consenttext": 4,  # texts, agreed now, agreed ever, those in force
    "customers_suppression": 1,
    "segments_segment": 7,  # segments, what uses them (offers too), kept sizes; none is counted
    "segments_staticlist": 4,  # lists, segments and public ids for where they are used, members
    "messaging_template": 3,  # templates, versions, where they are used
    "messaging_delivery": 2,  # deliveries, what caused them
    "messaging_outboxmessage": 1,
    "rewards_promotion": 4,  # offers, effects, codes, redemptions
    "rewards_voucher": 2,  # codes, offers for the filter
    "rewards_redemption": 3,  # attempts; for the filters rules and offers
    "rewards_refusalalarm": 2,
    "campaigns_campaign": 4,  # campaigns, decisions, messages, redemptions
    "shared_staffuser": 2,
    "shared_apikey": 1,
    "shared_brand": 1,
    "shared_auditentry": 5,  # entries, last seal, unsealed, names of actors, of each kind of thing
}


def statements(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return [one["sql"] for one in captured]


@pytest.mark.parametrize("name", LISTS)
def test_lists(world, as_role, name):
    client = as_role("administrator")
    url = reverse(f"admin:{name}_changelist")
    client.get(url)
    few = statements(client, url)
    more_customers(5)
    many = statements(client, url)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) == FRAME + LISTS[name], "\n".join(many)


@pytest.mark.parametrize(
    ("tab", "own"),
    [
        ("whom", 7),  # the segment, what uses it, whether it is kept
        ("time", 10),  # and its sizes, who entered and left lately, and who
        ("changes", 8),
    ],
)
def test_the_page_of_a_segment(world, as_role, tab, own):
    """It is counted afterwards, by a question of its own."""
    client = as_role("administrator")
    url = reverse("admin:segments_segment_page", args=[world.segment.pk]) + f"?tab={tab}"
    client.get(url)
    few = statements(client, url)
    more_customers(5)
    assert len(few) == FRAME + own, "\n".join(few)
    assert len(statements(client, url)) == len(few)


@pytest.mark.parametrize(
    ("tab", "own"),
    [
        ("timeline", 18),  # one for each source, and what caused the messages
        ("orders", 4),
        ("codes", 3),
        ("messages", 2),
        ("consents", 7),  # one more each where colleagues or keys recorded them
        ("interests", 5),
        ("segments", 4),  # what is kept says since when
        ("coming", 5),
    ],
)
def test_the_customer_page(world, as_role, tab, own):
    """Customer, identities, addresses, consents, orders by month, purchases, others with the same
    e-mail, merges; then the tab's.
    """
    client = as_role("administrator")
    url = reverse("admin:customers_customer_change", args=[world.customer.pk]) + f"?tab={tab}"
    client.get(url)
    few = statements(client, url)
    more_customers(3)
    assert len(few) == FRAME + 8 + own, "\n".join(few)
    # Every live campaign and segment is looked at on the tabs about them, in one statement.
    assert len(statements(client, url)) == len(few)


@pytest.mark.parametrize("days", [7, 28])
def test_the_dashboard(world, as_role, days):
    client = as_role("marketer")
    url = reverse("admin:index") + f"?days={days}"
    client.get(url)
    few = statements(client, url)
    more_customers(5)
    assert len(statements(client, url)) == len(few) == FRAME + 17, "\n".join(few)
