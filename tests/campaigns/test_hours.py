"""Where an hour comes between two ticks: the quick answer equals the thorough one."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import hours
from campaigns.hours import zones_due
from config.shared.localtime import local_dates_between, zone_names

ZONES = sorted(zone_names())
_FIRST, _LAST = datetime(2005, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001 (hypothesis adds UTC)


@pytest.fixture(autouse=True)
def forgetful():
    hours._next.clear()


def thorough(start, end, clock, zones):
    return [zone for zone in zones if local_dates_between(start, end, clock, zone)]


@settings(max_examples=200, deadline=None)
@given(
    start=st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    steps=st.lists(st.integers(1, 60 * 60 * 50), min_size=1, max_size=6),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=5, unique=True),
)
def test_one_tick_after_the_other(start, steps, clock, zones):
    for seconds in steps:
        end = start + timedelta(seconds=seconds)
        assert zones_due(start, end, clock, zones) == thorough(start, end, clock, zones)
        start = end


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Pacific/Apia", "2011-12-28", time(9)),  # 30 December was skipped
        ("Africa/Cairo", "2026-04-22", time(0)),  # midnight is missing
        ("Europe/Berlin", "2026-10-23", time(2, 30)),  # comes twice
        ("Australia/Lord_Howe", "2026-10-02", time(2, 15)),
        ("America/St_Johns", "2010-11-05", time(0)),  # back over midnight
    ],
)
def test_every_quarter_of_an_hour_around_odd_days(zone, day, clock):
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    for _ in range(4 * 24 * 4):
        end = start + timedelta(minutes=15)
        assert zones_due(start, end, clock, [zone]) == thorough(start, end, clock, [zone])
        start = end


def test_back_in_time_is_asked_anew():
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert zones_due(noon, noon + timedelta(hours=1), time(9), ["UTC"]) == []
    early = noon - timedelta(hours=6)
    assert zones_due(early, noon, time(9), ["UTC"]) == ["UTC"]


def test_no_time_no_zone():
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert zones_due(noon, noon, time(12), ["UTC"]) == []
