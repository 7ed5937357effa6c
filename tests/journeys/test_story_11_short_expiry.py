"""11. A win-back code that lives 72 hours: works at 71:59, refused at 72:01 naming the instant.

That the answer to “did we do something wrong?” becomes an attribute comes with surveys.
"""

import pytest

from config.shared.actors import SYSTEM
from customers.models import Identity
from rewards.models import Redemption
from rewards.services.promotion_changes import change_promotion
from rewards.services.vouchers import issue_personal_code

from .people import moment

ISSUED = "2026-03-27 09:30"  # the clocks go forward two days later: hours are hours


@pytest.fixture
def code(marketer, shop, days):
    days.reach(ISSUED)
    offer = marketer.offer("We miss you", {"kind": "percent", "percent": "20"}, uses_per_code="2")
    offer = change_promotion(
        promotion=offer, fields={"code_lifetime_hours": 72}, actor=SYSTEM, at=moment(ISSUED)
    )
    shop.customer("ann", zone="Europe/London")
    return issue_personal_code(
        promotion=offer,
        holder=Identity.objects.get(external_id="ann"),
        issued_kind="story",
        issued_id=11,
        issued_key="2026",
        at=moment(ISSUED),
        zone="Europe/London",
    ).code


def test_it_works_a_minute_before_and_not_a_minute_after(shop, code, days):
    days.reach("2026-03-30 09:29")
    assert shop.redeem(code, "ann", ("TEAPOT", 5_000)).status_code == 200

    days.reach("2026-03-30 09:31")
    refused = shop.redeem(code, "ann", ("TEAPOT", 5_000))

    assert refused.status_code == 400
    assert refused.json()["key"] == "voucher_expired"
    assert refused.json()["vesile"]["needed"] == "< 2026-03-30T09:30:00+00:00"


def test_the_back_office_says_the_instant_on_the_clock_of_the_shop(shop, code, days, marketer):
    days.reach("2026-03-30 09:31")
    shop.redeem(code, "ann", ("TEAPOT", 5_000))

    attempt = Redemption.objects.get()
    page = marketer.client.get(f"/admin/rewards/redemption/{attempt.pk}/change/").content.decode()

    assert "before 30 Mar 2026, 10:30" in page
