"""Races need many connections: one worker runs them all, and others go on with other tests."""

import pytest


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.xdist_group("races"))
