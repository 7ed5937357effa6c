"""Things told in the background: each once, whoever dies; what is rejected says where it stood."""

import pytest

from config.shared import async_actions, clock, keys
from config.shared.actors import SYSTEM
from config.shared.async_actions import Done, Item
from config.shared.errors import BadInput
from config.shared.idempotency import Overtaken
from config.shared.models import AsyncAction, StoredFile
from tests.rewards.makers import AT

pytestmark = pytest.mark.django_db

KIND = "TESTED"


@pytest.fixture
def received():
    """What the worker was given; a text is rejected, a function is called."""
    seen = []

    def work(key, values, at):
        done = []
        for value in values:
            if value in hooks:
                hooks[value]()
            seen.append(value)
            wrong = BadInput(details="a number, please") if isinstance(value, str) else None
            done.append(Done("rejected" if wrong else "created", wrong))
        return done

    hooks = {}
    async_actions.register(KIND, work, holds_people=True, batch=2)
    seen_and_hooks = seen, hooks
    yield seen_and_hooks
    del async_actions._kinds[KIND]


def made_key():
    return keys.create_api_key(name="shop", kind="secret", actor=SYSTEM).key


def asked(*values):
    items = [Item(number, value) for number, value in enumerate(values)]
    return async_actions.start(kind=KIND, items=items, key=made_key(), at=AT)


def test_what_is_told_is_worked_off_in_batches_in_its_order(received):
    seen, _hooks = received
    action = asked(1, 2, "three", 4, 5)
    assert (action.state, action.wanted) == ("waiting", 5)
    assert async_actions.work() == 2
    action.refresh_from_db()
    assert seen == [1, 2, "three", 4, 5]
    assert (action.state, action.done) == ("finished", 5)
    assert action.counts == {"created": 4, "rejected": 1}
    assert action.errors == [
        {
            "index": 2,
            "key": "invalid_payload",
            "message": "The request is malformed.",
            "details": "a number, please",
        }
    ]
    assert not StoredFile.objects.exists()  # what was told is gone
    assert async_actions.work() == 0


def test_a_line_that_is_none_is_told_with_its_number(received):
    seen, _hooks = received
    items = [Item(2, 1), Item(3, problem="cannot be read"), Item(4, 2)]
    action = async_actions.start(kind=KIND, items=items, key=made_key(), at=AT)
    async_actions.work()
    action.refresh_from_db()
    assert seen == [1, 2]
    assert action.counts == {"created": 2, "rejected": 1}
    assert [error["index"] for error in action.errors] == [3]


def test_a_killed_worker_costs_its_batch_only(received):
    seen, hooks = received
    action = asked(1, 2, 3, 4)

    def killed():
        raise KeyboardInterrupt

    hooks[4] = killed
    with pytest.raises(KeyboardInterrupt):
        async_actions.work()
    action.refresh_from_db()
    assert (action.state, action.done, action.counts) == ("running", 2, {"created": 2})
    hooks.clear()
    async_actions.work()
    action.refresh_from_db()
    assert (action.state, action.done, action.counts) == ("finished", 4, {"created": 4})
    assert seen == [1, 2, 3, 3, 4]  # what 3 wrote the first time was rolled back with its batch


def test_a_batch_that_is_overtaken_begins_again(received):
    _seen, hooks = received
    left = [Overtaken(), Overtaken()]

    def overtaken():
        if left:
            raise left.pop()

    hooks[1] = overtaken
    action = asked(1)
    async_actions.work()
    action.refresh_from_db()
    assert (action.state, action.counts) == ("finished", {"created": 1})


def test_what_kills_every_worker_ends_and_says_so(received):
    _seen, hooks = received
    action = asked(1)

    def broken():
        raise ZeroDivisionError

    hooks[1] = broken
    for _time in range(async_actions.MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            async_actions.work()
    async_actions.work()
    action.refresh_from_db()
    assert (action.state, action.done) == ("failed", 0)
    assert not StoredFile.objects.exists()


def test_what_ended_a_month_ago_is_forgotten(received):
    action = asked(1)
    with clock.use(clock.FrozenClock(AT)):
        async_actions.work()
    asked(2)
    assert async_actions.forget(at=AT + async_actions.KEPT) == 0
    assert async_actions.forget(at=AT + 2 * async_actions.KEPT) == 1
    assert not AsyncAction.objects.filter(pk=action.pk).exists()


def test_after_a_restore_nobody_comes_back_with_what_was_to_be_told(received):
    seen, _hooks = received
    action = asked(1)
    async_actions.cancel_those_about_people()
    async_actions.work()
    action.refresh_from_db()
    assert (seen, action.state, action.file) == ([], "failed", None)
