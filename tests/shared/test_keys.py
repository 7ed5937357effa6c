"""API keys: shown once, kept as a hash, ended at once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from config.shared import clock, keys
from config.shared.actors import SYSTEM
from config.shared.errors import BadInput
from config.shared.models import ApiKey
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def made(**more: object) -> keys.NewKey:
    return keys.create_api_key(**{"name": "shop", "kind": "secret", "actor": SYSTEM, **more})


def test_the_token_is_found_and_not_stored() -> None:
    new = made()
    found = keys.find_api_key(app_id=new.key.app_id, token=new.token, at=clock.now())
    assert found == new.key
    stored = json.dumps(list(ApiKey.objects.values()), default=str)
    assert new.token not in stored


@pytest.mark.parametrize("token", ["", "sk_wrong", "sk_" + "x" * 43])
def test_another_token_finds_nothing(token: str) -> None:
    assert keys.find_api_key(app_id=made().key.app_id, token=token, at=clock.now()) is None


def test_an_unknown_id_with_an_empty_token_finds_nothing() -> None:
    assert keys.find_api_key(app_id="nobody", token="", at=clock.now()) is None


def test_a_revoked_or_expired_key_finds_nothing() -> None:
    new = made()
    ApiKey.objects.filter(pk=new.key.pk).update(expires_at=NOON)
    assert keys.find_api_key(app_id=new.key.app_id, token=new.token, at=NOON) is None
    assert keys.find_api_key(app_id=new.key.app_id, token=new.token, at=NOON - timedelta(seconds=1))
    keys.revoke_api_key(key=new.key, actor=SYSTEM)
    assert not ApiKey.objects.usable(at=NOON - timedelta(days=1)).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"kind": "golden"},
        {"kind": "restricted"},
        {"scopes": ["redemptions:write"]},
        {"kind": "restricted", "scopes": ["everything"]},
        {"origins": ["https://shop.example.com"]},
        {"may_redeem": True},
        {"kind": "publishable"},
        {"addresses": ["shop.example.com"]},
        {"expires_at": NOON},
        {"kind": "publishable", "origins": ["shop.example.com"]},
        {"kind": "publishable", "origins": ["https://shop.example.com/cart"]},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(wrong: dict) -> None:
    with pytest.raises(BadInput):
        made(**wrong)
    assert not ApiKey.objects.exists()


def test_the_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_api_key", "web shop", kind="publishable", origin=["https://Shop.example.com"]
    )
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"app_id", "token"}
    assert ApiKey.objects.get().origins == ["https://shop.example.com"]


def test_the_command_makes_every_key_that_can_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_api_key",
        "till",
        "--kind=restricted",
        "--scope=validations:write",
        "--scope=redemptions:write",
        "--address=10.1.0.0/16",
        "--address=2001:db8::1",
        "--test",
        "--expires=2031-01-01T00:00:00+03:00",
    )
    call_command(
        "create_api_key",
        "pages",
        "--kind=publishable",
        "--origin=https://s.example",
        "--may-redeem",
    )
    till, pages = ApiKey.objects.order_by("pk")
    assert till.scopes == ["redemptions:write", "validations:write"]
    assert till.addresses == ["10.1.0.0/16", "2001:db8::1/128"]
    assert till.test
    assert till.expires_at == datetime(2030, 12, 31, 21, tzinfo=UTC)
    assert (pages.may_redeem, pages.test, pages.expires_at) == (True, False, None)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("expires", ["tomorrow", "2031-13-01T00:00:00Z", "2031-01-01T00:00:00"])
def test_the_command_wants_an_end_that_is_a_moment(expires: str) -> None:
    with pytest.raises(CommandError, match="--expires"):
        call_command("create_api_key", "till", "--kind=secret", f"--expires={expires}")
    assert not ApiKey.objects.exists()


def test_the_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="Scopes go with"):
        call_command("create_api_key", "till", kind="restricted")
