"""Voucher codes: strength, shape, fairness and what counts as the same code."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards import codes
from rewards.codes import (
    BEARER_BITS,
    UNAMBIGUOUS,
    CodePattern,
    CodePatternError,
    characters_needed,
    code_key,
    generate,
    problem_of,
    random_text,
    trimmed,
    validate_pattern,
)

DIGITS = "0123456789"


def test_the_alphabet_has_32_characters_nobody_confuses():
    assert len(set(UNAMBIGUOUS)) == 32
    assert not set("ILOU") & set(UNAMBIGUOUS)


@pytest.mark.parametrize(
    ("size", "bits", "needed"), [(32, 60, 12), (32, 130, 26), (10, 60, 19), (2, 60, 60)]
)
def test_randomness_needed_in_characters(size, bits, needed):
    assert characters_needed(size, bits) == needed


@given(st.integers(2, 62), st.integers(1, 256))
def test_the_characters_needed_are_the_fewest_that_suffice(size, bits):
    needed = characters_needed(size, bits)
    assert size**needed >= 2**bits > size ** (needed - 1)


def test_patterns_strong_enough_pass():
    validate_pattern(CodePattern("BDAY-####-####-####"))
    validate_pattern(CodePattern.of(prefix="DOĞUMGÜNÜ-"))
    validate_pattern(CodePattern.of(length=26), bits=BEARER_BITS)


@pytest.mark.parametrize(
    ("pattern", "bits", "why"),
    [
        (CodePattern("BDAY-####-####"), 60, "add 4 more"),
        (CodePattern("BDAY"), 60, "add 12 more"),
        (CodePattern.of(length=12), 130, "has 12 random characters and needs 26"),
        (CodePattern.of(length=12, charset=DIGITS), 60, "add 7 more"),
        (CodePattern.of(charset="A"), 60, "at least two"),
        (CodePattern.of(charset="ABÇ"), 60, "Latin letters or digits"),
        (CodePattern.of(charset="AB-"), 60, "Latin letters or digits"),
        (CodePattern.of(charset="ABb"), 60, "twice in the set"),
        (CodePattern.of(charset="ABA"), 60, "twice in the set"),
        (CodePattern("A B ############"), 60, "blanks"),
        (CodePattern("############\n"), 60, "blanks"),
        (CodePattern("############\u200b"), 60, "invisible"),
        (CodePattern("############\u0307"), 60, "one character each"),
        (CodePattern("#" * 101), 60, "at most 100"),
    ],
)
def test_a_weak_or_malformed_pattern_is_refused_with_the_remedy(pattern, bits, why):
    with pytest.raises(CodePatternError, match=why):
        validate_pattern(pattern, bits=bits)


def test_a_prefix_cannot_contain_the_placeholder():
    with pytest.raises(CodePatternError, match="prefix or postfix"):
        CodePattern.of(prefix="NO#1-")


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        (CodePattern("BDAY-####-####-####"), rf"BDAY(-[{UNAMBIGUOUS}]{{4}}){{3}}"),
        (CodePattern.of(prefix="10%s-", postfix="-Ş"), rf"10%s-[{UNAMBIGUOUS}]{{12}}-Ş"),
        (CodePattern.of(length=20, charset=DIGITS), r"[0-9]{20}"),
    ],
)
def test_codes_follow_their_pattern(pattern, shape):
    made = generate(pattern, 500)
    assert all(re.fullmatch(shape, code) for code in made)
    assert len(made) == len({code_key(code) for code in made}) == 500


def test_a_small_space_is_drawn_without_repeats():
    assert len(set(generate(CodePattern("##", DIGITS), 50))) == 50


def test_more_codes_than_the_pattern_can_safely_make_are_refused():
    with pytest.raises(CodePatternError, match="can make 100 codes, too few for 51"):
        generate(CodePattern("##", DIGITS), 51)
    with pytest.raises(CodePatternError, match="too few"):
        generate(CodePattern("SUMMER"), 2)


def test_none_and_one_and_a_pattern_without_randomness():
    assert generate(CodePattern.of(), 0) == []
    assert generate(CodePattern("SUMMER"), 1) == ["SUMMER"]
    with pytest.raises(ValueError, match="negative"):
        generate(CodePattern.of(), -1)


def test_repeated_draws_are_replaced(monkeypatch):
    """A collision inside one batch costs another draw, never a missing code."""
    draws = iter(["AABB", "BB", "CC"])
    monkeypatch.setattr(codes, "random_text", lambda alphabet, length: next(draws)[:length])
    monkeypatch.setattr(codes, "_CODES_PER_ROUND", 2)
    assert generate(CodePattern("##", "ABCD"), 3) == ["AA", "BB", "CC"]


@settings(max_examples=20)
@given(st.sets(st.sampled_from(UNAMBIGUOUS), min_size=2).map("".join))
def test_random_text_has_the_length_asked_for_and_only_the_alphabet(alphabet):
    text = random_text(alphabet, 1000)
    assert len(text) == 1000
    assert set(text) <= set(alphabet)


@pytest.mark.parametrize("size", [3, 10, 32, 36, 62])
def test_every_character_is_equally_likely(size, monkeypatch):
    """With every byte value drawn equally often, so is every character: nothing is biased."""
    alphabet = (DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")[:size]
    monkeypatch.setattr(codes.secrets, "token_bytes", lambda length: bytes(range(256)))
    counts = Counter(random_text(alphabet, 256 - 256 % size))
    assert len(counts) == size
    assert len(set(counts.values())) == 1


def test_codes_are_found_however_they_are_typed():
    assert code_key(" bday-1x2y ") == code_key("BDAY-1X2Y")
    assert code_key("İNDİRİM") == code_key("ındırım")
    assert code_key("O0") != code_key("00")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("SUMMER-20", ""),
        ("ÇİÇEK-ŞÖLENİ", ""),
        ("夏のSALE", ""),
        ("A" * 60, ""),
        ("10E5", ""),
        ("", "blank"),
        ("=SUM(A1)", "formula"),
        ("+44", "formula"),
        ("-CODE", "formula"),
        ("@CODE", "formula"),
        ("\uff1dA1", "formula"),
        ("#REF!", "formula"),
        ("#NAME?", "formula"),
        ("1.23E+15", "rounded"),
        ("1,23457e+11", "rounded"),
        ("TWO WORDS", "inner_blank"),
        ("A\u00a0B1", "inner_blank"),
        ("AB\u200bC", "invisible"),
        ("ABC\x00D", "invisible"),
        ("AB", "too_short"),
        ("A" * 61, "too_long"),
        ("S\u0410LE20", "mixed_letters"),
        ("\u0391BC", "mixed_letters"),
    ],
)
def test_what_cannot_be_a_code_that_people_get(code, problem):
    assert problem_of(trimmed(code)) == problem


@given(st.text(max_size=70))
def test_whatever_is_taken_can_be_stored_and_found(text):
    code = trimmed(text)
    if not problem_of(code):
        assert 3 <= len(code) <= 60
        assert 0 < len(code_key(code)) <= 60
        assert code.isprintable()
        assert code_key(f" {code}\u200b") == code_key(code)


@pytest.mark.parametrize(
    "typed", ["INDIRIM20", "indirim20", "İNDİRİM20", "ındırım20", " iNDirim20 "]
)
def test_turkish_letters_and_casing_make_no_other_code(typed):
    assert code_key(typed) == "indirim20"


def test_letters_that_look_alike_are_other_codes():
    assert len({code_key("SALE"), code_key("S\u0410LE"), code_key("ŞALE")}) == 3
    assert code_key("\uff33\uff21\uff2c\uff25") == "sale"
