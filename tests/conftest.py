"""What every test has: real PostgreSQL and Redis, a database per worker, the main fixtures."""

import os

# Two runs on the same servers must not share a test database.
os.environ.setdefault("VESILE_TEST_RUN", str(os.getpid()))
os.environ["VESILE_DB_POOL"] = "0"  # test databases are dropped while a pool would keep connections
os.environ.setdefault("VESILE_LOCAL", "1")
os.environ.setdefault("LOG_LEVEL", "ERROR")
for _name, _value in {
    "SECRET_KEY": "tests-only-" + "x" * 50,
    "VESILE_FINGERPRINT_KEY": "tests-only-" + "y" * 40,
    "VESILE_PUBLIC_URL": "http://localhost:8000",
}.items():
    os.environ.setdefault(_name, _value)

from importlib.util import find_spec  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import gettempdir  # noqa: E402

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

# A slow machine is no failure: examples have no time limit.
hypothesis_settings.register_profile("vesile", deadline=None)
hypothesis_settings.load_profile("vesile")

# `make test` works without a browser driver; `make browser` asks for this folder and fails without.
collect_ignore = [] if find_spec("playwright") else ["browser"]
# The same with Node and `.ci/run`, which installs the official npm client.
if not (Path(__file__).parent / "npm" / "node_modules").is_dir():
    collect_ignore.append("npm")


def pytest_configure(config: pytest.Config) -> None:
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = (
        f"test_vesile_{os.environ['VESILE_TEST_RUN']}"
    )
    # pytest-django reads the settings before this file, so the variable above may come too late.
    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    settings.CACHES["default"]["KEY_PREFIX"] = (
        f"test_{os.environ['VESILE_TEST_RUN']}_{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    )
    settings.ERASURE_LIST = (
        Path(gettempdir()) / "vesile-tests" / settings.CACHES["default"]["KEY_PREFIX"] / "erasures"
    )
    # A sweep is called by the test that is about it; nothing runs behind a test's back.
    from config.celery import app

    app.conf.task_always_eager = False
    settings.REQUEST_LOG_LINGER = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _choose_anew() -> None:
    """A shape of a rule's query chosen in one test would spare the next one a statement."""
    from segments import shapes

    shapes.forget()
