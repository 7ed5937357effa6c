"""Local time to instants: the written policy for gaps, overlaps and missing dates."""

import itertools
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.shared import localtime
from config.shared.localtime import (
    end_of_day,
    is_zone,
    local_dates_between,
    to_instant,
    to_local,
    tzdb_version,
    utc_offset,
    zone_names,
    zone_or,
)

ZONES = sorted(zone_names())
zones = st.sampled_from(ZONES)
days = st.dates(date(1990, 1, 1), date(2037, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(microsecond=0, fold=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        ("2026-11-21", "09:00", "Asia/Kathmandu", "2026-11-21 03:15"),
        pytest.param("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29 01:00", id="gap"),
        pytest.param("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25 00:30", id="overlap"),
        pytest.param("2026-04-24", "00:00", "Africa/Cairo", "2026-04-23 22:00", id="no midnight"),
        pytest.param("2026-03-29", "00:00", "Asia/Beirut", "2026-03-28 22:00", id="no midnight"),
        pytest.param("2026-09-06", "00:30", "America/Santiago", "2026-09-06 04:00", id="gap"),
        pytest.param("2026-04-04", "23:30", "America/Santiago", "2026-04-05 02:30", id="overlap"),
        pytest.param("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03 15:30", id="30 min"),
        pytest.param("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04 14:45", id="30 min"),
        pytest.param("2011-12-30", "09:00", "Pacific/Apia", "2011-12-30 19:00", id="missing date"),
        pytest.param("2011-12-30", "00:00", "Pacific/Apia", "2011-12-30 10:00", id="missing date"),
        pytest.param("2011-12-30", "23:59", "Pacific/Apia", "2011-12-31 09:59", id="missing date"),
        pytest.param("2011-12-29", "23:59", "Pacific/Apia", "2011-12-30 09:59", id="day before"),
        pytest.param("2011-12-31", "09:00", "Pacific/Apia", "2011-12-30 19:00", id="day after"),
        pytest.param("1993-08-21", "09:00", "Pacific/Kwajalein", "1993-08-21 21:00", id="missing"),
        ("2027-07-01", "09:00", "America/New_York", "2027-07-01 13:00"),
        ("2027-01-01", "09:00", "America/New_York", "2027-01-01 14:00"),
        ("2026-11-21", "09:00", "Europe/Istanbul", "2026-11-21 06:00"),
        ("2026-11-21", "09:00", "UTC", "2026-11-21 09:00"),
    ],
)
def test_local_time_becomes_the_instant_of_the_specification(day, clock, zone, expected):
    instant = to_instant(date.fromisoformat(day), time.fromisoformat(clock), zone)
    assert instant == utc(expected)
    assert instant.tzinfo is UTC


def test_every_second_of_a_gap_becomes_the_first_instant_after_it():
    for clock in (time(2), time(2, 0, 1), time(2, 59, 59), time(2, 59, 59, 999_999)):
        assert to_instant(date(2026, 3, 29), clock, "Europe/Berlin") == utc("2026-03-29 01:00")
    one_microsecond_earlier = to_instant(
        date(2026, 3, 29), time(1, 59, 59, 999_999), "Europe/Berlin"
    )
    assert one_microsecond_earlier == utc("2026-03-29 01:00") - timedelta(microseconds=1)


def test_casablanca_follows_the_pinned_database():
    """Morocco moves its clocks around Ramadan, by announcement: the system's files lag behind."""
    for day in (date(2026, 2, 10), date(2026, 3, 1), date(2026, 12, 1)):
        offset = utc_offset("Africa/Casablanca", datetime(day.year, day.month, day.day, tzinfo=UTC))
        expected = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - offset
        assert to_instant(day, time(9), "Africa/Casablanca") == expected
    assert utc_offset("Africa/Casablanca", utc("2026-03-01 00:00")) == timedelta(0)


def test_the_rules_come_from_the_pinned_package_and_not_from_the_machine():
    assert zoneinfo.TZPATH == ()
    assert tzdb_version() >= "2026"


def test_a_clock_time_with_a_zone_or_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="must not carry a time zone"):
        to_instant(date(2026, 1, 1), time(9, tzinfo=UTC), "UTC")
    with pytest.raises(ValueError, match="must be aware"):
        to_local(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001 (the mistake under test)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "europe/berlin", "../etc/passwd", "America", "Factory", "+03:00"]
)
def test_an_unknown_zone_is_named_and_the_default_can_stand_in(name):
    assert not is_zone(name)
    assert zone_or(name, "Europe/Istanbul") == "Europe/Istanbul"
    with pytest.raises(localtime.UnknownZoneError, match="IANA name such as Europe/Istanbul"):
        to_instant(date(2026, 1, 1), time(9), name)


def test_a_known_zone_is_kept():
    assert zone_or("Asia/Kathmandu", "Europe/Istanbul") == "Asia/Kathmandu"
    assert zone_or(None, "Europe/Istanbul") == "Europe/Istanbul"


