"""Days made in SQL from the offsets of a zone are the days of `config.shared.localtime`."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from config.shared import localtime
from segments.rules.binding import Binder
from segments.rules.clocks import Clock

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, tzinfo=UTC)
ZONES = sorted(localtime.zone_names())


def answers(binder: Binder, asked: str, given: list[tuple[str, object]], kind: str) -> list:
    """What SQL makes of each pair of a zone and a value `g.told`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {asked} FROM unnest(%(given_zones)s::text[], %(given_values)s::{kind}[])"
            f" WITH ORDINALITY AS c(zone, told, place) {binder.joins()} ORDER BY c.place",
            {
                **binder.params,
                "given_zones": [zone for zone, _value in given],
                "given_values": [value for _zone, value in given],
            },
        )
        return [row[0] for row in cursor.fetchall()]


def changes(zone: str) -> list[datetime]:
    """When a zone's clock jumps in the years around; an ordinary day where it never does."""
    found = [
        moment for year in (2025, 2026, 2027) for moment, _ in localtime.clock_changes(zone, year)
    ]
    return found or [AT]


def test_each_day_begins_where_the_policy_says() -> None:
    given = [
        (zone, localtime.to_local(moment, zone).date() + timedelta(days=more))
        for zone in ZONES
        for moment in changes(zone)
        for more in (-1, 0, 1, 2)
    ]
    binder = Binder(AT)
    found = answers(binder, Clock(binder).start_of("c.told"), given, "date")
    wanted = [localtime.to_instant(day, time(), zone) for zone, day in given]
    assert [
        (pair, at) for pair, at, asked in zip(given, found, wanted, strict=True) if at != asked
    ] == []


def test_each_instant_falls_on_the_day_that_the_clock_shows() -> None:
    steps = [timedelta(hours=hours) for hours in (-24, -2, 0, 1, 24)] + [timedelta(seconds=-1)]
    given = [(zone, at + step) for zone in ZONES for at in changes(zone) for step in steps]
    binder = Binder(AT)
    found = answers(binder, Clock(binder).day_of("c.told"), given, "timestamptz")
    wanted = [localtime.to_local(moment, zone).date() for zone, moment in given]
    assert [
        (pair, day) for pair, day, asked in zip(given, found, wanted, strict=True) if day != asked
    ] == []


def test_no_clock_shows_a_day_again_that_it_has_left() -> None:
    """What is said of days holds because today never turns back."""
    for zone in ZONES:
        for moment in changes(zone):
            before = localtime.to_local(moment - timedelta(seconds=1), zone).date()
            assert localtime.to_local(moment, zone).date() >= before, (zone, moment)


def test_far_from_now_days_are_early_and_never_late() -> None:
    given = [(zone, date(2041, month, 1)) for zone in ZONES for month in range(1, 13)]
    binder = Binder(AT)
    found = answers(binder, Clock(binder).start_of("c.told"), given, "date")
    for (zone, day), at in zip(given, found, strict=True):
        begin = localtime.to_instant(day, time(), zone)
        assert begin - timedelta(days=2) < at <= begin, zone


def test_changes_of_a_clock_are_all_changes_of_its_offset() -> None:
    for zone in ("Europe/London", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu"):
        at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        found = []
        while at < end:
            later = at + timedelta(minutes=30)
            if localtime.utc_offset(zone, later) != localtime.utc_offset(zone, at):
                found.append((later, localtime.utc_offset(zone, later)))
            at = later
        assert list(localtime.clock_changes(zone, 2026)) == found
