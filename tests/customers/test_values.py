"""What somebody wrote about a person, and what is stored of it."""

from datetime import UTC, date, datetime

import phonenumbers
import pytest
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as st

from customers import values
from customers.values import UnusableValue

TODAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("ann+tag@example.co.uk", "ann+tag@example.co.uk"),
        ("Ａnn@example.com", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("", ""),
    ],
)
def test_an_email_has_one_form(written: str, stored: str) -> None:
    assert values.email(written) == stored


@pytest.mark.parametrize(
    "wrong", ["ann", "ann@", "@example.com", "a b@example.com", "ann@example", f"{'a' * 250}@b.de"]
)
def test_what_is_no_email_is_refused_with_the_remedy(wrong: str) -> None:
    with pytest.raises(UnusableValue, match=r"ann@example\.com"):
        values.email(wrong)


@given(st.from_regex(r"[a-z0-9._+-]{1,20}@[a-z0-9.-]{1,20}\.[a-z]{2,5}", fullmatch=True))
def test_the_fast_path_of_emails_accepts_nothing_that_the_validator_refuses(address: str) -> None:
    try:
        stored = values.email(address)
    except UnusableValue:
        return
    validate_email(stored)
    assert values.email(stored) == stored


@pytest.mark.parametrize(
    ("written", "country", "stored"),
    [
        ("+905321234567", "", "+905321234567"),
        ("+90 (532) 123-45-67", "", "+905321234567"),
        ("00905321234567", "", "+905321234567"),
        ("00 90 532 123 45 67", "TR", "+905321234567"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("5321234567", "TR", "+905321234567"),
        ("905321234567", "TR", "+905321234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+39 06 698 12345", "TR", "+390669812345"),
        ("'+905321234567", "", "+905321234567"),
        ("٠٥٣٢١٢٣٤٥٦٧", "TR", "+905321234567"),
        ("", "TR", ""),
    ],
)
def test_a_phone_is_stored_in_e164(written: str, country: str, stored: str) -> None:
    assert values.phone(written, country=country) == stored


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ("0532 123 45 67", "code of the country"),
        ("+90532", "code of the country"),
        ("+9999999999999", "code of the country"),
        ("+90532123456789012", "code of the country"),
        ("call me", "code of the country"),
        ("5.32123E+09", "as text"),
        ("1" * 100, "code of the country"),
    ],
)
def test_an_implausible_phone_is_refused_with_the_remedy(wrong: str, remedy: str) -> None:
    with pytest.raises(UnusableValue, match=remedy):
        values.phone(wrong)


@given(
    st.sampled_from(["TR", "GB", "US", "DE", "FR", "IT", "BR", "AR", "MX", "AU", "JP"]),
    st.from_regex(r"0?[0-9]{7,12}", fullmatch=True),
)
def test_the_fast_path_of_phones_agrees_with_the_library(country: str, digits: str) -> None:
    try:
        stored = values.phone(digits, country=country)
    except UnusableValue:
        return
    read = phonenumbers.parse(digits if not digits.startswith("00") else "+" + digits[2:], country)
    assert stored == phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    assert values.phone(stored) == stored


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_the_fast_path_with_plus_takes_only_what_the_library_calls_possible(number: str) -> None:
    try:
        stored = values.phone(number)
    except UnusableValue:
        return
    assert phonenumbers.is_possible_number(phonenumbers.parse(stored))


@pytest.mark.parametrize(
    ("number", "nationally"),
    [
        ("+905321234567", "05321234567"),
        ("+442079460958", "02079460958"),
        ("+12125550123", "2125550123"),
        ("+390669812345", "0669812345"),
    ],
)
def test_a_number_is_known_as_it_is_written_at_home(number: str, nationally: str) -> None:
    assert values.national_digits(number) == nationally


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("Ayşe Yılmaz", "Ayşe", "Yılmaz"),
        ("Ayşe Nur  Yılmaz", "Ayşe Nur", "Yılmaz"),
        ("Sukarno", "Sukarno", ""),
        ("Yılmaz, Ayşe", "Ayşe", "Yılmaz"),
        ("Vincent van der Berg", "Vincent", "van der Berg"),
        ("ann van berg", "ann van", "berg"),
        ("Martin Luther King Jr.", "Martin Luther", "King Jr."),
        ("Ann Berg, PhD", "Ann", "Berg, PhD"),
        ("山田 太郎", "山田", "太郎"),
        ("محمد رضا", "محمد", "رضا"),
        ("Ann\x00\u200b Berg", "Ann", "Berg"),
        ("", "", ""),
    ],
)
def test_a_full_name_is_taken_apart_in_any_script(written: str, first: str, last: str) -> None:
    assert values.split_name(written) == (first, last)


