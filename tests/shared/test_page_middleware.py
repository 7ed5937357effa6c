"""Whose requests pass by the middleware of pages: calls with a key, and nobody else's."""

import pytest
from django.test import RequestFactory

from config.shared.screens.middleware import is_call


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("/v1/redemptions", "X-App-Id"),
        ("/client/v1/validations", "X-Client-Application-Id"),
        ("/management/v1/keys", "X-Management-Id"),
    ],
)
def test_a_call_names_a_key(path, header):
    assert is_call(RequestFactory().post(path, headers={header: "anything"}))
    assert not is_call(RequestFactory().post(path))


@pytest.mark.parametrize("path", ["/admin/", "/c/preferences/", "/v1", "//v1/redemptions"])
def test_a_page_is_no_call_whatever_it_is_asked_with(path):
    assert not is_call(RequestFactory().get(path, headers={"X-App-Id": "anything"}))
