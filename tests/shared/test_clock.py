"""The injected clock: who sees which time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from config.shared import clock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_without_replacement_the_system_clock_answers_in_utc():
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_a_frozen_clock_stands_still_until_moved():
    frozen = clock.FrozenClock(NOON)
    assert frozen.now() == frozen.now() == NOON
    assert frozen.advance(timedelta(hours=2)) == datetime(2026, 11, 21, 14, tzinfo=UTC)
    frozen.set(NOON - timedelta(days=1))
    assert frozen.now() == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_frozen_clock_always_answers_in_utc():
    istanbul = timezone(timedelta(hours=3))
    frozen = clock.FrozenClock(datetime(2026, 11, 21, 15, tzinfo=istanbul))
    assert frozen.now() == NOON
    assert frozen.now().tzinfo is UTC


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        clock.FrozenClock(datetime(2026, 11, 21))  # noqa: DTZ001 (the mistake under test)
    with pytest.raises(ValueError, match="aware"):
        clock.FrozenClock(NOON).set(datetime(2026, 11, 21))  # noqa: DTZ001 (the mistake under test)


def test_the_clock_returns_to_what_it_was_also_after_an_error():
    with clock.use(clock.FrozenClock(NOON)):
        with pytest.raises(RuntimeError), clock.use(clock.FrozenClock(NOON - timedelta(days=9))):
            raise RuntimeError
        assert clock.now() == NOON
    assert isinstance(clock.current(), clock.SystemClock)


def test_threads_of_a_pool_see_the_frozen_clock():
    with ThreadPoolExecutor(2) as pool:
        pool.submit(int).result()  # the pool's thread exists before the clock is replaced
        with clock.use(clock.FrozenClock(NOON)) as frozen:
            assert pool.submit(clock.now).result() == NOON
            frozen.advance(timedelta(minutes=5))
            assert pool.submit(clock.now).result() == NOON + timedelta(minutes=5)
        assert pool.submit(clock.current).result() is clock.current()
        assert isinstance(clock.current(), clock.SystemClock)


def test_a_clock_of_this_context_only_is_invisible_to_other_threads():
    with ThreadPoolExecutor(1) as pool, clock.use(clock.FrozenClock(NOON), all_threads=False):
        assert clock.now() == NOON
        assert isinstance(pool.submit(clock.current).result(), clock.SystemClock)


def test_blocks_of_two_threads_may_end_in_any_order():
    early, late = clock.FrozenClock(NOON), clock.FrozenClock(NOON + timedelta(days=1))
    first, second = clock.use(early), clock.use(late)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        one.submit(first.__enter__).result()
        other.submit(second.__enter__).result()
        one.submit(first.__exit__, None, None, None).result()
        assert clock.now() == late.now()
        other.submit(second.__exit__, None, None, None).result()
    assert isinstance(clock.current(), clock.SystemClock)
