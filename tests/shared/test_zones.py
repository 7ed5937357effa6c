"""Which zone an address implies: only one that holds for all of the country or region."""

from datetime import UTC, datetime, timedelta

import pytest

from config.shared.localtime import is_zone, utc_offset
from config.shared.zones import _ZONES_OF_REGIONS, ZoneSource, zone_of_country


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("TR", "Europe/Istanbul"),
        ("tr", "Europe/Istanbul"),
        ("GB", "Europe/London"),
        ("IE", "Europe/Dublin"),
        ("JP", "Asia/Tokyo"),
        ("DE", "Europe/Berlin"),  # and Busingen, by the same rules
        ("MY", "Asia/Kuala_Lumpur"),  # and Kuching
        ("AR", "America/Argentina/Buenos_Aires"),  # twelve zones, one time
        ("US", None),
        ("AU", None),
        ("BR", None),
        ("CA", None),
        ("RU", None),
        ("ES", None),  # the Canary Islands
        ("PT", None),  # the Azores
        ("NZ", None),  # Chatham
        ("", None),
        ("ZZ", None),
        ("Türkiye", None),
    ],
)
def test_a_country_has_a_zone_when_all_of_it_keeps_the_same_time(country, zone):
    assert zone_of_country(country) == zone


@pytest.mark.parametrize(
    ("country", "region", "zone"),
    [
        ("US", "CA", "America/Los_Angeles"),
        ("US", "us-ny", "America/New_York"),
        ("US", "TX", None),  # El Paso is in another zone
        ("US", "nowhere", None),
        ("ES", "CN", "Atlantic/Canary"),
        ("ES", "ES-CT", "Europe/Madrid"),
        ("PT", "20", "Atlantic/Azores"),
        ("AU", "NSW", None),  # Broken Hill
        ("TR", "34", "Europe/Istanbul"),
        ("TR", "unknown", "Europe/Istanbul"),
    ],
)
def test_a_region_helps_where_the_country_has_several_zones(country, region, zone):
    assert zone_of_country(country, region) == zone


def test_rules_are_compared_in_the_years_asked_for():
    """Berlin and Busingen differed for a while in 1980; today they do not."""
    assert zone_of_country("DE", year=1980) is None
    assert zone_of_country("DE", year=2026) == "Europe/Berlin"


def test_every_zone_of_a_region_is_one_of_the_database():
    zones = {zone for regions in _ZONES_OF_REGIONS.values() for zone in regions.values()}
    assert all(is_zone(zone) for zone in zones)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("America/Halifax", "America/Glace_Bay"),  # Nova Scotia
        ("America/Whitehorse", "America/Dawson"),  # Yukon
        ("Australia/Brisbane", "Australia/Lindeman"),  # Queensland
        ("America/Belem", "America/Santarem"),  # Pará
        ("America/Manaus", "America/Boa_Vista"),  # Roraima
        ("Europe/Madrid", "Africa/Ceuta"),  # Ceuta and Melilla
    ],
)
def test_regions_with_two_zones_in_the_table_keep_one_time(first, second):
    for month in range(24):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + month * timedelta(days=30, hours=5)
        assert utc_offset(first, moment) == utc_offset(second, moment)


def test_the_sources_of_a_zone_have_stable_names():
    assert [source.value for source in ZoneSource] == ["explicit", "address", "phone", "default"]
