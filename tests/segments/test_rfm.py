"""RFM scores agree with a ranking and cutting in plain Python."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments import rfm, selectors
from tests.factories import CustomerFactory, IdentityFactory, OrderFactory, OrderLineFactory

AT = datetime(2011, 12, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def quantile(values: list[int], share: Fraction) -> Fraction:
    """By linear interpolation between the sorted values."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    ordered = sorted(values)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def group(value: int, values: list[int]) -> int:
    edges = [quantile(values, Fraction(n, 5)) for n in range(1, 5)]
    return 1 + sum(edge < value for edge in edges)


def by_hand(buyers: dict[int, dict]) -> dict[int, tuple[int, int, int]]:
    ranks = sorted(buyers, key=lambda pk: (buyers[pk]["frequency"], int(buyers[pk]["id"])))
    recencies = [one["recency"] for one in buyers.values()]
    spent = [one["monetary"] for one in buyers.values()]
    return {
        pk: (
            6 - group(one["recency"], recencies),
            group(ranks.index(pk) + 1, list(range(1, len(ranks) + 1))),
            group(one["monetary"], spent),
        )
        for pk, one in buyers.items()
    }


def stored_scores() -> dict[int, tuple[int, int, int]]:
    found: dict[int, list[int]] = {}
    for name in ("recency", "frequency", "monetary"):
        for score in rfm.SCORES:
            rule = {"field": f"rfm.{name}", "cmp": "eq", "value": score}
            for pk in selectors.member_ids(rule, at=AT):
                found.setdefault(pk, []).append(score)
    return {pk: tuple(scores) for pk, scores in found.items()}


buyers = st.lists(
    st.lists(
        st.tuples(st.integers(-1, 40), st.integers(1, 5), st.sampled_from(["PAID", "CANCELED"])),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=9,
)


class _Undone(Exception):
    pass


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(crowd=buyers)
def test_scores_agree_with_ranking_by_hand(db: None, crowd: list[list[tuple]]) -> None:
    try:
        with transaction.atomic():
            expected: dict[int, dict] = {}
            for number, orders in enumerate(crowd):
                external = str(9 + 13 * number)  # 9, 22, ..., 113: as texts they sort otherwise
                identity = IdentityFactory(external_id=external)
                for days, price, status in orders:
                    order = OrderFactory(
                        identity=identity, placed_at=AT - timedelta(days=days, hours=5)
                    )
                    order.status = status
                    order.save()
                    OrderLineFactory(order=order, quantity=1, unit_amount=price, amount=price)
                    OrderLineFactory(order=order, quantity=1, unit_amount=0, amount=0)
                counted = [one for one in orders if one[0] >= 0]
                if counted:
                    expected[identity.customer_id] = {
                        "id": external,
                        "recency": min(days for days, _price, _status in counted),
                        "frequency": len(counted),
                        "monetary": sum(price for _days, price, _status in counted),
                    }
            CustomerFactory()
            assert stored_scores() == by_hand(expected)
            raise _Undone
    except _Undone:
        pass


def test_the_ten_segments_cover_the_map_once() -> None:
    covered = [cell for name in rfm.NAMES for cell in rfm.cells(name)]
    assert sorted(covered) == [(r, f) for r in rfm.SCORES for f in rfm.SCORES]


@pytest.mark.parametrize(
    ("recency", "frequency", "name"),
    [
        (5, 5, "champions"),
        (4, 4, "loyal_customers"),
        (5, 2, "potential_loyalists"),
        (5, 1, "new_customers"),
        (4, 1, "promising"),
        (3, 3, "need_attention"),
        (3, 2, "about_to_sleep"),
        (2, 4, "at_risk"),
        (1, 5, "cant_lose"),
        (2, 1, "hibernating"),
    ],
)
def test_a_cell_has_its_usual_name(recency: int, frequency: int, name: str) -> None:
    assert rfm.segment_of(recency, frequency) == name


def test_who_never_bought_is_in_no_segment_and_explained_so() -> None:
    customer = CustomerFactory()
    rule = {"field": "rfm.segment", "cmp": "is", "value": "champions"}
    [told] = selectors.explain(rule, customer_id=customer.pk, at=AT)
    assert (told.answer, told.seen) == (False, "")
    missing = {"field": "rfm.segment", "cmp": "empty"}
    assert selectors.member_ids(missing, at=AT) == [customer.pk]
