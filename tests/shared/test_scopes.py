"""Every call of the API says what a key must be allowed, and a key that is not is told so.

The calls come from the addresses themselves: a new one without a scope fails here.
"""

import re

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.api.permissions import Anyone, HasScope, ManagesKeys
from config.shared.models.api_key import PUBLISHABLE_SCOPES, REDEEMING

SHOP = "https://shop.example.com"


def views(patterns, prefix=""):
    """(address, view class, what the address says of permissions) of everything below."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns, address)
        elif hasattr(pattern.callback, "view_class"):
            view = pattern.callback.view_class
            who = pattern.callback.view_initkwargs.get("permission_classes")
            yield address, view, set(who or getattr(view, "permission_classes", ()))


def calls(start):
    """(method, address, view class, permissions) of every method that a view answers."""
    for address, view, who in views(get_resolver().url_patterns):
        if not address.startswith(start):
            continue
        for method in view.http_method_names:
            if method not in {"options", "head"} and hasattr(view, method):
                yield method, re.sub(r"<[^>]*>", "x", address), view, who


def scoped(start):
    return [
        (method, address, view.scopes.get(method.upper()))
        for method, address, view, who in calls(start)
        if HasScope in who
    ]


def name(call):
    return f"{call[0]} {call[1]}"


SERVER, PAGES = scoped("v1/"), scoped("client/v1/")


def test_every_call_says_who_may():
    every = [*calls("v1/"), *calls("client/v1/"), *calls("management/")]
    for method, address, _view, said in every:
        assert len(said) == 1, address
        assert said <= {HasScope, ManagesKeys, Anyone}, address
        if Anyone in said:
            assert method == "get", address  # the description of the API
        assert (ManagesKeys in said) == address.startswith("management/"), address
    assert len(SERVER) > 70
    assert len(PAGES) > 5


@pytest.mark.parametrize("call", SERVER, ids=name)
@pytest.mark.django_db
def test_a_server_s_key_needs_the_scope_and_nothing_else(call):
    method, address, needed = call
    assert needed in keys.SCOPES
    others = sorted(set(keys.SCOPES) - {needed})
    wrong, right = (client("restricted", scopes=scopes) for scopes in (others, [needed]))

    refused = getattr(wrong, method)(f"/{address}")
    taken = getattr(right, method)(f"/{address}")

    assert (refused.status_code, refused.json()["key"]) == (403, "forbidden")
    assert f"“{needed}”" in refused.json()["details"]
    assert taken.status_code not in {401, 403, 405, 500}


@pytest.mark.parametrize("call", PAGES, ids=name)
@pytest.mark.django_db
def test_a_key_of_pages_may_what_pages_may(call):
    method, address, needed = call
    assert needed in PUBLISHABLE_SCOPES | {REDEEMING}
    plain = client("publishable", origins=[SHOP])
    redeeming = client("publishable", origins=[SHOP], may_redeem=True)

    answer = getattr(plain, method)(f"/{address}")

    if needed == REDEEMING:
        assert answer.status_code == 403
        assert f"“{needed}”" in answer.json()["details"]
    else:
        assert answer.status_code not in {401, 403, 405, 500}
    assert getattr(redeeming, method)(f"/{address}").status_code not in {401, 403, 405, 500}


@pytest.mark.django_db
def test_a_method_that_a_call_does_not_have_is_not_a_matter_of_scopes():
    answer = client("restricted", scopes=["validations:write"]).get("/v1/validations")

    assert (answer.status_code, answer.json()["key"]) == (405, "method_not_allowed")


def client(kind, **more):
    made = keys.create_api_key(name=kind, kind=kind, actor=SYSTEM, **more)
    if kind == "publishable":
        headers = {"X-Client-Application-Id": made.key.app_id, "X-Client-Token": made.token}
        return APIClient(headers=headers | {"Origin": SHOP})
    return APIClient(headers={"X-App-Id": made.key.app_id, "X-App-Token": made.token})
