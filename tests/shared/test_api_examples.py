"""Every call of the API is described with an example, and the examples are what it answers.

`VESILE_RECORD_EXAMPLES=1 pytest tests/shared/test_api_examples.py` writes the answers anew.
"""

import json
import os
import re
from functools import cache

import jsonschema
import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from config.shared import clock
from config.shared.api.description import recorded
from tests.rewards.makers import AT

from .api_day import Day, live
from .test_api_description import _closed, check

pytestmark = pytest.mark.django_db

MOST = 3  # entries of a list that an example shows
_RANDOM = (
    re.compile(r"\b[a-z]{1,6}_[0-9A-Za-z]{20}\b"),
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
)
_CODE = re.compile(r'(?<=")((?:SPRING-|VIP-)?)[0-9A-HJKMNP-TV-Z]{12}(?=")')
_TOKEN = re.compile(r'"(token|token_ends_in)": "[^"]*"')
_REQUEST = re.compile(r'"request_id": "[^"]*"')
_ROW = re.compile(r"\b[a-z]+_\d{1,12}\b")


@cache
def description():
    return SchemaGenerator().get_schema(public=True)


@pytest.fixture
def day():
    with clock.use(clock.FrozenClock(AT)):
        lived = Day(description())
        live(lived)
    return lived


def short(value):
    """With the first entries of every list, so that examples can be read."""
    if isinstance(value, list):
        return [short(one) for one in value[:MOST]]
    if isinstance(value, dict):
        return {name: short(inner) for name, inner in value.items()}
    return value


def alike(now, told):
    """Whether an example is still one: the same names, with values of the same kinds."""
    if now is None or told is None:
        return True
    if isinstance(now, dict) and isinstance(told, dict):
        return now.keys() == told.keys() and all(alike(now[name], told[name]) for name in now)
    if isinstance(now, list) and isinstance(told, list):
        return not now or not told or alike(now[0], told[0])
    numbers = (int, float)
    return type(now) is type(told) or (type(now) in numbers and type(told) in numbers)


def settled(text):
    """The same with the same ids and codes on every day, in the order in which they appear."""
    for pattern in (*_RANDOM, _ROW):
        seen = {}
        text = pattern.sub(lambda found, seen=seen: _stand_in(found[0], seen), text)
    codes = {}
    text = _CODE.sub(
        lambda found: f"{found[1]}{codes.setdefault(found[0], f'7K2M9QXD4T{len(codes):02}')}", text
    )
    text = _TOKEN.sub(lambda found: f'"{found[1]}": "{"…" * 4}"', text)
    return _REQUEST.sub('"request_id": "9f0c6b5e2f3d4a0c8d1b7e6f5a4c3b2d"', text)


def _stand_in(written, seen):
    number = seen.setdefault(written, len(seen) + 1)
    if "-" in written:
        return f"{number:08x}-0000-4000-8000-000000000000"
    kind, _underscore, rest = written.partition("_")
    return f"{kind}_{number}" if rest.isdigit() else f"{kind}_{number:020}"


def as_recorded(calls):
    """What the file of examples shall hold: the first call of each operation."""
    found = {}
    for call in calls:
        if call.operation in found:
            continue
        entry = {"status": call.status}
        if call.request is not None:
            entry["request"] = call.request
        if call.answer is not None:
            entry["response"] = short(call.answer)
        found[call.operation] = entry
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return json.loads(settled(text))


def test_every_call_answers_as_it_is_described_and_as_its_example_says(day):
    for call in day.calls:
        if call.answer is not None:
            check(day.description, (call.method, call.path), call.status, call.answer)
    now = as_recorded(day.calls)
    assert now.keys() == day.known.keys(), "make every call once in tests/shared/api_day.py"
    if os.environ.get("VESILE_RECORD_EXAMPLES"):
        text = json.dumps(now, ensure_ascii=False, indent=1)
        settings.API_EXAMPLES.write_text(text + "\n", encoding="utf-8")
        recorded.cache_clear()
    told = recorded()
    assert told.keys() == now.keys(), "record the examples anew"
    for operation, entry in now.items():
        assert alike(entry, told[operation]), f"record the examples anew: {operation}"


def test_an_example_that_is_none_any_more_would_be_noticed():
    made = {"id": "v_1", "list": [{"price": 5}], "when": None}
    assert alike(made, made | {"id": "v_2", "list": [], "when": "now"})
    assert not alike(made, made | {"more": 1})
    assert not alike(made, made | {"list": [{"price": "5"}]})
    assert not alike(made, made | {"list": [{"cost": 5}]})


def test_every_call_has_examples_of_what_goes_in_and_comes_out():
    told = description()
    missing, wrong = [], []
    for path, methods in told["paths"].items():
        for method, call in methods.items():
            bodies = [
                ("request", m) for m in call.get("requestBody", {}).get("content", {}).values()
            ]
            bodies += [
                (status, media)
                for status, answer in call["responses"].items()
                for media in answer.get("content", {}).values()
            ]
            for what, media in bodies:
                if not media.get("examples"):
                    missing.append(f"{method} {path}: {what}")
                for name, example in media.get("examples", {}).items():
                    schema = _closed(media["schema"] | {"components": told["components"]})
                    try:
                        jsonschema.validate(
                            example["value"], schema, cls=jsonschema.Draft202012Validator
                        )
                    except jsonschema.ValidationError as error:
                        wrong.append(f"{method} {path}: {what} {name}: {error.message}")
    assert not missing
    assert not wrong


def test_every_call_says_which_scope_it_needs_and_every_way_to_fail():
    for path, methods in description()["paths"].items():
        for method, call in methods.items():
            if not path.startswith("/management/"):
                assert "Scope: `" in call["description"], (method, path)
            assert {"400", "401", "403", "413", "429", "503"} <= call["responses"].keys()
            assert call.get("summary") or call.get("description"), (method, path)
            if "{" in path and not path.endswith("/validate"):  # which says so itself
                assert "404" in call["responses"], (method, path)
