"""The count under a rule while it is written, over a million customers, asked as the screen asks.

Each of the segments of `segment_rules` is posted by somebody who is signed in; everything counts
until the answer is there: the sentence, the number, the channels and the examples. An answer is the
exact number, or says “about”.
"""

import json
import statistics
import time
from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from config.shared import clock
from config.shared.models import StaffUser
from segments import shapes
from segments.models import StaticList
from segments.reach import Reach
from tests.benchmarks import shop
from tests.benchmarks.membership import Measured
from tests.benchmarks.segment_rules import Rule, rules
from tests.benchmarks.surroundings import settle

GOAL_SECONDS = 1.5
TURNS = 5


def run() -> Iterator[Measured]:
    shop.make()
    settle(*shop.BIG)
    lists = dict(StaticList.objects.values_list("name", "public_id"))
    client = _signed_in()
    with clock.use(clock.FrozenClock(shop.AT)):
        asked = rules(lists["Invited"], lists["Newsletter of 2019"])
        _asked(client, "discarded", next(iter(asked.values())))  # templates and modules are read
        for name, rule in asked.items():
            yield _asked(client, name, rule)


def _signed_in() -> Client:
    user = StaffUser.objects.filter(email="bench-count@example.com").first()
    if user is None:
        user = StaffUser.objects.create_user(
            "bench-count@example.com", is_staff=True, is_superuser=True
        )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _asked(client: Client, name: str, rule: Rule) -> Measured:
    """The first answer is that to somebody who types; how to ask is chosen then."""
    seconds, told = [], []
    for _turn in range(TURNS):
        shapes.forget()
        started = time.perf_counter()
        response = client.post(
            reverse("admin:segments_segment_check"),
            {"rules": json.dumps(rule)},
            headers={"host": "localhost"},
        )
        seconds.append(time.perf_counter() - started)
        assert response.context_data is not None
        told.append(_told(response.context_data["reach"]))
    return Measured(
        f"count while typing: {name}",
        f"{statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s;"
        f" {', '.join(dict.fromkeys(told))}",
        max(seconds) <= GOAL_SECONDS,
    )


def _told(reach: Reach) -> str:
    if reach.size is None:
        return "no number"
    return f"{'' if reach.exact else 'about '}{reach.size:,}"
