"""Connections of the pool: what the server has closed is never given to a request."""

import psycopg
import pytest
from django.db import OperationalError, connection

from config.shared.database import base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pooled():
    """The test's database through a pool of one connection, as a web server has it."""
    settings = connection.settings_dict
    options = settings["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1, "timeout": 10}}
    database = base.DatabaseWrapper(settings | {"OPTIONS": options})
    yield database
    database.close()
    database.close_pool()


@pytest.fixture
def administrator():
    """Somebody else's connection."""
    told = connection.get_connection_params()
    names = ("dbname", "host", "port", "user", "password")
    with psycopg.connect(**{name: told[name] for name in names}, autocommit=True) as other:
        yield other


def asked(database, statement="SELECT pg_backend_pid()"):
    """What one request asks; the connection then goes back to the pool."""
    with database.cursor() as cursor:
        cursor.execute(statement)
        answer = cursor.fetchone() if cursor.description else None
    database.close()
    return answer


def hang_up(administrator, process):
    administrator.execute("SELECT pg_terminate_backend(%s, 10000)", process)
    known = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
    assert administrator.execute(known, process).fetchone() == (0,)


def test_after_the_server_has_hung_up_the_next_request_is_answered(pooled, administrator):
    before = asked(pooled)
    hang_up(administrator, before)

    assert asked(pooled) != before


def test_without_the_look_the_next_request_fails(pooled, administrator, monkeypatch):
    hang_up(administrator, asked(pooled))
    monkeypatch.setattr(base, "is_hung_up", lambda _connection: False)

    with pytest.raises(OperationalError):
        asked(pooled)


def test_a_connection_in_order_is_kept(pooled):
    assert asked(pooled) == asked(pooled)


def test_a_word_of_the_server_is_no_end(pooled):
    """A notification waits to be read; the connection is used all the same."""
    before = asked(pooled)
    asked(pooled, "LISTEN till")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY till, 'open'")

    assert asked(pooled) == before


@pytest.mark.parametrize(
    "setting", ["TimeZone", "DateStyle", "synchronous_commit", "default_transaction_isolation"]
)
def test_no_default_of_the_server_decides_about_moments_and_commits(setting):
    with connection.cursor() as cursor:
        cursor.execute("SELECT source FROM pg_settings WHERE name = %s", [setting])
        assert cursor.fetchone() == ("client",)
