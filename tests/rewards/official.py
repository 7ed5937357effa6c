"""The official Python client, unmodified, connected to the live server."""

import pytest
import voucherify

from .makers import make_key


def connect(live_server, headers):
    configuration = voucherify.Configuration(host=live_server.url, api_key=dict(headers))
    return voucherify.ApiClient(configuration)


@pytest.fixture
def client(live_server):
    with connect(live_server, make_key()) as client:
        yield client
