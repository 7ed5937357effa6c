"""Facts are read once each, in order, and a slow writer's fact is never passed by."""

import threading

import pytest
from django.db import connection, transaction

from config.shared import facts
from tests.factories import NOON
from tests.tools.waiting import until_facts_are_readable

KINDS = {"customer.changed"}


def tell(subject: int, kind: str = "customer.changed") -> None:
    facts.record(kind=kind, subject_id=subject, at=NOON, data={"fields": ["zone"]})


def read(limit: int = 100) -> list[int]:
    with facts.following("test", kinds=KINDS, limit=limit) as found:
        return [fact.subject_id for fact in found]


@pytest.mark.django_db(transaction=True)
def test_each_fact_is_read_once_and_in_order() -> None:
    for subject in (1, 2, 3):
        tell(subject)
    tell(9, kind="redemption.made")
    until_facts_are_readable()
    assert read(limit=2) == [1, 2]
    assert facts.behind("test")
    assert read() == [3]
    assert read() == []
    assert not facts.behind("test")


@pytest.mark.django_db(transaction=True)
def test_what_was_read_in_a_block_that_failed_is_read_again() -> None:
    tell(1)
    until_facts_are_readable()
    with pytest.raises(ZeroDivisionError), facts.following("test", kinds=KINDS):
        1 / 0  # noqa: B018
    assert read() == [1]


@pytest.mark.django_db(transaction=True)
def test_data_comes_back_as_it_was_told() -> None:
    tell(1)
    until_facts_are_readable()
    with facts.following("test", kinds=KINDS) as found:
        assert found[0].data == {"fields": ["zone"]}
        assert found[0].at == NOON


@pytest.mark.django_db(transaction=True)
def test_a_slow_writer_holds_readers_back_and_is_not_skipped() -> None:
    """The slow one wrote first and commits last; a cursor by id alone would lose it."""
    wrote, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            tell(1)
            wrote.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert wrote.wait(10)
    tell(2)
    assert read() == []
    may_commit.set()
    writer.join()
    until_facts_are_readable()
    assert read() == [1, 2]