@given(days, clocks, zones)
def test_what_exists_comes_back_as_it_was(day, clock, zone):
    local = to_local(to_instant(day, clock, zone), zone)
    naive = local.replace(tzinfo=None, fold=0)
    if zoneinfo_says_it_exists(day, clock, zone):
        assert naive == datetime.combine(day, clock)
        assert local.fold == 0, "the first of two equal local times"
    else:
        assert naive > datetime.combine(day, clock), "after the gap"


def zoneinfo_says_it_exists(day: date, clock: time, zone: str) -> bool:
    wall = datetime.combine(day, clock, zoneinfo.ZoneInfo(zone))
    back = wall.astimezone(UTC).astimezone(zoneinfo.ZoneInfo(zone))
    return back.replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None, fold=0)


@given(days, clocks, clocks, zones)
def test_a_later_clock_time_never_comes_earlier(day, one, other, zone):
    first, second = sorted((one, other))
    assert to_instant(day, first, zone) <= to_instant(day, second, zone)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        ("2026-12-31", "Europe/Istanbul", "2026-12-31 21:00"),
        ("2026-12-31", "America/New_York", "2027-01-01 05:00"),
        pytest.param("2026-04-23", "Africa/Cairo", "2026-04-23 22:00", id="next midnight missing"),
        pytest.param("2011-12-29", "Pacific/Apia", "2011-12-30 10:00", id="next date missing"),
        pytest.param("2011-12-30", "Pacific/Apia", "2011-12-30 10:00", id="date itself missing"),
        pytest.param("2026-03-29", "Europe/Berlin", "2026-03-29 22:00", id="day of 23 hours"),
        pytest.param("2026-10-25", "Europe/Berlin", "2026-10-25 23:00", id="day of 25 hours"),
    ],
)
def test_until_a_day_ends_where_the_next_local_day_begins(day, zone, expected):
    assert end_of_day(date.fromisoformat(day), zone) == utc(expected)


@given(days, zones)
def test_the_end_of_a_day_is_the_first_instant_that_is_no_longer_in_it(day, zone):
    end = end_of_day(day, zone)
    assert to_local(end, zone).date() > day
    assert to_local(end - timedelta(microseconds=1), zone).date() <= day


def test_a_window_excludes_its_start_and_includes_its_end():
    nine = to_instant(date(2026, 5, 1), time(9), "Europe/Istanbul")
    minute = timedelta(minutes=1)
    between = [date(2026, 5, 1)]
    assert local_dates_between(nine - minute, nine, time(9), "Europe/Istanbul") == between
    assert local_dates_between(nine, nine + minute, time(9), "Europe/Istanbul") == []
    assert local_dates_between(nine, nine, time(9), "Europe/Istanbul") == []
    assert local_dates_between(nine + minute, nine - minute, time(9), "Europe/Istanbul") == []


def test_a_missing_date_falls_due_together_with_the_next_one():
    due = utc("2011-12-30 19:00")
    window = (due - timedelta(minutes=5), due, time(9), "Pacific/Apia")
    assert local_dates_between(*window) == [date(2011, 12, 30), date(2011, 12, 31)]


def test_a_date_is_found_where_the_clocks_went_back_to_the_day_before():
    """Newfoundland left 00:01 on 29 October 2006 for 23:01 on the 28th."""
    due = utc("2006-10-29 02:30") + timedelta(seconds=30)
    window = (due - timedelta(minutes=5), due + timedelta(minutes=30))
    assert to_local(window[1], "America/St_Johns").day == 28
    assert local_dates_between(*window, time(0, 0, 30), "America/St_Johns") == [date(2006, 10, 29)]


def test_a_large_window_returns_every_day_of_it():
    dates = local_dates_between(
        utc("2026-01-01 00:00"), utc("2027-01-01 00:00"), time(2, 30), "Europe/Berlin"
    )
    assert dates == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


instants = st.integers(0, 44 * 365 * 24 * 60).map(
    lambda minutes: utc("1993-01-01 00:00") + timedelta(minutes=minutes)
)


@settings(deadline=None)
@given(
    instants, st.lists(st.timedeltas(timedelta(0), timedelta(days=4)), max_size=12), clocks, zones
)
def test_touching_windows_share_no_date_and_miss_none(start, steps, clock, zone):
    moments = [start]
    for step in steps:
        moments.append(moments[-1] + step)
    pieces = [
        day
        for begin, end in itertools.pairwise(moments)
        for day in local_dates_between(begin, end, clock, zone)
    ]
    assert sorted(pieces) == local_dates_between(start, moments[-1], clock, zone)
    assert len(set(pieces)) == len(pieces)
    for day in pieces:
        assert start < to_instant(day, clock, zone) <= moments[-1]


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(
        ["Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "America/Santiago",
         "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns", "Asia/Beirut"]
    ),
    clocks,
)  # fmt: skip
def test_no_date_is_ever_lost_whatever_the_clocks_did(zone, clock):
    dates = local_dates_between(utc("1992-06-01 00:00"), utc("2012-06-01 00:00"), clock, zone)
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
    assert dates[0] <= date(1992, 6, 2)
    assert dates[-1] >= date(2012, 5, 30)
