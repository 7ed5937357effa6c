"""The invented people of the demo shop: pure picks from a fixed seed."""

import csv
import gzip
import zoneinfo
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.demo import picks
from campaigns.demo.details import USES, allows_still, events_of, phone_of, told_of
from campaigns.demo.places import PEOPLE_PER_PLACE, PLACES
from campaigns.demo.profiles import DAYS, TWINS, Known, Profile, invent
from campaigns.demo.slicing import CUSTOMERS, MOST_LINES, SLICE, cut
from campaigns.demo.wares import ware_of
from config.shared.localtime import is_zone, utc_offset, zone_names
from customers.importing.online_retail import COUNTRIES

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    with gzip.open(SLICE, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def people(lines) -> list[Profile]:
    countries = {line["CustomerID"]: COUNTRIES[line["Country"]] for line in lines}
    return invent(Known(who, country, FIRST) for who, country in countries.items())


def test_the_slice_is_small_and_belongs_to_somebody(lines):
    counted = Counter(line["CustomerID"] for line in lines)
    assert len(counted) == CUSTOMERS >= 1500
    assert "" not in counted
    assert max(counted.values()) <= MOST_LINES
    assert SLICE.stat().st_size < 2_000_000


def test_the_same_file_gives_the_same_slice(tmp_path):
    full = tmp_path / "full.csv.gz"
    full.write_bytes(SLICE.read_bytes())
    cut(full, tmp_path / "slice.csv.gz")
    assert gzip.decompress((tmp_path / "slice.csv.gz").read_bytes()) == gzip.decompress(
        SLICE.read_bytes()
    )


def test_picks_never_change():
    assert picks.number("first name", "17850") == 12282526205396383064
    assert picks.shuffled(["1", "2", "3", "4"], "place") == ["2", "3", "1", "4"]


def test_the_order_of_rows_does_not_matter(people):
    again = invent(
        Known(one.number, "GB" if one.residence.relocated else one.residence.country, FIRST)
        for one in reversed(people)
    )
    assert [(one.number, one.birth, one.consents) for one in again] == [
        (one.number, one.birth, one.consents) for one in people
    ]


def test_every_day_has_birthdays_and_somebody_who_may_be_told(people):
    born = Counter(one.birth[:2] for one in people)
    may = Counter(
        one.birth[:2]
        for one in people
        if one.email and one.consents and one.consents[-1].action in {"granted", "confirmed"}
    )
    for day in DAYS:
        assert born[day.month, day.day] >= 3
        assert may[day.month, day.day] >= 1


def test_some_people_are_recorded_twice(people):
    by_number = {one.number: one for one in people}
    twins = [one for one in people if one.twin_of]
    assert len(twins) == TWINS
    for one in twins:
        other = by_number[one.twin_of]
        assert (one.first_name, one.last_name) == (other.first_name, other.last_name)
        assert one.email != other.email or not one.email
        assert told_of(one).profile["phone"] == phone_of(other.number)


def test_everybody_has_a_phone_of_their_own(people):
    assert len({phone_of(one.number) for one in people}) == len(people)


def test_products_are_sorted_by_the_beginnings_of_their_words():
    assert ware_of("RED RETROSPOT CAKE STAND") == ("Kitchen", "Retrospot")
    assert ware_of("TRADITIONAL KNITTING NANCY") == ("Toys and games", "")  # no TIN
    assert ware_of("SOMETHING ELSE") == ("Gifts", "")


def test_nobody_does_what_they_did_not_allow(people):
    now = FIRST + timedelta(days=200)
    for one in people:
        for event in events_of(one, ["22423"], now):
            assert one.signed_up_at <= event.occurred_at < now
            assert event.data_category not in USES or allows_still(one, event.data_category)


def test_a_birth_year_may_lack_and_fits_the_day(people):
    years = [one.birth[2] for one in people if one.birth[0]]
    assert 0.2 < years.count(None) / len(years) < 0.5
    for one in people:
        if one.birth[:2] == (2, 29) and one.birth[2]:
            assert one.birth[2] % 4 == 0


def test_turkiye_and_ireland(people):
    countries = Counter(one.residence.country for one in people)
    assert countries["TR"] >= 60
    assert countries["IE"] >= 60


@pytest.mark.parametrize("month", [1, 7])
def test_every_utc_offset_in_use_has_at_least_five(people, month):
    moment = datetime(2026, month, 15, tzinfo=UTC)
    told = Counter(
        utc_offset(one.residence.zone, moment) for one in people if is_zone(one.residence.zone)
    )
    # Of those who told no zone, most live in the two zones the shop comes from.
    told[utc_offset("Europe/London", moment)] += 5
    told[utc_offset("Europe/Berlin", moment)] += 5
    in_use = {utc_offset(zone, moment) for zone in zone_names()}
    assert {offset for offset in in_use if told[offset] < 5} == set()


def test_places_cover_the_time_zone_database():
    def pair(zone: str) -> tuple[timedelta, timedelta]:
        january, july = (datetime(2026, month, 15, tzinfo=UTC) for month in (1, 7))
        return utc_offset(zone, january), utc_offset(zone, july)

    covered = {pair(place.zone) for place in PLACES}
    covered |= {pair(zone) for zone in ("Europe/London", "Europe/Berlin", "Europe/Istanbul")}
    assert {pair(zone) for zone in zoneinfo.available_timezones() - {"Factory"}} <= covered
    assert PEOPLE_PER_PLACE >= 5


def test_the_awkward_ones_are_there(people):
    homes = [one.residence for one in people]
    assert any(home.country == "IE" and home.zone == "America/New_York" for home in homes)
    assert any(home.country == "GB" and home.zone == "Europe/Dublin" for home in homes)
    assert any(home.zone and not is_zone(home.zone) for home in homes)
    assert any(home.country == "US" and not home.zone for home in homes)
    assert any(not one.last_name for one in people)
    assert any("İ" in one.first_name for one in people)
    assert any("ı" in one.first_name + one.last_name for one in people)
    assert any(not one.email for one in people)
    last = Counter(one.consents[-1].action if one.consents else "none" for one in people)
    assert min(last[name] for name in ("none", "refused", "withdrawn", "granted", "confirmed")) > 20


def test_addresses_reach_nobody_and_are_told_apart(people):
    written = [one.email for one in people if one.email]
    assert len(set(written)) == len(written)
    assert all(email.endswith(("example.com", "example.org")) for email in written)
    assert all(email.isascii() and " " not in email for email in written)


def test_nobody_signs_up_after_the_first_order(people):
    assert all(FIRST - timedelta(days=61) < one.signed_up_at <= FIRST for one in people)
