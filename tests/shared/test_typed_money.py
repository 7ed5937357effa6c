"""Amounts as people type them: one meaning in each language, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.shared.money import LARGEST_AMOUNT, MoneyError, format_money
from config.shared.typed_money import read_amount, typed_amount

currencies = st.sampled_from(["EUR", "TRY", "JPY", "KWD", "CLF"])
languages = st.sampled_from(["en", "tr", "de"])
amounts = st.integers(0, LARGEST_AMOUNT)


@pytest.mark.parametrize(
    ("text", "language", "currency", "minor"),
    [
        ("30,50", "en", "GBP", 3050),
        ("30,50", "tr", "TRY", 3050),
        ("10.00", "en", "GBP", 1000),
        ("10.00", "tr", "TRY", 1000),
        ("12.5", "en", "GBP", 1250),
        (" 12 ", "en", "GBP", 1200),
        ("1,234", "en", "GBP", 123_400),
        ("1.234", "tr", "TRY", 123_400),
        ("1,234.50", "en", "GBP", 123_450),
        ("1.234,50", "en", "GBP", 123_450),
        ("1.234,50", "tr", "TRY", 123_450),
        ("1,234.50", "tr", "TRY", 123_450),
        ("1.234.567,8", "tr", "TRY", 123_456_780),
        ("10.000", "tr", "TRY", 1_000_000),
        ("1 234,50", "tr", "TRY", 123_450),
        ("1\u202f234.50", "en", "GBP", 123_450),
        ("1'234.50", "en", "CHF", 123_450),
        ("£1,234.50", "en", "GBP", 123_450),
        ("1234,50 TL", "tr", "TRY", 123_450),
        ("₺1.234,50", "tr", "TRY", 123_450),
        ("20 gbp", "en", "GBP", 2000),
        ("0.125", "en", "KWD", 125),
        ("0,125", "tr", "KWD", 125),
        ("1,500", "en", "JPY", 1500),
        ("-3", "en", "GBP", -300),
        ("−3", "en", "GBP", -300),
    ],
)
def test_what_people_write(text, language, currency, minor):
    assert read_amount(text, currency, language) == minor


@pytest.mark.parametrize(
    ("text", "language", "currency"),
    [
        ("1.234", "en", "GBP"),  # a thousand, or a typing error: nobody knows
        ("12,345", "tr", "TRY"),
        ("1,23,456", "en", "GBP"),
        ("1234,567,890", "en", "GBP"),
        ("1.234,567", "en", "GBP"),
        ("12,", "en", "GBP"),
        (",50", "en", "GBP"),
        ("1e5", "en", "GBP"),
        ("lots", "en", "GBP"),
        ("", "en", "GBP"),
        ("£5", "en", "EUR"),  # another currency than that of the offer
        ("1.5", "en", "JPY"),
        ("1٢", "en", "GBP"),
        ("9" * 40, "en", "GBP"),
    ],
)
def test_what_has_no_meaning_or_two(text, language, currency):
    with pytest.raises(MoneyError):
        read_amount(text, currency, language)


@given(amount=amounts, currency=currencies, language=languages)
def test_what_a_field_shows_is_read_back(amount, currency, language):
    assert read_amount(typed_amount(amount, currency, language), currency, language) == amount


@given(amount=amounts, currency=currencies, language=languages)
def test_what_a_sentence_says_can_be_typed(amount, currency, language):
    assert read_amount(format_money(amount, currency, language), currency, language) == amount
