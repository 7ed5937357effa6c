"""Distances on the earth, and the boxes by which an index finds what is near."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.errors import RuleError
from segments.rules.distance import EARTH_KM, boxes_around, kilometres
from segments.rules.parser import parse
from segments.rules.wording import sentence

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def test_known_distances() -> None:
    istanbul, izmir, london = (41.0082, 28.9784), (38.4237, 27.1428), (51.5074, -0.1278)
    assert kilometres(*istanbul, *izmir) == pytest.approx(328, abs=1)
    assert kilometres(*istanbul, *london) == pytest.approx(2_500, abs=5)
    assert kilometres(0, 179.9, 0, -179.9) == pytest.approx(22.2, abs=0.1)
    assert kilometres(90, 0, -90, 0) == pytest.approx(math.pi * EARTH_KM)


@given(latitudes, longitudes, st.floats(0, 20_000), latitudes, longitudes)
def test_whatever_is_near_is_in_a_box(
    lat: float, lon: float, km: float, other_lat: float, other_lon: float
) -> None:
    if kilometres(lat, lon, other_lat, other_lon) <= km:
        assert any(
            box.south <= other_lat <= box.north and box.west <= other_lon <= box.east
            for box in boxes_around(lat, lon, km)
        )


@given(latitudes, longitudes, st.floats(0, 20_000))
def test_boxes_lie_on_the_map(lat: float, lon: float, km: float) -> None:
    for box in boxes_around(lat, lon, km):
        assert -90 - 1e-6 <= box.south <= box.north <= 90 + 1e-6
        assert -180 - 1e-6 <= box.west <= box.east <= 180 + 1e-6


def test_the_sentence_names_point_and_distance() -> None:
    near = {"field": "geo.address", "cmp": "within_km", "value": {"lat": 41, "lon": 29, "km": 10}}
    assert sentence(parse(near)).endswith("place of the address is within 10 km of 41, 29")
    far = near | {"cmp": "beyond_km"}
    assert sentence(parse(far)).endswith("is farther away than 10 km from 41, 29")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"lat": 41, "lon": 29}, "rules.value"),
        ({"lat": 91, "lon": 29, "km": 1}, "rules.value.lat"),
        ({"lat": 41, "lon": "29", "km": 1}, "rules.value.lon"),
        ({"lat": 41, "lon": 29, "km": -1}, "rules.value.km"),
        ([41, 29, 1], "rules.value"),
    ],
)
def test_what_is_no_circle_is_refused_with_its_path(value: object, path: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse({"field": "geo.address", "cmp": "within_km", "value": value})
    assert refused.value.path == path
