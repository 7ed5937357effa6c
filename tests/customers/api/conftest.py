"""A shop that calls the API as its server would, at a fixed moment."""

import json
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from config.shared import clock
from tests.rewards.makers import make_key

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def frozen():
    with clock.use(clock.FrozenClock(AT)) as frozen:
        yield frozen


@pytest.fixture
def shop(db, frozen):
    return Shop(make_key())


class Shop:
    """Calls of the shop's server; each gives the response."""

    def __init__(self, headers):
        self.client = APIClient(headers=headers)

    def post(self, path, body, **headers):
        # Not DRF's own rendering: it refuses the half characters that a shop may send.
        content, kind = json.dumps(body), "application/json"
        return self.client.post(f"/v1/{path}", content, content_type=kind, headers=headers)

    def put(self, path, body):
        return self.client.put(f"/v1/{path}", body, format="json")

    def get(self, path, **params):
        return self.client.get(f"/v1/{path}", params)

    def batch(self, kind, items):
        response = self.post(f"{kind}/batch", {"items": items})
        assert response.status_code == 200, response.content
        return response.json()["results"]

    def allow(self, source_id, *categories):
        """The customer agrees to the use of these kinds of data."""
        for category in categories:
            body = {
                "customer": {"source_id": source_id},
                "data_category": category,
                "action": "granted",
                "source": "checkout",
            }
            assert self.post("consents", body).status_code == 200


def statuses(results):
    return [result["status"] for result in results]
