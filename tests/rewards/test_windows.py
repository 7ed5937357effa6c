"""Windows: what the clock on the wall says, on ordinary days and when clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.shared.localtime import to_local
from rewards.durations import Duration, DurationError
from rewards.reading import ReadingError
from rewards.window_reading import read_published_window, read_window
from rewards.windows import (
    EVERY_DAY,
    Hours,
    Repeating,
    Window,
    WindowError,
    closes_at,
    is_open,
    next_opening,
)

BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sundays(start, end, zone=BERLIN):
    return Window(zone=zone, hours=(Hours(start, end, frozenset({0})),))


def opening(window, after):
    opens = next_opening(window, after)
    return opens, closes_at(window, opens)


@pytest.mark.parametrize(
    ("before", "opens", "closes"),
    [
        ("2026-03-20", "2026-03-22T00:00", "2026-03-22T03:00"),
        ("2026-03-27", "2026-03-29T00:00", "2026-03-29T02:00"),  # an hour is skipped
        ("2026-04-03", "2026-04-04T23:00", "2026-04-05T02:00"),
        ("2026-10-23", "2026-10-24T23:00", "2026-10-25T03:00"),  # an hour comes twice
        ("2026-10-26", "2026-11-01T00:00", "2026-11-01T03:00"),
    ],
)
def test_sundays_from_one_to_four(before, opens, closes):
    window = sundays(time(1), time(4))
    assert opening(window, utc(before)) == (utc(opens), utc(closes))


@pytest.mark.parametrize(
    ("change", "open_minutes"),
    [("2026-03-29T01:00", 120), ("2026-10-25T01:00", 240)],
)
def test_two_hours_around_both_changes_minute_by_minute(change, open_minutes):
    """What the clock shows between 01:00 and 04:00 is open, and nothing else."""
    window = sundays(time(1), time(4))
    moment, seen = utc(change) - timedelta(hours=4), 0
    for _ in range(8 * 60):
        shown = to_local(moment, BERLIN)
        inside = shown.weekday() == 6 and time(1) <= shown.time() < time(4)
        assert is_open(window, moment) is inside
        seen += inside
        moment += MINUTE
    assert seen == open_minutes


def test_hours_in_the_skipped_hour_do_not_open_that_day():
    window = sundays(time(2), time(3))
    assert opening(window, utc("2026-03-27")) == (
        utc("2026-04-05T00:00"),
        utc("2026-04-05T01:00"),
    )


def test_a_start_in_the_skipped_hour_is_the_end_of_the_gap():
    assert opening(sundays(time(2, 30), time(4)), utc("2026-03-27")) == (
        utc("2026-03-29T01:00"),
        utc("2026-03-29T02:00"),
    )


def test_a_bound_that_comes_twice_is_the_first_so_that_touching_windows_share_nothing():
    early, late = sundays(time(1), time(2, 30)), sundays(time(2, 30), time(4))
    first, second = (opening(window, utc("2026-10-23")) for window in (early, late))
    assert first == (utc("2026-10-24T23:00"), utc("2026-10-25T00:30"))
    assert second == (utc("2026-10-25T00:30"), utc("2026-10-25T03:00"))


def test_hours_over_midnight_belong_to_the_day_on_which_they_start():
    window = Window(zone="Europe/Istanbul", hours=(Hours(time(22), time(2), frozenset({6})),))
    assert is_open(window, utc("2026-05-02T22:30"))  # Sunday 01:30 in Istanbul
    assert not is_open(window, utc("2026-05-03T19:30"))  # Sunday 22:30
    assert opening(window, utc("2026-05-01")) == (utc("2026-05-02T19:00"), utc("2026-05-02T23:00"))


def test_hours_that_touch_are_one_opening():
    window = Window(zone="UTC", hours=(Hours(time(9), time(12)), Hours(time(12), time(17))))
    assert opening(window, utc("2026-05-01T03:00")) == (
        utc("2026-05-01T09:00"),
        utc("2026-05-01T17:00"),
    )


def test_a_day_left_out_of_the_calendar_does_not_open():
    """In Apia Thursday 29 December 2011 was followed by Saturday the 31st."""
    fridays = Window(zone="Pacific/Apia", days=frozenset({5}))
    opens, _closes = opening(fridays, utc("2011-12-25"))
    assert to_local(opens, "Pacific/Apia").date() == date(2012, 1, 6)


def test_validity_is_until_the_end_of_the_last_day():
    window = Window.of_days(BERLIN, date(2026, 3, 29), date(2026, 3, 29))
    assert opening(window, utc("2026-01-01")) == (
        utc("2026-03-28T23:00"),
        utc("2026-03-29T22:00"),
    )
    assert next_opening(window, utc("2026-03-28T23:00")) is None


def test_what_is_always_open_never_closes_and_never_opens_again():
    window = Window(zone="UTC")
    assert is_open(window, utc("2026-05-01"))
    assert closes_at(window, utc("2026-05-01")) is None
    assert next_opening(window, utc("2026-05-01")) is None


def test_what_is_closed_has_no_closing():
    assert closes_at(sundays(time(1), time(4)), utc("2026-05-01")) is None


def test_every_other_day_keeps_the_time_of_the_clock_over_the_change():
    """A published window that elsewhere dropped out when clocks were changed."""
    window = Window(
        zone=BERLIN,
        starts_at=utc("2026-03-25T08:00"),
        repeating=Repeating(Duration.parse("P2D"), Duration.parse("PT1H")),
    )
    moment, found = utc("2026-03-26"), []
    for _ in range(3):
        moment = next_opening(window, moment)
        found.append(to_local(moment, BERLIN).strftime("%d %H:%M"))
        assert closes_at(window, moment) - moment == timedelta(hours=1)
    assert found == ["27 09:00", "29 09:00", "31 09:00"]


def test_months_are_counted_from_the_start_and_end_on_the_last_day():
    window = Window(
        zone="UTC",
        starts_at=utc("2026-01-31T12:00"),
        repeating=Repeating(Duration.parse("P1M"), Duration.parse("P1D")),
    )
    moment, found = utc("2026-01-01"), []
    for _ in range(4):
        moment = next_opening(window, moment)
        found.append(moment.date().isoformat())
    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_what_can_never_meet_is_never_open():
    """Every Monday for an hour from ten, but only on Tuesdays."""
    window = Window(
        zone="UTC",
        starts_at=utc("2026-05-04T10:00"),
        days=frozenset({2}),
        repeating=Repeating(Duration.parse("P7D"), Duration.parse("PT1H")),
    )
    assert next_opening(window, utc("2026-05-04")) is None


@pytest.mark.parametrize(
    ("text", "months", "days", "seconds"),
    [
        ("P1Y2M3W4DT5H6M7S", 14, 25, 18367),
        ("PT90M", 0, 0, 5400),
        ("P2D", 0, 2, 0),
        ("P1W", 0, 7, 0),
    ],
)
def test_durations_are_read(text, months, days, seconds):
    assert Duration.parse(text) == Duration(months, days, timedelta(seconds=seconds))


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "1D", "P-1D", "P1.5D", "PT0S", "P999Y"])
def test_other_texts_are_no_durations(text):
    with pytest.raises(DurationError):
        Duration.parse(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Window(zone="UTC", starts_at=utc("2026-05-02"), ends_at=utc("2026-05-01")),
        lambda: Window(zone="UTC", days=frozenset()),
        lambda: Window(zone="UTC", days=frozenset({7})),
        lambda: Window(
            zone="UTC", days=frozenset({1}), hours=(Hours(time(1), time(2), frozenset({2})),)
        ),
        lambda: Window(zone="UTC", starts_at=datetime(2026, 5, 1)),  # noqa: DTZ001
        lambda: Window(
            zone="UTC", repeating=Repeating(Duration.parse("P1D"), Duration.parse("PT1H"))
        ),
        lambda: Repeating(Duration.parse("P1D"), Duration.parse("P2D")),
        lambda: Hours(time(1, tzinfo=UTC), time(2)),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(make):
    with pytest.raises(WindowError):
        make()


# Against walking along the clock minute by minute.

ZONES = [
    (BERLIN, "2026-03-28T12:00"),
    (BERLIN, "2026-10-24T12:00"),
    ("America/New_York", "2026-03-07T12:00"),
    ("America/New_York", "2026-10-31T18:00"),
    ("Africa/Cairo", "2026-04-23T06:00"),  # midnight is skipped
    ("Australia/Lord_Howe", "2026-10-03T00:00"),  # half an hour
    ("America/St_Johns", "2006-10-28T12:00"),  # back over midnight, at 00:01
    ("Asia/Kathmandu", "2026-05-01T00:00"),
]
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
hours = st.builds(Hours, clock_times, clock_times, st.just(EVERY_DAY) | weekdays)


def walked(window, start, minutes):
    """For every minute whether the window is open, found by watching the clock go by.

    An opening begins when the clock first shows its start or more, and ends when it first shows
    its end or more.
    """
    zone = window.zone
    begin = start - timedelta(days=3)
    shown = [
        to_local(begin + MINUTE * count, zone).replace(tzinfo=None)
        for count in range(3 * 24 * 60 + minutes)
    ]
    is_inside = [False] * len(shown)
    days = sorted({moment.date() for moment in shown})
    for day in days:
        for one in window.hours:
            weekday = (day.weekday() + 1) % 7
            if weekday not in one.days or weekday not in window.days:
                continue
            end_day = day if one.start < one.end else day + timedelta(days=1)
            opens = _first(shown, datetime.combine(day, one.start))
            closes = _first(shown, datetime.combine(end_day, one.end))
            for index in range(opens, closes):
                is_inside[index] = True
    return is_inside[3 * 24 * 60 :]


def _first(shown, wanted):
    return next((index for index, moment in enumerate(shown) if moment >= wanted), len(shown))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.lists(hours, min_size=1, max_size=2).map(tuple),
    st.just(EVERY_DAY) | weekdays,
)
def test_windows_agree_with_walking_along_the_clock(zone_and_start, some_hours, days):
    zone, start = zone_and_start
    if not any(one.days & days for one in some_hours):
        return
    window, begin = Window(zone=zone, days=days, hours=some_hours), utc(start)
    minutes = 26 * 60
    expected = walked(window, begin, minutes)
    found = [is_open(window, begin + MINUTE * count) for count in range(minutes)]
    assert found == expected
    for count in range(1, minutes):
        moment = begin + MINUTE * count
        if expected[count] and not expected[count - 1]:
            assert next_opening(window, moment - MINUTE) == moment
        if expected[count - 1] and not expected[count]:
            assert closes_at(window, moment - MINUTE) == moment


moments = st.integers(0, 40 * 365 * 24 * 60).map(lambda count: utc("2000-01-01") + MINUTE * count)


@given(moments, hours)
def test_the_next_opening_is_later_and_open_and_closes_later(moment, one):
    window = Window(zone="Europe/Istanbul", hours=(one,))
    opens = next_opening(window, moment)
    if opens is not None:
        assert opens > moment
        assert is_open(window, opens)
        assert not is_open(window, opens - timedelta(microseconds=1))
        closes = closes_at(window, opens)
        assert closes is None or not is_open(window, closes)


def test_our_shape_is_read():
    raw = {
        "zone": BERLIN,
        "from_day": "2026-05-01",
        "until_day": "2026-05-31",
        "days": [0, 6],
        "hours": [{"from": "22:00", "to": "24:00", "days": [6]}],
    }
    assert read_window(raw, "window") == Window.of_days(
        BERLIN,
        date(2026, 5, 1),
        date(2026, 5, 31),
        days=frozenset({0, 6}),
        hours=(Hours(time(22), time(0), frozenset({6})),),
    )
    assert read_window({}, "window", default_zone="UTC") == Window(zone="UTC")


def test_the_published_fields_are_read():
    window = read_published_window(
        zone_name="UTC",
        starts_at=utc("2026-05-01"),
        ends_at=None,
        timeframe={"interval": "P2D", "duration": "P1D"},
        day_of_week=[5],
        hours={"daily": [{"start_time": "12:00", "expiration_time": "14:00"}]},
    )
    assert opening(window, utc("2026-04-01")) == (utc("2026-05-01T12:00"), utc("2026-05-01T14:00"))
    assert next_opening(window, utc("2026-05-02")) == utc("2026-05-15T12:00")


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], "window"),
        ({}, "window.zone"),
        ({"zone": "Mars/Base"}, "window.zone"),
        ({"zone": "UTC", "days": [7]}, "window.days"),
        ({"zone": "UTC", "days": []}, "window.days"),
        ({"zone": "UTC", "hours": [{"from": "9:00", "to": "10:00"}]}, "window.hours[0].from"),
        ({"zone": "UTC", "hours": [{"from": "09:00", "to": "25:00"}]}, "window.hours[0].to"),
        ({"zone": "UTC", "from_day": "2026-02-30"}, "window.from_day"),
        ({"zone": "UTC", "from_day": "2026-03-02", "until_day": "2026-03-01"}, "window"),
        ({"zone": "UTC", "starts_at": "2026-03-02T10:00"}, "window.starts_at"),
        (
            {"zone": "UTC", "repeating": {"interval": "P1D", "duration": "1H"}},
            "window.repeating.duration",
        ),
        ({"zone": "UTC", "repeating": {"interval": "P1D", "duration": "PT1H"}}, "window"),
        ({"zone": "UTC", "colour": "red"}, "window.colour"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(raw, path):
    with pytest.raises(ReadingError) as caught:
        read_window(raw, "window")
    assert caught.value.path == path
