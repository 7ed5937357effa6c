"""The id of a request is also in the logs and audit rows of the tasks that it causes."""

import os
import threading

import pytest
import structlog
from celery.contrib.testing.worker import start_worker
from django.db import transaction

from config.celery import app
from config.shared import dispatch
from config.shared.middleware import current_request_id

seen: list[str] = []
ran = threading.Event()


@app.task(name="tests.note_request_id")
def note_request_id() -> None:
    seen.append(current_request_id())
    ran.set()


@pytest.fixture
def worker():
    """A real worker on the real broker, in a thread, on a queue of this test run."""
    queue = app.conf.task_default_queue
    run, name = os.environ["VESILE_TEST_RUN"], os.environ.get("PYTEST_XDIST_WORKER", "")
    app.conf.task_default_queue = f"test-{run}-{name}"
    app.amqp.queues = app.amqp.Queues({})
    try:
        with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
            yield
    finally:
        app.conf.task_default_queue = queue
        app.amqp.queues = app.amqp.Queues({})


@pytest.mark.django_db(transaction=True)
def test_a_task_carries_the_id_of_the_request_that_woke_it(worker: None) -> None:
    with structlog.contextvars.bound_contextvars(request_id="shop-4711-abcd"), transaction.atomic():
        dispatch.after_commit("tests.note_request_id")
    assert ran.wait(30)
    assert seen == ["shop-4711-abcd"]
