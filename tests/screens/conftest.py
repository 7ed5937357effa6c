import pytest
from django.test import Client

from config.shared.clock import FrozenClock, use
from tests.factories import NOON
from tests.screens.world import World, build


@pytest.fixture(autouse=True)
def noon():
    with use(FrozenClock(NOON)) as clock:
        yield clock


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def as_role(world):
    """A client signed in as one of the three roles."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(world.staff[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
