"""Money in minor units: exact both ways, and clear about what it refuses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.shared.money import (
    LARGEST_AMOUNT,
    MoneyError,
    exponent,
    format_money,
    from_minor,
    is_currency,
    to_minor,
)

currencies = st.sampled_from(["EUR", "TRY", "JPY", "KWD", "CLF", "LBP", "ISK"])
amounts = st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT)


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2), ("TRY", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3),
        ("CLF", 4),
        # Where CLDR follows daily use, ISO 4217 rules.
        ("LBP", 2), ("RSD", 2), ("IQD", 3), ("HUF", 2), ("ISK", 0), ("AFN", 2),
        # Withdrawn, but old orders may hold it.
        ("DEM", 2),
    ],
)  # fmt: skip
def test_decimals_are_those_of_iso_4217(currency, decimals):
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["", "EU", "eur", "EURO", "XXX", "XTS", "XAU", "ABC", "€"])
def test_what_is_no_currency_is_named(code):
    assert not is_currency(code)
    with pytest.raises(MoneyError, match="ISO 4217"):
        exponent(code)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        (" 12 ", "EUR", 1200),
        ("-0.01", "EUR", -1),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        (Decimal("12.500"), "EUR", 1250),
        (Decimal("1E+3"), "JPY", 1000),
        (7, "EUR", 700),
        ("10000000000000", "EUR", 10**15),
    ],
)
def test_major_units_become_minor_units(text, currency, minor):
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        ("12.345", "EUR", "EUR has 2 decimals"),
        ("12.500", "EUR", "EUR has 2 decimals"),
        ("0.5", "JPY", "JPY has 0 decimals"),
        (Decimal("0.001"), "EUR", "EUR has 2 decimals"),
        ("", "EUR", "not a number"),
        ("abc", "EUR", "not a number"),
        ("1,50", "EUR", "not a number"),
        ("1_000", "EUR", "not a number"),
        ("1e3", "EUR", "not a number"),
        ("NaN", "EUR", "not a number"),
        ("Infinity", "EUR", "not a number"),
        ("١٢", "EUR", "not a number"),
        (Decimal("NaN"), "EUR", "not a number"),
        (Decimal("-Infinity"), "EUR", "not a number"),
        (12.5, "EUR", "not a number"),
        (True, "EUR", "not a number"),
        (None, "EUR", "not a number"),
        ("10000000000000.01", "EUR", "larger than 1000000000000000"),
        ("9" * 40, "EUR", "too many digits"),
        (Decimal("1E+400"), "EUR", "too many digits"),
        (10**50, "EUR", "too many digits"),
    ],
)
def test_an_unusable_amount_is_refused_with_the_reason(amount, currency, why):
    with pytest.raises(MoneyError, match=why):
        to_minor(amount, currency)
    assert issubclass(MoneyError, ValueError)


@given(amounts, currencies)
def test_minor_units_survive_the_way_out_and_back(amount, currency):
    assert to_minor(from_minor(amount, currency), currency) == amount
    assert to_minor(str(from_minor(amount, currency).quantize(one(currency))), currency) == amount


def one(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def test_money_is_written_as_the_reader_writes_it():
    assert format_money(123450, "TRY", "tr") == "₺1.234,50"
    assert format_money(123450, "EUR", "en") == "€1,234.50"
    assert format_money(123450, "EUR", "de-DE").replace("\xa0", " ") == "1.234,50 €"
    assert format_money(1500, "JPY", "en") == "¥1,500"
    assert format_money(1234567, "KWD", "en") == "KWD1,234.567"
    assert format_money(-1250, "EUR", "en") == "-€12.50"


def test_all_decimals_of_iso_are_written_where_daily_use_has_none():
    assert "1,234.50" in format_money(123450, "LBP", "en")


def test_formatting_does_not_change_the_locale_for_others():
    format_money(1, "KWD", "en")
    assert format_money(123450, "EUR", "en") == "€1,234.50"


def test_an_unknown_locale_is_written_in_english():
    assert format_money(123450, "EUR", "xx-nowhere") == "€1,234.50"
