"""Chart.js figures with options of our own (those of the theme hide the second series)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

# Readable on white and on the dark theme's background alike.
TICK_COLOUR = "#7d8592"
GRID_COLOUR = "rgba(125, 133, 146, 0.25)"


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of the bars: its name and a value per label."""

    label: str
    values: Sequence[int]
    colour: str


def stacked_bars(labels: Sequence[str], series: Sequence[Series]) -> dict[str, str]:
    """`data` and `options` for the template `vesile/chart.html`, as JSON."""
    data = {
        "labels": [str(label) for label in labels],
        "datasets": [
            {
                "label": str(one.label),
                "data": list(one.values),
                "backgroundColor": one.colour,
                "maxBarThickness": 36,
                "categoryPercentage": 0.7,
                "barPercentage": 0.95,
                "borderRadius": 2,
            }
            for one in series
        ],
    }
    return {"data": json.dumps(data), "options": json.dumps(_options())}


def _options() -> dict[str, Any]:
    ticks = {"color": TICK_COLOUR, "font": {"size": 12}}
    return {
        "locale": get_language() or "en",  # of the numbers on the axes
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "scales": {
            "x": {
                "stacked": True,
                "ticks": {**ticks, "maxRotation": 0, "autoSkip": True, "autoSkipPadding": 16},
                "grid": {"display": False, "color": GRID_COLOUR},
                "border": {"color": GRID_COLOUR},
            },
            "y": {
                "stacked": True,
                "beginAtZero": True,
                "ticks": {**ticks, "precision": 0, "maxTicksLimit": 6},
                "grid": {"color": GRID_COLOUR},
                "border": {"display": False},
            },
        },
        "plugins": {
            "legend": {
                "display": True,
                "position": "top",
                "align": "end",
                "labels": {"color": TICK_COLOUR, "boxWidth": 12, "boxHeight": 12, "padding": 16},
            }
        },
    }
