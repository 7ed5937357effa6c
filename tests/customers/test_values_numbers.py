"""Dates, moments, amounts and custom attributes, as they are written and as they are stored."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import values
from customers.values import Definition, UnusableValue

TODAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "order", "stored"),
    [
        ("1990-05-31", "ymd", (1990, 5, 31)),
        ("1990-05-31T00:00:00Z", "dmy", (1990, 5, 31)),
        ("1990-05-31 00:00:00", "dmy", (1990, 5, 31)),
        ("--05-31", "ymd", (None, 5, 31)),
        ("--02-29", "ymd", (None, 2, 29)),
        ("31.05.1990", "dmy", (1990, 5, 31)),
        ("31/5/1990", "dmy", (1990, 5, 31)),
        ("05/31/1990", "mdy", (1990, 5, 31)),
        ("1990/5/31", "dmy", (1990, 5, 31)),
        ("31.05.", "dmy", (None, 5, 31)),
        ("05/31", "mdy", (None, 5, 31)),
        (date(1990, 5, 31), "ymd", (1990, 5, 31)),
        ("", "ymd", None),
    ],
)
def test_a_birth_date_also_without_its_year(written: Any, order: str, stored: Any) -> None:
    assert values.birth_date(written, today=TODAY, order=order) == stored


@pytest.mark.parametrize(
    ("wrong", "order", "remedy"),
    [
        ("1850-01-01", "ymd", "1900 or later"),
        ("2026-05-02", "ymd", "future"),
        ("2001-02-29", "ymd", "month and the day"),
        ("1990-13-01", "ymd", "month and the day"),
        ("05/31/1990", "dmy", "month and the day"),
        ("05/31/1990", "ymd", "in which order"),
        ("31.05.90", "dmy", "1990-05-31"),
        ("31 May 1990", "dmy", "1990-05-31"),
        ("0000-00-00", "ymd", "month and the day"),
        ("yesterday", "ymd", "1990-05-31"),
    ],
)
def test_an_impossible_birth_date_is_refused_with_the_remedy(
    wrong: str, order: str, remedy: str
) -> None:
    with pytest.raises(UnusableValue, match=remedy):
        values.birth_date(wrong, today=TODAY, order=order)


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["dmy", "mdy"]))
def test_a_birth_date_comes_back_whatever_the_order(born: date, order: str) -> None:
    written = born.strftime("%d.%m.%Y" if order == "dmy" else "%m/%d/%Y")
    assert values.birth_date(written, today=TODAY, order=order) == (
        born.year,
        born.month,
        born.day,
    )


@pytest.mark.parametrize(
    ("written", "order", "stored"),
    [
        ("2026-05-01T09:30:00+03:00", "ymd", "2026-05-01T06:30"),
        ("2026-05-01 09:30:00 +0300", "ymd", "2026-05-01T06:30"),
        ("2026-05-01 09:30:00 UTC", "ymd", "2026-05-01T09:30"),
        ("2026-05-01 09:30:00", "ymd", "2026-05-01T06:30"),
        ("2026-05-01", "ymd", "2026-04-30T21:00"),
        ("01.04.2026 09:30", "dmy", "2026-04-01T06:30"),
        ("4/1/2026 9:30 PM", "mdy", "2026-04-01T18:30"),
        ("4/1/2026 12:05 am", "mdy", "2026-03-31T21:05"),
        (datetime(2026, 4, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None), "ymd", "2026-04-01T06:30"),
    ],
)
def test_a_moment_without_an_offset_is_local_time(written: Any, order: str, stored: str) -> None:
    found = values.moment(written, zone="Europe/Istanbul", now=NOW, order=order)
    assert found == datetime.fromisoformat(stored).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("2027-05-01T00:00:00Z", "future"),
        ("9999-12-31T23:59:59-14:00", "2026-05-01T09:30"),
        ("2026-05-01 25:00", "2026-05-01T09:30"),
        ("2026-02-30", "calendar"),
        ("1.5.2026", "in which order"),
        ("tomorrow", "2026-05-01T09:30"),
    ],
)
def test_an_impossible_moment_is_refused(wrong: str, remedy: str) -> None:
    with pytest.raises(UnusableValue, match=remedy):
        values.moment(wrong, zone="Europe/Istanbul", now=NOW)


@given(st.timedeltas(timedelta(), timedelta(days=20_000)))
def test_a_moment_comes_back(before: timedelta) -> None:
    aware = NOW - before
    assert values.moment(aware.isoformat(), zone="Europe/Istanbul", now=NOW) == aware


@pytest.mark.parametrize(
    ("written", "mark", "stored"),
    [
        ("1.234,56", ",", 123456),
        ("1,234.56", ".", 123456),
        ("1 234,56", ",", 123456),
        ("1'234.56", ".", 123456),
        ("1234", ",", 123400),
        ("12,5", ",", 1250),
        ("₺1.234,56", ",", 123456),
        ("1.234,56 TL", ",", 123456),
        ("TRY 12.5000", ".", 1250),
        ("-3.10", ".", -310),
        ("", ".", None),
    ],
)
def test_money_with_a_told_decimal_mark(written: str, mark: str, stored: int | None) -> None:
    assert values.minor_units(written, currency="TRY", decimal_mark=mark) == stored


@pytest.mark.parametrize(
    ("wrong", "mark"),
    [
        ("1.234,56", "."),
        ("1,234.56", ","),
        ("12,34,567", "."),
        ("1.2345", "."),
        ("12.5.1", "."),
        ("free", "."),
        ("1e5", "."),
        ("NaN", "."),
        ("9" * 60, "."),
    ],
)
def test_money_that_could_mean_another_sum_is_refused(wrong: str, mark: str) -> None:
    with pytest.raises(UnusableValue):
        values.minor_units(wrong, currency="TRY", decimal_mark=mark)


@given(st.integers(-(10**12), 10**12))
def test_money_comes_back_from_either_way_of_writing(minor: int) -> None:
    english = f"{Decimal(minor) / 100:,.2f}"
    turkish = english.translate(str.maketrans(",.", ".,"))
    assert values.minor_units(english, currency="TRY") == minor
    assert values.minor_units(turkish, currency="TRY", decimal_mark=",") == minor


TEXT = Definition("note", "text")
NUMBER = Definition("dogs", "number")
MONEY = Definition("limit", "money", currency="TRY")
BOOLEAN = Definition("vip", "boolean")
DATE = Definition("anniversary", "date")
ANY = Definition("tags", "set")
SOME = Definition("sizes", "set", choices=("S", "M", "XL"))


@pytest.mark.parametrize(
    ("definition", "told", "stored"),
    [
        (TEXT, "  calls  twice ", "calls twice"),
        (TEXT, 5, "5"),
        (NUMBER, 3, 3),
        (NUMBER, "3", 3),
        (NUMBER, 3.0, 3),
        (NUMBER, "2.5", 2.5),
        (MONEY, 1250, 1250),
        (MONEY, "12.50", 1250),
        (BOOLEAN, True, True),
        (BOOLEAN, "hayır", False),
        (BOOLEAN, 1, True),
        (DATE, "2026-05-31", "2026-05-31"),
        (DATE, "2026-05-31T10:00:00Z", "2026-05-31"),
        (ANY, "b, a,b", ["a", "b"]),
        (ANY, ["b", "a"], ["a", "b"]),
        (SOME, "xl;s", ["S", "XL"]),
        (SOME, ["M"], ["M"]),
        *[(one, None, None) for one in (TEXT, NUMBER, MONEY, BOOLEAN, DATE, ANY)],
        *[(one, " ", None) for one in (TEXT, NUMBER, MONEY, BOOLEAN, DATE, ANY)],
    ],
)
def test_an_attribute_is_stored_in_the_form_of_its_type(
    definition: Definition, told: Any, stored: Any
) -> None:
    found = values.attribute(told, definition)
    assert (found, type(found)) == (stored, type(stored))
    assert stored is None or values.fits(found, definition)


@pytest.mark.parametrize(
    ("definition", "wrong", "remedy"),
    [
        (TEXT, {"a": 1}, "quotation marks"),
        (NUMBER, "three", "Write it as"),
        (NUMBER, True, "digits"),
        (NUMBER, float("inf"), "Round it"),
        (NUMBER, 10**20 + 1, "Round it"),
        (MONEY, 12.5, "minor units"),
        (MONEY, 10**16, "larger"),
        (MONEY, "12.505", "decimals"),
        (BOOLEAN, "perhaps", "yes or no"),
        (BOOLEAN, 7, "true or false"),
        (DATE, "31.05.2026", "order"),
        (DATE, 20260531, "2026-05-31"),
        (ANY, {"a": 1}, "list"),
        (SOME, ["L"], "S, M, XL"),
    ],
)
def test_an_attribute_that_does_not_fit_is_refused_with_the_remedy(
    definition: Definition, wrong: Any, remedy: str
) -> None:
    with pytest.raises(UnusableValue, match=remedy):
        values.attribute(wrong, definition)
    assert not values.fits(wrong, definition)


def test_what_is_stored_under_another_type_does_not_fit() -> None:
    assert not values.fits("3", NUMBER)
    assert not values.fits(1, BOOLEAN)
    assert not values.fits("a", ANY)
