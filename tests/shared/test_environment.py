"""A mistake in the environment: one sentence that says what and what to do, and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "a long and random text of more than fifty characters",
    "VESILE_FINGERPRINT_KEY": "f" * 40,
    "VESILE_ERASURE_LIST": "/var/lib/vesile/erasures",
    "VESILE_PUBLIC_URL": "https://promotions.example.com",
    "DATABASE_URL": "postgres://vesile:not-telling@localhost:5432/vesile",
    "REDIS_URL": "redis://:not-telling@localhost:6379/0",
}


def start(changes: dict[str, str | None], code: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **GOOD}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    command = ["-c", code] if code else ["manage.py", "diffsettings", "--output=unified"]
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, None) for name in GOOD],
        ("SECRET_KEY", "short"),
        ("VESILE_ERASURE_LIST", "erasures"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "postgres://vesile:not-telling@localhost:port/vesile"),
        ("DATABASE_URL", "postgres://vesile:not-telling@localhost:5432"),
        ("REDIS_URL", "amqp://:not-telling@localhost"),
        ("VESILE_PUBLIC_URL", "http://promotions.example.com"),
        ("DEBUG", "perhaps"),
        ("VESILE_DB_POOL", "-3"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_one_sentence_and_code_2(name: str, value: str | None) -> None:
    done = start({name: value})
    assert done.returncode == 2
    assert done.stderr.startswith(f"vesile: {name} ")
    assert len(done.stderr.splitlines()) == 1
    assert "not-telling" not in done.stderr


def test_a_database_that_does_not_answer_is_named_in_one_sentence() -> None:
    there = {"DATABASE_URL": "postgres://vesile:not-telling@127.0.0.1:1/vesile"}
    code = "import sys; sys.argv = ['manage.py', 'migrate']; import manage; manage.main()"
    done = start({**there, "VESILE_DB_POOL": "0"}, code)
    assert done.returncode == 2
    assert done.stderr.startswith("vesile: The database in DATABASE_URL does not answer")
    assert len(done.stderr.splitlines()) == 1
    assert "not-telling" not in done.stderr


def test_gunicorn_is_told_not_to_try_again() -> None:
    done = start({"VESILE_DB_POOL": "x"}, "import config.wsgi")
    assert done.returncode == 3
    assert done.stderr.startswith("vesile: VESILE_DB_POOL ")


def test_production_is_safe_by_default() -> None:
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "from django.conf import settings as s\n"
        "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS > 0, s.ALLOWED_HOSTS)"
    )
    done = start({}, code)
    assert done.stdout.strip() == "False True True True True ['promotions.example.com']"


def test_deployment_checks_find_nothing() -> None:
    done = start(
        {},
        "import sys; sys.argv = ['manage.py', 'check', '--deploy', '--fail-level',"
        " 'WARNING']; import manage; manage.main()",
    )
    assert done.returncode == 0, done.stderr
