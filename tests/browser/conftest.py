"""A browser and a server per worker, one world for all journeys, which none of them spoils.

The rows are committed, so that the server's threads see them, and taken away again at the end.
"""

import os

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config.shared.clock import FrozenClock, use
from config.shared.models import Brand, Project
from tests.factories import NOON
from tests.screens.world import PASSWORD, World, build

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)  # so that the test database is made


@pytest.fixture(autouse=True)
def _django_db_helper():
    """Instead of pytest-django's: no transaction and no flush around a journey."""


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker) -> World:
    with django_db_blocker.unblock(), use(FrozenClock(NOON)):
        project, brand = Project.objects.get(), Brand.objects.get()
        yield build()
        call_command("flush", interactive=False, verbosity=0)
        project.save()
        brand.save()
        connection.close()


@pytest.fixture(scope="package")
def server(world):
    live = LiveServer("localhost")
    yield live.url
    live.stop()


@pytest.fixture(scope="session")
def browser() -> Browser:
    # The driver runs an event loop, in which Django would refuse to ask the database; so it is
    # told here, wherever a browser comes first.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        running = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_as(browser, server, world):
    """A page of a fresh browser, signed in as a role; collects what the console complains about."""
    contexts = []

    def open_page(role: str, *, path="/admin/", look="light", language="en") -> Page:
        context = browser.new_context(
            viewport=PHONE if look == "phone" else DESKTOP,
            color_scheme="dark" if look == "dark" else "light",
            base_url=server,
        )
        contexts.append(context)
        client = Client()
        client.force_login(world.staff[role], backend="django.contrib.auth.backends.ModelBackend")
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
        context.add_cookies(
            [{"name": name, "value": value, "url": server} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda told: _note(page, told))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _note(page: Page, told) -> None:
    if told.type in {"error", "warning"}:
        page.complaints.append(f"{page.url}: {told.text}")


@pytest.fixture
def password() -> str:
    return PASSWORD
