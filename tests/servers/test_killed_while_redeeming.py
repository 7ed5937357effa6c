"""What was acknowledged stays, and nothing happens twice, whoever is killed in mid-load.

One round of `make soak` for each kind of death.
"""

import pytest

from tests.servers.launcher import Launcher
from tests.soak.kills import KINDS, one_round


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acknowledged_is_lost_or_done_twice(launcher: Launcher, kind: str) -> None:
    result = one_round(launcher, kind, seconds=1.5)

    assert result.acknowledged > 0
    assert (result.lost, result.changed, result.wrong) == (0, 0, 0)
