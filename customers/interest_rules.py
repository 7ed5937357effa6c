"""How strong an interest is, in points: what speaks for a topic, and how that fades. Pure.

A kept order is one point for each topic of its products, however many units: quantity tells how
much somebody needs, not how much they like it. What else speaks counts as a part of that
(`WEIGHTS`), once per topic and hour: loading a page again is not liking it more. Complaints are
about a shipment, not about taste, and count nothing.

Points halve every `HALF_LIFE` (exponential decay):

    points(at) = sum of weight * 2 ** (-(at - happened) / HALF_LIFE)

so points of one moment become those of a later one by one factor, sums compose, evidence counts as
of its own date whenever it arrives, and "at least so strong at that moment" is a comparison.
Weights are summed as of a fixed landmark and brought to the moment asked for at the end, which
makes the order of arrival irrelevant (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, "Forward
Decay: A Practical Time Decay Model for Streaming Systems", ICDE 2009).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final


class Sign(StrEnum):
    """What speaks for a topic, or against it."""

    BOUGHT = "bought"
    CARTED = "carted"
    VIEWED = "viewed"
    SEARCHED = "searched"
    PRAISED = "praised"
    PANNED = "panned"


WEIGHTS: Final[Mapping[Sign, float]] = {
    Sign.BOUGHT: 1.0,
    Sign.CARTED: 0.4,
    Sign.SEARCHED: 0.3,
    Sign.VIEWED: 0.2,
    Sign.PRAISED: 0.5,
    Sign.PANNED: -0.5,
}
"""Points when it happens. A bad review takes back half of what its purchase gave."""

GOOD_RATING: Final = 4
BAD_RATING: Final = 2
BEST_RATING: Final = 5
"""Reviews rate from 1 to 5; 3, and what is on another scale, says nothing about taste."""

HOUR: Final = timedelta(hours=1)  # counted from the epoch: no zone is involved
HALF_LIFE: Final = timedelta(days=90)
LANDMARK: Final = datetime(2000, 1, 1, tzinfo=UTC)
FAINTEST: Final = 0.05
"""Points below which an interest says nothing any more: one order after a year and 24 days."""

DECLARED_POINTS: Final = 1.0
"""What a told interest is stored with; it does not fade, and its level is 1."""


def halvings(start: datetime, end: datetime) -> float:
    """How often points halve between two moments; negative where `end` is earlier."""
    return (end - start) / HALF_LIFE


def faded(points: float, as_of: datetime, at: datetime) -> float:
    """What `points` as of one moment are at another; before `as_of` they are as then."""
    return points * math.exp2(-max(0.0, halvings(as_of, at)))


def total(evidence: Iterable[tuple[float, datetime]], as_of: datetime) -> float:
    """Points of weights and the moments at which they count, as of one moment.

    The rule itself; SQL repeats it for many (`customers.services.interests`).
    """
    counted = math.fsum(weight * math.exp2(halvings(LANDMARK, when)) for weight, when in evidence)
    return counted * math.exp2(-halvings(LANDMARK, as_of))


def level(points: float) -> float:
    """Points as a share from 0 to below 1, for people: one point is half, three are 3/4.

    Saturating (x / (1 + x)), so that each further purchase says less; it keeps the order.
    """
    return max(0.0, points) / (1.0 + max(0.0, points))


def points_for(wanted: float) -> float:
    """The points whose level is `wanted`; ValueError outside of 0 to below 1."""
    if not 0.0 <= wanted < 1.0:
        raise ValueError("A level is at least 0 and below 1.")
    return wanted / (1.0 - wanted)


def sign_of_review(rating: object) -> Sign | None:
    """What a review's rating says about taste, if anything."""
    if isinstance(rating, bool) or not isinstance(rating, int | float):
        return None
    if GOOD_RATING <= rating <= BEST_RATING:
        return Sign.PRAISED
    return Sign.PANNED if 1 <= rating <= BAD_RATING else None


# --- what a search was for ------------------------------------------------------------------------
LONGEST_QUERY: Final = 200  # characters that are looked at
SHORTEST_WORD: Final = 3  # letters; a shorter name is found only where it is the whole query


@dataclass(frozen=True, slots=True)
class Topic:
    """A category or brand that products name; `key` is its folded name."""

    kind: str
    key: str


def words_of(folded: str) -> tuple[str, ...]:
    """The words of folded text: runs of letters and digits."""
    return tuple("".join(c if c.isalnum() else " " for c in folded).split())


def by_words(topics: Iterable[Topic]) -> dict[tuple[str, ...], list[Topic]]:
    """Topics by the words of their names, for `topics_of_search`."""
    found: dict[tuple[str, ...], list[Topic]] = {}
    for topic in topics:
        words = words_of(topic.key)
        if words:
            found.setdefault(words, []).append(topic)
    return found


def topics_of_search(
    folded: str, known: Mapping[tuple[str, ...], Sequence[Topic]]
) -> frozenset[Topic]:
    """The categories and brands whose names stand in a folded query, word for word.

    The longest name wins: “garden chairs” is not also “chairs”. `known` is from `by_words`.
    """
    words = words_of(folded[:LONGEST_QUERY])
    longest = max((len(name) for name in known), default=0)
    found: set[Topic] = set()
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + longest), start, -1):
            name = words[start:end]
            if name in known and (len("".join(name)) >= SHORTEST_WORD or name == words):
                found.update(known[name])
                start = end - 1
                break
        start += 1
    return frozenset(found)
