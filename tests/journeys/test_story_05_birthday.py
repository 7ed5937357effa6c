"""5. Birthday: 20 off and free shipping; order 15 + shipping 6 pays 0; nobody twice a year."""

import pytest

from .people import SHIPPING, mailbox, newest_code


@pytest.fixture
def birthdays(marketer, shop):
    offer = marketer.offer(
        "A birthday gift",
        {"kind": "amount", "amount_off": "20.00"},
        {"kind": "free_shipping"},
    )
    message = marketer.message("Birthday", "Happy birthday")
    shop.customer("ann", birthdate="1990-05-31", zone="Europe/London")
    shop.customer("bob", birthdate="1990-06-01", zone="Europe/London")
    marketer.launch("Birthdays", message=message, offer=offer)


def test_the_gift_comes_on_the_day_and_pays_a_small_order_whole(birthdays, days, shop):
    assert days.reach("2026-05-30 23:59")["due"] == 0
    days.reach("2026-05-31 08:00")  # nine in the morning in London

    assert mailbox() == [("ann@x.test", "Happy birthday")]
    paid = shop.redeem(newest_code(), "ann", ("MUG", 1_500), (SHIPPING, 600))

    order = paid.json()["order"]
    assert (order["amount"], order["total_discount_amount"]) == (2_100, 2_100)
    assert order["total_amount"] == 0


def test_a_larger_order_pays_what_is_left_of_the_goods(birthdays, days, shop):
    days.reach("2026-05-31 08:00")

    order = shop.redeem(newest_code(), "ann", ("POT", 5_000), (SHIPPING, 600)).json()["order"]

    assert order["total_amount"] == 3_000


def test_the_gift_is_hers_and_works_once(birthdays, days, shop):
    days.reach("2026-05-31 08:00")
    code = newest_code()

    assert shop.redeem(code, "bob", ("MUG", 1_500)).status_code == 400
    assert shop.redeem(code, "ann", ("MUG", 1_500)).status_code == 200
    assert shop.redeem(code, "ann", ("MUG", 1_500)).status_code == 400


def test_nobody_has_two_birthdays_in_a_year(birthdays, days, shop):
    """Not by the worker coming round again, and not by a birth date that is changed."""
    for at in ("2026-05-31 08:00", "2026-05-31 08:01", "2026-05-31 13:00", "2026-06-01 07:00"):
        days.reach(at)
    shop.customer("ann", birthdate="1990-07-01")
    days.reach("2026-07-01 08:00")
    assert [to for to, _subject in mailbox()].count("ann@x.test") == 1

    shop.customer("ann", birthdate="1990-05-31")
    days.reach("2027-05-31 08:00")
    assert [to for to, _subject in mailbox()].count("ann@x.test") == 2
