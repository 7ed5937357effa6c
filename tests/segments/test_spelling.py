"""A pattern finds exactly what `fold` takes for the same text."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.shared.text import fold
from segments.rules.spelling import pattern

letters = st.sampled_from("aAäÅiIİıîsSşŞßzZ éÉ\u00a0\u0301Ωω.%_\\[](|*+-^$ſＡ")
texts = st.text(letters, min_size=1, max_size=8).filter(lambda text: fold(text) != "")


def matches(text: str, wanted: str, **ends: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [text, pattern(wanted, **ends)])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=texts, wanted=texts)
def test_a_pattern_agrees_with_folding(db: None, text: str, wanted: str) -> None:
    folded, asked = fold(text), fold(wanted)
    assert matches(text, wanted, start=True, end=True) == (folded == asked)
    if "ß" in text:
        return  # a letter that stands for two is found as a whole, not by one of the two
    assert matches(text, wanted, start=True) == folded.startswith(asked)
    assert matches(text, wanted, end=True) == folded.endswith(asked)
    assert matches(text, wanted) == (asked in folded)


def test_what_is_typed_is_never_a_pattern() -> None:
    assert "(a+)+" not in pattern("(a+)+")
    assert len(pattern("s" * 200)) < 200_000
