"""The main screens pass axe in every look and language and fit a phone; the console is silent."""

from functools import cache
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from customers import links
from tests.screens import uploads

LOOKS = [("light", "en"), ("dark", "en"), ("phone", "en"), ("light", "tr")]
SERIOUS = {"serious", "critical"}


def screens(world):
    return {
        "dashboard": "/admin/",
        "customers": "/admin/customers/customer/",
        "customer": f"/admin/customers/customer/{world.customer.pk}/change/",
        "customers found": "/admin/customers/customer/?q=yilmaz&country=IE",
        "a part of the timeline": f"/admin/customers/customer/{world.customer.pk}/change/"
        "?tab=timeline&kind=order&kind=message&since=2026-01-01",
        "orders of a customer": f"/admin/customers/customer/{world.customer.pk}/change/?tab=orders",
        "consents of a customer": f"/admin/customers/customer/{world.customer.pk}/change/"
        "?tab=consents",
        "consent texts": "/admin/customers/consenttext/",
        "consent text": f"/admin/customers/consenttext/{world.text.pk}/change/",
        "suppression list": "/admin/customers/suppression/",
        "looking up an address": "/admin/customers/suppression/lookup/",
        "project": "/admin/shared/project/1/change/",
        "codes of a customer": f"/admin/customers/customer/{world.customer.pk}/change/?tab=codes",
        "segments": "/admin/segments/segment/",
        "segment": f"/admin/segments/segment/{world.segment.pk}/change/",
        "page of a segment": f"/admin/segments/segment/{world.segment.pk}/page/",
        "segment over time": f"/admin/segments/segment/{world.segment.pk}/page/?tab=time",
        "ready-made segments": "/admin/segments/segment/ready-made/",
        "map of segments": "/admin/segments/segment/rfm/?count=1",
        "lists of customers": "/admin/segments/staticlist/",
        "list of customers": f"/admin/segments/staticlist/{world.static_list.pk}/page/",
        "new list of customers": "/admin/segments/staticlist/add/",
        "offers": "/admin/rewards/promotion/",
        "offer": f"/admin/rewards/promotion/{world.promotion.pk}/change/",
        "page of an offer": f"/admin/rewards/promotion/{world.promotion.pk}/page/",
        "new offer": "/admin/rewards/promotion/add/",
        "how codes combine": "/admin/rewards/stackingrules/",
        "codes": "/admin/rewards/voucher/",
        "changing many codes": "/admin/rewards/voucher/many/",
        "giving a code": f"/admin/rewards/voucher/give/{world.customer.pk}/",
        "making codes": "/admin/rewards/coderun/generate/",
        "importing codes": "/admin/rewards/coderun/import/",
        "codes made so far": "/admin/rewards/coderun/",
        "keys": "/admin/shared/apikey/",
        "new key": "/admin/shared/apikey/add/",
        "key": f"/admin/shared/apikey/{world.key.pk}/change/",
        "code": f"/admin/rewards/voucher/{world.voucher.pk}/change/",
        "redemptions": "/admin/rewards/redemption/",
        "redemption": f"/admin/rewards/redemption/{world.accepted.pk}/change/",
        "refusal": f"/admin/rewards/redemption/{world.refused.pk}/change/",
        "exporting redemptions": "/admin/rewards/redemption/export/",
        "alarms": "/admin/rewards/refusalalarm/",
        "alarm": f"/admin/rewards/refusalalarm/{world.alarm.pk}/change/",
        "template": f"/admin/messaging/template/{world.template.pk}/change/",
        "outbox": "/admin/messaging/outboxmessage/",
        "message": f"/admin/messaging/outboxmessage/{world.message.pk}/change/",
        "campaigns": "/admin/campaigns/campaign/",
        "campaign": f"/admin/campaigns/campaign/{world.live.pk}/page/",
        "decisions": f"/admin/campaigns/campaign/{world.live.pk}/page/?tab=decisions",
        "draft": f"/admin/campaigns/campaign/{world.draft.pk}/change/",
        "audit log": "/admin/shared/auditentry/",
        "health": "/admin/health/",
        "imports": "/admin/customers/importrun/",
        "new import": "/admin/customers/importrun/add/",
        **{
            f"import, {name}": f"/admin/customers/importrun/{run.pk}/step/{step}/"
            for name, (run, step) in imports().items()
        },
    }


@cache
def imports():
    """A run at each step; made once, the rows stay until the end of the package."""
    uploaded, checked = uploads.uploaded(), uploads.checked()
    return {
        "look": (uploaded, "look"),
        "columns with consent": (uploaded, "columns"),
        "to be checked": (uploaded, "check"),
        "checked": (checked, "check"),
        "to be run": (checked, "run"),
        "paused": (uploads.paused(), "run"),
        "done": (uploads.finished(), "done"),
    }


def violations(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("look", "language"), LOOKS)
def test_screens(world, open_as, look, language):
    page = open_as("administrator", look=look, language=language)
    wrong = {}
    for name, path in screens(world).items():
        response = page.goto(path)
        problems = [] if response.status == 200 else [f"status {response.status}"]
        problems += violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            problems.append(f"{wide} pixels too wide")
        assert page.locator("html").get_attribute("lang") == language
        if problems:
            wrong[name] = problems
    assert not wrong
    assert page.complaints == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_what_customers_see_behind_their_links(browser, server, world, scheme, width):
    """Without a login, without scripts of ours, in both looks, on a phone too."""
    context = browser.new_context(
        base_url=server, color_scheme=scheme, viewport={"width": width, "height": 844}
    )
    page = context.new_page()
    own = urlsplit(links.preferences_url(world.customer.public_id)).path
    for path in (own, f"{own}unsubscribe", "/c/nobody/"):
        page.goto(path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert context.cookies() == []
    context.close()


def test_the_dark_look_is_dark(open_as):
    page = open_as("marketer", look="dark")
    assert "dark" in page.locator("html").get_attribute("class")


def test_signing_in_is_accessible(browser, server, world):
    page = browser.new_page(base_url=server)
    page.goto("/admin/login/?next=/admin/")
    assert violations(page) == []
    page.close()
