"""How interests add up and fade: arithmetic that no database is needed for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.shared.text import fold
from customers import interest_rules as rules
from customers.interest_rules import Sign, Topic, faded, level, points_for, topics_of_search, total

DAYS = st.datetimes(
    min_value=datetime(2005, 1, 1),  # noqa: DTZ001
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
EVIDENCE = st.lists(st.tuples(st.sampled_from(list(rules.WEIGHTS.values())), DAYS), max_size=20)
FUTURE = datetime(2070, 1, 1, tzinfo=UTC)


def test_points_halve_in_the_half_life():
    then = datetime(2026, 1, 1, tzinfo=UTC)
    assert faded(8.0, then, then + rules.HALF_LIFE) == pytest.approx(4.0)
    assert faded(8.0, then, then + 3 * rules.HALF_LIFE) == pytest.approx(1.0)


@given(st.floats(0, 1000), DAYS, st.timedeltas(timedelta(0), timedelta(days=2000)), st.data())
def test_fading_in_two_steps_is_fading_in_one(points, start, by, data):
    halfway = data.draw(st.timedeltas(timedelta(0), by)) if by else timedelta(0)
    step = faded(faded(points, start, start + halfway), start + halfway, start + by)
    assert step == pytest.approx(faded(points, start, start + by), rel=1e-9)


@given(EVIDENCE, st.randoms())
def test_the_order_of_arrival_does_not_matter(evidence, chance):
    mixed = list(evidence)
    chance.shuffle(mixed)
    assert total(mixed, FUTURE) == pytest.approx(total(evidence, FUTURE), rel=1e-9, abs=1e-12)


@given(EVIDENCE, st.integers(0, 20), DAYS)
def test_a_sum_of_sums_is_the_sum(evidence, cut, as_of):
    parts = [evidence[:cut], evidence[cut:]]
    assert sum(total(part, as_of) for part in parts) == pytest.approx(
        total(evidence, as_of), rel=1e-9, abs=1e-9
    )


@given(EVIDENCE, DAYS)
def test_late_evidence_counts_as_of_its_own_date(evidence, late):
    known = total(evidence, FUTURE)
    told_later = total([*evidence, (1.0, late)], FUTURE)
    assert told_later - known == pytest.approx(faded(1.0, late, FUTURE), rel=1e-6, abs=1e-12)


@given(EVIDENCE.filter(bool))
def test_what_is_stored_as_of_the_last_evidence_says_the_same_later(evidence):
    last = max(when for _weight, when in evidence)
    stored = total(evidence, last)
    assert stored == pytest.approx(sum(w * 2 ** -rules.halvings(t, last) for w, t in evidence))
    assert faded(stored, last, FUTURE) == pytest.approx(total(evidence, FUTURE), rel=1e-9)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_level_keeps_the_order_of_points(one, other):
    assert (level(one) <= level(other)) or one > other
    assert 0 <= level(one) < 1


def test_one_order_is_half_and_three_are_three_quarters():
    assert (level(0), level(1), level(3)) == (0, 0.5, 0.75)
    assert points_for(level(2.5)) == pytest.approx(2.5)
    with pytest.raises(ValueError, match="below 1"):
        points_for(1.0)


def test_one_order_says_something_for_a_year():
    bought = datetime(2026, 1, 1, tzinfo=UTC)
    a_year = faded(rules.WEIGHTS[Sign.BOUGHT], bought, bought + timedelta(days=365))
    longer = faded(rules.WEIGHTS[Sign.BOUGHT], bought, bought + timedelta(days=390))
    assert a_year > rules.FAINTEST > longer


@pytest.mark.parametrize(
    ("rating", "sign"),
    [(5, Sign.PRAISED), (4, Sign.PRAISED), (3, None), (3.5, None), (2, Sign.PANNED),
     (1, Sign.PANNED), (0, None), (90, None), ("5", None), (True, None), (None, None)],
)  # fmt: skip
def test_what_a_rating_says(rating, sign):
    assert rules.sign_of_review(rating) is sign


# --- searches -------------------------------------------------------------------------------------
KNOWN = rules.by_words(
    Topic(kind, fold(name))
    for kind, name in [
        ("category", "Çay"),
        ("category", "Chairs"),
        ("category", "Garden chairs"),
        ("category", "Tea & Coffee"),
        ("brand", "İkea"),
        ("brand", "Chairs"),
        ("brand", "LG"),
    ]
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("siyah ÇAY bardağı", {"cay"}),
        ("IKEA", {"ikea"}),
        ("white garden chairs, two", {"garden chairs"}),
        ("chairs for the garden", {"chairs"}),
        ("tea coffee", {"tea & coffee"}),
        ("armchairs", set()),
        ("lg", {"lg"}),
        ("lg fridge", set()),  # too short a word to be sure
        ("", set()),
        ("!!! ???", set()),
    ],
)
def test_a_search_is_about_the_names_that_stand_in_it(query, found):
    assert {topic.key for topic in topics_of_search(fold(query), KNOWN)} == found


def test_a_name_of_both_kinds_is_both():
    assert {topic.kind for topic in topics_of_search("chairs", KNOWN)} == {"category", "brand"}


@given(st.text(max_size=300))
def test_any_text_can_be_searched_for(text):
    assert topics_of_search(fold(text), KNOWN) <= {t for topics in KNOWN.values() for t in topics}
    assert topics_of_search(fold(text), {}) == frozenset()
