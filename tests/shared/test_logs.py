"""Logs carry a request id and nothing personal."""

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config.logs import mask, structlog_logging, without_personal_data


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to ayşe.yılmaz@example.com now", "to [email] now"),
        ("call +90 532 123 45 67", "call [phone]"),
        ("order 536365 at 2026-03-17T09:00:00Z", "order 536365 at 2026-03-17T09:00:00Z"),
    ],
)
def test_addresses_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.emails())
def test_no_address_gets_through(address: str) -> None:
    event = without_personal_data(None, "info", {"event": f"sent to {address} today"})
    assert address not in event["event"]


@pytest.mark.parametrize("key", ["password", "token", "code", "email", "X-App-Token"])
def test_telling_keys_are_blanked(key: str) -> None:
    assert without_personal_data(None, "info", {key: "value"}) == {key: "[hidden]"}


def test_a_line_is_json_with_the_request_id() -> None:
    formatter = structlog_logging(level="INFO", form="json")["formatters"]["structured"]
    render = formatter.pop("()")(**formatter)
    record = logging.LogRecord("vesile", logging.INFO, "", 0, "order kept", None, None)
    with structlog.contextvars.bound_contextvars(request_id="abc12345"):
        line = json.loads(render.format(record))
    assert (line["event"], line["request_id"], line["level"]) == ("order kept", "abc12345", "info")
