"""Two segments that are to name each other at the same moment: one of them is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from config.shared.actors import SYSTEM
from segments.errors import CircularRule
from segments.models import Segment
from segments.rules.parser import parse
from segments.services import segments as service
from segments.services.segments import save_segment
from tests.factories import SegmentFactory

from .harness import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def naming(segment: Segment) -> dict:
    return {"field": "segment.member", "cmp": "in", "value": [segment.public_id]}


def round_of_two(clients: int = 2) -> list[bool]:
    """Each tries to name the next one; whether each could."""
    segments = [SegmentFactory() for _client in range(clients)]

    def save(number: int) -> bool:
        mine, other = segments[number], segments[(number + 1) % clients]
        try:
            save_segment(segment=mine, name=mine.name, rules=naming(other), actor=SYSTEM)
        except CircularRule:
            return False
        return True

    return at_once(save, clients=clients)


def test_no_circle_comes_about() -> None:
    for _round in range(ROUNDS):
        for clients in (2, 3):
            assert sorted(round_of_two(clients)) == [False, *[True] * (clients - 1)]
    for segment in Segment.objects.all():
        parse(segment.rules, stored=True, of=segment)


def test_without_turns_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reads the other's rule before it is written."""
    first, second = SegmentFactory(), SegmentFactory()
    monkeypatch.setattr(service, "_take_turn", lambda: None)
    read, told = service.parse, []

    def other() -> None:
        save_segment(segment=second, name=second.name, rules=naming(first), actor=SYSTEM)
        connection.close()

    def read_then_let_the_other(rules: object, **more: object) -> object:
        tree = read(rules, **more)
        told.append(more.get("of"))
        if told == [first, first]:  # it has read it for the last time, and not written yet
            with ThreadPoolExecutor(1) as thread:
                thread.submit(other).result()
        return tree

    monkeypatch.setattr(service, "parse", read_then_let_the_other)
    save_segment(segment=first, name=first.name, rules=naming(second), actor=SYSTEM)
    with pytest.raises(CircularRule):
        parse(Segment.objects.get(pk=first.pk).rules, stored=True)
