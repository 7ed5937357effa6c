"""The calendar by which limits and budgets are counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.periods import Period, bounds, first_day

ISTANBUL = "Europe/Istanbul"
# Sunday 31 May, 23:30 in London, already Monday 1 June in Istanbul.
AT = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "zone", "first"),
    [
        (Period.EVER, ISTANBUL, None),
        (Period.DAY, ISTANBUL, date(2026, 6, 1)),
        (Period.WEEK, ISTANBUL, date(2026, 6, 1)),
        (Period.MONTH, ISTANBUL, date(2026, 6, 1)),
        (Period.YEAR, ISTANBUL, date(2026, 1, 1)),
        (Period.DAY, "Europe/London", date(2026, 5, 31)),
        (Period.WEEK, "Europe/London", date(2026, 5, 25)),
        (Period.MONTH, "Europe/London", date(2026, 5, 1)),
    ],
)
def test_a_period_begins_on_a_day_of_the_zone(period, zone, first):
    assert first_day(period, AT, zone) == first


def test_a_day_of_23_hours():
    start, end = bounds(Period.DAY, datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Berlin")
    assert end - start == timedelta(hours=23)
    assert bounds(Period.EVER, AT, "Europe/Berlin") is None


@given(
    st.integers(0, 30 * 366 * 24 * 60),
    st.sampled_from([ISTANBUL, "Africa/Cairo", "Australia/Lord_Howe", "America/Santiago"]),
    st.sampled_from([period for period in Period if period is not Period.EVER]),
)
def test_every_moment_lies_in_one_period_and_periods_touch(minutes, zone, period):
    at = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    start, end = bounds(period, at, zone)
    assert start <= at < end
    assert bounds(period, end, zone)[0] == end
    assert bounds(period, start - timedelta(microseconds=1), zone)[1] == start
