"""Birthdays: the day itself, 29 February, and finding whose day it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.calendar.birthdays import (
    BirthDateError,
    LeapPolicy,
    birthday_in_year,
    birthday_key,
    month_days_on,
)

policies = st.sampled_from(LeapPolicy)


def test_a_leap_day_is_celebrated_on_28_february_unless_chosen_otherwise():
    assert birthday_in_year(2, 29, 2027) == date(2027, 2, 28)
    assert birthday_in_year(2, 29, 2027, "mar_1") == date(2027, 3, 1)
    assert birthday_in_year(2, 29, 2028) == date(2028, 2, 29)
    assert birthday_in_year(2, 29, 2028, "mar_1") == date(2028, 2, 29)
    assert birthday_in_year(2, 29, 2100) == date(2100, 2, 28)


def test_other_birthdays_fall_on_their_date():
    assert birthday_in_year(12, 31, 2026) == date(2026, 12, 31)
    assert birthday_in_year(2, 28, 2027, "mar_1") == date(2027, 2, 28)


@pytest.mark.parametrize(("month", "day"), [(2, 30), (4, 31), (0, 1), (13, 1), (1, 0), (1, 32)])
def test_a_date_no_year_has_is_refused(month, day):
    with pytest.raises(BirthDateError, match=f"no day {day} in month {month}"):
        birthday_in_year(month, day, 2027)


@pytest.mark.parametrize(
    ("day", "policy", "expected"),
    [
        ("2027-02-28", "feb_28", [(2, 28), (2, 29)]),
        ("2027-02-28", "mar_1", [(2, 28)]),
        ("2027-03-01", "mar_1", [(3, 1), (2, 29)]),
        ("2028-02-28", "feb_28", [(2, 28)]),
        ("2028-02-29", "feb_28", [(2, 29)]),
        ("2028-03-01", "mar_1", [(3, 1)]),
    ],
)
def test_whose_birthday_a_date_is(day, policy, expected):
    assert month_days_on(date.fromisoformat(day), policy) == expected


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="feb_29"):
        birthday_in_year(2, 29, 2027, "feb_29")


@given(st.integers(1900, 2100), policies)
def test_every_birth_date_is_found_on_exactly_one_day_of_a_year(year, policy):
    start = date(year, 1, 1)
    days = [start + timedelta(days=n) for n in range(365)] + [date(year, 12, 31)]
    found = [pair for day in sorted(set(days)) for pair in month_days_on(day, policy)]
    assert len(found) == len(set(found)) == 366


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), policies)
def test_looking_up_a_day_is_the_inverse_of_asking_for_a_birthday(day, policy):
    for month, day_of_month in month_days_on(day, policy):
        assert birthday_in_year(month, day_of_month, day.year, policy) == day


def test_the_key_is_the_year_of_the_birthday_and_not_of_sending():
    assert birthday_key(date(2027, 1, 3)) == "2027"
