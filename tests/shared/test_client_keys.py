"""Keys that everybody can read on the shop's pages: their origins, and what they may do."""

import pytest
from rest_framework.test import APIClient

from config.shared import keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shared.fronts")]

SHOP = "https://shop.example.com"
GUESS, REDEEM = "/client/v1/test/guess", "/client/v1/test/redeem"


def made(**more):
    options = {"name": "pages", "kind": "publishable", "origins": [SHOP], "actor": SYSTEM}
    return keys.create_api_key(**options | more)


def browser(new, origin=SHOP, **more):
    headers = {"X-Client-Application-Id": new.key.app_id, "X-Client-Token": new.token, **more}
    return APIClient(headers=headers | ({"Origin": origin} if origin else {}))


def ask(client, path=GUESS, **body):
    return client.post(path, body, format="json")


def test_the_pages_of_the_shop_are_answered_and_may_read_the_answer():
    response = ask(browser(made()), code="RIGHT")

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in response.headers["Vary"]
    assert "X-Rate-Limit-Remaining" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "*",
        "http://shop.example.com",
        "https://shop.example.com:8443",
        "https://shop.example.com.evil.example",
        "https://evil.example",
        "https://SHOP.example.com",
    ],
)
def test_other_pages_get_no_answer_and_may_not_read_the_refusal(origin):
    response = ask(browser(made(), origin=origin), code="RIGHT")

    assert response.status_code == 401
    assert response.json()["key"] == "unauthorized"
    assert response.headers["WWW-Authenticate"] == "X-Client-Application-Id"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_only_a_publishable_key_works_there_and_it_works_nowhere_else():
    for kind in ("secret", "restricted", "management"):
        scopes = ["validations:write"] if kind == "restricted" else []
        other = made(kind=kind, origins=[], scopes=scopes)
        assert ask(browser(other)).status_code == 401
    new = made()
    server = APIClient(headers={"X-App-Id": new.key.app_id, "X-App-Token": new.token})
    assert server.get("/v1/test/echo").status_code == 401


def test_redeeming_is_for_keys_that_may():
    assert ask(browser(made()), REDEEM).status_code == 403
    refused = ask(browser(made(may_redeem=True)), REDEEM)
    assert refused.json()["key"] == "refused"
    assert browser(made(may_redeem=True)).get(REDEEM).status_code == 403


def test_a_refusal_can_be_read_by_the_page_too():
    response = ask(browser(made()), REDEEM)

    assert response.status_code == 403
    assert response.headers["Access-Control-Allow-Origin"] == SHOP


# --- what a browser asks before -------------------------------------------------------------------
def preflight(origin, path=GUESS):
    return APIClient().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-client-token",
        },
    )


def test_a_browser_may_ask_for_the_origin_of_a_usable_key():
    made()
    response = preflight(SHOP)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert "X-Client-Token" in response.headers["Access-Control-Allow-Headers"]
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Origin" in response.headers["Vary"]


def test_for_other_origins_and_ended_keys_the_browser_hears_no():
    new = made()
    made(kind="secret", origins=[])
    for origin in ("https://evil.example", "*", "null", "\x00"):
        assert "Access-Control-Allow-Origin" not in preflight(origin).headers
    keys.revoke_api_key(key=new.key, actor=SYSTEM)
    assert "Access-Control-Allow-Origin" not in preflight(SHOP).headers


def test_the_server_api_is_no_business_of_browsers():
    made()
    assert "Access-Control-Allow-Origin" not in preflight(SHOP, "/v1/test/echo").headers


def test_origins_are_written_as_browsers_send_them():
    new = made(origins=["https://Shop.Example.com:443/", "http://localhost:3000"])
    key = ApiKey.objects.get(pk=new.key.pk)
    assert key.origins == [SHOP, "http://localhost:3000"]