def test_joiners_that_change_how_a_name_is_read_stay() -> None:
    assert values.name("علی\u200cرضا") == "علی\u200cرضا"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[(one, "TR") for one in ("TR", "tr", "Türkiye", "TURKEY", "Turkiye", "TUR", "792")],
        *[(one, "GB") for one in ("UK", "United Kingdom", "GBR", "Birleşik Krallık", "England")],
        *[(one, "US") for one in ("USA", "United States", "U.S.A.", "ABD", "us", "840")],
        *[(one, "IE") for one in ("EIRE", "Ireland", "İrlanda", "Irland")],
        *[(one, "DE") for one in ("Germany", "Almanya", "Deutschland", "Allemagne")],
        *[(one, "CZ") for one in ("Czech Republic", "Czechia", "Çekya")],
        ("RSA", "ZA"),
        ("", ""),
    ],
)
def test_a_country_is_known_by_code_and_name(written: str, code: str) -> None:
    assert values.country(written) == code


@pytest.mark.parametrize("wrong", ["Mars", "XX", "EU", "European Community", "Unspecified"])
def test_what_is_no_country_is_refused(wrong: str) -> None:
    with pytest.raises(UnusableValue, match="ISO 3166"):
        values.country(wrong)


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("tr", "tr"),
        ("en_gb", "en-GB"),
        ("PT-br", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("Turkish", "tr"),
        ("Türkçe", "tr"),
        ("Deutsch", "de"),
        ("", ""),
    ],
)
def test_a_language_is_a_tag(written: str, tag: str) -> None:
    assert values.language(written) == tag


@pytest.mark.parametrize("wrong", ["xq", "klingonish", "en-US-x-private"])
def test_what_is_no_language_is_refused(wrong: str) -> None:
    with pytest.raises(UnusableValue, match="language tag"):
        values.language(wrong)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("Europe/Istanbul", "Europe/Istanbul"),
        ("europe/istanbul", "Europe/Istanbul"),
        ("America/new york", "America/New_York"),
        ("Turkey Standard Time", "Europe/Istanbul"),
        ("", ""),
    ],
)
def test_a_zone_is_an_iana_name(written: str, named: str) -> None:
    assert values.zone(written) == named


def test_what_is_no_zone_is_refused() -> None:
    with pytest.raises(UnusableValue, match="Europe/Istanbul"):
        values.zone("Mars/Olympus")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        *[(one, True) for one in ("yes", "TRUE", "1", "Evet", "EVET", "subscribed", "on")],
        *[(one, False) for one in ("no", "False", "0", "Hayır", "HAYIR", "Unsubscribed", "yok")],
        ("", None),
    ],
)
def test_yes_and_no_in_the_words_of_systems(written: str, said: bool | None) -> None:
    assert values.boolean(written) is said


@pytest.mark.parametrize("wrong", ["maybe", "pending", "2", "cleaned"])
def test_neither_yes_nor_no_is_refused(wrong: str) -> None:
    with pytest.raises(UnusableValue, match="yes or no"):
        values.boolean(wrong)


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Consumer", "consumer"), ("kurumsal", "business"), ("ŞİRKET", "business"), ("", "")],
)
def test_the_kind_of_customer(written: str, kind: str) -> None:
    assert values.kind_of(written) == kind


def test_an_error_says_why_and_what_to_do_and_repeats_nothing_personal() -> None:
    with pytest.raises(UnusableValue) as caught:
        values.email("ayse yilmaz")
    error = caught.value
    assert (error.code, error.remedy) == (
        "This is not an e-mail address.",
        "Write it as ann@example.com.",
    )
    assert "ayse" not in f"{error} {error.in_words()} {error.args}"
