"""30. A promotion refused for the same rule 50 times in an hour: an alarm.

That a lead apologises to all affected in one batch comes with support.
"""

import pytest

from customers.models import Identity
from rewards.models import RefusalAlarm
from rewards.tasks import watch_refusals
from tests.rewards.makers import make_generic

FIFTY = 50


@pytest.fixture
def code(marketer):
    offer = marketer.offer(
        "Spring", {"kind": "percent", "percent": "20"}, minimum="100.00", holder_only=""
    )
    return make_generic(offer).code


def refused(shop, code, numbers):
    for number in numbers:
        assert shop.redeem(code, f"c{number}", ("TEAPOT", 9_999)).status_code == 400


def test_the_fiftieth_refusal_within_the_hour_raises_the_alarm(shop, marketer, days, code):
    refused(shop, code, range(FIFTY - 1))
    watch_refusals()
    assert not RefusalAlarm.objects.exists()

    days.reach("2026-01-05 08:59")
    refused(shop, code, [FIFTY])
    watch_refusals()

    alarm = RefusalAlarm.objects.get()
    assert (alarm.rule, alarm.attempts, alarm.customers) == ("order_minimum", FIFTY, FIFTY)
    dashboard = marketer.client.get("/admin/").content.decode()
    assert "“Spring” was refused 50 times to 50 customers" in dashboard

    its_page = marketer.client.get(f"/admin/rewards/refusalalarm/{alarm.pk}/change/")
    shown = its_page.content.decode()
    assert "£100.00" in shown
    assert its_page.context["page"].older, "there are more than fit on a page"
    people = {customer.pk for customer in its_page.context["page"].rows}
    assert people <= set(Identity.objects.values_list("customer", flat=True))


def test_forty_nine_in_an_hour_and_one_more_after_it_raise_none(shop, days, code):
    refused(shop, code, range(FIFTY - 1))
    days.reach("2026-01-05 09:00")
    refused(shop, code, [FIFTY])

    watch_refusals()

    assert not RefusalAlarm.objects.exists()


def test_it_is_seen_to_once_and_rises_until_then(shop, marketer, days, code):
    refused(shop, code, range(FIFTY))
    watch_refusals()
    days.reach("2026-01-05 10:00")
    refused(shop, code, range(40, 60))
    watch_refusals()
    alarm = RefusalAlarm.objects.get()
    assert (alarm.attempts, alarm.customers) == (70, 60)

    marketer.post(
        "rewards_refusalalarm_see_to",
        {"_form_submitted": "on", "note": "Minimum lowered to 50."},
        alarm.pk,
    )
    watch_refusals()

    assert RefusalAlarm.objects.get().note == "Minimum lowered to 50."
    assert "was refused 70 times" not in marketer.client.get("/admin/").content.decode()
