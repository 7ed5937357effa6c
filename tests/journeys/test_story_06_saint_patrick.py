"""6. Saint Patrick's Day for customers from Ireland, wherever they live."""

import pytest

from .people import mailbox


@pytest.fixture
def campaign(marketer, shop):
    shop.customer("sean", address={"country": "IE", "city": "Dublin"})
    shop.customer("aoife", address={"country": "IE"}, zone="America/New_York")
    shop.customer("pat", address={"country": "GB", "city": "Dublin"}, zone="Europe/Dublin")
    return marketer.launch(
        "Saint Patrick",
        message=marketer.message("Green", "Happy {{ occasion.name }}"),
        offer=marketer.offer("Green", {"kind": "percent", "percent": "17"}),
        occasion="holiday",
        holiday_country="IE",
        holiday_key="st_patricks_day",
        only_in_country="on",
        send_time="10:00",
    )


def test_each_at_ten_of_the_own_clock(campaign, days):
    assert days.reach("2026-03-17 09:59")["sent"] == 0
    days.reach("2026-03-17 10:00")  # ten in Dublin
    assert mailbox() == [("sean@x.test", "Happy Saint Patrick's Day")]

    assert days.reach("2026-03-17 13:59")["sent"] == 0
    days.reach("2026-03-17 14:00")  # ten in New York
    assert mailbox()[1:] == [("aoife@x.test", "Happy Saint Patrick's Day")]


def test_a_customer_of_another_country_in_dublin_gets_nothing(campaign, days):
    for at in ("2026-03-17 10:00", "2026-03-17 14:00", "2026-03-18 12:00"):
        days.reach(at)

    assert {to for to, _subject in mailbox()} == {"sean@x.test", "aoife@x.test"}
