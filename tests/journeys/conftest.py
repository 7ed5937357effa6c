"""Two people and a clock: the marketer in the admin, the shop at the API, and days that pass."""

import pytest

from config.shared import clock
from config.shared.clock import FrozenClock
from config.shared.models import Project
from tests.rewards.makers import make_key

from .people import BackOffice, Days, Storefront, moment


@pytest.fixture
def days(db):
    """The clock, and the worker that looks at what is due whenever it is moved."""
    with clock.use(FrozenClock(moment("2026-01-05 08:00"))) as frozen:
        Project.objects.update_or_create(
            pk=1,
            defaults={
                "name": "Kelebek",
                "currency": "GBP",
                "country": "GB",
                "zone": "Europe/London",
                "language": "en",
            },
        )
        yield Days(frozen)


@pytest.fixture
def marketer(days):
    return BackOffice("Marketer")


@pytest.fixture
def shop(days):
    return Storefront(make_key())
