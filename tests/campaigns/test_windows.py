"""What falls due between two ticks, and that a year of ticks gives everybody one birthday."""

import itertools
import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.calendar.birthdays import LeapPolicy, birthday_key, month_days_on
from campaigns.calendar.windows import Due, dates_due_in_window, due_at, due_in_window
from config.shared.localtime import zone_names

ZONES = sorted(zone_names())
TICK = timedelta(minutes=5)
MAX_LATENESS = timedelta(hours=6)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_what_is_due_says_when_and_what_for():
    noon = utc("2026-12-27 06:00")
    assert due_in_window(noon - TICK, noon, "Europe/Istanbul", time(9), -7) == [
        Due(noon, send_date=date(2026, 12, 27), nominal_date=date(2027, 1, 3))
    ]
    assert due_in_window(noon, noon + TICK, "Europe/Istanbul", time(9), -7) == []


def test_a_wish_before_the_new_year_belongs_to_the_birthday_of_the_new_year():
    (due,) = due_in_window(
        utc("2026-12-27 05:55"), utc("2026-12-27 06:00"), "Europe/Istanbul", time(9), -7
    )
    assert birthday_key(due.nominal_date) == "2027"


def test_a_day_of_downtime_is_caught_up_in_one_window():
    due = due_in_window(utc("2026-05-01 00:00"), utc("2026-05-03 00:00"), "UTC", time(9))
    assert [each.send_date.day for each in due] == [1, 2]


def test_a_date_the_zone_skipped_is_due_with_the_next_one():
    instant = utc("2011-12-30 19:00")
    due = due_in_window(instant - TICK, instant, "Pacific/Apia", time(9))
    assert [each.nominal_date for each in due] == [date(2011, 12, 30), date(2011, 12, 31)]
    assert {each.due_at for each in due} == {instant}


def test_a_holiday_is_due_only_on_its_own_dates():
    window = (utc("2027-03-01 00:00"), utc("2027-04-01 00:00"), "Europe/Dublin", time(8), -2)
    (due,) = dates_due_in_window([date(2027, 3, 17), date(2028, 3, 17)], *window)
    assert due == due_at(date(2027, 3, 17), "Europe/Dublin", time(8), -2)
    assert due.due_at == utc("2027-03-15 08:00")
    assert dates_due_in_window([], *window) == []


@given(st.dates(date(1995, 1, 1), date(2036, 1, 1)), st.sampled_from(ZONES), st.integers(-30, 30))
def test_one_date_looked_up_alone_is_due_when_the_tick_says(nominal, zone, offset):
    alone = due_at(nominal, zone, time(9), offset)
    assert alone in due_in_window(alone.due_at - TICK, alone.due_at, zone, time(9), offset)
    assert alone not in due_in_window(alone.due_at, alone.due_at + TICK, zone, time(9), offset)


def ticks_of_a_year(year: int, rng: random.Random) -> list[datetime]:
    """Moments of ticks around a year: every five minutes, with outages below the lateness.

    To be quick, most ticks that could find nothing new are left out by long outages; stretches of
    regular ticks lie in between.
    """
    now, end = utc(f"{year - 1}-12-20 00:00"), utc(f"{year + 1}-01-12 00:00")
    moments = [now]
    while now < end:
        for _ in range(rng.randrange(4)):
            now += TICK
            moments.append(now)
        now += rng.uniform(0.5, 1) * (MAX_LATENESS - TICK)
        moments.append(now)
    return moments


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    year=st.sampled_from([2026, 2027, 2028]),
    seed=st.integers(0, 2**32),
    send_time=st.sampled_from([time(0), time(0, 30), time(2, 15), time(9), time(23, 59)]),
    offset=st.sampled_from([-7, -1, 0, 1, 7]),
    policy=st.sampled_from(LeapPolicy),
)
def test_a_year_of_ticks_with_outages_gives_every_customer_one_birthday(
    year, seed, send_time, offset, policy
):
    """Customers of a few zones at a time, one for every birth date there is: 366 in each zone."""
    rng = random.Random(seed)
    customers_of_zone = {zone: Counter() for zone in rng.sample(ZONES, 5)}
    moments = ticks_of_a_year(year, rng)
    for watermark, now in itertools.pairwise(moments):
        for zone, wishes in customers_of_zone.items():
            for due in due_in_window(watermark, now, zone, send_time, offset):
                assert now - due.due_at <= MAX_LATENESS
                if birthday_key(due.nominal_date) == str(year):
                    wishes.update(month_days_on(due.nominal_date, policy))
    for zone, wishes in customers_of_zone.items():
        assert len(wishes) == 366, zone
        assert set(wishes.values()) == {1}, zone


def test_every_zone_has_every_birthday_once_in_a_year_of_windows():
    start, week = utc("2026-12-25 00:00"), timedelta(days=7)
    for zone in ZONES:
        nominal = [
            due.nominal_date
            for n in range(55)
            for due in due_in_window(start + n * week, start + (n + 1) * week, zone, time(2, 30))
        ]
        of_the_year = [day for day in nominal if day.year == 2027]
        assert len(of_the_year) == len(set(of_the_year)) == 365, zone
