"""The pictures of segments: how the steps of a channel take customers away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.reach import ChannelReach, Reach


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the picture: how many, and the bar, from `start` on `width` percent wide."""

    label: str | Promise
    count: int
    kind: str
    start: float
    width: float
    about: bool


@dataclass(frozen=True, slots=True)
class Fall:
    """The steps from a segment to those whom one channel can reach."""

    channel: str | Promise
    steps: Sequence[Step]


def falls(reach: Reach) -> list[Fall]:
    """A picture for each channel; none where nothing is known or nobody is described."""
    if not reach.size:
        return []
    return [
        Fall(channel.channel.label, list(_steps(channel, reach.size, reach)))
        for channel in reach.channels
    ]


def _steps(one: ChannelReach, size: int, reach: Reach) -> Iterator[Step]:
    about = not reach.exact
    yield Step(_("In the segment"), size, "all", 0, 100, about)
    left = float(size)
    for label, taken, unsure in (
        (_("have not agreed"), one.no_consent, False),
        (_("have no address"), one.no_address, False),
        (_("are on the suppression list"), one.suppressed, not one.listed_exactly),
    ):
        left = max(0.0, left - taken)
        yield Step(label, taken, "away", _share(left, size), _share(taken, size), about or unsure)
    yield Step(
        _("Can be reached"),
        one.reachable,
        "left",
        0,
        _share(one.reachable, size),
        about or not one.listed_exactly,
    )


def _share(part: float, whole: int) -> float:
    return round(min(100.0, 100 * part / whole), 2)
