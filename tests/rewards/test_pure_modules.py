"""What decides about money imports neither the ORM nor settings: it can be called from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = [
    "rewards.arithmetic",
    "rewards.conditions",
    "rewards.durations",
    "rewards.effects",
    "rewards.periods",
    "rewards.stacking",
    "rewards.window_reading",
    "rewards.windows",
]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_knows_neither_database_nor_settings(module):
    code = f"import sys, {module}; print([m for m in sys.modules if m.startswith('django.db')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={}, check=True
    )
    assert done.stdout.strip() == "[]"
