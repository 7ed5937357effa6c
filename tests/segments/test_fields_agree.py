"""Every field and operator: the compiled query and plain Python agree, also where data is missing
and where it may not be looked at.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments import selectors
from segments.rules.parser import parse
from tests.factories import SegmentFactory
from tests.segments import every_shape
from tests.segments.naive import evaluate
from tests.segments.worlds import AT, GATED, people, prepare, rules, store

pytestmark = pytest.mark.django_db


class _Undone(Exception):
    pass


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    crowd=st.lists(people, min_size=1, max_size=3), asked=st.lists(rules, min_size=6, max_size=6)
)
def test_sql_and_python_agree_on_every_field(
    db: None, crowd: list[dict], asked: list[dict]
) -> None:
    try:
        with transaction.atomic():
            products = prepare()
            known = {store(person, products): person for person in crowd}
            for rule in asked:
                whole = rule if "op" in rule else {"op": "and", "rules": [rule]}
                tree = parse(whole)
                expected = sorted(pk for pk, p in known.items() if evaluate(tree, p, AT, GATED))
                for found in every_shape.member_ids(whole, at=AT, among=list(known)):
                    assert found == expected, rule
                nested = SegmentFactory(rules=whole)
                for cmp in ("in", "not_in"):
                    outer = {"field": "segment.member", "cmp": cmp, "value": [nested.public_id]}
                    truth = {pk: evaluate(tree, p, AT, GATED) for pk, p in known.items()}
                    wanted = sorted(pk for pk, is_in in truth.items() if is_in is (cmp == "in"))
                    assert selectors.member_ids(outer, at=AT) == wanted, rule
            raise _Undone
    except _Undone:
        pass
