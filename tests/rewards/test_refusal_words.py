"""Stored values of refusals as people read them."""

from datetime import UTC, datetime

import pytest

from rewards.conditions import Failure, PlainFacts, first_failure, parse
from rewards.refusals import in_words


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (">= 25.00 GBP", "at least £25.00"),
        ("<= 49.99 GBP", "at most £49.99"),
        ("< 5", "fewer than 5"),
        ("> 20", "more than 20"),
        ("= true", "yes"),
        ("!= 2", "anything but 2"),
        ("0.01 GBP .. 0.02 GBP", "£0.01 to £0.02"),
        ("in IE, FR", "one of IE, FR"),
        ("not in IE, FR", "none of IE, FR"),
        (">= 2026-05-04T00:00:00+00:00", "from 4 May 2026"),
        ("< 2026-05-04T00:00:00+00:00", "before 4 May 2026"),
        (
            "effects[3].details.gift: There is no such product, or its price is not known.",
            "effect no. 4: There is no such product, or its price is not known",
        ),
    ],
)
def test_what_was_needed_in_words(stored, read):
    assert in_words(stored).startswith(read)


def test_what_is_stored_of_a_failure_has_its_length():
    segments = [f"{'x' * 40}{number}" for number in range(30)]
    rule = {"kind": "segment", "in": segments}
    failure = first_failure(
        parse(rule), PlainFacts(at=datetime(2026, 5, 1, tzinfo=UTC), has_customer=True)
    )
    assert isinstance(failure, Failure)
    assert len(failure.needed) == 200
    assert failure.needed.endswith("…")
